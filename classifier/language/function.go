package language

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"polyglean/classifier/language/ngram"
)

// Names fill the titles of science, and most letters of "The plasmids of Agrobacterium
// tumefaciens" are Latin. What shows the language is the small words between the names.

const (
	// functionWeight is what one function word says for its languages, in nats.
	functionWeight = 4.0
	// strangerWeight is what it says besides against the languages of strangers.
	strangerWeight = 12.0
	// longestShortWord is in bytes: no word that is looked for is longer.
	longestShortWord = 16
)

// strangers are languages that names and terms look like, and that share no function
// word with those below but where it is said.
var strangers = SetOf("la", "eo", "cy", "eu", "ga", "lg", "mi", "sn", "so", "st", "sw", "tl", "tn", "ts", "xh", "yo", "zu")

// functionWords are articles, prepositions and conjunctions of the languages that most
// titles are in, each with all the languages known here that have it.
var functionWords = func() map[string]Set {
	words := make(map[string]Set)
	for _, list := range []struct{ langs, words string }{
		{"en", "the and with among from their its through between during using into within towards"},
		{"en nl af", "of"},
		{"en fr fi et pl cs sk tr az", "on"},
		{"es", "los las según desde hacia mediante"},
		{"es ca", "el del"},
		{"es it", "una con"},
		{"es pt", "sobre para"},
		{"es pt eo", "por"},
		{"es fr ca nl af sv da no eo tr tl lg", "en"},
		{"pt", "uma dos nos nas com pelo pela pelos pelas ao aos"},
		{"fr", "une des aux chez pour dans avec"},
		{"fr ca", "les"},
		{"it", "della delle degli dello dell dei nella nelle negli nello nei gli"},
		{"de", "und von für zur zum im bei über eine einer eines"},
		{"nl af", "van het een voor"},
		{"nl", "bij"},
	} {
		set := SetOf(strings.Fields(list.langs)...)
		for word := range strings.FieldsSeq(list.words) {
			words[word] = set
		}
	}
	return words
}()

// addFunctionWords adds what the function words of a Latin text say for and against
// languages.
func addFunctionWords(logp *[ngram.MaxLanguages]float64, languages []int, text string) {
	for words := (shortWords{rest: text}); words.next(); {
		of, ok := functionWords[string(words.word())]
		if !ok {
			continue
		}
		for i, lang := range languages {
			switch {
			case of.has(lang):
				logp[i] += functionWeight
			case strangers.has(lang):
				logp[i] -= strangerWeight
			}
		}
	}
}

// shortWords goes through the words of a Latin text in small letters. Of those longer
// than longestShortWord it gives the beginning.
type shortWords struct {
	rest   string
	buffer [longestShortWord + utf8.UTFMax]byte
	length int
}

// next goes on to the next word, false when there is none.
func (w *shortWords) next() bool {
	w.length = 0
	for i, r := range w.rest {
		switch {
		case ScriptOf(r) == Latin:
			if w.length <= longestShortWord {
				w.length += utf8.EncodeRune(w.buffer[w.length:], unicode.ToLower(r))
			}
		case w.length > 0:
			w.rest = w.rest[i:]
			return true
		}
	}
	w.rest = ""
	return w.length > 0
}

// word is valid until next is called.
func (w *shortWords) word() []byte { return w.buffer[:w.length] }
