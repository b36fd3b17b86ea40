package classifier

import "unicode"

// script is a writing system as far as it tells languages apart.
type script uint8

const (
	noScript script = iota
	latinScript
	cyrillicScript
	arabicScript
	devanagariScript
	hanScript // with kana
	hangulScript
	greekScript
	hebrewScript
	thaiScript
	bengaliScript
	georgianScript
	armenianScript
	tamilScript
	teluguScript
	gujaratiScript
	gurmukhiScript
	otherScript
	scripts // how many there are
)

// scriptRanges holds the letters of each script. Kana counts as Han: Japanese
// mixes the two inside words, and tellHan looks at the letters themselves.
var scriptRanges = [...]struct {
	script script
	table  *unicode.RangeTable
}{
	{cyrillicScript, unicode.Cyrillic},
	{arabicScript, unicode.Arabic},
	{hanScript, unicode.Han},
	{hanScript, unicode.Hiragana},
	{hanScript, unicode.Katakana},
	{hangulScript, unicode.Hangul},
	{devanagariScript, unicode.Devanagari},
	{greekScript, unicode.Greek},
	{hebrewScript, unicode.Hebrew},
	{thaiScript, unicode.Thai},
	{bengaliScript, unicode.Bengali},
	{georgianScript, unicode.Georgian},
	{armenianScript, unicode.Armenian},
	{tamilScript, unicode.Tamil},
	{teluguScript, unicode.Telugu},
	{gujaratiScript, unicode.Gujarati},
	{gurmukhiScript, unicode.Gurmukhi},
	{latinScript, unicode.Latin},
}

// scriptOf returns the script of a letter, noScript for what is no letter.
// Combining marks count as no letter: they would weigh Indic scripts double.
func scriptOf(r rune) script {
	switch {
	case r < 'A':
		return noScript
	case 'a' <= r|0x20 && r|0x20 <= 'z':
		return latinScript
	case r < 0x80 || !unicode.IsLetter(r):
		return noScript
	case r < 0x250:
		return latinScript
	}
	for _, s := range scriptRanges {
		if unicode.Is(s.table, r) {
			return s.script
		}
	}
	return otherScript
}

// oneLanguage are the scripts that one language of those known here uses.
var oneLanguage = map[script]string{
	hangulScript:   "ko",
	greekScript:    "el",
	hebrewScript:   "he",
	thaiScript:     "th",
	georgianScript: "ka",
	armenianScript: "hy",
	tamilScript:    "ta",
	teluguScript:   "te",
	gujaratiScript: "gu",
	gurmukhiScript: "pa",
}

// japaneseHan are everyday Han letters in the form only Japanese gives them,
// neither simplified nor traditional: they tell a title without kana.
const japaneseHan = "応関実戦変検権観単囲圧広総続絵継経済剤齢歳毎児働込畑峠黒歩気帰仏払沢択釈訳駅拠労営厳桜栄楽薬渋塩拡県顕蔵臓増徳聴庁転伝読悪亜円焼証譲髪発浜売対図団鉄銭"

// pashtoKurdish are letters of Arabic script that Arabic, Persian and Urdu lack:
// Pashto, Kurdish, Uyghur and Sindhi, which no model here knows, have them.
const pashtoKurdish = "ټډړږښځڅڼېۍەێۆڕڵۈڤٻڀٺٽڦڃڄڇڌڊڏڙڪڳڱڻ"

// Words that tell the languages written in Devanagari. Nepali has no model here,
// and is told only so as not to be called Hindi.
var devanagariWords = map[string]string{
	"है": "hi", "हैं": "hi", "में": "hi", "के": "hi", "की": "hi", "से": "hi", "और": "hi", "पर": "hi", "ने": "hi", "था": "hi", "थे": "hi", "थी": "hi", "एवं": "hi", "का": "hi", "को": "hi",
	"आहे": "mr", "आहेत": "mr", "आणि": "mr", "व": "mr", "होते": "mr", "होता": "mr", "होती": "mr", "त्यांच्या": "mr", "या": "mr", "मध्ये": "mr", "नाही": "mr", "हे": "mr", "ही": "mr",
	"छ": "ne", "छन्": "ne", "र": "ne", "हो": "ne", "थियो": "ne", "थिए": "ne", "लागि": "ne", "पनि": "ne", "गरेको": "ne", "भएको": "ne", "गर्न": "ne", "हुन्": "ne", "यो": "ne", "मा": "ne", "बाट": "ne", "तथा": "ne",
}

// devanagariEndings do the same for words written as one with their endings.
var devanagariEndings = []struct{ ending, lang string }{
	{"च्या", "mr"},
	{"साठी", "mr"},
	{"मध्ये", "mr"},
	{"ांनी", "mr"},
	{"ातील", "mr"},
	{"हरू", "ne"},
	{"हरु", "ne"},
	{"मा", "ne"},
	{"लाई", "ne"},
	{"को", "ne"},
	{"का", "ne"},
	{"ले", "ne"},
	{"एको", "ne"},
}
