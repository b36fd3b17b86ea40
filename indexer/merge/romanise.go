package merge

import (
	"strings"
	"unicode"
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

// class is the class of a Latin consonant, 0 for what is dropped: the vowels, and
// h, j and y, which one transliteration writes and the next does not.
func class(c byte) byte {
	switch c {
	case 'b', 'p':
		return 'p'
	case 'c', 's', 'z':
		return 's'
	case 'd', 't':
		return 't'
	case 'f', 'v', 'w':
		return 'f'
	case 'g', 'k', 'q':
		return 'k'
	case 'l', 'r':
		return 'r'
	case 'm', 'n':
		return c
	case 'x':
		return 'x'
	}
	if c >= '0' && c <= '9' {
		return c
	}
	return 0
}

// skeleton reduces folded words to the classes of their consonants. Letters of
// scripts that do not tell their sound stay as they are.
func skeleton(words []string) string {
	var b strings.Builder
	var latin []byte
	for _, w := range words {
		latin = latin[:0]
		flush := func() {
			b.Write(consonants(latin))
			latin = latin[:0]
		}
		for _, r := range w {
			if r < 0x80 {
				latin = append(latin, byte(r))
			} else if s, ok := spell(r); ok {
				latin = append(latin, s...)
			} else if unicode.IsLetter(r) {
				flush()
				b.WriteRune(r)
			}
		}
		flush()
	}
	return b.String()
}

// digraphs are spelled with two letters or more in one transliteration and with
// another letter in the next; longer ones stand first.
var digraphs = strings.NewReplacer(
	"shch", "s", "tsch", "s", "tch", "s", "sch", "s", "dzh", "s", "ch", "s", "sh", "s", "zh", "s", "cz", "s", "sz", "s",
	"ts", "s", "tz", "s", "kh", "", "gh", "k", "ph", "f", "th", "t", "ck", "k", "x", "ks",
	"ca", "k", "co", "k", "cu", "k", "cl", "kl", "cr", "kr", "ct", "kt",
)

// consonants returns the classes of the consonants of a Latin word, the same one
// once where it stands several times in a row.
func consonants(word []byte) []byte {
	if len(word) == 0 {
		return nil
	}
	s := string(word)
	if strings.ContainsAny(s, "chxz") {
		s = digraphs.Replace(s)
	}
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		c := class(s[i])
		if c == 0 || len(out) > 0 && out[len(out)-1] == c {
			continue
		}
		out = append(out, c)
	}
	return out
}
