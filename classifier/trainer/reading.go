package trainer

import (
	"encoding/json"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"polyglean/classifier/relevance"
	"polyglean/internal/fold"
	"polyglean/internal/record"
	"polyglean/internal/sidebyside"
)

// reading is the part of a classified record that a training looks at, and all that it
// holds in memory of it.
type reading struct {
	Candidate struct {
		ID         string             `json:"id"`
		Titles     []record.Text      `json:"titles"`
		Abstracts  []record.Text      `json:"abstracts"`
		IDs        record.Identifiers `json:"ids"`
		References []string           `json:"references"`
		Paths      []record.Path      `json:"paths"`
		Version    int64              `json:"version"`
	} `json:"candidate"`
	Language struct {
		Detected []record.Detection `json:"detected"`
	} `json:"language"`
	Concepts []record.ConceptHit `json:"concepts"`
	Findings []struct {
		Reason record.Reason `json:"reason"`
	} `json:"findings"`
	Seed int `json:"seed"`
}

// asEncodingJSON are what encoding/json takes too; it takes three times as long.
var asEncodingJSON = jsonv2.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// readAll reads the records of an envelope side by side. What cannot be read is left
// out: the indexer parks it.
func readAll(raws []json.RawMessage) []*reading {
	out := make([]*reading, len(raws))
	sidebyside.Do(len(raws), 1, func(i int) {
		r := &reading{}
		if err := jsonv2.Unmarshal(raws[i], r, asEncodingJSON); err == nil && r.Candidate.ID != "" {
			out[i] = r
		}
	})
	return slices.DeleteFunc(out, func(r *reading) bool { return r == nil })
}

// lighten leaves what forModel, identifiers and foldedTitle read.
func (r *reading) lighten() {
	r.Candidate.References, r.Candidate.Paths = nil, nil
	for i := range r.Concepts {
		r.Concepts[i].Evidence = nil
	}
}

// identifiers are the persistent identifiers of the record, as the references of others
// name it.
func (r *reading) identifiers() []string {
	ids := &r.Candidate.IDs
	return slices.DeleteFunc([]string{ids.DOI, ids.PMID, ids.PMCID, ids.OpenAlex}, func(id string) bool { return id == "" })
}

func (r *reading) title() string {
	if len(r.Candidate.Titles) == 0 {
		return ""
	}
	return r.Candidate.Titles[0].Text
}

// missed says that the rules of the classifier give a reason why the strategy misses
// the record.
func (r *reading) missed() bool {
	for _, f := range r.Findings {
		if f.Reason != "" {
			return true
		}
	}
	return false
}

// foldedTitle is the first title without what copies of a work differ in.
func (r *reading) foldedTitle() string { return fold.Fold(r.title()) }

// languages are those the texts of a record were found to be in.
func (r *reading) languages(to map[string]bool) {
	for _, d := range r.Language.Detected {
		if d.Lang != record.Undetermined {
			to[d.Lang] = true
		}
	}
}

// source tells where a text that the model read stands in its record.
type source struct {
	field record.Field
	index int
}

// forModel is what the model reads of a record: the concepts that a strong word stands
// for, and its titles and abstracts in the languages that included studies are in. Words
// of another language resemble none of theirs but by chance, and would only make the
// concepts weigh less. The second list says where each of the texts stands.
func (r *reading) forModel(learnt map[string]bool) (relevance.Record, []source) {
	out := relevance.Record{ID: r.Candidate.ID}
	var from []source
	add := func(field record.Field, texts []record.Text) {
		for i, t := range texts {
			at := slices.IndexFunc(r.Language.Detected, func(d record.Detection) bool {
				return d.Field == field && d.Index == i && learnt[d.Lang]
			})
			if at >= 0 && strings.TrimSpace(t.Text) != "" {
				lang := r.Language.Detected[at].Lang
				out.Texts = append(out.Texts, relevance.Text{Text: t.Text, Lang: lang, Title: field == record.FieldTitle})
				from = append(from, source{field, i})
			}
		}
	}
	add(record.FieldTitle, r.Candidate.Titles)
	add(record.FieldAbstract, r.Candidate.Abstracts)
	for _, h := range r.Concepts {
		if h.Strong {
			out.Concepts = append(out.Concepts, h.Concept)
		}
	}
	return out, from
}
