package relevance

import (
	"cmp"
	"slices"
)

// A few includes say little, and what is most like them says more of the same: the
// neighbours nearest records that nobody excluded count, together, as much as
// neighbourMass includes (pseudo-relevance feedback; Rocchio, 1971). The more
// includes there are, the less that matters.
const (
	neighbours    = 30
	neighbourMass = 3
)

// centroid is the sum of the rows of sign 1 and of their nearest neighbours.
func (s *Space) centroid(signs []sign, excluded []bool) []float64 {
	centre := make([]float64, len(s.features))
	for i, y := range signs {
		if y == 1 {
			s.Row(i).addTo(centre, 1)
		}
	}
	type neighbour struct {
		row  int
		near float64
	}
	var near []neighbour
	for i, y := range signs {
		if x := s.Row(i).dot(centre); y == -1 && !excluded[i] && x > 0 {
			near = append(near, neighbour{i, x})
		}
	}
	slices.SortFunc(near, func(a, b neighbour) int {
		return cmp.Or(-cmp.Compare(a.near, b.near), cmp.Compare(a.row, b.row))
	})
	near = near[:min(len(near), neighbours)]
	for _, n := range near {
		s.Row(n.row).addTo(centre, neighbourMass/float64(len(near)))
	}
	return centre
}
