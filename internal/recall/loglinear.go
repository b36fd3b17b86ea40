package recall

import (
	"math"
	"math/bits"
)

const (
	// MaxLists bounds a log-linear model: its table has two cells for every further
	// list.
	MaxLists = 6
	// perParameter is how many items a model needs for each of its parameters; with
	// fewer its estimate says next to nothing.
	perParameter = 5
	// minPair is how many items a pair of lists must share for their dependence to be
	// told from an empty cell.
	minPair = 3
	// maxUnseen is how many times what was seen an estimate of the unseen may be. A
	// model that says more has no information on it.
	maxUnseen = 50
)

// LogLinear estimates a population from three lists to six by a log-linear model of
// the table of histories, whose empty cell is what no list has seen: Fienberg (1972,
// Biometrika 59:591–603). Of the hierarchical models with dependence between pairs of
// lists, that of the least AIC is taken, pair by pair, but never the saturated one,
// whose estimates run away (van Hest and others 2008, Epidemiol Infect 136:14–22).
// The standard error of the total is that of Rivest and Lévesque (2001, Can J Stat
// 29:555–572), the interval log-normal. False where there are too few items or lists
// for a model.
func LogLinear(h Histories, lists int) (Missing, bool) {
	seen := h.Seen()
	if lists < 3 || lists > MaxLists || seen < perParameter*(lists+1) {
		return Missing{}, false
	}
	var pairs [][2]int
	for b := range lists {
		for a := range b {
			if h.On(1<<a|1<<b) >= minPair {
				pairs = append(pairs, [2]int{a, b})
			}
		}
	}
	best, ok := fitPoisson(h, lists, nil)
	if !ok {
		return Missing{}, false
	}
	cells := 1<<lists - 1
	for {
		found := false
		for _, pair := range pairs {
			if contains(best.pairs, pair) {
				continue
			}
			with := append(append([][2]int(nil), best.pairs...), pair)
			parameters := 1 + lists + len(with)
			if parameters >= cells || seen < perParameter*parameters {
				continue
			}
			if m, ok := fitPoisson(h, lists, with); ok && m.aic < best.aic-1e-9 && m.unseen <= maxUnseen*float64(seen) {
				best, found = m, true
			}
		}
		if !found {
			break
		}
	}
	out := Missing{Method: MethodLogLinear, Seen: seen, Dependent: []Dependence{}}.
		with(best.unseen, best.unseen+best.unseen*best.unseen*best.variance)
	for i, pair := range best.pairs {
		out.Dependent = append(out.Dependent, Dependence{A: pair[0], B: pair[1], LogOdds: best.beta[1+lists+i]})
	}
	return out, true
}

func contains(pairs [][2]int, pair [2]int) bool {
	for _, p := range pairs {
		if p == pair {
			return true
		}
	}
	return false
}

// poisson is a fitted model.
type poisson struct {
	pairs [][2]int
	// beta are its parameters: the logarithm of the unseen number, a list each, a
	// pair each; variance is that of the first.
	beta     []float64
	variance float64
	unseen   float64
	aic      float64
}

// fitPoisson fits a model with the given pairs by iteratively reweighted least
// squares. False where it does not converge.
func fitPoisson(h Histories, lists int, pairs [][2]int) (poisson, bool) {
	p := 1 + lists + len(pairs)
	cells := 1<<lists - 1
	rows := make([][]float64, cells)
	counts := make([]float64, cells)
	for i := range rows {
		history := uint(i + 1)
		row := make([]float64, p)
		row[0] = 1
		for l := range lists {
			row[1+l] = float64(history >> l & 1)
		}
		for n, pair := range pairs {
			row[1+lists+n] = float64((history >> pair[0]) & (history >> pair[1]) & 1)
		}
		rows[i], counts[i] = row, float64(h[history])
	}
	mean := make([]float64, cells)
	for i, c := range counts {
		mean[i] = c + 0.5
	}
	var beta []float64
	var inverse [][]float64
	last := math.Inf(1)
	for range 100 {
		normal, right := newMatrix(p), make([]float64, p)
		for i, row := range rows {
			w := mean[i]
			response := math.Log(mean[i]) + (counts[i]-mean[i])/mean[i]
			for a := range p {
				right[a] += w * row[a] * response
				for b := range p {
					normal[a][b] += w * row[a] * row[b]
				}
			}
		}
		var ok bool
		if inverse, ok = invert(normal); !ok {
			return poisson{}, false
		}
		beta = make([]float64, p)
		for a := range p {
			for b := range p {
				beta[a] += inverse[a][b] * right[b]
			}
		}
		deviance := 0.0
		for i, row := range rows {
			predictor := 0.0
			for a := range p {
				predictor += row[a] * beta[a]
			}
			mean[i] = math.Exp(min(max(predictor, -30), 30))
			if counts[i] > 0 {
				deviance += 2 * counts[i] * math.Log(counts[i]/mean[i])
			}
			deviance -= 2 * (counts[i] - mean[i])
		}
		if math.Abs(deviance-last) < 1e-9*(1+math.Abs(deviance)) {
			return poisson{pairs: pairs, beta: beta, variance: inverse[0][0], unseen: math.Exp(beta[0]), aic: deviance + 2*float64(p)}, true
		}
		last = deviance
	}
	return poisson{}, false
}

func newMatrix(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
	}
	return m
}

// invert inverts a matrix in place of a copy by Gauss and Jordan; false where it is
// singular.
func invert(m [][]float64) ([][]float64, bool) {
	n := len(m)
	out := newMatrix(n)
	for i := range out {
		out[i][i] = 1
	}
	for col := range n {
		pivot := col
		for row := col + 1; row < n; row++ {
			if math.Abs(m[row][col]) > math.Abs(m[pivot][col]) {
				pivot = row
			}
		}
		if math.Abs(m[pivot][col]) < 1e-12 {
			return nil, false
		}
		m[col], m[pivot] = m[pivot], m[col]
		out[col], out[pivot] = out[pivot], out[col]
		scale := m[col][col]
		for k := range n {
			m[col][k] /= scale
			out[col][k] /= scale
		}
		for row := range n {
			if row == col {
				continue
			}
			factor := m[row][col]
			for k := range n {
				m[row][k] -= factor * m[col][k]
				out[row][k] -= factor * out[col][k]
			}
		}
	}
	return out, true
}

// Widest keeps the lists with the most items, at most n of them, and returns the
// histories of those lists with their old positions. Items on none of them are left
// out.
func (h Histories) Widest(lists, n int) (Histories, []int) {
	kept := make([]int, 0, lists)
	for l := range lists {
		kept = append(kept, l)
	}
	for len(kept) > n {
		least := 0
		for i, l := range kept {
			if h.On(1<<l) < h.On(1<<kept[least]) {
				least = i
			}
		}
		kept = append(kept[:least], kept[least+1:]...)
	}
	out := Histories{}
	for history, count := range h {
		var narrow uint
		for i, l := range kept {
			narrow |= (history >> l & 1) << i
		}
		if bits.OnesCount(narrow) > 0 {
			out[narrow] += count
		}
	}
	return out, kept
}
