package indexer

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"polyglean/indexer/analysis"
	"polyglean/internal/record"
)

// text is one of a record's titles, abstracts or keywords.
type text struct {
	record *record.Classified
	field  record.Field
	index  int
	record.Text
}

// texts yields each distinct text of a study once, though several members have
// it: members in order of record ID, titles before abstracts before keywords.
func (s *Study) texts() []text {
	var all []text
	seen := make(map[record.Field]map[string]bool)
	for i := range s.Members {
		r := &s.Members[i].Record
		for _, part := range []struct {
			field record.Field
			texts []record.Text
		}{
			{record.FieldTitle, r.Candidate.Titles},
			{record.FieldAbstract, r.Candidate.Abstracts},
			{record.FieldKeyword, r.Candidate.Keywords},
		} {
			if seen[part.field] == nil {
				seen[part.field] = make(map[string]bool)
			}
			for i, t := range part.texts {
				if t.Text != "" && !seen[part.field][t.Text] {
					seen[part.field][t.Text] = true
					all = append(all, text{r, part.field, i, t})
				}
			}
		}
	}
	return all
}

// tokens analyses a text, each segment in its own language.
func (t *text) tokens() []analysis.Token {
	var tokens []analysis.Token
	for _, s := range t.segments() {
		for _, token := range analysis.Analyze(t.Text.Text[s.start:s.end], s.lang) {
			token.Start += s.start
			token.End += s.start
			tokens = append(tokens, token)
		}
	}
	return tokens
}

// addTo adds the tokens to forms.
func (t *text) addTo(forms *analysis.Forms) {
	for _, s := range t.segments() {
		forms.Add(t.Text.Text[s.start:s.end], s.lang)
	}
}

// segment is a part of a text in one language: bytes from start, and before end.
type segment struct {
	start, end int
	lang       string
}

// segments cuts the text where its language changes. The language is the one
// detected, the declared one where none was.
func (t *text) segments() []segment {
	declared := cmp.Or(t.Lang, record.Undetermined)
	var found []segment
	for _, d := range t.record.Language.Detected {
		if d.Field != t.field || d.Index != t.index || d.Start < 0 || d.Start >= len(t.Text.Text) || !utf8.RuneStart(t.Text.Text[d.Start]) {
			continue
		}
		lang := d.Lang
		if lang == "" || lang == record.Undetermined {
			lang = declared
		}
		found = append(found, segment{start: d.Start, lang: lang})
	}
	if len(found) == 0 {
		return []segment{{end: len(t.Text.Text), lang: declared}}
	}
	slices.SortStableFunc(found, func(a, b segment) int { return cmp.Compare(a.start, b.start) })
	// What stands before the first segment goes with it, and neighbours of one
	// language are one.
	found[0].start = 0
	found = slices.CompactFunc(found, func(a, b segment) bool { return a.start == b.start || a.lang == b.lang })
	for i := range found {
		found[i].end = len(t.Text.Text)
		if i > 0 {
			found[i-1].end = found[i].start
		}
	}
	return found
}
