// Package diagnosis says how well a review's searches find what belongs to it, from
// the studies of its index: how much each term finds (Check), which terms would find
// more (Suggest), which of the known studies were found or why not, and how much is
// likely still missing (Diagnose). It reads every study once or a few times and
// changes none; the statistics are those of package recall.
//
// A study is known to belong to the review when it is one of the protocol's seeds or a
// reviewer has included it. It is likely to when the protocol's strategy matches it or
// the classifier says that the strategy misses it, and no reviewer has excluded it.
package diagnosis

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// Scan calls fn with every study of an index, those set aside too, until fn returns an
// error, which it returns. The studies are fn's to keep.
type Scan func(ctx context.Context, fn func(*indexer.Study) error) error

// relevance is what is known of a study's belonging to the review.
type relevance int

const (
	unjudged relevance = iota
	relevant
	irrelevant
)

// judged returns what reviewers, or the protocol by its seeds, say of a study: the
// verdict on its full text where there is one, else that on title and abstract.
func judged(s *indexer.Study) relevance {
	if len(seedsOf(s)) > 0 {
		return relevant
	}
	verdict := s.Verdict(record.StageFullText).Verdict
	if verdict != record.Include && verdict != record.Exclude {
		verdict = s.Verdict(record.StageTitleAbstract).Verdict
	}
	switch verdict {
	case record.Include:
		return relevant
	case record.Exclude:
		return irrelevant
	}
	return unjudged
}

// seedsOf are the numbers of the seeds that the records of a study are, in order.
func seedsOf(s *indexer.Study) []int {
	var out []int
	for _, m := range s.Members {
		if n := m.Record.Seed; n > 0 && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// missed says that the classifier takes a study for likely relevant and missed by the
// strategy.
func missed(s *indexer.Study) bool {
	return !s.SetAside() && slices.Contains(s.Flags(), record.FlagKeywordMiss)
}

// strategyFields are the names that records and strategies have for a field.
var strategyFields = map[record.Field]strategy.Field{
	record.FieldTitle: strategy.Title, record.FieldAbstract: strategy.Abstract, record.FieldKeyword: strategy.Keyword,
}

// eachText calls fn with every text of a record.
func eachText(r *record.Classified, fn func(field record.Field, index int, t record.Text)) {
	for i, t := range r.Candidate.Titles {
		fn(record.FieldTitle, i, t)
	}
	for i, t := range r.Candidate.Abstracts {
		fn(record.FieldAbstract, i, t)
	}
	for i, t := range r.Candidate.Keywords {
		fn(record.FieldKeyword, i, t)
	}
}

// fill puts the texts of a record into a Doc, each in its main language.
func fill(d *strategy.Doc, r *record.Classified) {
	d.Reset()
	eachText(r, func(field record.Field, index int, t record.Text) {
		d.Add(strategyFields[field], index, t.Text, mainLanguage(r, field, index, t))
	})
}

// mainLanguage is the language most of a text was found to be in, for keywords the one
// that was declared; "" when unknown.
func mainLanguage(r *record.Classified, field record.Field, index int, t record.Text) string {
	if field == record.FieldKeyword {
		return languageCode(t.Lang)
	}
	langs := detected(r, field, index)
	if len(langs) == 0 {
		return ""
	}
	return langs[0]
}

// detected are the languages found in a text, that of the most text first.
func detected(r *record.Classified, field record.Field, index int) []string {
	size := map[string]int{}
	var langs []string
	for _, d := range r.Language.Detected {
		if d.Field == field && d.Index == index && d.Lang != "" && d.Lang != record.Undetermined {
			if size[d.Lang] == 0 {
				langs = append(langs, d.Lang)
			}
			size[d.Lang] += d.End - d.Start
		}
	}
	slices.SortStableFunc(langs, func(a, b string) int { return size[b] - size[a] })
	return langs
}

// languageCode is the ISO 639-1 code of a declared language, "" where it names none.
func languageCode(tag string) string {
	primary, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(tag), "_", "-"), "-")
	base, err := language.ParseBase(primary)
	switch code := base.String(); {
	case err != nil || code == "und" || code == "mul":
		return ""
	case code == "nb" || code == "nn":
		return "no"
	default:
		return code
	}
}

// firstLanguage is the language a study is counted under.
func firstLanguage(s *indexer.Study) string { return s.Languages()[0] }
