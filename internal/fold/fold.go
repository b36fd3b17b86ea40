// Package fold compares texts of every script as a reader does, blind to case,
// accents and typography. A Text cuts a text into folded words that remember
// where they stood; an Index finds many phrases in it in one pass.
//
// Folding is Unicode compatibility normalisation and lower case, and then:
//
//   - marks are dropped in Latin, Greek, Cyrillic and Hebrew, where readers leave
//     them out, and kept elsewhere, where they are letters in their own right;
//   - ß→ss æ→ae œ→oe þ→th ı→i ð,đ→d ł→l ø→o ς→σ;
//   - Arabic script loses vowel signs and tatweel, and أإآٱ→ا ى,ي→ی ك→ک ة→ه;
//   - invisible characters vanish, save that the zero-width non-joiner parts
//     words in Arabic script, where it is typed instead of a space;
//   - raised figures, which are footnote marks, part words.
//
// A word is a run of letters, figures and their marks, so that apostrophes and
// hyphens part words. Scripts written without spaces (Han, kana, Thai, Lao,
// Khmer, Burmese) give one word for each letter.
package fold

import (
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// class says what a rune is to the tokeniser.
type class uint8

const (
	// word is a rune of a word.
	word class = 1 << iota
	// mark belongs to the letter before it.
	mark
	// skip is a rune that counts for nothing.
	skip
	// joins may combine with the rune before it when normalised.
	joins
	// bare is a letter whose marks are dropped.
	bare
	// solo is a letter of a script written without spaces.
	solo
	// arabic is a letter after which a zero-width non-joiner parts words.
	arabic
)

const (
	zwnj     = '\u200c'
	pageBits = 8
	pageSize = 1 << pageBits
)

// entry is what one rune folds to: a single rune, or several in more, where a
// rune that is no word parts them.
type entry struct {
	to    rune
	class class
	more  string
}

// pages hold the entries of all runes, each page made when first needed: making
// them all takes longer than most programs run.
var pages [(unicode.MaxRune + 1) >> pageBits]atomic.Pointer[[pageSize]entry]

// asciiTable holds the folded form of the ASCII characters that words are made
// of, and 0 for those that part words.
type asciiTable [utf8.RuneSelf]byte

var ascii = newASCII("")

// newASCII makes a table in which the given marks are letters, too.
func newASCII(marks string) asciiTable {
	var table asciiTable
	for c := range byte(utf8.RuneSelf) {
		switch {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', strings.IndexByte(marks, c) >= 0:
			table[c] = c
		case 'A' <= c && c <= 'Z':
			table[c] = c - 'A' + 'a'
		}
	}
	return table
}

// lookup returns what r folds to. r is a rune that utf8 decoded, so in range.
func lookup(r rune) *entry {
	page := pages[r>>pageBits].Load()
	if page == nil {
		page = new([pageSize]entry)
		first := r &^ (pageSize - 1)
		for i := range page {
			page[i] = compute(first + rune(i))
		}
		// Two goroutines may both get here; they make the same page.
		pages[r>>pageBits].Store(page)
	}
	return &page[r&(pageSize-1)]
}

// compute finds what r folds to when it stands alone.
func compute(r rune) entry {
	var e entry
	composed := norm.NFKC.String(string(r))
	if !norm.NFKC.PropertiesString(composed).BoundaryBefore() {
		e.class |= joins
	}
	switch {
	case partsWords(r):
		return e
	case ignorable(r):
		e.class |= skip
		return e
	}

	folded := composed
	if d := norm.NFKD.String(string(r)); isBare(first(d)) {
		folded = strings.Map(func(r rune) rune {
			if unicode.IsMark(r) {
				return -1
			}
			return r
		}, d)
	}
	folded = foldLetters(folded)
	if folded == "" {
		e.class |= skip
		return e
	}
	e.class |= classify(first(folded))
	if to, n := utf8.DecodeRuneInString(folded); n == len(folded) {
		e.to = to
	} else {
		e.more = folded
	}
	return e
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// classify says what a folded rune is.
func classify(r rune) class {
	var c class
	switch {
	case partsWords(r): // other signs normalise to these
		return 0
	case unicode.IsMark(r):
		return mark
	case unicode.IsLetter(r), unicode.IsNumber(r):
		c = word
	default:
		return 0
	}
	switch {
	case isBare(r), r < utf8.RuneSelf:
		c |= bare
	case Unspaced(r):
		c |= solo
	case unicode.Is(unicode.Arabic, r):
		c |= arabic
	}
	return c
}

// unspaced are the scripts written without spaces between words. The sign that
// lengthens a kana vowel (ー) belongs to them and to no script of its own.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// Unspaced reports whether r is a letter of a script written without spaces, where
// a Text has one word for each letter.
func Unspaced(r rune) bool { return unicode.In(r, unspaced...) || r == 'ー' }

func isBare(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Hebrew)
}

// partsWords reports the letters and figures that are punctuation in use:
// apostrophes encoded as letters, and raised figures.
func partsWords(r rune) bool {
	switch {
	case 'ʹ' <= r && r <= 'ʽ', r == 'ˈ', r == 'ˊ', r == 'ˋ',
		r == '¹', r == '²', r == '³', '⁰' <= r && r <= '⁹',
		r == '™', r == '℠':
		return true
	}
	return false
}

// ignorable reports the runes that are invisible or mere ornament.
func ignorable(r rune) bool {
	switch {
	case r == 'ـ', // tatweel
		r == '・', r == '･', // parts the words of a katakana name, or does not
		r == 'ʾ', r == 'ʿ', // half rings of transliterated Arabic
		r == '\u034f',                // combining grapheme joiner
		r == '\u115f', r == '\u1160', // Hangul fillers
		r == '\u3164', r == '\uffa0', // the same, older
		'\u064b' <= r && r <= '\u0655',                      // Arabic vowel signs, and what no letter took up
		'\u0656' <= r && r <= '\u065f',                      // more of them
		r == '\u0670',                                       // raised alef
		'\u0610' <= r && r <= '\u061a',                      // signs of honour
		'\u06d6' <= r && r <= '\u06ed' && unicode.IsMark(r), // recitation marks
		unicode.Is(unicode.Variation_Selector, r),
		unicode.Is(unicode.Cf, r): // bidi controls, soft hyphen, zero-width space
		return true
	}
	return false
}

// letters are folded beyond lower case.
var letters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'þ': "th",
	'ı': "i", 'đ': "d", 'ð': "d", 'ł': "l", 'ø': "o",
	'ς': "σ",
	'أ': "ا", 'إ': "ا", 'آ': "ا", 'ٱ': "ا",
	'ى': "ی", 'ي': "ی", 'ك': "ک", 'ة': "ه",
}

// foldLetters lower-cases a normalised text and maps single letters.
func foldLetters(s string) string {
	var b strings.Builder
	for _, r := range s {
		r = unicode.ToLower(r)
		if to, ok := letters[r]; ok {
			b.WriteString(to)
		} else if !ignorable(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}
