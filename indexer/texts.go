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
	segments := t.segments()
	if len(segments) == 1 {
		return analysis.Analyze(t.Text.Text, segments[0].lang)
	}
	var tokens []analysis.Token
	for i, s := range segments {
		end := len(t.Text.Text)
		if i+1 < len(segments) {
			end = segments[i+1].start
		}
		for _, token := range analysis.Analyze(t.Text.Text[s.start:end], s.lang) {
			token.Start += s.start
			token.End += s.start
			tokens = append(tokens, token)
		}
	}
	return tokens
}

type segment struct {
	start int
	lang  string
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
		found = append(found, segment{d.Start, lang})
	}
	if len(found) == 0 {
		return []segment{{0, declared}}
	}
	slices.SortStableFunc(found, func(a, b segment) int { return cmp.Compare(a.start, b.start) })
	// What stands before the first segment goes with it, and neighbours of one
	// language are one.
	found[0].start = 0
	return slices.CompactFunc(found, func(a, b segment) bool { return a.start == b.start || a.lang == b.lang })
}
