package web

import (
	"slices"
	"strings"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// hitView is a study in the list.
type hitView struct {
	Href      string
	Title     passage
	Authors   []string
	More      int
	Year      string
	Container string
	Sources   []string
	Languages []tongue
	Reasons   []string
	// Notes are warnings: retracted, deleted, set aside.
	Notes    []string
	Seed     int
	Passages []hitPassage
	Records  int
	Verdicts []string
}

// hitPassage is a piece of a study's text under its title.
type hitPassage struct {
	// Field is empty for the abstract, which needs no label.
	Field            string
	Text             passage
	CutStart, CutEnd bool
}

const (
	shownAuthors  = 3
	shownPassages = 3
	// openingChars is how much of an abstract stands in for passages where the
	// query marks none.
	openingChars = 280
)

func (s *site) hit(a ask, h indexer.Hit) hitView {
	st := &h.Study
	title := st.Title()
	v := hitView{
		Href: a.href("/study/" + st.ID), Records: len(st.Members),
		Year: year(st.Year().Value), Container: st.Container().Value, Languages: tongues(st), Reasons: reasonWords(st),
		Seed: seed(st), Notes: notes(st),
	}
	for _, source := range st.Sources() {
		v.Sources = append(v.Sources, sourceName(source))
	}
	for _, d := range st.Decisions {
		v.Verdicts = append(v.Verdicts, word(verdictNames, string(d.Decision.Verdict)))
	}
	for _, author := range st.Authors().Value {
		v.Authors = append(v.Authors, author.Name)
	}
	if n := len(v.Authors); n > shownAuthors+1 {
		v.Authors, v.More = v.Authors[:shownAuthors], n-shownAuthors
	}

	var marks []mark
	text := title.Value.Text
	shown := []string{letters(text)}
	for _, sn := range h.Snippets {
		if sn.Field == string(record.FieldTitle) && sn.Text != "" {
			if at := strings.Index(text, sn.Text); at >= 0 {
				for _, m := range sn.Marks {
					marks = append(marks, mark{start: at + m.Start, end: at + m.End})
				}
				continue
			}
		}
		// Copies of a study differ in case, spacing and where the passage was cut:
		// showing one of them is enough.
		key := letters(sn.Text)
		if slices.ContainsFunc(shown, func(have string) bool { return sameOpening(key, have) }) {
			continue
		}
		if shown = append(shown, key); len(v.Passages) < shownPassages {
			v.Passages = append(v.Passages, snippet(st, sn))
		}
	}
	v.Title = newPassage(text, titleLang(st, title), sound(text, marks))
	if len(v.Passages) == 0 {
		if abstract := st.Abstract(); abstract.Record != "" {
			head, cut := opening(abstract.Value.Text, openingChars)
			v.Passages = []hitPassage{{Text: newPassage(head, openingLang(st, abstract, len(head)), nil), CutEnd: cut}}
		}
	}
	return v
}

func snippet(st *indexer.Study, sn indexer.Snippet) hitPassage {
	marks := make([]mark, len(sn.Marks))
	for i, m := range sn.Marks {
		marks[i] = mark{start: m.Start, end: m.End}
	}
	lang := ""
	for i := range st.Members {
		if m := &st.Members[i].Record; m.Candidate.ID == sn.Record {
			lang = snippetLang(m, sn)
		}
	}
	label := ""
	if sn.Field != string(record.FieldAbstract) {
		label = word(fieldNames, sn.Field)
	}
	return hitPassage{
		Field: label, Text: newPassage(sn.Text, lang, sound(sn.Text, marks)),
		CutStart: sn.CutStart, CutEnd: sn.CutEnd,
	}
}

// snippetLang is the language at the first mark of a snippet: a text may hold an
// abstract and its translation.
func snippetLang(m *record.Classified, sn indexer.Snippet) string {
	field := record.Field(sn.Field)
	at := strings.Index(textAt(m, field, sn.Index).Text, sn.Text)
	if at < 0 || len(sn.Marks) == 0 {
		return textLang(m, field, sn.Index)
	}
	return langAt(m, field, sn.Index, at+sn.Marks[0].Start)
}

// openingLang is the language in the middle of the first n bytes of an abstract.
func openingLang(st *indexer.Study, abstract indexer.Best[record.Text], n int) string {
	for i := range st.Members {
		m := &st.Members[i].Record
		if index := slices.Index(m.Candidate.Abstracts, abstract.Value); m.Candidate.ID == abstract.Record && index >= 0 {
			return langAt(m, record.FieldAbstract, index, n/2)
		}
	}
	return ""
}
