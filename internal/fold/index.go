package fold

import (
	"math/bits"
	"slices"
	"strings"
)

// Index finds many phrases in a text in one pass. It is safe for concurrent use.
//
// Phrases are keyed by how their first word begins, in sorted order. A word of
// the text is looked up once: whatever key begins it is the greatest key not
// after it, or begins that key in turn, so that a chain from key to the next
// shorter one within it holds all of them.
type Index struct {
	phrases [][]Word
	keys    []key
	// pairs is the set of the first two bytes of all keys, in sorted order: most
	// words of a text begin like no key. before[i] counts those in pairs[:i], and
	// starts holds the first key not before each, and last the number of keys.
	pairs  [1 << 16 / 64]uint64
	before [1 << 16 / 64]uint16
	starts []int32
	// free are the phrases whose first word has no fixed beginning.
	free []int32
	// stems leads to phrases whose first word has stems.
	stems map[string][]int32
	// clitics says that Arabic words are looked up without what is joined to
	// their front, too.
	clitics bool
}

type key struct {
	text string
	// within is the longest other key that begins this one, -1 if none.
	within int32
	// whole are phrases whose first word is the key, open those whose first word
	// begins with it.
	whole, open []int32
}

// NewIndex makes an index of phrases, known by their positions. A phrase without
// words is never found. With clitics set, Arabic words are found with the
// conjunctions, prepositions and article that are joined to them in writing.
func NewIndex(phrases [][]Word, clitics bool) *Index {
	x := &Index{phrases: phrases, clitics: clitics}
	byText := make(map[string]*key)
	for i, phrase := range phrases {
		if len(phrase) == 0 {
			continue
		}
		head := &phrase[0]
		for _, s := range head.Stems {
			if x.stems == nil {
				x.stems = make(map[string][]int32)
			}
			x.stems[s] = append(x.stems[s], int32(i))
		}
		text := head.literal()
		if text == "" {
			x.free = append(x.free, int32(i))
			continue
		}
		k := byText[text]
		if k == nil {
			k = &key{text: text}
			byText[text] = k
		}
		if head.Kind == Whole {
			k.whole = append(k.whole, int32(i))
		} else {
			k.open = append(k.open, int32(i))
		}
	}
	for _, k := range byText {
		x.keys = append(x.keys, *k)
	}
	slices.SortFunc(x.keys, func(a, b key) int { return strings.Compare(a.text, b.text) })
	x.link()
	return x
}

// link chains the sorted keys and fills the tables that narrow a lookup.
func (x *Index) link() {
	for i := range x.keys {
		k := &x.keys[i]
		k.within = int32(i) - 1
		for k.within >= 0 && !strings.HasPrefix(k.text, x.keys[k.within].text) {
			k.within = x.keys[k.within].within
		}
		p, n := pair(k.text), 1
		if len(k.text) == 1 {
			n = 256 // it begins the words of 256 pairs
		}
		for ; n > 0; n, p = n-1, p+1 {
			x.pairs[p/64] |= 1 << (p % 64)
		}
	}
	k := 0
	for i, set := range x.pairs {
		x.before[i] = uint16(len(x.starts))
		for ; set != 0; set &= set - 1 {
			p := uint(i*64 + bits.TrailingZeros64(set))
			for k < len(x.keys) && pair(x.keys[k].text) < p {
				k++
			}
			x.starts = append(x.starts, int32(k))
		}
	}
	x.starts = append(x.starts, int32(len(x.keys)))
}

// pair is the first two bytes of a word, the second 0 if it has one.
func pair[S string | []byte](word S) uint {
	p := uint(word[0]) << 8
	if len(word) > 1 {
		p |= uint(word[1])
	}
	return p
}

// around returns the range of the keys that begin with the two bytes p; ok is
// false if no key begins words that do.
func (x *Index) around(p uint) (lo, hi int32, ok bool) {
	set, bit := x.pairs[p/64], uint64(1)<<(p%64)
	if set&bit == 0 {
		return 0, 0, false
	}
	n := int(x.before[p/64]) + bits.OnesCount64(set&(bit-1))
	return x.starts[n], x.starts[n+1], true
}

// Find calls found for every phrase in t with the positions of its first and
// last word, ordered by the first; the same find may come twice. stems, nil if
// no phrase has any, returns the stems of a word of t.
func (x *Index) Find(t *Text, stems func(i int) []string, found func(phrase, first, last int)) {
	for i := range t.Len() {
		w := t.Word(i)
		x.lookup(t, i, w, stems, found)
		if x.clitics {
			for form := range withoutClitics(w) {
				x.lookup(t, i, form, stems, found)
			}
		}
		for _, p := range x.free {
			if x.phrases[p][0].matches(w) {
				x.follow(p, t, i, stems, found)
			}
		}
		if x.stems != nil && stems != nil {
			for _, s := range stems(i) {
				for _, p := range x.stems[s] {
					x.follow(p, t, i, stems, found)
				}
			}
		}
	}
}

// lookup finds the phrases whose first word matches the word i of t in the form w.
func (x *Index) lookup(t *Text, i int, w []byte, stems func(int) []string, found func(int, int, int)) {
	lo, hi, ok := x.around(pair(w))
	if !ok {
		return
	}
	for lo < hi {
		mid := int32(uint32(lo+hi) / 2)
		if x.keys[mid].text <= string(w) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for n := lo - 1; n >= 0; n = x.keys[n].within {
		k := &x.keys[n]
		if len(k.text) > len(w) || string(w[:len(k.text)]) != k.text {
			continue
		}
		if len(k.text) == len(w) {
			for _, p := range k.whole {
				x.follow(p, t, i, stems, found)
			}
		}
		for _, p := range k.open {
			if head := &x.phrases[p][0]; head.Kind == Prefix || head.matches(w) {
				x.follow(p, t, i, stems, found)
			}
		}
	}
}

// follow compares the words of phrase p after the first with those of t after i.
func (x *Index) follow(p int32, t *Text, i int, stems func(int) []string, found func(int, int, int)) {
	phrase := x.phrases[p]
	if i+len(phrase) > t.Len() {
		return
	}
	for n := 1; n < len(phrase); n++ {
		if !x.matches(&phrase[n], t, i+n, stems) {
			return
		}
	}
	found(int(p), i, i+len(phrase)-1)
}

func (x *Index) matches(w *Word, t *Text, i int, stems func(int) []string) bool {
	if w.Glued && !t.Glued(i) || w.Between != 0 && t.Gap(i)&^w.Between != 0 {
		return false
	}
	token := t.Word(i)
	if w.matches(token) {
		return true
	}
	if x.clitics {
		for form := range withoutClitics(token) {
			if w.matches(form) {
				return true
			}
		}
	}
	if len(w.Stems) > 0 && stems != nil {
		for _, s := range stems(i) {
			if slices.Contains(w.Stems, s) {
				return true
			}
		}
	}
	return false
}
