package indexer

import (
	"strings"

	"polyglean/internal/record"
)

// Venue is where a study was published.
type Venue struct {
	Container, Volume, Issue, Pages, Publisher string
	ISSN                                       []string
}

// Venue is that of the record which says most of it: volume and pages of one record
// are not to stand beside the journal of another. What that record leaves open of
// publisher and ISSN comes from the others.
func (s *Study) Venue() Best[Venue] {
	var chosen Best[Venue]
	most := 0
	for _, r := range s.byCompleteness() {
		c := &r.Candidate
		said := 0
		for _, v := range []string{c.Container, c.Volume, c.Issue, c.Pages} {
			if v != "" {
				said++
			}
		}
		if said > most {
			most = said
			chosen = Best[Venue]{Venue{c.Container, c.Volume, c.Issue, c.Pages, c.Publisher, c.ISSN}, c.ID}
		}
	}
	v := &chosen.Value
	if v.Publisher == "" {
		v.Publisher = best(s, func(c *record.Candidate) (string, bool) { return c.Publisher, c.Publisher != "" }).Value
	}
	if len(v.ISSN) == 0 {
		v.ISSN = union(s, func(r *record.Classified) []string { return r.Candidate.ISSN })
	}
	return chosen
}

// Kinds are the kinds of document in the common words of the type facet, those of the
// most complete record first.
func (s *Study) Kinds() []string {
	return union(s, func(r *record.Classified) []string { return kindsOf(r.Candidate.Type) })
}

// Date is the day of publication as precisely as the most complete record with a
// date states it: YYYY, YYYY-MM or YYYY-MM-DD; the year where none has a date; ""
// when it is unknown.
func (s *Study) Date() Best[string] {
	return best(s, func(c *record.Candidate) (string, bool) {
		_, ok := parseDate(c.Date)
		return c.Date, ok
	})
}

// Identifiers are the first of each kind, the most complete record first.
func (s *Study) Identifiers() record.Identifiers {
	var ids record.Identifiers
	for _, r := range s.byCompleteness() {
		has := &r.Candidate.IDs
		for into, v := range map[*string]string{
			&ids.DOI: has.DOI, &ids.PMID: has.PMID, &ids.PMCID: has.PMCID, &ids.OpenAlex: has.OpenAlex,
		} {
			if *into == "" {
				*into = v
			}
		}
		for scheme, v := range has.Other {
			if ids.Other == nil {
				ids.Other = make(map[string]string)
			}
			if ids.Other[scheme] == "" {
				ids.Other[scheme] = v
			}
		}
	}
	return ids
}

// LocatedText is a text of a study with the record it stands in.
type LocatedText struct {
	// Text has the language found in it, or else the one declared for it.
	record.Text
	Record string
	// License is what the record states of its licence.
	License string
}

// AllTitles and AllAbstracts are the texts of all records, the most complete record
// first, each text once.
func (s *Study) AllTitles() []LocatedText { return s.located(record.FieldTitle) }

// AllAbstracts are like AllTitles.
func (s *Study) AllAbstracts() []LocatedText { return s.located(record.FieldAbstract) }

// AllKeywords are like AllTitles.
func (s *Study) AllKeywords() []LocatedText { return s.located(record.FieldKeyword) }

func (s *Study) located(field record.Field) []LocatedText {
	var out []LocatedText
	seen := make(map[string]bool)
	for _, r := range s.byCompleteness() {
		texts := r.Candidate.Titles
		switch field {
		case record.FieldAbstract:
			texts = r.Candidate.Abstracts
		case record.FieldKeyword:
			texts = r.Candidate.Keywords
		}
		for i, t := range texts {
			key := slug(t.Text)
			if t.Text == "" || seen[key] {
				continue
			}
			seen[key] = true
			t.Lang = foundLanguage(r, field, i, t.Lang)
			out = append(out, LocatedText{Text: t, Record: r.Candidate.ID, License: r.Candidate.License})
		}
	}
	return out
}

// foundLanguage is the language that most of a text is in.
func foundLanguage(r *record.Classified, field record.Field, index int, declared string) string {
	length := make(map[string]int)
	best := ""
	for _, d := range r.Language.Detected {
		if d.Field != field || d.Index != index || d.Lang == record.Undetermined {
			continue
		}
		length[d.Lang] += d.End - d.Start
		if best == "" || length[d.Lang] > length[best] {
			best = d.Lang
		}
	}
	if best == "" {
		return strings.ToLower(declared)
	}
	return best
}
