package classifier

import "polyglean/internal/record"

// kin are languages so alike that a title may be taken for one of the others, or
// that the words of one are mostly those of the other: what stands in a title in
// one of them is looked for in its kin too. Languages without words of their own in
// a lexicon (Malay, Marathi, Galician …) are read by their kin alone.
var kin = map[string][]string{
	"es": {"pt", "ca"}, "pt": {"es"}, "ca": {"es"}, "gl": {"pt", "es"}, "ast": {"es"}, "oc": {"ca", "fr"},
	"da": {"no"}, "no": {"da"}, "sv": {"no", "da"},
	"cs": {"sk"}, "sk": {"cs"},
	"bs": {"hr", "sr"}, "hr": {"bs", "sr"}, "sr": {"hr", "bs"}, "sh": {"hr", "sr", "bs"}, "sl": {"hr"},
	"mk": {"bg", "sr"}, "bg": {"ru"}, "ru": {"uk", "bg"}, "uk": {"ru"}, "be": {"ru", "uk"},
	"nl": {"de"}, "af": {"nl"}, "lb": {"de"},
	"id": {"ms"}, "ms": {"id"},
	"hi": {"mr", "ne"}, "mr": {"hi"}, "ne": {"hi"},
	"az": {"tr"}, "tr": {"az"},
	"ps": {"fa"}, "tg": {"fa"}, "zh": {"ja"}, "ja": {"zh"},
}

// languagesOf are the languages of the lexicon whose words are looked for in a text
// of a language.
func (c *Classifier) languagesOf(lang string, field record.Field) []string {
	var out []string
	known := c.lexiconLanguages[lang]
	if known {
		out = append(out, lang)
	}
	if known && field == record.FieldAbstract {
		return out // long enough to be sure of
	}
	for _, k := range kin[lang] {
		if c.lexiconLanguages[k] {
			out = append(out, k)
		}
	}
	return out
}
