package strategy

import (
	"slices"
	"strings"
	"sync"

	"polyglean/internal/fold"
)

// Mode is how the words of a strategy match those of a text.
type Mode string

const (
	// Exact matches words as typed, at word borders, whatever their case,
	// accents and typography. A space of a phrase stands for spaces and hyphens, a
	// hyphen for a hyphen or dash; other punctuation parts a phrase.
	Exact Mode = "exact"
	// Inflected matches other forms of a word too: survivor finds survivors, exit
	// finds exiting. Morphology is that of the language the strategy is written in.
	// Punctuation between the words of a phrase counts for nothing.
	Inflected Mode = "inflected"
)

// Span is where a term stands in a text of a record.
type Span struct {
	Field Field
	// Index is the position among the texts of the field; Start and End are byte
	// offsets into the original text, End exclusive, both on rune borders.
	Index, Start, End int
	// Term is the term that matched, as printed.
	Term string
}

// Matcher is a strategy ready to be matched. It is safe for concurrent use.
//
// Words match after folding (package fold). A truncated word stands for all
// words it begins: traffick* for trafficking; ? inside a word stands for one
// letter or none. In scripts written without spaces a term is found in any
// surroundings. With Inflected, words also match by their Snowball stem, Korean
// words with particles at their end, and Arabic words with what is joined to
// their front; names of authors and journals never do. A term without a field
// looks at titles, abstracts and keywords.
type Matcher struct {
	root Node
	*vocabulary
}

// vocabulary is the terms of one strategy or several, compiled into one automaton.
type vocabulary struct {
	terms []*Term
	// names are the terms as printed, ids their positions.
	names []string
	ids   map[*Term]int
	index *fold.Index
	// finders are those of the index.
	finders sync.Pool
	// lang is the strategy's language, stems the one to stem in, "" for none.
	lang, stems string
}

// Compile makes a Matcher of a strategy whose words are of language lang, ISO
// 639-1 or BCP 47.
func Compile(n Node, mode Mode, lang string) *Matcher { return CompileAll(mode, lang, n)[0] }

// CompileAll makes a Matcher of each of several strategies, such as a whole and its
// blocks. They share one automaton: a Doc that is matched against one after the other
// is looked through once.
func CompileAll(mode Mode, lang string, strategies ...Node) []*Matcher {
	v := &vocabulary{ids: make(map[*Term]int), lang: baseLang(lang)}
	var phrases [][]fold.Word
	for _, n := range strategies {
		for _, t := range Terms(n) {
			if _, known := v.ids[t]; known {
				continue
			}
			v.ids[t] = len(v.terms)
			v.terms = append(v.terms, t)
			v.names = append(v.names, t.String())
			phrases = append(phrases, fold.Words(strings.Join(t.Words, " "), "*?"))
		}
	}
	if mode == Inflected {
		v.inflect(phrases)
	} else {
		for _, phrase := range phrases {
			asTyped(phrase)
		}
	}
	v.index = fold.NewIndex(phrases)
	v.finders.New = func() any { return fold.NewFinder(v.index) }
	matchers := make([]*Matcher, len(strategies))
	for i, n := range strategies {
		matchers[i] = &Matcher{root: n, vocabulary: v}
	}
	return matchers
}

// asTyped holds the words of a phrase together as they were typed: where a space
// was typed a text may have spaces and hyphens, where a hyphen was, hyphens only.
// Without it "soft skills" would be found in "not soft: skills count".
func asTyped(phrase []fold.Word) {
	for i := range phrase {
		switch w := &phrase[i]; w.Gap {
		case fold.Space, fold.Space | fold.Hyphen:
			w.Between = fold.Space | fold.Hyphen
		case fold.Hyphen:
			w.Between = fold.Hyphen
		}
	}
}

// inflect opens the words of phrases to their other forms.
func (v *vocabulary) inflect(phrases [][]fold.Word) {
	stemmer := newStemmer(v.lang)
	if stemmer != nil {
		v.stems = v.lang
	}
	for i, phrase := range phrases {
		if f := v.terms[i].Field; f == Author || f == Container {
			continue
		}
		for j := range phrase {
			w := &phrase[j]
			w.Clitics = v.lang == "ar"
			switch {
			case w.Kind != fold.Whole:
			case w.Hangul():
				w.Kind = fold.Prefix
			case v.lang == "ar":
				w.Stems = stemmer.stems(w.Raw)
				w.Text = fold.CutArticle(w.Text)
			case stemmer != nil:
				w.Stems = stemmer.stems(w.Raw)
			}
		}
	}
}

// Match reports whether the record d matches, and where its terms stand: the
// terms that made it match, in the order of the texts; none for a NOT.
func (m *Matcher) Match(d *Doc) (bool, []Span) {
	d.scan(m.vocabulary)
	var places []place
	if !m.eval(d, m.root, &places) {
		return false, nil
	}
	slices.SortFunc(places, comparePlaces)
	places = slices.Compact(places)
	spans := make([]Span, len(places))
	for i, p := range places {
		text := &d.texts[p.text]
		start, end := text.words.Span(p.first, p.last)
		spans[i] = Span{Field: text.field, Index: text.index, Start: start, End: end, Term: m.names[p.term]}
	}
	return true, spans
}

// eval reports whether n matches and adds where.
func (m *Matcher) eval(d *Doc, n Node, places *[]place) bool {
	switch n := n.(type) {
	case *Term:
		found := d.found[m.ids[n]]
		*places = append(*places, found...)
		return len(found) > 0
	case *Near:
		found := m.near(d, n)
		*places = append(*places, found...)
		return len(found) > 0
	case *Not:
		var unwanted []place
		return !m.eval(d, n.Part, &unwanted)
	case *Or:
		any := false
		for _, part := range n.Parts {
			if m.eval(d, part, places) {
				any = true
			}
		}
		return any
	case *And:
		at := len(*places)
		for _, part := range n.Parts {
			if !m.eval(d, part, places) {
				*places = (*places)[:at]
				return false
			}
		}
		return true
	}
	return false
}

// near returns the places of both sides that lie close enough together.
func (m *Matcher) near(d *Doc, n *Near) []place {
	var left, right []place
	m.eval(d, n.Left, &left)
	m.eval(d, n.Right, &right)
	slices.SortFunc(right, comparePlaces)
	longest := 0
	for _, r := range right {
		longest = max(longest, r.last-r.first+1)
	}
	var out []place
	for _, l := range left {
		// Right sides before this one end too far ahead of l.
		from := place{text: l.text, first: l.first - n.Distance - longest}
		at, _ := slices.BinarySearchFunc(right, from, func(a, b place) int {
			if a.text != b.text {
				return a.text - b.text
			}
			return a.first - b.first
		})
		any := false
		for _, r := range right[at:] {
			if r.text != l.text || r.first > l.last+1+n.Distance {
				break
			}
			after := r.first > l.last
			before := !n.Ordered && r.last < l.first && l.first-r.last-1 <= n.Distance
			if after || before {
				out = append(out, r)
				any = true
			}
		}
		if any {
			out = append(out, l)
		}
	}
	return out
}
