package web

import (
	"slices"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// What a page says of a study as a whole, chosen from its members.

func mainTitle(st *indexer.Study) (text, lang string) {
	for i := range st.Members {
		if m := &st.Members[i].Record; len(m.Candidate.Titles) > 0 {
			return m.Candidate.Titles[0].Text, textLang(m, record.FieldTitle, 0)
		}
	}
	return "", ""
}

func mainAbstract(st *indexer.Study) (text, lang string) {
	for i := range st.Members {
		if m := &st.Members[i].Record; len(m.Candidate.Abstracts) > 0 {
			return m.Candidate.Abstracts[0].Text, textLang(m, record.FieldAbstract, 0)
		}
	}
	return "", ""
}

func firstOf(st *indexer.Study, pick func(*record.Candidate) string) string {
	for i := range st.Members {
		if v := pick(&st.Members[i].Record.Candidate); v != "" {
			return v
		}
	}
	return ""
}

func yearOf(st *indexer.Study) string {
	return firstOf(st, func(c *record.Candidate) string { return year(c.Year) })
}

func authors(st *indexer.Study) []record.Author {
	for i := range st.Members {
		if a := st.Members[i].Record.Candidate.Authors; len(a) > 0 {
			return a
		}
	}
	return nil
}

func sources(st *indexer.Study) []string {
	return collect(st, func(m *record.Classified) []string { return []string{sourceName(m.Candidate.Source)} })
}

func reasons(st *indexer.Study) []record.Reason { return collect(st, (*record.Classified).Reasons) }

func seed(st *indexer.Study) int {
	for i := range st.Members {
		if n := st.Members[i].Record.Seed; n > 0 {
			return n
		}
	}
	return 0
}

// tongues are the languages of a study's texts; the unknown one is named only when
// it is the only one.
func tongues(st *indexer.Study) []tongue {
	tags := collect(st, func(m *record.Classified) []string { return m.Language.Languages })
	var out []tongue
	for _, tag := range tags {
		if tag != record.Undetermined || len(tags) == 1 {
			out = append(out, tongueOf(tag))
		}
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
	if setAside(st) {
		out = append(out, "Set aside")
	}
	return out
}

// setAside reports whether no record of the study was selected for reviewers.
func setAside(st *indexer.Study) bool {
	return !slices.ContainsFunc(st.Members, func(m indexer.Member) bool { return m.Record.Selection != record.SetAside })
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
