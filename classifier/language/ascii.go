package language

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Most characters of most texts are ASCII. They are looked at eight at a time: each
// is below 128, so that adding to it may set its highest bit and runs over into no
// other.

const (
	highBits = 0x8080808080808080
	ones     = 0x0101010101010101
)

// asciiLetters returns how many ASCII characters a text begins with, and how many of
// them are letters.
func asciiLetters(text string) (n, letters int) {
	for ; n+8 <= len(text); n += 8 {
		eight := eightAt(text, n)
		if eight&highBits != 0 {
			break
		}
		small := eight | ' '*ones
		fromA, behindZ := small+(0x80-'a')*ones, small+(0x80-'z'-1)*ones
		letters += bits.OnesCount64(fromA &^ behindZ & highBits)
	}
	for ; n < len(text) && text[n] < utf8.RuneSelf; n++ {
		if small := text[n] | ' '; 'a' <= small && small <= 'z' {
			letters++
		}
	}
	return n, letters
}

// asciiLength is how many ASCII characters a text begins with.
func asciiLength(text string) (n int) {
	for n+8 <= len(text) && eightAt(text, n)&highBits == 0 {
		n += 8
	}
	for n < len(text) && text[n] < utf8.RuneSelf {
		n++
	}
	return n
}

// eightAt reads eight bytes of a text.
func eightAt(text string, at int) uint64 {
	return binary.LittleEndian.Uint64([]byte(text[at : at+8]))
}
