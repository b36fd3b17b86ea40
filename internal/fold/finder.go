package fold

import "encoding/binary"

// Finder finds the phrases of one Index in text after text. It remembers which phrases
// begin with a word, for most words none, of as many words as it has room for. It is not
// safe for concurrent use.
type Finder struct {
	index *Index
	// known are the words. Each has two places, and comes to the first; the word that was
	// there moves to the second, and the one there is forgotten.
	known [1 << knownBits][2]knownWord
	// begun holds the phrases that begin with them, of each word their number and then
	// they themselves. The first is the empty list.
	begun []int32
	// candidates is lent to each search.
	candidates []int32
}

const (
	// knownBits is half the number of words remembered as a power of two: more than four
	// in five words of abstracts are then among them.
	knownBits = 12
	// maxBegun bounds begun: before it grows larger, all words are forgotten.
	maxBegun = 1 << 16
)

// knownWord is a word, and where its phrases are in begun.
type knownWord struct {
	wordKey
	begun int32
}

// wordKey is a word of up to maxKey bytes, padded with zeros. The last byte is 1 when its
// stems are meant, too.
type wordKey struct{ low, high uint64 }

const maxKey = 15

// NewFinder returns a Finder for an index.
func NewFinder(x *Index) *Finder { return &Finder{index: x, begun: []int32{0}} }

// Find is Index.Find. The stems of a word of ASCII letters alone must not depend on
// anything but the folded word.
func (f *Finder) Find(t *Text, stems func(i int) []string, found func(phrase, first, last int)) {
	s := search{f.index, t, stems, found, f.candidates}
	for i := range t.tokens {
		for _, p := range f.phrases(&s, i) {
			s.follow(p, i)
		}
	}
	f.candidates = s.candidates
}

// phrases returns those that begin with word i of a text.
func (f *Finder) phrases(s *search, i int) []int32 {
	k := &s.text.tokens[i]
	if k.to-k.from > maxKey || s.stemsOf != nil && !k.ascii {
		return s.begun(i)
	}
	w := wordAt(s.text.folded, k.from, k.to)
	if s.stemsOf != nil {
		w.high |= 1 << 56
	}
	places := &f.known[w.place()]
	at := &places[0]
	switch w {
	case places[0].wordKey:
	case places[1].wordKey:
		at = &places[1]
	default:
		places[1] = places[0]
		*at = knownWord{w, f.learn(s.begun(i))}
	}
	return f.begun[at.begun+1:][:f.begun[at.begun]]
}

// learn puts a list of phrases into begun and returns where.
func (f *Finder) learn(phrases []int32) int32 {
	if len(phrases) == 0 {
		return 0
	}
	if len(f.begun)+1+len(phrases) > maxBegun {
		clear(f.known[:])
		f.begun = f.begun[:1]
	}
	at := len(f.begun)
	f.begun = append(append(f.begun, int32(len(phrases))), phrases...)
	return int32(at)
}

// wordAt is the word of a folded text between two bytes.
func wordAt(folded []byte, from, to int32) (w wordKey) {
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
func (w wordKey) place() uint64 {
	return (w.low ^ w.high<<32 ^ w.high>>32) * 0x9E3779B97F4A7C15 >> (64 - knownBits)
}
