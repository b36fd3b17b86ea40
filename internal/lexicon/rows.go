package lexicon

import "slices"

// Rows returns which patterns are found in a text, by their position in Patterns, each
// once and in order. Match says which languages count.
func (l *Lexicon) Rows(text string, langs ...string) []int {
	m := l.matched(text, langs)
	defer m.release()
	rows := make([]int, len(m.finds))
	for i, f := range m.finds {
		rows[i] = f.pattern
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}
