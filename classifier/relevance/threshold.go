package relevance

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
)

// The recalls that thresholds are offered for: how much of what reviewers would
// include lies above, judged by includes that were held out of training.
const (
	Strict   = 0.50
	Balanced = 0.75
	Wide     = 0.90
)

// maxFolds is into how many parts the includes are split to hold one out.
const maxFolds = 5

// minThreshold is how many includes a threshold needs.
const minThreshold = 3

// ErrFewIncludes means that there are too few included records to say where to
// draw a line.
var ErrFewIncludes = errors.New("fewer than 3 included records: too few to draw a line; read the ranking from the top instead")

// holdOut scores each include by a model that did not know it: one that took it
// for one of the undecided, as the final model takes the misses it is to find.
func (s *Space) holdOut(t *training, first *machine) []float64 {
	n := len(t.includes)
	folds := min(n, maxFolds)
	if n < 2 {
		return nil
	}
	order := rand.New(rand.NewPCG(3, 4)).Perm(n)
	scores := make([]float64, n)
	each([]int{0, 1, 2, 3, 4}[:folds], func() func(int) {
		return func(fold int) {
			signs := slices.Clone(t.signs)
			for k := fold; k < n; k += folds {
				signs[t.includes[order[k]]] = -1
			}
			weights, offset, _ := s.fit(t, signs, first)
			for k := fold; k < n; k += folds {
				i := t.includes[order[k]]
				scores[order[k]] = s.Row(i).dot(weights) + offset
			}
		}
	})
	slices.Sort(scores)
	return scores
}

// Threshold is the score above which the stated part of the relevant records lies,
// judged by the includes when they were held out of training: Balanced, or any
// recall between 0 and 1. ErrFewIncludes if there are too few to tell.
//
// The records a strategy misses say things in other words and are harder to tell:
// fewer of them lie above.
func (m *Model) Threshold(recall float64) (float64, error) {
	if m.Includes() < minThreshold {
		return math.Inf(1), ErrFewIncludes
	}
	return quantile(m.heldOut(), 1-recall), nil
}

// quantile of sorted values, between two of them in proportion.
func quantile(sorted []float64, q float64) float64 {
	at := min(max(q, 0), 1) * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	part := at - float64(i)
	return sorted[i]*(1-part) + sorted[i+1]*part
}
