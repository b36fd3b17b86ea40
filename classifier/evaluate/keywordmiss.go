package evaluate

import (
	"errors"
	"fmt"
	"io"
	"time"

	"polyglean/classifier/relevance"
	"polyglean/internal/strategy"
	"polyglean/internal/table"
)

// KeywordMissColumns are what the rows of KeywordMiss must have; abstract and lang
// may be there too.
var KeywordMissColumns = []string{"id", "title", "included"}

// KeywordMissScores say how well the records that a strategy misses are found
// again among all that it does not match.
type KeywordMissScores struct {
	Records  int `json:"records"`
	Included int `json:"included"`
	// Matched and IncludedMatched are what the strategy matches, Misses the included
	// records it does not, Pool all it does not.
	Matched         int `json:"matched"`
	IncludedMatched int `json:"included_matched"`
	Misses          int `json:"misses"`
	Pool            int `json:"pool"`
	// RecallAt… are the parts of the misses among the first records of the pool,
	// ranked by relevance; 0 where there are none.
	RecallAt1        float64 `json:"recall_at_1pct"`
	RecallAt5        float64 `json:"recall_at_5pct"`
	RecallAt10       float64 `json:"recall_at_10pct"`
	AveragePrecision float64 `json:"average_precision"`
	// Flagged are the records of the pool from the model's line on.
	Flagged       int     `json:"flagged"`
	FlagRecall    float64 `json:"flag_recall"`
	FlagPrecision float64 `json:"flag_precision"`
	// Seconds is what matching, learning and ranking took.
	Seconds float64 `json:"seconds"`
	// Notes say in sentences what could not be measured or learnt from.
	Notes []string `json:"notes,omitempty"`

	mode    strategy.Mode
	recall  float64
	flagged int // of the misses
}

// KeywordMissOptions adjust KeywordMiss.
type KeywordMissOptions struct {
	// Mode is how the strategy's words match; empty means exact.
	Mode strategy.Mode
	// Recall is the part of the misses that flags are to find, as far as the model
	// can tell; 0 means that they are drawn at relevance.Balanced.
	Recall float64
}

// KeywordMiss measures the relevance model on a screened review: it learns from the
// labels of the records the strategy matches, ranks all others, and counts how
// early the included ones among them come. Their labels are used for nothing but
// counting. Texts without a lang are taken for English.
func KeywordMiss(rows []table.Row, query strategy.Node, opts KeywordMissOptions) (*KeywordMissScores, error) {
	if opts.Mode == "" {
		opts.Mode = strategy.Exact
	}
	start := time.Now()
	r, err := readReview(rows)
	if err != nil {
		return nil, err
	}
	r.match(query, opts.Mode)
	s := &KeywordMissScores{
		Records: len(r.records), Included: count(r.included), Matched: count(r.matched),
		mode: opts.Mode, recall: opts.Recall,
	}
	for i, matched := range r.matched {
		if matched && r.included[i] {
			s.IncludedMatched++
		}
	}
	s.Misses, s.Pool = s.Included-s.IncludedMatched, s.Records-s.Matched
	switch {
	case s.Included == 0:
		return nil, errors.New("no record is included: there is nothing to learn from and nothing to miss")
	case s.IncludedMatched == 0:
		return nil, fmt.Errorf("the strategy matches %d of %d records and none of the %d included ones, so there is nothing to learn from: check the strategy (in mode %s)",
			s.Matched, s.Records, s.Included, s.mode)
	case s.Misses == 0:
		s.Notes = append(s.Notes, "the strategy matches every included record: there is no miss to find")
	}
	if err := s.rank(r); err != nil {
		return nil, err
	}
	s.Seconds = time.Since(start).Seconds()
	return s, nil
}

// rank learns from the matched records of a review and ranks the others.
func (s *KeywordMissScores) rank(r *review) error {
	space, err := relevance.NewSpace(r.records)
	if err != nil {
		return err
	}
	model, err := space.Train(r.labels())
	if err != nil {
		return err
	}
	s.Notes = append(s.Notes, model.Unlearnt()...)
	line, err := model.Line(relevance.Balanced)
	if s.recall > 0 {
		line, err = model.LineForRecall(s.recall)
	}
	if err != nil {
		s.Notes = append(s.Notes, "nothing is flagged: "+err.Error())
	}
	var scores []float64
	var wanted []bool
	for i, matched := range r.matched {
		if matched {
			continue
		}
		score := model.Score(space.Row(space.Index(r.records[i].ID)))
		scores, wanted = append(scores, score), append(wanted, r.included[i])
		if score >= line {
			s.Flagged++
			if r.included[i] {
				s.flagged++
			}
		}
	}
	ranked := rank(scores, wanted)
	s.RecallAt1, s.RecallAt5, s.RecallAt10 = ranked.recallWithin(0.01), ranked.recallWithin(0.05), ranked.recallWithin(0.10)
	s.AveragePrecision = ranked.averagePrecision()
	s.FlagRecall, s.FlagPrecision = rate(s.flagged, s.Misses), rate(s.flagged, s.Flagged)
	return nil
}

