package merge

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// roman spells letters of other alphabets in Latin ones, nearly: what follows looks
// at classes of consonants only, so that one of several usual spellings is enough.
var roman = map[rune]string{
	// Cyrillic, folded.
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "j", 'к': "k",
	'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh",
	'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "sh", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
	'і': "i", 'є': "ye", 'ґ': "g", 'ђ': "d", 'ј': "j", 'љ': "lj", 'њ': "nj", 'ћ': "c'", 'џ': "dzh", 'ө': "o", 'ү': "u",
	// Greek, folded.
	'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l",
	'μ': "m", 'ν': "n", 'ξ': "ks", 'ο': "o", 'π': "p", 'ρ': "r", 'σ': "s", 'τ': "t", 'υ': "y", 'φ': "f", 'χ': "kh",
	'ψ': "ps", 'ω': "o",
	// Arabic and Persian, folded. Vav and ye are vowels more often than not.
	'ا': "", 'ب': "b", 'پ': "p", 'ت': "t", 'ث': "th", 'ج': "j", 'چ': "ch", 'ح': "h", 'خ': "kh", 'د': "d", 'ذ': "d",
	'ر': "r", 'ز': "z", 'ژ': "zh", 'س': "s", 'ش': "sh", 'ص': "s", 'ض': "d", 'ط': "t", 'ظ': "z", 'ع': "", 'غ': "gh",
	'ف': "f", 'ق': "q", 'ک': "k", 'گ': "g", 'ل': "l", 'م': "m", 'ن': "n", 'ه': "h", 'و': "", 'ی': "", 'ء': "", 'ئ': "", 'ؤ': "",
	// Hebrew.
	'א': "", 'ב': "b", 'ג': "g", 'ד': "d", 'ה': "h", 'ו': "", 'ז': "z", 'ח': "h", 'ט': "t", 'י': "", 'כ': "k", 'ך': "k",
	'ל': "l", 'מ': "m", 'ם': "m", 'נ': "n", 'ן': "n", 'ס': "s", 'ע': "", 'פ': "p", 'ף': "f", 'צ': "ts", 'ץ': "ts",
	'ק': "k", 'ר': "r", 'ש': "sh", 'ת': "t",
	// The sign that lengthens a kana vowel, and the small letters.
	'ー': "", 'っ': "", 'ッ': "",
	'ん': "n", 'ン': "n",
}

// The rows of the kana by consonant, hiragana in Unicode order; katakana stand
// 0x60 higher.
var kana = map[string]string{
	"":   "ぁあぃいぅうぇえぉおやゃゆゅよょ",
	"k":  "かきくけこがぎぐげごゕゖ",
	"s":  "さすせそざずぜぞ",
	"sh": "しじちぢ",
	"t":  "たてとだでど",
	"ts": "つづ",
	"n":  "なにぬねの",
	"h":  "はひへほ",
	"f":  "ふ",
	"b":  "ばびぶべぼ",
	"p":  "ぱぴぷぺぽ",
	"m":  "まみむめも",
	"r":  "らりるれろ",
	"w":  "わゎゐゑを",
	"v":  "ゔ",
}

// The parts of a Hangul syllable as the Revised Romanisation spells them, vowels
// left out. Finals are those that are heard.
var (
	hangulInitial = []string{"g", "k", "n", "d", "t", "r", "m", "b", "p", "s", "s", "", "j", "j", "ch", "k", "t", "p", "h"}
	hangulFinal   = []string{
		"", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t",
		"t", "k", "t", "p", "",
	}
)

func init() {
	for consonant, letters := range kana {
		for _, r := range letters {
			roman[r] = consonant
			roman[r+0x60] = consonant
		}
	}
}

// spell returns how a folded rune sounds in Latin letters; ok is false for the
// scripts whose letters do not tell.
func spell(r rune) (s string, ok bool) {
	if r >= 0xac00 && r < 0xac00+19*21*28 {
		n := int(r - 0xac00)
		return hangulInitial[n/(21*28)] + "a" + hangulFinal[n%28], true
	}
	if s, ok := roman[r]; ok {
		return s, true
	}
	return "", false
}

// classes are those of the Latin consonants, and figures; 0 is what is dropped: the
// vowels, and h, j and y, which one transliteration writes and the next does not.
var classes = func() (class [256]byte) {
	for _, alike := range []string{"pb", "scz", "td", "fvw", "kgq", "rl", "m", "n", "x", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		for i := range len(alike) {
			class[alike[i]] = alike[0]
		}
	}
	return class
}()

// skeleton reduces folded words to the classes of their consonants. Letters of
// scripts that do not tell their sound stay as they are.
func skeleton(words []string) string {
	var space, word [128]byte // titles and names mostly fit
	out, latin := space[:0], word[:0]
	for _, w := range words {
		latin = latin[:0]
		for _, r := range w {
			if r < 0x80 {
				latin = append(latin, byte(r))
			} else if s, ok := spell(r); ok {
				latin = append(latin, s...)
			} else if unicode.IsLetter(r) {
				out = appendConsonants(out, latin)
				latin = latin[:0]
				out = utf8.AppendRune(out, r)
			}
		}
		out = appendConsonants(out, latin)
	}
	return string(out)
}

// digraph is spelled with two letters or more in one transliteration and with another
// letter in the next.
type digraph struct{ letters, sound string }

// digraphs by their first letter, in the order they are tried: longer ones first.
var digraphs = func() (byLetter ['z' + 1][]digraph) {
	for _, d := range []digraph{
		{"shch", "s"},
		{"tsch", "s"},
		{"tch", "s"},
		{"sch", "s"},
		{"dzh", "s"},
		{"ch", "s"},
		{"sh", "s"},
		{"zh", "s"},
		{"cz", "s"},
		{"sz", "s"},
		{"ts", "s"},
		{"tz", "s"},
		{"kh", ""},
		{"gh", "k"},
		{"ph", "f"},
		{"th", "t"},
		{"ck", "k"},
		{"x", "ks"},
		{"ca", "k"},
		{"co", "k"},
		{"cu", "k"},
		{"cl", "kl"},
		{"cr", "kr"},
		{"ct", "kt"},
	} {
		byLetter[d.letters[0]] = append(byLetter[d.letters[0]], d)
	}
	return byLetter
}()

// appendConsonants adds the classes of the consonants of a Latin word, the same one
// once where it stands several times in a row.
func appendConsonants(out, word []byte) []byte {
	begin := len(out)
	add := func(letter byte) {
		if c := classes[letter]; c != 0 && (len(out) == begin || out[len(out)-1] != c) {
			out = append(out, c)
		}
	}
	// Without one of these letters nothing is taken for a digraph.
	spelled := slices.ContainsFunc(word, func(letter byte) bool { return letter == 'c' || letter == 'h' || letter == 'x' || letter == 'z' })
	for at := 0; at < len(word); at++ {
		if spelled {
			if d := digraphAt(word[at:]); d != nil {
				for i := range len(d.sound) {
					add(d.sound[i])
				}
				at += len(d.letters) - 1
				continue
			}
		}
		add(word[at])
	}
	return out
}

// digraphAt is the digraph that a word begins with, or nil.
func digraphAt(word []byte) *digraph {
	if int(word[0]) >= len(digraphs) {
		return nil
	}
	begun := digraphs[word[0]]
	for i := range begun {
		if d := &begun[i]; len(word) >= len(d.letters) && string(word[:len(d.letters)]) == d.letters {
			return d
		}
	}
	return nil
}
