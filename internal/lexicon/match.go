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

// automaton finds the patterns of all languages in one pass.
type automaton struct {
	index *fold.Index
	// sides tells for each phrase of the index what it is.
	sides []side
	// langs are the languages that have patterns, numbered in the order of the table.
	langs map[string]int
	// matchings are the memory of finished matches.
	matchings sync.Pool
}

// side is a pattern, or one of the two sides of a pattern with a gap.
type side struct {
	pattern int
	// lang is the number of its language.
	lang int
	// gap is how many words may stand between its sides, 0 for a pattern without.
	gap   int
	right bool
}

// which is the side as one of two.
func (s *side) which() sides {
	if s.right {
		return rightSide
	}
	return leftSide
}

func newAutomaton(patterns []Pattern, rows []compiled) *automaton {
	a := &automaton{langs: make(map[string]int)}
	var phrases [][]fold.Word
	for i := range patterns {
		lang, ok := a.langs[patterns[i].Lang]
		if !ok {
			lang = len(a.langs)
			a.langs[patterns[i].Lang] = lang
		}
		row, left := &rows[i], side{pattern: i, lang: lang}
		phrases = append(phrases, row.a)
		if !row.gap() {
			a.sides = append(a.sides, left)
			continue
		}
		left.gap = gapWords
		switch patterns[i].Lang {
		case "zh", "ja", "th":
			left.gap = gapLetters
		}
		right := left
		right.right = true
		phrases = append(phrases, row.b)
		a.sides = append(a.sides, left, right)
	}
	a.index = fold.NewIndex(phrases)
	a.matchings.New = func() any {
		return &matching{finder: fold.NewFinder(a.index), seen: make([]sides, len(patterns))}
	}
	return a
}

// part is where a side of a pattern with a gap stands.
type part struct {
	side        *side
	first, last int
}

// find is where a pattern stands: words first to last, both inclusive.
type find struct {
	pattern, first, last int
}

// matching is the memory of one Match.
type matching struct {
	finder *fold.Finder
	// folded is the text of a Match that is given none.
	folded fold.Text
	// wanted says of each language whether its patterns count.
	wanted []bool
	parts  []part
	finds  []find
	// seen says of each pattern with a gap which of its sides are among parts.
	seen []sides
}

// sides are the sides of a pattern with a gap.
type sides uint8

const (
	leftSide sides = 1 << iota
	rightSide
	bothSides = leftSide | rightSide
)

// Match finds the concepts of a text by the patterns of the given languages (ISO
// 639-1 or BCP 47) and English: English titles and keywords are common in
// records of every language. Hits come in order of Start; a concept found twice
// in the same place is one hit, strong if either was.
func (l *Lexicon) Match(text string, langs ...string) []Hit {
	m := l.begin()
	defer l.end(m)
	m.folded.Reset(text)
	m.find(l.all, &m.folded, langs)
	return l.hits(m, &m.folded)
}

// MatchText is Match for a text that is cut into words already.
func (l *Lexicon) MatchText(text *fold.Text, langs ...string) []Hit {
	m := l.begin()
	defer l.end(m)
	m.find(l.all, text, langs)
	return l.hits(m, text)
}

func (l *Lexicon) begin() *matching { return l.all.matchings.Get().(*matching) }

func (l *Lexicon) end(m *matching) {
	m.folded.Reset("") // lets go of the text
	l.all.matchings.Put(m)
}

// want sets which languages count: English, and langs.
func (m *matching) want(a *automaton, langs []string) {
	m.wanted = slices.Grow(m.wanted[:0], len(a.langs))[:len(a.langs)]
	clear(m.wanted)
	if n, ok := a.langs["en"]; ok {
		m.wanted[n] = true
	}
	for _, lang := range langs {
		if n, ok := a.langs[baseLang(lang)]; ok {
			m.wanted[n] = true
		}
	}
}

func (m *matching) find(a *automaton, text *fold.Text, langs []string) {
	m.want(a, langs)
	m.parts, m.finds = m.parts[:0], m.finds[:0]
	clear(m.seen)
	m.finder.Find(text, nil, func(phrase, first, last int) {
		s := &a.sides[phrase]
		switch {
		case !m.wanted[s.lang]:
		case s.gap > 0:
			m.parts = append(m.parts, part{s, first, last})
			m.seen[s.pattern] |= s.which()
		default:
			m.finds = append(m.finds, find{s.pattern, first, last})
		}
	})
	m.dropSingle()
	if len(m.parts) > 1 {
		m.join()
	}
}

// dropSingle leaves out the parts whose pattern lacks the other side: nearly all.
func (m *matching) dropSingle() {
	all := m.parts
	m.parts = all[:0]
	for _, p := range all {
		if m.seen[p.side.pattern] == bothSides {
			m.parts = append(m.parts, p)
		}
	}
}

// join makes a find of each left side and the right side nearest to it, if no more
// words than the gap stand between them.
func (m *matching) join() {
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
			if right, ok := nearest(left, rest[lefts:n], left.side.gap); ok {
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
func (l *Lexicon) hits(m *matching, text *fold.Text) []Hit {
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
		start, end := text.Span(f.first, f.last)
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
