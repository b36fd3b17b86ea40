package fold

import (
	"slices"
	"unicode/utf8"
)

// Index finds many phrases, of any number of languages, in a text in one pass. It is
// safe for concurrent use.
//
// It is one automaton over the bytes of folded words: the first words of the phrases
// lead through it, and each word of a text is followed until no phrase begins so. Few
// words get beyond their third byte. A second one holds what may stand inside words.
type Index struct {
	phrases [][]Word
	// heads are what first words begin with, inner what they hold or end in.
	heads, inner starts
	// free are the phrases whose first word begins with a truncation mark and goes on
	// with another.
	free []int32
	// stems leads to phrases whose first word has stems.
	stems map[string][]int32
	// clitics says that some first words are looked for behind Arabic clitics, too.
	clitics bool
}

// starts are the beginnings of phrases.
type starts struct {
	trie *trie
	// whole are the phrases whose first word is the key, open those whose first word
	// begins with it, or holds it; by key.
	whole, open [][]int32
}

// newStarts makes starts of keys and the phrases that they lead to.
func newStarts(phrases [][]Word, byKey map[string][]int32) starts {
	if len(byKey) == 0 {
		return starts{}
	}
	keys := make([]string, 0, len(byKey))
	for key := range byKey {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	s := starts{trie: newTrie(keys), whole: make([][]int32, len(keys)), open: make([][]int32, len(keys))}
	for i, key := range keys {
		for _, p := range byKey[key] {
			if phrases[p][0].Kind == Whole {
				s.whole[i] = append(s.whole[i], p)
			} else {
				s.open[i] = append(s.open[i], p)
			}
		}
	}
	return s
}

// NewIndex makes an index of phrases, known by their positions. A phrase without
// words is never found.
func NewIndex(phrases [][]Word) *Index {
	x := &Index{phrases: phrases}
	heads, inner := make(map[string][]int32), make(map[string][]int32)
	for i, phrase := range phrases {
		if len(phrase) == 0 {
			continue
		}
		head := &phrase[0]
		x.clitics = x.clitics || head.Clitics
		for _, s := range head.Stems {
			if x.stems == nil {
				x.stems = make(map[string][]int32)
			}
			x.stems[s] = append(x.stems[s], int32(i))
		}
		switch text := head.literal(); {
		case text != "":
			heads[text] = append(heads[text], int32(i))
		case head.Kind == Suffix || head.Kind == Infix:
			inner[head.Text] = append(inner[head.Text], int32(i))
		default:
			x.free = append(x.free, int32(i))
		}
	}
	x.heads, x.inner = newStarts(phrases, heads), newStarts(phrases, inner)
	return x
}

// Find calls found for every phrase in t with the positions of its first and
// last word, ordered by the first; the same find may come twice. stems, nil if
// no phrase has any, returns the stems of a word of t.
func (x *Index) Find(t *Text, stems func(i int) []string, found func(phrase, first, last int)) {
	s := search{Index: x, text: t, stemsOf: stems, found: found}
	for i := range t.Len() {
		for _, p := range s.begun(i) {
			s.follow(p, i)
		}
	}
}

// search is a text being looked through.
type search struct {
	*Index
	text    *Text
	stemsOf func(i int) []string
	found   func(phrase, first, last int)
	// candidates is lent to begun.
	candidates []int32
}

// begun returns the phrases whose first word is word i of the text, until it is called
// again.
func (s *search) begun(i int) []int32 {
	s.candidates = s.candidates[:0]
	w := s.text.Word(i)
	if s.heads.trie != nil {
		s.lookup(w, false)
		if s.clitics && arabicByte(w[0]) {
			for form := range withoutClitics(w) {
				s.lookup(form, true)
			}
		}
	}
	if s.inner.trie != nil {
		s.inside(w)
	}
	for _, p := range s.free {
		if s.phrases[p][0].matches(w) {
			s.candidates = append(s.candidates, p)
		}
	}
	if s.stems != nil && s.stemsOf != nil {
		for _, stem := range s.stemsOf(i) {
			s.candidates = append(s.candidates, s.stems[stem]...)
		}
	}
	return s.candidates
}

// lookup finds the phrases whose first word is w, a word or a form of it, with bare set
// those alone that look behind clitics.
func (s *search) lookup(w []byte, bare bool) {
	trie, at := s.heads.trie, int32(root)
	for n := 0; n < len(w); n++ {
		if at = trie.next(at, w[n]); at == none {
			return
		}
		key := trie.states[at].key
		if key == none {
			continue
		}
		if n == len(w)-1 {
			for _, p := range s.heads.whole[key] {
				if !bare || s.phrases[p][0].Clitics {
					s.candidates = append(s.candidates, p)
				}
			}
		}
		for _, p := range s.heads.open[key] {
			head := &s.phrases[p][0]
			if (!bare || head.Clitics) && (head.Kind == Prefix || head.matches(w)) {
				s.candidates = append(s.candidates, p)
			}
		}
	}
}

// inside finds the phrases whose first word is held by w, or ends it.
func (s *search) inside(w []byte) {
	trie := s.inner.trie
	for from := range w {
		if !utf8.RuneStart(w[from]) {
			continue
		}
		at := int32(root)
		for n := from; n < len(w); n++ {
			if at = trie.next(at, w[n]); at == none {
				break
			}
			key := trie.states[at].key
			if key == none {
				continue
			}
			for _, p := range s.inner.open[key] {
				if s.phrases[p][0].Kind == Infix || n == len(w)-1 {
					s.candidates = append(s.candidates, p)
				}
			}
		}
	}
}

// follow compares the words of phrase p after the first with those of the text after i.
func (s *search) follow(p int32, i int) {
	phrase := s.phrases[p]
	if i+len(phrase) > s.text.Len() {
		return
	}
	for n := 1; n < len(phrase); n++ {
		if !s.matches(&phrase[n], i+n) {
			return
		}
	}
	s.found(int(p), i, i+len(phrase)-1)
}

func (s *search) matches(w *Word, i int) bool {
	if w.Glued && !s.text.Glued(i) || w.Between != 0 && s.text.Gap(i)&^w.Between != 0 {
		return false
	}
	token := s.text.Word(i)
	if w.matches(token) {
		return true
	}
	if w.Clitics && arabicByte(token[0]) {
		for form := range withoutClitics(token) {
			if w.matches(form) {
				return true
			}
		}
	}
	if len(w.Stems) > 0 && s.stemsOf != nil {
		for _, stem := range s.stemsOf(i) {
			if slices.Contains(w.Stems, stem) {
				return true
			}
		}
	}
	return false
}
