package relevance

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"polyglean/internal/fold"
	"polyglean/internal/strategy"
)

// maxText bounds the bytes read of one text: an abstract has two thousand, and what
// has more than this is a full text or an attack.
const maxText = 256 << 10

// unknown stands for a word that has no number; nothing forms a pair with it.
const unknown = int32(-1)

// reader cuts texts into numbered words. Words that part from others by spaces
// are stems of two letters or more; scripts without spaces (Han, kana, Thai …)
// and Hangul, which joins particles to words, give overlapping pairs of letters,
// so that no dictionary is needed. It is not safe for concurrent use.
type reader struct {
	// number gives a stem its number, or unknown.
	number func(stem string) int32

	text     fold.Text
	stemmers map[string]*stems
	pair     []byte
	// Memory of Space.Vector.
	words   []int32
	counter counter
}

// stems are the numbers of the words of one language, by the word as written.
type stems struct {
	stemmer *strategy.Stemmer // nil where words are only folded
	known   map[string]int32
}

// maxKnown bounds the words a reader remembers in each language.
const maxKnown = 1 << 17

func newReader(number func(string) int32) *reader {
	return &reader{number: number, stemmers: make(map[string]*stems)}
}

// read appends the numbers of the words of a text. at, when given, is told where
// each stands: the bytes of the text from start to end.
func (r *reader) read(to []int32, text, lang string, at func(start, end int)) []int32 {
	r.text.Reset(text[:min(len(text), maxText)])
	n := r.text.Len()
	add := func(number int32, first, last int) {
		to = append(to, number)
		if at != nil {
			at(r.text.Span(first, last))
		}
	}
	var known *stems
	for i := 0; i < n; i++ {
		word := r.text.Word(i)
		if len(word) == 1 {
			continue
		}
		if word[0] >= utf8.RuneSelf {
			first, size := utf8.DecodeRune(word)
			switch {
			case fold.Unspaced(first):
				switch {
				case i+1 < n && r.text.Glued(i+1) && fold.Unspaced(firstRune(r.text.Word(i+1))):
					r.pair = append(append(r.pair[:0], word...), r.text.Word(i+1)...)
					add(r.number(string(r.pair)), i, i+1)
				case i == 0 || !r.text.Glued(i) || !fold.Unspaced(firstRune(r.text.Word(i-1))):
					add(r.number(string(word)), i, i)
				}
				continue
			case unicode.Is(unicode.Hangul, first):
				for p := 0; ; {
					_, one := utf8.DecodeRune(word[p:])
					_, two := utf8.DecodeRune(word[p+one:])
					if two == 0 && p > 0 {
						break
					}
					add(r.number(string(word[p:p+one+two])), i, i)
					p += one
				}
				continue
			case size == len(word):
				continue
			}
		}
		if known == nil {
			known = r.stems(lang)
		}
		raw := r.text.Raw(i)
		number, ok := known.known[raw]
		if !ok {
			number = r.number(known.stem(raw, word))
			if len(known.known) >= maxKnown {
				clear(known.known)
			}
			known.known[strings.Clone(raw)] = number
		}
		add(number, i, i)
	}
	return to
}

func (r *reader) stems(lang string) *stems {
	s := r.stemmers[lang]
	if s == nil {
		s = &stems{stemmer: strategy.NewStemmer(lang), known: make(map[string]int32)}
		r.stemmers[strings.Clone(lang)] = s
	}
	return s
}

// stem falls back on the folded word where a stemmer leaves nothing of it.
func (s *stems) stem(raw string, folded []byte) string {
	if s.stemmer != nil {
		if stem := s.stemmer.Stem(raw); stem != "" {
			return stem
		}
	}
	return string(folded)
}

func firstRune(word []byte) rune {
	r, _ := utf8.DecodeRune(word)
	return r
}
