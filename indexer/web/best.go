package web

import (
	"slices"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// What a page says of a study as a whole, chosen from its members.

// titleLang is the language of a study's title, as found in the record that gives it.
func titleLang(st *indexer.Study, title indexer.Best[record.Text]) string {
	for i := range st.Members {
		m := &st.Members[i].Record
		if index := slices.Index(m.Candidate.Titles, title.Value); m.Candidate.ID == title.Record && index >= 0 {
			return textLang(m, record.FieldTitle, index)
		}
	}
	return ""
}

// firstOf is the first value that any record has. The record that gives the title
// is asked first, so that volume, issue and pages are those of one copy.
func firstOf(st *indexer.Study, pick func(*record.Candidate) string) string {
	first, main := "", st.Title().Record
	for i := range st.Members {
		c := &st.Members[i].Record.Candidate
		v := pick(c)
		if v != "" && c.ID == main {
			return v
		}
		if first == "" {
			first = v
		}
	}
	return first
}

func reasonWords(st *indexer.Study) []string {
	var out []string
	for _, reason := range st.Reasons() {
		out = append(out, word(reasonNames, string(reason)))
	}
	return out
}

func seed(st *indexer.Study) int {
	for i := range st.Members {
		if n := st.Members[i].Record.Seed; n > 0 {
			return n
		}
	}
	return 0
}

// tongues are the languages of a study's texts.
func tongues(st *indexer.Study) []tongue {
	var out []tongue
	for _, tag := range st.Languages() {
		out = append(out, tongueOf(tag))
	}
	return out
}

// notes are what a reader must know before trusting the study.
func notes(st *indexer.Study) []string {
	var out []string
	note := func(text string, has func(*record.Classified) bool) {
		if slices.ContainsFunc(st.Members, func(m indexer.Member) bool { return has(&m.Record) }) {
			out = append(out, text)
		}
	}
	note("Retracted", func(m *record.Classified) bool { return m.Candidate.Retracted })
	note("Deleted at its source", func(m *record.Classified) bool { return m.Candidate.Deleted })
	if st.SetAside() {
		out = append(out, "Set aside")
	}
	return out
}

// collect gathers distinct values over the members in order of first mention.
func collect[T comparable](st *indexer.Study, pick func(*record.Classified) []T) []T {
	var out []T
	for i := range st.Members {
		for _, v := range pick(&st.Members[i].Record) {
			if !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out
}
