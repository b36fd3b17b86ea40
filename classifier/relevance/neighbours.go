package relevance

import (
	"cmp"
	"slices"
)

// A few includes say little, and what is most like them says more of the same: the
// nearest records that nobody excluded are taken for included, and those next to
// them, which may be either, for nothing (self-training from pseudo-relevance
// feedback; Rocchio, 1971). The more includes there are, the fewer neighbours
// join them.
const (
	// neighbours join up to includesAlone - neighbours/2 includes; includesAlone
	// stand alone.
	neighbours    = 30
	includesAlone = 25
	// doubtful records are left out of training for each neighbour.
	doubtful = 2
	// neighbourShare bounds the neighbours to a part of all records.
	neighbourShare = 0.1
)

// Centroid is the middle of some records of a Space.
type Centroid struct{ weights []float64 }

// Centroid returns the middle of the records at the given positions.
func (s *Space) Centroid(rows []int) Centroid {
	c := Centroid{make([]float64, len(s.features))}
	for _, i := range rows {
		s.Row(i).addTo(c.weights, 1/float64(len(rows)))
	}
	return c
}

// Similarity is the mean cosine of the angles between a vector and the records that
// c is the middle of.
func (c Centroid) Similarity(v Vector) float64 { return v.dot(c.weights) }

// extend returns signs with the neighbours of the rows of sign 1.
func (s *Space) extend(signs []sign, excluded []bool) []sign {
	var includes []int
	for i, y := range signs {
		if y == 1 {
			includes = append(includes, i)
		}
	}
	n := min(neighbours, 2*(includesAlone-len(includes)), int(neighbourShare*float64(len(signs))))
	if n <= 0 {
		return signs
	}
	centroid := s.Centroid(includes)
	type neighbour struct {
		row        int
		similarity float64
	}
	var near []neighbour
	for i, y := range signs {
		if y != -1 || excluded[i] {
			continue
		}
		if x := centroid.Similarity(s.Row(i)); x > 0 {
			near = append(near, neighbour{i, x})
		}
	}
	slices.SortFunc(near, func(a, b neighbour) int {
		return cmp.Or(-cmp.Compare(a.similarity, b.similarity), cmp.Compare(a.row, b.row))
	})
	signs = slices.Clone(signs)
	for i, nb := range near[:min(len(near), n+doubtful*n)] {
		signs[nb.row] = 0
		if i < n {
			signs[nb.row] = 1
		}
	}
	return signs
}
