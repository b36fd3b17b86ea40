package indexer

import (
	"cmp"
	"slices"

	"polyglean/indexer/merge"
	"polyglean/internal/record"
)

// Best is a value of a study and the record that says so.
type Best[T any] struct {
	Value T
	// Record is the ID of a member, empty when no member has the value.
	Record string
}

// Title is the main title of the most complete record that has one.
func (s *Study) Title() Best[record.Text] {
	return best(s, func(c *record.Candidate) (record.Text, bool) { return firstText(c.Titles) })
}

// Abstract is the first abstract of the most complete record that has one.
func (s *Study) Abstract() Best[record.Text] {
	return best(s, func(c *record.Candidate) (record.Text, bool) { return firstText(c.Abstracts) })
}

// Year is the year of publication, 0 when no record states one that can be: 0000 and
// 9999 stand in some records for an unknown one.
func (s *Study) Year() Best[int] {
	return best(s, func(c *record.Candidate) (int, bool) { return c.Year, merge.PlausibleYear(c.Year) })
}

// Authors are the authors in their order.
func (s *Study) Authors() Best[[]record.Author] {
	return best(s, func(c *record.Candidate) ([]record.Author, bool) { return c.Authors, len(c.Authors) > 0 })
}

// Container is the journal, book or series.
func (s *Study) Container() Best[string] {
	return best(s, func(c *record.Candidate) (string, bool) { return c.Container, c.Container != "" })
}

// JournalCountry is the country of the journal, or of the publisher of what is in none,
// by its ISO 3166-1 code.
func (s *Study) JournalCountry() Best[string] {
	return best(s, func(c *record.Candidate) (string, bool) { return c.JournalCountry, c.JournalCountry != "" })
}

// DOI is bare and in lower case.
func (s *Study) DOI() Best[string] {
	return best(s, func(c *record.Candidate) (string, bool) { return c.IDs.DOI, c.IDs.DOI != "" })
}

// URL is where the study can be read.
func (s *Study) URL() Best[string] {
	return best(s, func(c *record.Candidate) (string, bool) { return c.URL, c.URL != "" })
}

// LanguageClass says what of the study is in English, over all its records: a paper
// in another language is that by whichever record says so. It is "" where all records
// were classified before there were classes.
func (s *Study) LanguageClass() record.LanguageClass {
	has := make(map[record.LanguageClass]bool)
	for i := range s.Members {
		has[s.Members[i].Record.Language.Class] = true
	}
	english := has[record.LanguageEnglish] || has[record.LanguageEnglishMetadata]
	switch {
	case has[record.LanguageSeveral], has[record.LanguageOther] && english:
		return record.LanguageSeveral
	case has[record.LanguageEnglishMetadata]:
		return record.LanguageEnglishMetadata
	case has[record.LanguageOther]:
		return record.LanguageOther
	case has[record.LanguageEnglish]:
		return record.LanguageEnglish
	case has[record.LanguageUnknown]:
		return record.LanguageUnknown
	}
	return ""
}

// Languages are those of the texts of all records, those of the most complete
// record first; ["und"] when no text could tell.
func (s *Study) Languages() []string {
	languages := union(s, func(r *record.Classified) []string { return r.Language.Languages })
	known := slices.DeleteFunc(languages, func(l string) bool { return l == record.Undetermined })
	if len(known) == 0 {
		return []string{record.Undetermined}
	}
	return known
}

// Flags are the flags of all records.
func (s *Study) Flags() []record.Flag {
	return said(s, func(f record.Finding) record.Flag { return f.Flag })
}

// Reasons are the keyword-miss reasons of all records, those that their scores give
// last.
func (s *Study) Reasons() []record.Reason {
	return said(s, func(f record.Finding) record.Reason { return f.Reason })
}

// SetAside reports whether no record of the study was selected for reviewers, by the
// classifier or by its score, and none of them has decided on it.
func (s *Study) SetAside() bool {
	if len(s.Decisions) > 0 || s.selectedByScore() {
		return false
	}
	for _, m := range s.Members {
		if m.Record.Selection != record.SetAside {
			return false
		}
	}
	return len(s.Members) > 0
}

// said are the distinct words that pick takes of the findings of all records: first
// those of the classifier, then those of scores.
func said[T ~string](s *Study, pick func(record.Finding) T) []T {
	all := union(s, func(r *record.Classified) []T { return picked(r.Findings, pick) })
	for i := range s.Members {
		for _, v := range picked(s.Findings(&s.Members[i]), pick) {
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
	}
	return all
}

func picked[T ~string](findings []record.Finding, pick func(record.Finding) T) []T {
	var out []T
	for _, f := range findings {
		if v := pick(f); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// byCompleteness lists the members, the one with the most to say first. Records
// deleted at their source come last; equals are in order of record ID.
func (s *Study) byCompleteness() []*record.Classified {
	records := make([]*record.Classified, len(s.Members))
	for i := range s.Members {
		records[i] = &s.Members[i].Record
	}
	slices.SortFunc(records, func(a, b *record.Classified) int {
		return cmp.Or(
			cmp.Compare(completeness(&b.Candidate), completeness(&a.Candidate)),
			cmp.Compare(a.Candidate.ID, b.Candidate.ID))
	})
	return records
}

// completeness weighs what a reader needs to judge a record: the abstract above
// all, then what identifies it.
func completeness(c *record.Candidate) int {
	n := 0
	for weight, has := range map[int]bool{
		1: c.Container != "", 2: c.Year != 0, 4: len(c.Authors) > 0, 8: c.IDs.DOI != "",
		16: len(c.Abstracts) > 0, 32: len(c.Titles) > 0, 64: !c.Deleted,
	} {
		if has {
			n += weight
		}
	}
	return n
}

func best[T any](s *Study, pick func(*record.Candidate) (T, bool)) Best[T] {
	for _, r := range s.byCompleteness() {
		if v, ok := pick(&r.Candidate); ok {
			return Best[T]{Value: v, Record: r.Candidate.ID}
		}
	}
	return Best[T]{}
}

func union[T comparable](s *Study, pick func(*record.Classified) []T) []T {
	var all []T
	for _, r := range s.byCompleteness() {
		for _, v := range pick(r) {
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
	}
	return all
}

func firstText(texts []record.Text) (record.Text, bool) {
	for _, t := range texts {
		if t.Text != "" {
			return t, true
		}
	}
	return record.Text{}, false
}
