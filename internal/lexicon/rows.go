package lexicon

import "slices"

// Rows returns which patterns are found in a text, by their position in Patterns, each
// once and in order. Match says which languages count.
func (l *Lexicon) Rows(text string, langs ...string) []int {
	m := l.begin()
	defer l.end(m)
	m.folded.Reset(text)
	m.find(l.all, &m.folded, langs)
	rows := make([]int, len(m.finds))
	for i, f := range m.finds {
		rows[i] = f.pattern
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}
