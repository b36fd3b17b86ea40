package lexicon

import (
	"cmp"
	"slices"
	"sync"

	"polyglean/internal/fold"
)

// Hit is a concept found in a text.
type Hit struct {
	Concept, Facet string
	// Strong says that a strong pattern matched.
	Strong bool
	// Lang is the language of the pattern.
	Lang string
	// Start and End are byte offsets into the original text, End exclusive, both
	// on rune borders.
	Start, End int
}

const (
	gapWords   = 6
	gapLetters = 14 // where a word is a letter
)

// table holds the patterns of one language.
type table struct {
	lang  string
	index *fold.Index
	// sides tells for each phrase of the index what it is.
	sides []side
	gap   int
}

// side is a pattern, or one of the two sides of a pattern with a gap.
type side struct {
	pattern int
	gap     bool
	right   bool
}

func newTable(lang string, patterns []int, rows []compiled) *table {
	t := &table{lang: lang, gap: gapWords}
	switch lang {
	case "zh", "ja", "th":
		t.gap = gapLetters
	}
	var phrases [][]fold.Word
	for _, p := range patterns {
		row := &rows[p]
		phrases = append(phrases, row.a)
		t.sides = append(t.sides, side{pattern: p, gap: row.gap()})
		if row.gap() {
			phrases = append(phrases, row.b)
			t.sides = append(t.sides, side{pattern: p, gap: true, right: true})
		}
	}
	t.index = fold.NewIndex(phrases, lang == "ar")
	return t
}

// part is where a side of a pattern with a gap stands.
type part struct {
	side        side
	first, last int
}

// find is where a pattern stands: words first to last, both inclusive.
type find struct {
	pattern, first, last int
}

// matching is the memory of one Match.
type matching struct {
	text  fold.Text
	parts []part
	finds []find
}

var matchings = sync.Pool{New: func() any { return new(matching) }}

// Match finds the concepts of a text by the patterns of the given languages (ISO
// 639-1 or BCP 47) and English: English titles and keywords are common in
// records of every language. Hits come in order of Start; a concept found twice
// in the same place is one hit, strong if either was.
func (l *Lexicon) Match(text string, langs ...string) []Hit {
	m := matchings.Get().(*matching)
	defer func() {
		m.text.Reset("") // lets go of the text
		matchings.Put(m)
	}()
	m.text.Reset(text)
	m.finds = m.finds[:0]
	var done [8]*table
	tables := append(done[:0], l.byLang["en"])
	for _, lang := range langs {
		if t := l.byLang[baseLang(lang)]; !slices.Contains(tables, t) {
			tables = append(tables, t)
		}
	}
	for _, t := range tables {
		if t != nil {
			m.find(t)
		}
	}
	return l.hits(m)
}

func (m *matching) find(t *table) {
	m.parts = m.parts[:0]
	t.index.Find(&m.text, nil, func(phrase, first, last int) {
		s := t.sides[phrase]
		if s.gap {
			m.parts = append(m.parts, part{s, first, last})
			return
		}
		m.finds = append(m.finds, find{s.pattern, first, last})
	})
	if len(m.parts) > 1 {
		m.join(t.gap)
	}
}

// join makes a find of each left side and the right side nearest to it, if no more
// than gap words stand between them.
func (m *matching) join(gap int) {
	slices.SortFunc(m.parts, func(a, b part) int {
		c := cmp.Compare(a.side.pattern, b.side.pattern)
		if c == 0 && a.side.right != b.side.right {
			if b.side.right {
				return -1
			}
			return 1
		}
		return cmp.Or(c, cmp.Compare(a.first, b.first))
	})
	for rest := m.parts; len(rest) > 0; {
		// The left sides of one pattern, then its right sides.
		n, lefts := 0, 0
		for n < len(rest) && rest[n].side.pattern == rest[0].side.pattern {
			if !rest[n].side.right {
				lefts++
			}
			n++
		}
		for _, left := range rest[:lefts] {
			if right, ok := nearest(left, rest[lefts:n], gap); ok {
				m.finds = append(m.finds, find{left.side.pattern, min(left.first, right.first), max(left.last, right.last)})
			}
		}
		rest = rest[n:]
	}
}

// nearest returns the one of rights that stands nearest to left without
// overlapping it, the one after it at equal distance. All rights are of the same
// number of words, and sorted.
func nearest(left part, rights []part, gap int) (part, bool) {
	after, _ := slices.BinarySearchFunc(rights, left.last+1, func(p part, first int) int { return cmp.Compare(p.first, first) })
	before, _ := slices.BinarySearchFunc(rights, left.first, func(p part, first int) int { return cmp.Compare(p.last, first) })
	best, distance := part{}, gap+1
	if before > 0 {
		if d := left.first - rights[before-1].last - 1; d < distance {
			best, distance = rights[before-1], d
		}
	}
	if after < len(rights) {
		if d := rights[after].first - left.last - 1; d <= distance && d <= gap {
			best, distance = rights[after], d
		}
	}
	return best, distance <= gap
}

// hits returns the finds in order, each concept once in a place.
func (l *Lexicon) hits(m *matching) []Hit {
	if len(m.finds) == 0 {
		return nil
	}
	slices.SortFunc(m.finds, func(a, b find) int {
		if c := cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.last, b.last)); c != 0 {
			return c
		}
		p, q := &l.patterns[a.pattern], &l.patterns[b.pattern]
		if c := cmp.Compare(p.Concept, q.Concept); c != 0 || p.Strong == q.Strong {
			return cmp.Or(c, cmp.Compare(a.pattern, b.pattern))
		}
		if p.Strong {
			return -1
		}
		return 1
	})
	hits := make([]Hit, 0, len(m.finds))
	for _, f := range m.finds {
		p := &l.patterns[f.pattern]
		start, end := m.text.Span(f.first, f.last)
		if n := len(hits); n > 0 && hits[n-1].Start == start && hits[n-1].End == end && hits[n-1].Concept == p.Concept {
			continue
		}
		hits = append(hits, Hit{
			Concept: p.Concept, Facet: p.Facet, Strong: p.Strong, Lang: p.Lang,
			Start: start, End: end,
		})
	}
	return hits
}