// review is a screened review.
type review struct {
	records           []relevance.Record
	included, matched []bool
}

// readReview reads the rows of a review. Rows of one ID are an error.
func readReview(rows []table.Row) (*review, error) {
	r := &review{}
	lines := make(map[string]table.Row, len(rows))
	for _, row := range rows {
		id := row.Get("id")
		if id == "" {
			return nil, fmt.Errorf("line %d has no id: give each record one of its own", row.Line)
		}
		included, err := label(row, "included")
		if err != nil {
			return nil, err
		}
		if first, twice := lines[id]; twice {
			if first.Yes("included") != included {
				return nil, fmt.Errorf("lines %d and %d have the id %s and contradicting labels: keep the one that holds", first.Line, row.Line, id)
			}
			return nil, fmt.Errorf("lines %d and %d have the id %s: keep one of them, or give each its own", first.Line, row.Line, id)
		}
		lines[id] = row
		lang := row.Get("lang")
		if lang == "" {
			lang = "en"
		}
		r.records = append(r.records, relevance.Record{ID: id, Texts: []relevance.Text{
			{Text: row.Get("title"), Lang: lang, Title: true},
			{Text: row.Get("abstract"), Lang: lang},
		}})
		r.included = append(r.included, included)
	}
	return r, nil
}

// match finds the records that the strategy matches.
func (r *review) match(query strategy.Node, mode strategy.Mode) {
	matcher, doc := strategy.Compile(query, mode, "en"), strategy.NewDoc()
	for i := range r.records {
		doc.Reset()
		for _, t := range r.records[i].Texts {
			field := strategy.Abstract
			if t.Title {
				field = strategy.Title
			}
			doc.Add(field, 0, t.Text, t.Lang)
		}
		matched, _ := matcher.Match(doc)
		r.matched = append(r.matched, matched)
	}
}

// labels are what is known before anything is missed: the matched records, screened.
func (r *review) labels() []relevance.Labelled {
	var out []relevance.Labelled
	for i, matched := range r.matched {
		if !matched {
			continue
		}
		label := relevance.Exclude
		if r.included[i] {
			label = relevance.Include
		}
		out = append(out, relevance.Labelled{ID: r.records[i].ID, Label: label})
	}
	return out
}

// Print writes the scores for people.
func (s *KeywordMissScores) Print(w io.Writer) {
	fmt.Fprintf(w, "%d records, %d included\n", s.Records, s.Included)
	fmt.Fprintf(w, "strategy    matches %d, %d of them included (mode %s); it misses %d in a pool of %d\n\n", s.Matched, s.IncludedMatched, s.mode, s.Misses, s.Pool)
	fmt.Fprintf(w, "misses found in the first 1 %% of the pool    %.3f\n", s.RecallAt1)
	fmt.Fprintf(w, "                          5 %%                %.3f\n", s.RecallAt5)
	fmt.Fprintf(w, "                         10 %%                %.3f\n", s.RecallAt10)
	fmt.Fprintf(w, "average precision                           %.3f\n\n", s.AveragePrecision)
	drawn := "at the balanced cut"
	if s.recall > 0 {
		drawn = fmt.Sprintf("where a recall of %.2f is expected", s.recall)
	}
	fmt.Fprintf(w, "flagged     %d, the line drawn %s\n", s.Flagged, drawn)
	fmt.Fprintf(w, "recall      %.3f  %d of %d misses are flagged\n", s.FlagRecall, s.flagged, s.Misses)
	fmt.Fprintf(w, "precision   %.3f  %d of %d flagged are misses\n", s.FlagPrecision, s.flagged, s.Flagged)
	fmt.Fprintf(w, "seconds     %.2f\n", s.Seconds)
	for _, note := range s.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
}
