package relevance

import "math"

// calibrate fits the logistic curve that makes a probability of a score (Platt:
// Probabilistic outputs for support vector machines, 1999; solved by Newton's
// method as Lin, Lin and Weng advise, 2007). The scores of includes are those they
// had when held out, with a pool of everything else.
func (m *Model) calibrate() {
	var others []float64
	for i, y := range m.train.signs {
		if y == -1 {
			others = append(others, m.Score(m.space.Row(i)))
		}
	}
	positives, negatives := float64(len(m.heldOut)), float64(len(others))
	// Targets short of 0 and 1 keep the curve from a step.
	high, low := (positives+1)/(positives+2), 1/(negatives+2)

	slope, intercept := 0.0, math.Log((positives+1)/(negatives+1))
	loss := func(slope, intercept float64) float64 {
		var sum float64
		point := func(score, target float64) {
			z := slope*score + intercept
			sum += max(z, 0) - z*target + math.Log1p(math.Exp(-math.Abs(z)))
		}
		for _, x := range m.heldOut {
			point(x, high)
		}
		for _, x := range others {
			point(x, low)
		}
		return sum
	}
	current := loss(slope, intercept)
	for range 100 {
		var g1, g2 float64
		h11, h12, h22 := 1e-12, 0.0, 1e-12
		point := func(score, target float64) {
			p := logistic(slope*score + intercept)
			d, w := p-target, p*(1-p)
			g1 += d * score
			g2 += d
			h11 += w * score * score
			h12 += w * score
			h22 += w
		}
		for _, x := range m.heldOut {
			point(x, high)
		}
		for _, x := range others {
			point(x, low)
		}
		if math.Abs(g1) < 1e-6 && math.Abs(g2) < 1e-6 {
			break
		}
		det := h11*h22 - h12*h12
		d1, d2 := -(h22*g1-h12*g2)/det, -(h11*g2-h12*g1)/det
		step := 1.0
		for ; step > 1e-10; step /= 2 {
			if next := loss(slope+step*d1, intercept+step*d2); next < current {
				slope, intercept, current = slope+step*d1, intercept+step*d2, next
				break
			}
		}
		if step <= 1e-10 {
			break
		}
	}
	m.slope, m.intercept = slope, intercept
}

func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// Probability makes of a score the probability that reviewers include the record,
// as far as labels and the share of includes among the records tell.
func (m *Model) Probability(score float64) float64 {
	return logistic(m.slope*score + m.intercept)
}
