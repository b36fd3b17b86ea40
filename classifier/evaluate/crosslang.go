package evaluate

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"polyglean/classifier"
	"polyglean/classifier/relevance"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/table"
)

// CrossLanguageColumns are what the rows of CrossLanguage must have: each record in
// its own language and in English.
var CrossLanguageColumns = []string{"id", "lang", "title", "abstract", "title_en", "abstract_en", "relevant"}

// CrossLanguageScores compare how well relevant records are found in their own
// language with how well the same records are found in English.
type CrossLanguageScores struct {
	Records  int `json:"records"`
	Relevant int `json:"relevant"`
	// Originals and English are the scores of the two versions.
	Originals RankScores `json:"originals"`
	English   RankScores `json:"english"`
	// Ratio is recall at 10 % on the originals over that on the English versions.
	Ratio       float64                     `json:"ratio"`
	PerLanguage map[string]CrossLanguageRow `json:"per_language"`
}

// RankScores are of one ranking of a pool, and of what is flagged in it.
type RankScores struct {
	RecallAt10       float64 `json:"recall_at_10pct"`
	RecallAt20       float64 `json:"recall_at_20pct"`
	RecallAt50       float64 `json:"recall_at_50pct"`
	AveragePrecision float64 `json:"average_precision"`
	// FlagRecall is the part of the relevant records that the protocol matches or
	// flags, FalseRate the same part of the others.
	FlagRecall float64 `json:"flag_recall"`
	FalseRate  float64 `json:"false_rate"`
}

// CrossLanguageRow is one language: of its relevant records, how many are among the
// first as many of that language, in the originals and in English, and how many are
// flagged; and of the others, how many are flagged.
type CrossLanguageRow struct {
	Records      int `json:"records"`
	Relevant     int `json:"relevant"`
	Found        int `json:"found"`
	FoundEnglish int `json:"found_english"`
	Flagged      int `json:"flagged"`
	False        int `json:"false"`
}

// CrossLanguage ranks records by their resemblance to the protocol's seeds, whose
// titles are in English, twice: as they are, and in English. Both pools hold the same
// records, so that the difference is the language.
func CrossLanguage(c *classifier.Classifier, p *protocol.Protocol, rows []table.Row) (*CrossLanguageScores, error) {
	if len(p.Seeds) == 0 {
		return nil, errors.New("the protocol has no seeds to rank by: list some of its studies under seeds in the protocol file")
	}
	s := &CrossLanguageScores{Records: len(rows), PerLanguage: make(map[string]CrossLanguageRow)}
	relevant := make([]bool, len(rows))
	for i, row := range rows {
		var err error
		if relevant[i], err = label(row, "relevant"); err != nil {
			return nil, err
		}
		l := s.PerLanguage[row.Get("lang")]
		l.Records++
		if relevant[i] {
			s.Relevant++
			l.Relevant++
		}
		s.PerLanguage[row.Get("lang")] = l
	}
	originals, err := rankVersion(c, p, rows, relevant, "title", "abstract")
	if err != nil {
		return nil, err
	}
	english, err := rankVersion(c, p, rows, relevant, "title_en", "abstract_en")
	if err != nil {
		return nil, err
	}
	s.Originals, s.English = originals.RankScores, english.RankScores
	if s.English.RecallAt10 > 0 {
		s.Ratio = s.Originals.RecallAt10 / s.English.RecallAt10
	}
	for lang, l := range s.PerLanguage {
		of := func(i int) bool { return rows[i].Get("lang") == lang }
		l.Found, l.FoundEnglish = originals.first(of, relevant, l.Relevant), english.first(of, relevant, l.Relevant)
		for i, found := range originals.found {
			switch {
			case !found || !of(i):
			case relevant[i]:
				l.Flagged++
			default:
				l.False++
			}
		}
		s.PerLanguage[lang] = l
	}
	return s, nil
}

// version is a pool in one of its two versions, scored.
type version struct {
	RankScores
	scores []float64
	found  []bool
}

