package alerts

import (
	"fmt"
	"hash/fnv"
	"math/bits"
	"strconv"

	"polyglean/internal/fold"
)

// sum is a hash. It is written as 16 hexadecimal digits, since not every reader of JSON
// keeps all of a large number.
type sum uint64

// MarshalText implements encoding.TextMarshaler.
func (s sum) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%016x", uint64(s)), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *sum) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 16, 64)
	*s = sum(n)
	return err
}

// alike is in how many of 64 bits the sketches of two texts may differ for a reader to call
// them the same. A notice of copyright or a heading that one source adds changes two or
// three, another abstract about half.
const alike = 9

// like says whether two sketches are those of nearly the same text.
func (s sum) like(other sum) bool { return bits.OnesCount64(uint64(s^other)) <= alike }

// sketchOf is a hash that changes little where a text does: each bit is what most pairs of
// neighbouring words say (M. Charikar, "Similarity estimation techniques from rounding
// algorithms", STOC 2002). It is 0 for a text without words.
func sketchOf(text string) sum {
	words := fold.NewText(text)
	if words.Len() == 0 {
		return 0
	}
	var votes [64]int
	hash := fnv.New64a()
	for i := range words.Len() {
		hash.Reset()
		_, _ = hash.Write(words.Word(i))
		if i+1 < words.Len() {
			_, _ = hash.Write([]byte{0})
			_, _ = hash.Write(words.Word(i + 1))
		}
		h := mix(hash.Sum64())
		for bit := range votes {
			votes[bit] += int(h>>bit&1)*2 - 1
		}
	}
	var s sum
	for bit, n := range votes {
		if n > 0 {
			s |= 1 << bit
		}
	}
	return s
}

// mix spreads the bits of a hash, of which FNV leaves the upper ones much the same for
// short words.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
