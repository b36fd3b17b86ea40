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
	"slices"
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

// cut cuts a text into words, which are to be put back to texts.
func cut(text string) *fold.Text {
	words := texts.Get().(*fold.Text)
	words.Reset(text)
	return words
}

// Analyze cuts a text into tokens. lang is a BCP 47 tag; for a language without
// a stemmer, "und" and "" the stem is the word.
func Analyze(text, lang string) []Token {
	words := cut(text)
	defer texts.Put(words)
	tokens := make([]Token, 0, words.Len())
	walk(words, lang, func(t Token) { tokens = append(tokens, t) })
	return tokens
}

// walk gives the tokens of a text one by one.
func walk(words *fold.Text, lang string, token func(Token)) {
	stem := stemmerOf(lang)
	for i := 0; i < words.Len(); {
		start, end := words.Span(i, i)
		word := words.Word(i)
		switch {
		case unspaced(word):
			last := i
			for last+1 < words.Len() && words.Glued(last+1) && unspaced(words.Word(last+1)) {
				last++
			}
			run(words, i, last, token)
			i = last + 1
			continue
		case hangul(word):
			syllables(words.Raw(i), string(word), start, end, token)
		default:
			f := stem.word(words.Raw(i), word)
			t := Token{Surface: f.surface, Stem: f.stem, Start: start, End: end}
			if f.judged {
				t.Lang = stem.lang
			}
			token(t)
		}
		i++
	}
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

// Forms are the tokens of texts as a document's fields want them.
type Forms struct {
	surfaces, stems []byte
	// Langs are the languages whose stemmers have judged a word, each once.
	Langs []string
}

// Add analyses a text and adds its tokens to those before.
func (f *Forms) Add(text, lang string) {
	words := cut(text)
	defer texts.Put(words)
	judge := ""
	walk(words, lang, func(t Token) {
		f.surfaces = appendForm(f.surfaces, t.Surface)
		f.stems = appendForm(f.stems, t.Stem)
		if t.Lang != judge {
			judge = t.Lang
			if judge != "" && !slices.Contains(f.Langs, judge) {
				f.Langs = append(f.Langs, judge)
			}
		}
	})
}

// Surfaces joins the surface forms.
func (f *Forms) Surfaces() string { return string(f.surfaces) }

// Stems joins the stems that are not the words themselves.
func (f *Forms) Stems() string { return string(f.stems) }

// Reset forgets all tokens and keeps their memory.
func (f *Forms) Reset() { *f = Forms{f.surfaces[:0], f.stems[:0], nil} }

// appendForm leaves empty forms out.
func appendForm(forms []byte, form string) []byte {
	if form == "" {
		return forms
	}
	if len(forms) > 0 {
		forms = append(forms, ' ')
	}
	return append(forms, form...)
}

// run gives the pairs of a run of letters and its last letter.
func run(words *fold.Text, first, last int, token func(Token)) {
	for i := first; i < last; i++ {
		start, end := words.Span(i, i+1)
		pair := string(words.Word(i)) + string(words.Word(i+1))
		token(Token{Surface: pair, Start: start, End: end})
	}
	start, end := words.Span(last, last)
	letter := string(words.Word(last))
	token(Token{Surface: letter, Start: start, End: end, Letter: true, Tail: last > first})
}

// syllables gives the pairs of syllables of a Korean word and its last one.
func syllables(raw, folded string, start, end int, token func(Token)) {
	all := []rune(folded)
	// Offsets of syllables are known when the word was written composed; else the
	// whole word is marked.
	var at []int
	if utf8.RuneCountInString(raw) == len(all) {
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
	last := len(all) - 1
	for i := range last {
		token(place(Token{Surface: string(all[i : i+2])}, i, i+2))
	}
	token(place(Token{Surface: string(all[last:]), Letter: true, Tail: last > 0}, last, last+1))
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
