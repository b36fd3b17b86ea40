package fold

import "encoding/binary"

// Finder finds the phrases of one Index in text after text. It remembers words that no
// phrase begins with, which are most, and passes them over. It is not safe for concurrent
// use.
type Finder struct {
	index *Index
	// strange are such words, each at its own place until another one comes there.
	strange [1 << strangeBits]strangeWord
}

// strangeBits is the number of words remembered as a power of two: nine in ten words of
// abstracts are then among them.
const strangeBits = 13

// strangeWord is a word of up to maxStrange bytes, padded with zeros. The last byte is
// 1 when its stems are meant, too.
type strangeWord struct{ low, high uint64 }

const maxStrange = 15

// NewFinder returns a Finder for an index.
func NewFinder(x *Index) *Finder { return &Finder{index: x} }

// Find is Index.Find. The stems of a word of ASCII letters alone must not depend on
// anything but the folded word.
func (f *Finder) Find(t *Text, stems func(i int) []string, found func(phrase, first, last int)) {
	s := search{f.index, t, stems, found}
	for i := range t.tokens {
		k := &t.tokens[i]
		if k.to-k.from > maxStrange || stems != nil && !k.ascii {
			s.from(i)
			continue
		}
		w := strangeWordAt(t.folded, k.from, k.to)
		if stems != nil {
			w.high |= 1 << 56
		}
		if place := &f.strange[w.place()]; *place != w && !s.from(i) {
			*place = w
		}
	}
}

// strangeWordAt is the word of a folded text between two bytes.
func strangeWordAt(folded []byte, from, to int32) (w strangeWord) {
	if to-from < 8 {
		for i, c := range folded[from:to] {
			w.low |= uint64(c) << (8 * i)
		}
		return w
	}
	w.low = binary.LittleEndian.Uint64(folded[from:])
	w.high = binary.LittleEndian.Uint64(folded[to-8:]) >> (8 * (16 - (to - from)))
	return w
}

// place is where a word is remembered (Fibonacci hashing).
func (w strangeWord) place() uint64 {
	return (w.low ^ w.high<<32 ^ w.high>>32) * 0x9E3779B97F4A7C15 >> (64 - strangeBits)
}
