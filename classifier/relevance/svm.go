package relevance

import (
	"math"
	"math/rand/v2"
)

// The linear support vector machine with squared hinge loss is solved in its dual
// by coordinate descent (Hsieh, Chang, Lin, Keerthi, Sundararajan: A dual
// coordinate descent method for large-scale linear SVM, 2008).
const (
	// cost is C of the machine. The negatives together weigh 1/negativeShare of the
	// positives, as screening simulations settled on (ASReview, ELAS u4).
	cost          = 0.5
	negativeShare = 9.8
	// excludedWeight is what a record that reviewers excluded weighs beside one that
	// is undecided, and may be relevant.
	excludedWeight = 2
	// maxPasses and tolerance end the descent.
	maxPasses = 1000
	tolerance = 1e-3
)

// machine is a trained support vector machine.
type machine struct {
	weights []float64
	bias    float64
	// signs and alpha, the dual variables, are for a similar training to start from.
	signs []sign
	alpha []float64
}

// trainMachine separates the rows of sign 1 from those of sign -1, of which some
// are excluded and others undecided. start, when not nil, is a machine that was
// trained with nearly the same signs.
func trainMachine(rows *matrix, features int, signs []sign, excluded []bool, start *machine) *machine {
	penalties := penalties(signs, excluded)
	m := &machine{weights: make([]float64, features), signs: signs, alpha: make([]float64, len(signs))}
	diagonal := make([]float64, len(signs)) // of the dual's matrix
	active := make([]int32, 0, len(signs))
	for i, y := range signs {
		if y == 0 {
			continue
		}
		v := rows.row(i)
		norm := 1.0 // the bias is a feature that is 1 everywhere
		for _, x := range v.weights {
			norm += float64(x) * float64(x)
		}
		diagonal[i] = penalties[i] + norm
		active = append(active, int32(i))
		if start != nil && y == start.signs[i] {
			m.alpha[i] = start.alpha[i]
			m.add(v, float64(y)*m.alpha[i])
		}
	}
	m.descend(rows, penalties, diagonal, active)
	return m
}

// descend goes through the active records in random order, each time to the
// minimum of one dual variable, until none moves by more than the tolerance.
// Records whose variable stays at 0 are left out until the others have settled.
func (m *machine) descend(rows *matrix, penalties, diagonal []float64, active []int32) {
	random := rand.New(rand.NewPCG(1, 2))
	n, limit := len(active), math.Inf(1)
	for range maxPasses {
		random.Shuffle(n, func(i, j int) { active[i], active[j] = active[j], active[i] })
		high, low := math.Inf(-1), math.Inf(1)
		for at := 0; at < n; at++ {
			i := active[at]
			v, y, alpha := rows.row(int(i)), float64(m.signs[i]), m.alpha[i]
			gradient := y*m.score(v) - 1 + alpha*penalties[i]
			if alpha == 0 && gradient > 0 {
				if gradient > limit {
					n--
					active[at], active[n] = active[n], active[at]
					at--
					continue
				}
				high, low = max(high, 0), min(low, 0)
				continue
			}
			high, low = max(high, gradient), min(low, gradient)
			if math.Abs(gradient) > 1e-12 {
				m.alpha[i] = max(alpha-gradient/diagonal[i], 0)
				m.add(v, (m.alpha[i]-alpha)*y)
			}
		}
		if high-low <= tolerance {
			if n == len(active) {
				return
			}
			n, limit = len(active), math.Inf(1)
			continue
		}
		if limit = high; limit <= 0 {
			limit = math.Inf(1)
		}
	}
}

// penalties are 1/2C of each record, where C is the cost times the weight of the
// record; weights have the mean 1.
func penalties(signs []sign, excluded []bool) []float64 {
	var positives, undecided, decided float64
	for i, y := range signs {
		switch {
		case y == 1:
			positives++
		case y == -1 && excluded[i]:
			decided++
		case y == -1:
			undecided++
		}
	}
	// An undecided record weighs 1, until all are scaled.
	negatives := undecided + excludedWeight*decided
	inclusion := negativeShare * max(negatives, 1) / max(positives, 1)
	all := inclusion*positives + negatives
	scale := cost * (positives + undecided + decided) / all
	out := make([]float64, len(signs))
	for i, y := range signs {
		switch {
		case y == 1:
			out[i] = 1 / (2 * scale * inclusion)
		case y == -1 && excluded[i]:
			out[i] = 1 / (2 * scale * excludedWeight)
		default:
			out[i] = 1 / (2 * scale)
		}
	}
	return out
}

func (m *machine) add(v Vector, step float64) {
	v.addTo(m.weights, step)
	m.bias += step
}

func (m *machine) score(v Vector) float64 { return v.dot(m.weights) + m.bias }