// rankVersion scores the records of one version by the seeds.
func rankVersion(c *classifier.Classifier, p *protocol.Protocol, rows []table.Row, relevant []bool, title, abstract string) (*version, error) {
	var records []relevance.Record
	var labels []relevance.Labelled
	learnt := make(map[string]bool) // the languages of the seeds
	for _, seed := range p.Seeds {
		r := record.Candidate{ID: fmt.Sprintf("seed:%d", seed.Number), Titles: []record.Text{{Text: seed.Title}}}
		got := c.Classify(r)
		for _, lang := range got.Language.Languages {
			learnt[lang] = true
		}
		records = append(records, reading(&got, learnt))
		labels = append(labels, relevance.Labelled{ID: r.ID, Label: relevance.Include})
	}
	v := &version{}
	for _, row := range rows {
		r := record.Candidate{
			ID:     "row:" + row.Get("id"),
			Titles: []record.Text{{Text: row.Get(title)}}, Abstracts: []record.Text{{Text: row.Get(abstract)}},
		}
		got := c.Classify(r)
		found, _ := Found(&got)
		v.found = append(v.found, found)
		records = append(records, reading(&got, learnt))
	}
	space, err := relevance.NewSpace(records)
	if err != nil {
		return nil, err
	}
	model, err := space.Train(labels)
	if err != nil {
		return nil, err
	}
	for _, r := range records[len(p.Seeds):] {
		v.scores = append(v.scores, model.Score(space.Row(space.Index(r.ID))))
	}
	ranked := rank(v.scores, relevant)
	v.RecallAt10, v.RecallAt20, v.RecallAt50 = ranked.recallWithin(.1), ranked.recallWithin(.2), ranked.recallWithin(.5)
	v.AveragePrecision = ranked.averagePrecision()
	flagged, wrong := 0, 0
	for i, found := range v.found {
		switch {
		case found && relevant[i]:
			flagged++
		case found:
			wrong++
		}
	}
	v.FlagRecall, v.FalseRate = rate(flagged, count(relevant)), rate(wrong, len(rows)-count(relevant))
	return v, nil
}

// reading is what the relevance model reads of a classified record: the concepts that
// a strong word stands for, and its texts in the languages that there are seeds of. Words of another language
// resemble none of a seed's but by chance, and would only make its concepts weigh
// less.
func reading(got *record.Classified, learnt map[string]bool) relevance.Record {
	r := relevance.Record{ID: got.Candidate.ID}
	add := func(field record.Field, texts []record.Text) {
		for i, t := range texts {
			at := slices.IndexFunc(got.Language.Detected, func(d record.Detection) bool {
				return d.Field == field && d.Index == i && learnt[d.Lang]
			})
			if at >= 0 {
				lang := got.Language.Detected[at].Lang
				r.Texts = append(r.Texts, relevance.Text{Text: t.Text, Lang: lang, Title: field == record.FieldTitle})
			}
		}
	}
	add(record.FieldTitle, got.Candidate.Titles)
	add(record.FieldAbstract, got.Candidate.Abstracts)
	for _, h := range got.Concepts {
		if h.Strong {
			r.Concepts = append(r.Concepts, h.Concept)
		}
	}
	return r
}

// first counts the relevant records among the first n of those that of picks.
func (v *version) first(of func(i int) bool, relevant []bool, n int) int {
	var scores []float64
	var wanted []bool
	for i, score := range v.scores {
		if of(i) {
			scores, wanted = append(scores, score), append(wanted, relevant[i])
		}
	}
	return count(rank(scores, wanted)[:n])
}

// Print writes the scores for people.
func (s *CrossLanguageScores) Print(w io.Writer) {
	fmt.Fprintf(w, "%d records in %d languages, %d relevant\n\n", s.Records, len(s.PerLanguage), s.Relevant)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\trecall at 10 %\t20 %\t50 %\taverage precision\tflagged of relevant\tof others")
	for _, v := range []struct {
		name string
		RankScores
	}{{"originals", s.Originals}, {"in English", s.English}} {
		fmt.Fprintf(t, "%s\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\n", v.name, v.RecallAt10, v.RecallAt20, v.RecallAt50, v.AveragePrecision, v.FlagRecall, v.FalseRate)
	}
	_ = t.Flush()
	fmt.Fprintf(w, "\nrecall at 10 %% on the originals is %.3f of that in English\n\n", s.Ratio)
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "language\trelevant among the first as many\tin English\tflagged of relevant\tof others")
	for _, lang := range slices.Sorted(maps.Keys(s.PerLanguage)) {
		l := s.PerLanguage[lang]
		fmt.Fprintf(t, "%s\t%d of %d\t%d of %d\t%d of %d\t%d of %d\n", lang, l.Found, l.Relevant, l.FoundEnglish, l.Relevant, l.Flagged, l.Relevant, l.False, l.Records-l.Relevant)
	}
	_ = t.Flush()
}
