package fold

import (
	"bytes"
	"iter"
)

// What Arabic joins to the front of a word in writing, folded: a conjunction,
// then a preposition, the article, or both grown together.
var (
	conjunctions = [][]byte{[]byte("و"), []byte("ف")}
	prepositions = [][]byte{
		[]byte("بال"), []byte("کال"), []byte("ال"), []byte("لل"),
		[]byte("ل"), []byte("ب"), []byte("ک"),
	}
	article = []byte("ال")
)

// minArabic is the length in bytes of the shortest word that is left when
// something is taken off: two letters.
const minArabic = 4

// withoutClitics yields an Arabic word without its conjunction, its preposition
// or article, and without both; nothing for a word that has none.
func withoutClitics(word []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !withoutPreposition(word, yield) {
			return
		}
		for _, c := range conjunctions {
			if rest, ok := bytes.CutPrefix(word, c); ok && len(rest) >= minArabic {
				if !yield(rest) || !withoutPreposition(rest, yield) {
					return
				}
			}
		}
	}
}

// withoutPreposition yields each way to take a preposition off; it returns false
// when the consumer has had enough.
func withoutPreposition(word []byte, yield func([]byte) bool) bool {
	for _, p := range prepositions {
		if rest, ok := bytes.CutPrefix(word, p); ok && len(rest) >= minArabic && !yield(rest) {
			return false
		}
	}
	return true
}

// arabicByte reports whether c begins a letter of Arabic script that may be a clitic.
func arabicByte(c byte) bool { return 0xd8 <= c && c <= 0xda }

// CutArticle returns a folded Arabic word without the article in front of it. The
// words that are to be found behind clitics are given so.
func CutArticle(word string) string {
	if rest, ok := bytes.CutPrefix([]byte(word), article); ok && len(rest) >= minArabic {
		return string(rest)
	}
	return word
}
