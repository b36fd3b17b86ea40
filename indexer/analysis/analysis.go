// Package analysis turns texts and queries into the terms an index holds. It is
// done here once for every backend, so that backends only ever compare terms.
//
// A text is cut into words and folded by package fold: case, compatibility forms
// and, in Latin, Greek, Cyrillic, Hebrew and Arabic, marks make no difference.
// Each word then has two forms: its surface, the folded word, for phrases and
// truncation, and its stem in the language of the text.
//
// Scripts that do not part words by spaces (Han, kana, Thai, Lao, Khmer, Burmese)
// are indexed as overlapping pairs of letters, and a run of them ends with its
// last letter alone: 性産業 gives 性産 産業 業. A query is a phrase of such pairs
// and so finds its letters side by side anywhere in a run, without a dictionary.
// Hangul is cut the same way within each word, because Korean joins particles to
// its words: 성매매를 holds 성매 매매, which is what 성매매 asks for.
package analysis

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"polyglean/internal/fold"
)

// MaxRunes is the longest word in runes, a stem's language not counted; what is
// beyond is left out, in texts and queries alike.
const MaxRunes = 64

// Token is a term and where it stands in the text.
type Token struct {
	// Surface is the folded word. Stem is its stem with the language in front,
	// "en:surviv": the languages of a query are not known, and what one language
	// drops as an ending makes another word in the next (rape would find rap, and
	// care cars). Where there is no stemmer, and where the stem is the word itself,
	// Stem is empty.
	Surface, Stem string
	// Lang is the language of the stemmer that has judged the word, empty for none.
	Lang string
	// Start and End are byte offsets into the text, End exclusive, on rune borders.
	Start, End int
	// Letter says that the token is one letter or syllable of a script that is cut
	// into pairs: the last of its run, and Tail that the run has others before it.
	// A query that ends in a tail leaves it out; one that ends in a run of one
	// letter finds the pairs that begin with it.
	Letter, Tail bool
}

// texts keep their memory from one analysis to the next.
var texts = sync.Pool{New: func() any { return new(fold.Text) }}

// Analyze cuts a text into tokens. lang is a BCP 47 tag; for a language without
// a stemmer, "und" and "" the stem is the word.
func Analyze(text, lang string) []Token {
	words := texts.Get().(*fold.Text)
	defer texts.Put(words)
	words.Reset(text)
	stem := stemmerOf(lang)
	tokens := make([]Token, 0, words.Len())
	for i := 0; i < words.Len(); {
		start, end := words.Span(i, i)
		word := words.Word(i)
		switch {
		case unspaced(word):
			last := i
			for last+1 < words.Len() && words.Glued(last+1) && unspaced(words.Word(last+1)) {
				last++
			}
			tokens = appendRun(tokens, words, i, last)
			i = last + 1
			continue
		case hangul(word):
			tokens = appendHangul(tokens, text[start:end], string(word), start, end)
		default:
			f := stem.word(text[start:end], word)
			t := Token{Surface: f.surface, Stem: f.stem, Start: start, End: end}
			if f.judged {
				t.Lang = stem.lang
			}
			tokens = append(tokens, t)
		}
		i++
	}
	return tokens
}

// Reading is what a word is in a language.
type Reading struct {
	Lang string
	// Word is the stem without its language.
	Word string
}

// Stem is the stem as a text has it: with its language in front.
func (r Reading) Stem() string { return r.Lang + ":" + r.Word }

// Readings are the stems of a word in all languages that have a stemmer for its
// script. A query of unknown language looks for each of them.
func Readings(word string) []Reading {
	var readings []Reading
	for _, lang := range Languages {
		tokens := Analyze(word, lang)
		if len(tokens) != 1 {
			return nil
		}
		t := tokens[0]
		switch {
		case t.Stem != "":
			readings = append(readings, Reading{lang, t.Stem[len(lang)+1:]})
		case t.Lang != "":
			readings = append(readings, Reading{lang, t.Surface})
		}
	}
	return readings
}

// Stems joins the stems of tokens that are not the words themselves.
func Stems(tokens []Token) string {
	return join(tokens, func(t *Token) string { return t.Stem })
}

// Surfaces joins the surface forms of tokens as a document's text field wants
// them.
func Surfaces(tokens []Token) string {
	return join(tokens, func(t *Token) string { return t.Surface })
}

// join leaves empty forms out.
func join(tokens []Token, form func(*Token) string) string {
	n := 0
	for i := range tokens {
		n += len(form(&tokens[i])) + 1
	}
	b := make([]byte, 0, n)
	for i := range tokens {
		f := form(&tokens[i])
		if f == "" {
			continue
		}
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(b, f...)
	}
	return string(b)
}

// appendRun adds the pairs of a run of letters and its last letter.
func appendRun(tokens []Token, words *fold.Text, first, last int) []Token {
	for i := first; i < last; i++ {
		start, end := words.Span(i, i+1)
		pair := string(words.Word(i)) + string(words.Word(i+1))
		tokens = append(tokens, Token{Surface: pair, Start: start, End: end})
	}
	start, end := words.Span(last, last)
	letter := string(words.Word(last))
	return append(tokens, Token{Surface: letter, Start: start, End: end, Letter: true, Tail: last > first})
}

// appendHangul adds the pairs of syllables of a Korean word and its last one.
func appendHangul(tokens []Token, raw, folded string, start, end int) []Token {
	syllables := []rune(folded)
	// Offsets of syllables are known when the word was written composed; else the
	// whole word is marked.
	var at []int
	if utf8.RuneCountInString(raw) == len(syllables) {
		for i := range raw {
			at = append(at, start+i)
		}
		at = append(at, end)
	}
	place := func(t Token, from, to int) Token {
		t.Start, t.End = start, end
		if at != nil {
			t.Start, t.End = at[from], at[to]
		}
		return t
	}
	last := len(syllables) - 1
	for i := range last {
		pair := string(syllables[i : i+2])
		tokens = append(tokens, place(Token{Surface: pair}, i, i+2))
	}
	one := string(syllables[last:])
	return append(tokens, place(Token{Surface: one, Letter: true, Tail: last > 0}, last, last+1))
}

// unspaced reports whether a folded word is a letter of a script without spaces.
func unspaced(word []byte) bool {
	if word[0] < utf8.RuneSelf {
		return false
	}
	r, _ := utf8.DecodeRune(word)
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		r == 'ー' || r == '々' || r == '〆'
}

func hangul(word []byte) bool {
	if word[0] < utf8.RuneSelf {
		return false
	}
	r, _ := utf8.DecodeRune(word)
	return unicode.Is(unicode.Hangul, r)
}

// clip cuts a word to MaxRunes.
func clip[T string | []byte](word T) T {
	if len(word) <= MaxRunes {
		return word
	}
	n := 0
	for i := range string(word) {
		if n == MaxRunes {
			return word[:i]
		}
		n++
	}
	return word
}
