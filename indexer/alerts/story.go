package alerts

import (
	"slices"

	"polyglean/indexer"
	"polyglean/indexer/export"
	"polyglean/internal/fold"
	"polyglean/internal/record"
	"polyglean/internal/untrusted"
)

// Story is what a message says of a study, as it was when the news was written. It is kept
// in the ledger, so that a message that is sent again is the same message.
type Story struct {
	// Titles are in all languages there are, the best one first.
	Titles  []record.Text `json:"titles,omitempty"`
	Authors []string      `json:"authors,omitempty"`
	// More is how many authors there are besides.
	More      int    `json:"more_authors,omitempty"`
	Year      int    `json:"year,omitempty"`
	Container string `json:"container,omitempty"`
	DOI       string `json:"doi,omitempty"`
	// Link is where its sources say that it can be read.
	Link string `json:"link,omitempty"`
	// Abstract is the beginning of the best one that may be passed on.
	Abstract *record.Text `json:"abstract,omitempty"`
	// Withheld says that there is an abstract whose licence does not let it be passed on.
	Withheld  bool     `json:"abstract_withheld,omitempty"`
	Retracted bool     `json:"retracted,omitempty"`
	Languages []string `json:"languages,omitempty"`
	Sources   []string `json:"sources,omitempty"`
	// Words are those of the study that the search found.
	Words []Words `json:"words,omitempty"`
	// Reasons say why a keyword search would have missed it.
	Reasons []Reason `json:"reasons,omitempty"`
	Changes []Change `json:"changes,omitempty"`
}

// Words are words of a study that say the same.
type Words struct {
	// Concept is what they say, by its ID and as people call it; both are empty for words
	// that were looked for as typed.
	Concept string   `json:"concept,omitempty"`
	Name    string   `json:"name,omitempty"`
	Words   []string `json:"words"`
}

// Reason is why a keyword search would have missed a study.
type Reason struct {
	Reason record.Reason `json:"reason"`
	// Detail is a sentence.
	Detail string `json:"detail"`
}

// How much of a study a message has, in characters and in number.
const (
	titleSize     = 500
	nameSize      = 120
	containerSize = 200
	abstractSize  = 600
	wordSize      = 80
	detailSize    = 400
	mostTitles    = 6
	mostAuthors   = 6
	mostWords     = 6 // of a concept
	mostConcepts  = 12
	mostReasons   = 8
)

// story tells of a study, with the passages that the search found.
func (s *Service) story(study *indexer.Study, snippets []indexer.Snippet, changes []Change) *Story {
	st := &Story{
		Year: study.Year().Value, Container: shorten(study.Container().Value, containerSize),
		DOI: untrusted.Line(study.DOI().Value), Link: untrusted.WebURL(study.URL().Value), Retracted: retracted(study),
		Languages: told(study.Languages()), Words: s.words(study, snippets), Reasons: reasons(study), Changes: changes,
	}
	for _, t := range study.AllTitles() {
		if len(st.Titles) < mostTitles {
			st.Titles = append(st.Titles, record.Text{Text: shorten(t.Text.Text, titleSize), Lang: t.Lang})
		}
	}
	for i, a := range study.Authors().Value {
		if i == mostAuthors {
			st.More = len(study.Authors().Value) - mostAuthors
			break
		}
		st.Authors = append(st.Authors, shorten(a.Whole(), nameSize))
	}
	for _, source := range study.Sources() {
		st.Sources = append(st.Sources, untrusted.Line(record.SourceName(source)))
	}
	for _, t := range study.AllAbstracts() {
		if !export.MayShare(t.License) {
			st.Withheld = true
		} else if st.Abstract == nil {
			st.Abstract = &record.Text{Text: shorten(t.Text.Text, abstractSize), Lang: t.Lang}
		}
	}
	return st
}

// words are the marked words of the passages, by the concept that the classifier found in
// them. Those of a study's passages that stand for none were looked for as typed.
func (s *Service) words(study *indexer.Study, snippets []indexer.Snippet) []Words {
	concepts := map[string]string{} // by the folded words
	for i := range study.Members {
		for _, hit := range study.Members[i].Record.Concepts {
			for _, e := range hit.Evidence {
				if key := fold.Fold(e.Words); concepts[key] == "" {
					concepts[key] = hit.Concept
				}
			}
		}
	}
	var all []Words
	seen := map[string]bool{}
	for _, sn := range snippets {
		for _, m := range sn.Marks {
			word := shorten(sn.Text[m.Start:m.End], wordSize)
			key := fold.Fold(word)
			if key == "" || seen[key] {
				continue
			}
			seen[key] = true
			concept := concepts[key]
			at := slices.IndexFunc(all, func(w Words) bool { return w.Concept == concept })
			if at < 0 {
				if len(all) == mostConcepts {
					continue
				}
				at = len(all)
				all = append(all, Words{Concept: concept})
				if concept != "" {
					all[at].Name = s.opts.Names.Concept(concept)
				}
			}
			if len(all[at].Words) < mostWords {
				all[at].Words = append(all[at].Words, word)
			}
		}
	}
	return all
}

func reasons(study *indexer.Study) []Reason {
	var all []Reason
	for i := range study.Members {
		for _, f := range study.Findings(&study.Members[i]) {
			r := Reason{f.Reason, shorten(f.Detail, detailSize)}
			if f.Reason != "" && len(all) < mostReasons && !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	return all
}
