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

// matching is the memory of one Match.
type matching struct {
	text  fold.Text
	parts []part
	hits  []Hit
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
	m.hits = m.hits[:0]
	var done [8]*table
	tables := append(done[:0], l.byLang["en"])
	for _, lang := range langs {
		if t := l.byLang[baseLang(lang)]; !slices.Contains(tables, t) {
			tables = append(tables, t)
		}
	}
	for _, t := range tables {
		if t != nil {
			l.find(m, t)
		}
	}
	return m.distinct()
}

func (l *Lexicon) find(m *matching, t *table) {
	m.parts = m.parts[:0]
	t.index.Find(&m.text, nil, func(phrase, first, last int) {
		s := t.sides[phrase]
		if s.gap {
			m.parts = append(m.parts, part{s, first, last})
			return
		}
		l.hit(m, s.pattern, first, last)
	})
	if len(m.parts) > 1 {
		l.join(m, t.gap)
	}
}

func (l *Lexicon) hit(m *matching, pattern, first, last int) {
	p := &l.patterns[pattern]
	start, end := m.text.Span(first, last)
	m.hits = append(m.hits, Hit{
		Concept: p.Concept, Facet: p.Facet, Strong: p.Strong, Lang: p.Lang,
		Start: start, End: end,
	})
}

// join makes a hit of each left side and the right side nearest to it, if no more
// than gap words stand between them.
func (l *Lexicon) join(m *matching, gap int) {
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
				l.hit(m, left.side.pattern, min(left.first, right.first), max(left.last, right.last))
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

// distinct returns the hits in order, each concept once in a place.
func (m *matching) distinct() []Hit {
	slices.SortFunc(m.hits, func(a, b Hit) int {
		c := cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Concept, b.Concept))
		if c == 0 && a.Strong != b.Strong {
			if a.Strong {
				return -1
			}
			return 1
		}
		return cmp.Or(c, cmp.Compare(a.Lang, b.Lang))
	})
	hits := slices.CompactFunc(m.hits, func(a, b Hit) bool {
		return a.Start == b.Start && a.End == b.End && a.Concept == b.Concept
	})
	if len(hits) == 0 {
		return nil
	}
	return slices.Clone(hits)
}
