package lexicon

import (
	"slices"
	"testing"
)

// Match says a concept once in a place; Rows says every pattern that is there.
func TestRowsTellsEveryPattern(t *testing.T) {
	l := makeTable(t,
		"trafficking topic en strong traffick*", "trafficking topic en strong trafficked women",
		"trafficking topic es strong trata .. mujeres", "exit exit en weak exit", "exit exit es weak salida",
	)
	for _, c := range []struct {
		text  string
		langs []string
		want  []int
	}{
		{"Trafficked women, and more trafficked women", nil, []int{0, 1}},
		{"La trata de mujeres y la salida; exit", []string{"es"}, []int{2, 3, 4}},
		{"La trata de mujeres y la salida; exit", nil, []int{3}},
		{"", []string{"es"}, []int{}},
	} {
		if got := l.Rows(c.text, c.langs...); !slices.Equal(got, c.want) {
			t.Errorf("%q in %v: rows %v, want %v", c.text, c.langs, got, c.want)
		}
	}
}
