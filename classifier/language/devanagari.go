package language

import (
	"strings"

	"polyglean/classifier/language/ngram"
)

// devanagari is how many words and endings of a text are Hindi, Marathi and Nepali.
// The n-gram models of the first two are small, and the third has none.
type devanagari struct{ hindi, marathi, nepali int }

func countDevanagari(text string) (n devanagari) {
	vote := func(lang string, weight int) {
		switch lang {
		case "hi":
			n.hindi += weight
		case "mr":
			n.marathi += weight
		case "ne":
			n.nepali += weight
		}
	}
	for word := range strings.FieldsSeq(text) {
		word = strings.Trim(word, "।,;:.()\"'“”‘’?!")
		if lang := devanagariWords[word]; lang != "" {
			vote(lang, 2)
			continue
		}
		for _, e := range devanagariEndings {
			if len(word) > len(e.ending) && strings.HasSuffix(word, e.ending) {
				vote(e.lang, 1)
				break
			}
		}
	}
	return n
}

// nepali says whether a text in Devanagari is rather Nepali than Hindi or Marathi.
func nepali(text string) bool {
	n := countDevanagari(text)
	return n.nepali > n.hindi && n.nepali > n.marathi
}

// devanagariWeight is what one word says, in nats; an ending says half.
const devanagariWeight = 3.0

// addDevanagari adds what words and endings say for Hindi and Marathi.
func addDevanagari(logp *[ngram.MaxLanguages]float64, languages []int, text string) {
	n := countDevanagari(text)
	for i, lang := range languages {
		switch codes[lang] {
		case "hi":
			logp[i] += devanagariWeight / 2 * float64(n.hindi)
		case "mr":
			logp[i] += devanagariWeight / 2 * float64(n.marathi)
		}
	}
}

// devanagariWords tell the languages written in Devanagari.
var devanagariWords = map[string]string{
	"है": "hi", "हैं": "hi", "में": "hi", "के": "hi", "की": "hi", "से": "hi", "और": "hi", "पर": "hi", "ने": "hi", "था": "hi", "थे": "hi", "थी": "hi", "एवं": "hi", "का": "hi", "को": "hi",
	"एक": "hi", "यह": "hi", "इस": "hi", "नहीं": "hi", "भी": "hi", "कि": "hi", "लिए": "hi", "साथ": "hi", "द्वारा": "hi", "बाद": "hi", "अपने": "hi", "करने": "hi", "हुए": "hi", "गया": "hi", "गई": "hi", "रहे": "hi", "तथा": "hi",
	"आहे": "mr", "आहेत": "mr", "आणि": "mr", "होते": "mr", "त्यांच्या": "mr", "मध्ये": "mr", "नाही": "mr", "हे": "mr", "ही": "mr",
	"छ": "ne", "छन्": "ne", "र": "ne", "हो": "ne", "थियो": "ne", "थिए": "ne", "लागि": "ne", "पनि": "ne", "गरेको": "ne", "भएको": "ne", "गर्न": "ne", "हुन्": "ne", "यो": "ne", "मा": "ne", "बाट": "ne",
	"उनी": "ne", "उनले": "ne", "त्यहाँ": "ne", "भयो": "ne", "भए": "ne", "भने": "ne", "भनेर": "ne", "गर्ने": "ne", "गरी": "ne", "हुने": "ne", "छैन": "ne", "छैनन्": "ne", "रहेछ": "ne", "थिएन": "ne", "सबै": "ne",
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
	{"ेछन्", "ne"},
	{"न्छन्", "ne"},
	{"न्छ", "ne"},
}
