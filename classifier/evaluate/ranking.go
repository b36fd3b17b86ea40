package evaluate

import (
	"cmp"
	"math"
	"slices"
)

// ranking is a pool of records in the order in which a reviewer would read them:
// true where one is what was looked for.
type ranking []bool

// rank orders a pool by score, the highest first; those of one score stay in the
// order they came in.
func rank(scores []float64, wanted []bool) ranking {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return -cmp.Compare(scores[a], scores[b]) })
	out := make(ranking, len(order))
	for place, i := range order {
		out[place] = wanted[i]
	}
	return out
}

// recallAt is the part of what was looked for in the first k places.
func (r ranking) recallAt(k int) float64 {
	return rate(count(r[:min(k, len(r))]), count(r))
}

// recallWithin is the part of what was looked for in the first share of the places,
// rounded up: 0.05 for the first 5 %.
func (r ranking) recallWithin(share float64) float64 {
	return r.recallAt(int(math.Ceil(share * float64(len(r)))))
}

// averagePrecision is the mean, over what was looked for, of the precision at its
// place.
func (r ranking) averagePrecision() float64 {
	var sum float64
	found := 0
	for place, wanted := range r {
		if wanted {
			found++
			sum += float64(found) / float64(place+1)
		}
	}
	return sum / float64(max(found, 1))
}

func count(list []bool) int {
	n := 0
	for _, is := range list {
		if is {
			n++
		}
	}
	return n
}
