package lexicon

import "slices"

// Rows returns which patterns are found in a text, by their position in Patterns, each
// once and in order. Match says which languages count.
func (l *Lexicon) Rows(text string, langs ...string) []int {
	m := matchings.Get().(*matching)
	defer func() {
		m.text.Reset("") // lets go of the text
		matchings.Put(m)
	}()
	m.text.Reset(text)
	m.want(l.all, langs)
	m.find(l.all)
	rows := make([]int, len(m.finds))
	for i, f := range m.finds {
		rows[i] = f.pattern
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}
