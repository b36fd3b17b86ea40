package alerts

import (
	"slices"

	"polyglean/indexer"
	"polyglean/internal/fold"
	"polyglean/internal/record"
)

// Print is what was told of a record, in so far as a change of it is news. Texts are kept
// as hashes of their folded letters: another spelling, case or punctuation is no change.
type Print struct {
	Record string `json:"id"`
	Title  sum    `json:"title,omitempty"`
	// Abstract is that of the text, Sketch tells how much another one differs.
	Abstract  sum      `json:"abstract,omitempty"`
	Sketch    sum      `json:"sketch,omitempty"`
	Year      int      `json:"year,omitempty"`
	Languages []string `json:"languages,omitempty"`
	Retracted bool     `json:"retracted,omitempty"`
}

// printsOf are the prints of all records of a study.
func printsOf(s *indexer.Study) []Print {
	prints := make([]Print, len(s.Members))
	for i := range s.Members {
		c := &s.Members[i].Record.Candidate
		abstract := first(c.Abstracts)
		prints[i] = Print{
			Record: c.ID, Title: sumOf(first(c.Titles)), Abstract: sumOf(abstract), Sketch: sketchOf(abstract),
			Year: c.Year, Languages: told(s.Members[i].Record.Language.Languages), Retracted: c.Retracted,
		}
	}
	return prints
}

func first(texts []record.Text) string {
	for _, t := range texts {
		if t.Text != "" {
			return t.Text
		}
	}
	return ""
}

// told are languages without the one that stands for none.
func told(languages []string) []string {
	return slices.DeleteFunc(slices.Clone(languages), func(l string) bool { return l == record.Undetermined })
}

// Change is what is other than it was told.
type Change struct {
	// What is "title", "abstract", "year" or "language".
	What string `json:"what"`
	// Now is the year or the code of the language.
	Now string `json:"now,omitempty"`
}

// compare says what is new of a study, given what was told of its records. A study may have
// been told as two that are one now, or be a part of one that was told: nothing is news
// that was told of any of its records.
func compare(s *indexer.Study, ledger func(recordID string) (Print, bool)) (kinds []Kind, changes []Change) {
	var known []Print
	for i := range s.Members {
		if p, ok := ledger(s.Members[i].Record.Candidate.ID); ok {
			known = append(known, p)
		}
	}
	if len(known) == 0 {
		return []Kind{NewStudy}, nil
	}
	any := func(is func(*Print) bool) bool {
		return slices.ContainsFunc(known, func(p Print) bool { return is(&p) })
	}
	if retracted(s) && !any(func(p *Print) bool { return p.Retracted }) {
		kinds = append(kinds, Retracted)
	}
	if title := sumOf(s.Title().Value.Text); title != 0 && !any(func(p *Print) bool { return p.Title == title }) {
		changes = append(changes, Change{What: "title"})
	}
	text := s.Abstract().Value.Text
	switch abstract := sumOf(text); {
	case abstract == 0 || any(func(p *Print) bool { return p.Abstract == abstract }):
	case !any(func(p *Print) bool { return p.Abstract != 0 }):
		kinds = append(kinds, AbstractArrived)
	default:
		if sketch := sketchOf(text); !any(func(p *Print) bool { return p.Abstract != 0 && p.Sketch.like(sketch) }) {
			changes = append(changes, Change{What: "abstract"})
		}
	}
	if year := s.Year().Value; year != 0 && !any(func(p *Print) bool { return p.Year == year }) {
		changes = append(changes, Change{"year", yearText(year)})
	}
	for _, l := range told(s.Languages()) {
		if !any(func(p *Print) bool { return slices.Contains(p.Languages, l) }) {
			changes = append(changes, Change{"language", l})
		}
	}
	// An abstract that arrives in the language it is in is one piece of news, not two.
	if slices.Contains(kinds, AbstractArrived) {
		changes = slices.DeleteFunc(changes, func(c Change) bool { return c.What == "language" })
	}
	if len(changes) > 0 {
		kinds = append(kinds, Changed)
	}
	return kinds, changes
}

func retracted(s *indexer.Study) bool {
	return slices.ContainsFunc(s.Members, func(m indexer.Member) bool { return m.Record.Candidate.Retracted })
}

// sumOf is the hash of a text's folded letters, 0 for one without any.
func sumOf(text string) sum {
	if text == "" {
		return 0
	}
	folded := fold.Fold(text)
	if folded == "" {
		return 0
	}
	return sum(record.Hash64(folded))
}
