package ngram

import "math/bits"

// memo remembers what words cost. A word has two places, and comes to the first; the
// word that was there moves to the second, and the one there is forgotten.
type memo struct {
	entries []uint64
	size    int
}

const (
	// memoBits is the number of words remembered as a power of two. Of the words of
	// abstracts, in one language or in fifteen, nine in ten are then known.
	memoBits = 13
	// keySize is what an entry has before the costs: the symbols of the word.
	keySize = 2
)

// newMemo makes a memo for costs of so many groups of eight languages.
func newMemo(groups int) memo {
	size := keySize + 2*groups
	return memo{make([]uint64, size<<memoBits), size}
}

// find returns the place of what a word costs, and whether it is there. Where it is
// not, the caller puts it there.
func (m *memo) find(w run) (costs []uint64, known bool) {
	place := int((w.low ^ bits.RotateLeft64(w.high, 29)) * 0x9E3779B97F4A7C15 >> (64 - memoBits + 1))
	both := m.entries[place*2*m.size:][:2*m.size]
	first, second := both[:m.size], both[m.size:]
	switch {
	case first[0] == w.low && first[1] == w.high:
		return first[keySize:], true
	case second[0] == w.low && second[1] == w.high:
		return second[keySize:], true
	}
	copy(second, first)
	first[0], first[1] = w.low, w.high
	return first[keySize:], false
}
