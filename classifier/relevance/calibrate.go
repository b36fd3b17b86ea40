package relevance

import "math"

// curve is the logistic curve that makes a probability of a score.
type curve struct{ slope, intercept float64 }

func (c curve) at(score float64) float64 { return 1 / (1 + math.Exp(-c.slope*score-c.intercept)) }

// Probability makes of a score the probability that reviewers would include the
// record, as far as the labels and the share of includes among the records tell.
// Where much is undecided it errs to the low side, because undecided counts as not
// included.
func (m *Model) Probability(score float64) float64 { return m.curve().at(score) }

// calibrate fits the curve (Platt: Probabilistic outputs for support vector
// machines, 1999) by Newton's method with backtracking, as Lin, Lin and Weng advise
// (A note on Platt's probabilistic outputs, 2007). Includes have the scores they had
// when they were held out, everything else its own.
func (m *Model) calibrate() curve {
	includes := m.heldOut()
	var others []float64
	for i, y := range m.train.signs {
		if y == -1 {
			others = append(others, m.Score(m.space.Row(i)))
		}
	}
	// Targets short of 1 and 0 keep the curve from becoming a step.
	high := float64(len(includes)+1) / float64(len(includes)+2)
	low := 1 / float64(len(others)+2)
	points := func(visit func(score, target float64)) {
		for _, x := range includes {
			visit(x, high)
		}
		for _, x := range others {
			visit(x, low)
		}
	}
	loss := func(c curve) (sum float64) {
		points(func(score, target float64) {
			z := c.slope*score + c.intercept
			sum += max(z, 0) - z*target + math.Log1p(math.Exp(-math.Abs(z)))
		})
		return sum
	}
	const (
		maxSteps = 100
		flat     = 1e-6
		minStep  = 1e-10
	)
	c := curve{0, math.Log(float64(len(includes)+1) / float64(len(others)+1))}
	current := loss(c)
	for range maxSteps {
		// Gradient and Hessian; the ridge keeps the latter invertible.
		var g1, g2, h12 float64
		h11, h22 := 1e-12, 1e-12
		points(func(score, target float64) {
			p := c.at(score)
			d, w := p-target, p*(1-p)
			g1 += d * score
			g2 += d
			h11 += w * score * score
			h12 += w * score
			h22 += w
		})
		if math.Abs(g1) < flat && math.Abs(g2) < flat {
			break
		}
		det := h11*h22 - h12*h12
		d1, d2 := (h12*g2-h22*g1)/det, (h12*g1-h11*g2)/det
		step := 1.0
		for ; step >= minStep; step /= 2 {
			next := curve{c.slope + step*d1, c.intercept + step*d2}
			if l := loss(next); l < current {
				c, current = next, l
				break
			}
		}
		if step < minStep {
			break
		}
	}
	return c
}
