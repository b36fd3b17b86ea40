package trainer

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"polyglean/classifier/relevance"
	"polyglean/internal/record"
	"polyglean/internal/sidebyside"
)

const (
	// method names how records are read and scored here; a change of what it answers
	// changes it, and with it the version of every model.
	method = "1"
	// maxTerms is how many words and concepts are named as grounds.
	maxTerms = 6
	// strongLinks is how many included studies a record has to be linked with for that
	// alone to be a reason. One link is a poor sign: of the records that a step of
	// snowballing from the seeds of 40 reviews leads to, one in a thousand is relevant.
	strongLinks = 2
	// precision is how finely a probability is told.
	precision = 1e9
)

// cuts are the lines by the names that a protocol gives them.
var cuts = map[string]relevance.Cut{
	"strict": relevance.Strict, "balanced": relevance.Balanced, "wide": relevance.Wide,
}

// recalls are the parts of what is relevant for which a reader is told how many records
// to read.
var recalls = []float64{0.5, 0.75, 0.9}

// scorer scores records by a model.
type scorer struct {
	model     *relevance.Model
	space     *relevance.Space
	version   string
	learnt    map[string]bool // the languages of the included studies
	includes  map[string]*reading
	citations *citations
	// line is where flags begin, wide where a single citation is a reason; +Inf where
	// there is none.
	line, wide float64
	// recall are the lines for the parts of recalls.
	recall []float64
	// why says what keeps the model from having a line, "" if nothing.
	why string
}

// newScorer trains a model. relevance.ErrNoIncludes says that there is nothing to learn
// from.
func newScorer(g *gathered, threshold string) (*scorer, error) {
	s := &scorer{
		learnt: map[string]bool{}, includes: map[string]*reading{}, citations: newCitations(g.includes),
		line: math.Inf(1), wide: math.Inf(1),
	}
	for _, r := range g.includes {
		s.includes[r.Candidate.ID] = r
		r.languages(s.learnt)
	}
	records := make([]relevance.Record, 0, len(g.labelled)+len(g.others))
	for _, r := range slices.Concat(g.labelled, g.others) {
		forModel, _ := r.forModel(s.learnt)
		records = append(records, forModel)
	}
	var err error
	if s.space, err = relevance.NewSpace(records); err != nil {
		return nil, err
	}
	if s.model, err = s.space.Train(g.labels); err != nil {
		return nil, err
	}
	s.version = fmt.Sprintf("%s-%s-%s", s.model.Version(), threshold, method)
	if s.line, err = s.model.Line(cuts[threshold]); err == nil {
		s.wide, err = s.model.Line(relevance.Wide)
	}
	if err == nil {
		for _, part := range recalls {
			var line float64
			if line, err = s.model.LineForRecall(part); err != nil {
				break
			}
			s.recall = append(s.recall, line)
		}
	}
	if errors.Is(err, relevance.ErrFewIncludes) {
		s.why, err = err.Error(), nil
	}
	return s, err
}

// above counts scored records.
type above struct {
	flagged int
	// recall counts those above each of the lines of a scorer.
	recall []int
}

// score scores records side by side, for a training of the given number.
func (s *scorer) score(review string, training int64, readings []*reading, count *above) []record.Score {
	out := make([]record.Score, len(readings))
	raw := make([]float64, len(readings))
	sidebyside.Do(len(readings), 1, func(i int) {
		out[i], raw[i] = s.one(readings[i])
		out[i].Review, out[i].Training = review, training
	})
	if count.recall == nil {
		count.recall = make([]int, len(s.recall))
	}
	for i := range out {
		if out[i].Flag {
			count.flagged++
		}
		for k, line := range s.recall {
			if raw[i] >= line {
				count.recall[k]++
			}
		}
	}
	return out
}

// one scores a record; it returns the score of the model, too.
func (s *scorer) one(r *reading) (record.Score, float64) {
	forModel, from := r.forModel(s.learnt)
	vector := s.space.Vector(forModel)
	raw := s.model.Score(vector)
	out := record.Score{
		Schema: record.Schema, Record: r.Candidate.ID, Model: s.version,
		Value: math.Round(s.model.Probability(raw)*precision) / precision, Flag: raw >= s.line,
	}
	if out.Flag {
		for _, g := range s.model.Explain(forModel, 3*maxTerms) {
			if len(out.Grounds) < maxTerms && telling(&g) {
				out.Grounds = append(out.Grounds, term(r, &g, from))
			}
		}
		if id, cosine := s.model.Nearest(r.Candidate.ID, vector); id != "" {
			near := s.includes[id]
			out.Grounds = append(out.Grounds, record.Ground{
				Kind: record.GroundNear, Text: near.title(), Weight: round(cosine), Study: record.StudyID(id), Seed: near.Seed,
			})
		}
	}
	if links := s.citations.grounds(r); len(links) >= strongLinks || raw >= s.wide || r.missed() {
		out.Grounds = append(out.Grounds, links...)
	}
	return out, raw
}

// telling says that a reader can make something of a ground. Words of three letters or
// fewer are mostly those that hold sentences together: the model weighs "of" as it does
// others, a reader does not. Scripts that write a word in one or two characters are not
// meant.
func telling(g *relevance.Ground) bool {
	return g.Concept != "" || len(g.Words) > 3
}

// term is a word or concept as a ground.
func term(r *reading, g *relevance.Ground, from []source) record.Ground {
	if g.Concept == "" {
		at := from[g.Text]
		return record.Ground{
			Kind: record.GroundWord, Text: g.Words, Weight: round(g.Weight),
			Evidence: []record.Evidence{{Field: at.field, Index: at.index, Start: g.Start, End: g.End, Words: g.Words}},
		}
	}
	out := record.Ground{Kind: record.GroundConcept, Text: g.Concept, Weight: round(g.Weight)}
	for _, h := range r.Concepts {
		if h.Concept == g.Concept && len(h.Evidence) > 0 {
			out.Evidence = h.Evidence[:1]
		}
	}
	return out
}

// round keeps three figures behind the point: more would be noise on the wire.
func round(x float64) float64 { return math.Round(x*1000) / 1000 }
