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

// extend returns signs with the neighbours of the rows of sign 1.
func (s *Space) extend(signs []sign, excluded []bool) []sign {
	includes := 0
	centroid := make([]float64, len(s.features))
	for i, y := range signs {
		if y == 1 {
			includes++
			s.Row(i).addTo(centroid, 1)
		}
	}
	n := min(neighbours, 2*(includesAlone-includes), int(neighbourShare*float64(len(signs))))
	if n <= 0 {
		return signs
	}
	type neighbour struct {
		row        int
		similarity float64
	}
	var near []neighbour
	for i, y := range signs {
		if y != -1 || excluded[i] {
			continue
		}
		if x := s.Row(i).dot(centroid); x > 0 {
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
