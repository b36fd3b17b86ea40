package language

import (
	"unicode"
	"unicode/utf8"
)

// Script is a writing system as far as it tells languages apart.
type Script uint8

// Scripts. Han includes kana, and its own letters are looked at where that matters:
// Japanese mixes the two inside words.
const (
	NoScript Script = iota
	Latin
	Cyrillic
	Arabic
	Devanagari
	Han
	Hangul
	Greek
	Hebrew
	Thai
	Bengali
	Georgian
	Armenian
	Tamil
	Telugu
	Gujarati
	Gurmukhi
	OtherScript
	scripts // how many there are
)

// scriptTables holds the letters of each script.
var scriptTables = [...]struct {
	script Script
	table  *unicode.RangeTable
}{
	{Latin, unicode.Latin},
	{Cyrillic, unicode.Cyrillic},
	{Arabic, unicode.Arabic},
	{Devanagari, unicode.Devanagari},
	{Han, unicode.Han},
	{Han, unicode.Hiragana},
	{Han, unicode.Katakana},
	{Hangul, unicode.Hangul},
	{Greek, unicode.Greek},
	{Hebrew, unicode.Hebrew},
	{Thai, unicode.Thai},
	{Bengali, unicode.Bengali},
	{Georgian, unicode.Georgian},
	{Armenian, unicode.Armenian},
	{Tamil, unicode.Tamil},
	{Telugu, unicode.Telugu},
	{Gujarati, unicode.Gujarati},
	{Gurmukhi, unicode.Gurmukhi},
}

// soleLanguage is the one language known here that uses a script.
var soleLanguage = [scripts]string{
	Hangul: "ko", Greek: "el", Hebrew: "he", Thai: "th", Bengali: "bn", Georgian: "ka", Armenian: "hy", Tamil: "ta", Telugu: "te",
	Gujarati: "gu", Gurmukhi: "pa",
}

// partScripts are the scripts that parts of the n-gram table are for, by the codes
// of ISO 15924.
var partScripts = map[string]Script{"Latn": Latin, "Cyrl": Cyrillic, "Arab": Arabic, "Deva": Devanagari}

// ScriptOf returns the script of a letter, NoScript for what is no letter.
// Combining marks count as no letter: they would weigh Indic scripts double.
func ScriptOf(r rune) Script {
	switch {
	case 0x4e00 <= r && r <= 0x9fff:
		return Han
	case 0xac00 <= r && r <= 0xd7a3:
		return Hangul
	case r < 0 || r >= tableRunes:
		return slowScript(r)
	}
	if c := classes[r]; c&mark == 0 {
		return Script(c)
	}
	return NoScript
}

const (
	// tableRunes is the end of the Unicode blocks whose characters are looked up in a
	// table: all alphabets are below it.
	tableRunes = 0x2000
	// mark is set in the class of a combining mark.
	mark = 0x80
)

// classes is the script of each character below tableRunes. A combining mark has the
// script of its block.
var classes = func() (classes [tableRunes]uint8) {
	for r := range rune(tableRunes) {
		if unicode.In(r, unicode.Mn, unicode.Mc) {
			classes[r] = mark | uint8(markScript(r))
		} else {
			classes[r] = uint8(slowScript(r))
		}
	}
	classes[softHyphen] = mark | uint8(Latin)
	return classes
}()

const softHyphen = 0xad

func markScript(r rune) Script {
	for _, s := range scriptTables {
		if unicode.Is(s.table, r) {
			return s.script
		}
	}
	return NoScript
}

func slowScript(r rune) Script {
	switch {
	case r == '・' || r == 'ー' || !unicode.IsLetter(r): // Chinese uses the dot, too
		return NoScript
	case r < 0x250:
		return Latin
	}
	for _, s := range scriptTables {
		if unicode.Is(s.table, r) {
			return s.script
		}
	}
	return OtherScript
}

// tally is how many letters of each script a text has.
type tally [scripts]int

func (t *tally) count(text string) {
	for len(text) > 0 {
		n, letters := asciiLetters(text)
		t[Latin] += letters
		if text = text[n:]; len(text) > 0 {
			r, size := utf8.DecodeRuneInString(text)
			t[ScriptOf(r)]++
			text = text[size:]
		}
	}
}

// MainScript is the script of most letters of a text, and how many it has. A Han
// letter or a syllable of Hangul stands for a word, and weighs more.
func MainScript(text string) (Script, int) {
	var t tally
	t.count(text)
	main := t.main()
	if main == NoScript {
		return NoScript, 0
	}
	return main, t[main]
}

// OneScript says whether all letters of a text are of one script, or it has none.
func OneScript(text string) bool {
	var t tally
	t.count(text)
	n := 0
	for _, letters := range t[NoScript+1:] {
		if letters > 0 {
			n++
		}
	}
	return n <= 1
}

func (t *tally) main() Script {
	main, most := NoScript, 0
	for s := NoScript + 1; s < scripts; s++ {
		n := t[s]
		if s == Han || s == Hangul {
			n *= 3
		}
		if n > most {
			main, most = s, n
		}
	}
	return main
}

// letters is how many letters of all scripts there are.
func (t *tally) letters() (n int) {
	for s := NoScript + 1; s < scripts; s++ {
		n += t[s]
	}
	return n
}
