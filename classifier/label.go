package classifier

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// labelKind says what follows a heading in a field that holds several abstracts.
type labelKind uint8

const (
	noLabel labelKind = iota
	abstractLabel
	keywordsLabel
)

// label is a heading, and the languages that it announces.
type label struct {
	kind  labelKind
	langs []string
}

// border is what the text behind a heading begins with: keywords are in the language
// of the text before, an abstract as a rule in another.
func (l label) border() border {
	if l.kind == abstractLabel {
		return labelBorder
	}
	return sentenceBorder
}

// labels are the headings of abstracts and of author keywords, in lower case.
var labels = readLabels(map[labelKind]map[string]string{
	abstractLabel: {
		"en":       "abstract, summary, english abstract, english summary, extended abstract, executive summary, abstract in english",
		"es gl":    "resumen, resumo en galego",
		"pt gl":    "resumo",
		"fr":       "résumé, resumé",
		"ca":       "resum",
		"it":       "riassunto, sommario, sintesi",
		"ro":       "rezumat",
		"de":       "zusammenfassung, kurzfassung, deutsche zusammenfassung",
		"nl":       "samenvatting",
		"af":       "opsomming",
		"sv":       "sammanfattning",
		"da no":    "sammendrag, resume",
		"no":       "samandrag",
		"is":       "ágrip, útdráttur",
		"fi":       "tiivistelmä",
		"et":       "kokkuvõte",
		"lv":       "kopsavilkums, anotācija",
		"lt":       "santrauka",
		"pl":       "streszczenie",
		"cs":       "souhrn",
		"sk":       "súhrn, zhrnutie",
		"cs sk":    "abstrakt, anotace",
		"sl":       "povzetek, izvleček",
		"hr bs sr": "sažetak, apstrakt, sažeci",
		"sr":       "сажетак, апстракт, резиме",
		"hu":       "összefoglalás, összefoglaló, absztrakt",
		"eu":       "laburpena",
		"sq":       "abstrakti, përmbledhje",
		"tr":       "özet, öz, türkçe özet, geniş özet",
		"az":       "xülasə",
		"vi":       "tóm tắt",
		"id ms":    "abstrak, ringkasan, intisari",
		"ru":       "аннотация, краткое содержание, реферат",
		"ru bg uk": "резюме",
		"uk":       "анотація",
		"be":       "анатацыя",
		"bg":       "анотация",
		"mk":       "апстракт на македонски",
		"kk":       "түйіндеме, аңдатпа",
		"mn":       "хураангуй",
		"el":       "περίληψη, περιληψη",
		"ar":       "الملخص, ملخص, المستخلص, مستخلص, الخلاصة, ملخص البحث",
		"fa":       "چکیده, خلاصه",
		"he":       "תקציר",
		"hi mr":    "सारांश",
		"bn":       "সারাংশ, সারসংক্ষেপ",
		"th":       "บทคัดย่อ",
		"zh":       "摘要, 内容提要, 内容摘要, 中文摘要, 提要",
		"ja":       "要旨, 抄録, 要約, 和文抄録, 概要",
		"ko":       "초록, 요약, 국문초록, 국문요약, 논문초록",
	},
	keywordsLabel: {
		"en":    "keywords, key words, keyword, index terms",
		"es":    "palabras clave, palabras claves, descriptores",
		"pt":    "palavras-chave, palavras chave, descritores",
		"fr":    "mots-clés, mots clés, mots-clefs, mots clefs",
		"ca":    "paraules clau",
		"it":    "parole chiave",
		"ro":    "cuvinte cheie, cuvinte-cheie",
		"de":    "schlüsselwörter, schlagwörter, stichwörter, schlagworte",
		"nl":    "trefwoorden, sleutelwoorden",
		"sv":    "nyckelord",
		"da no": "nøgleord, nøkkelord, emneord",
		"fi":    "avainsanat, asiasanat",
		"pl":    "słowa kluczowe, słowa klucze",
		"cs":    "klíčová slova",
		"sk":    "kľúčové slová",
		"sl":    "ključne besede",
		"hr bs": "ključne riječi",
		"sr":    "кључне речи, ključne reči",
		"hu":    "kulcsszavak",
		"tr":    "anahtar kelimeler, anahtar sözcükler, anahtar kelime",
		"vi":    "từ khóa, từ khoá",
		"id":    "kata kunci, kata-kata kunci",
		"ms":    "kata kekunci",
		"ru":    "ключевые слова",
		"uk":    "ключові слова",
		"bg":    "ключови думи",
		"el":    "λέξεις κλειδιά, λέξεις-κλειδιά",
		"ar":    "الكلمات المفتاحية, كلمات مفتاحية, الكلمات الدالة",
		"fa":    "کلیدواژه\u200cها, کلید واژه\u200cها, واژگان کلیدی, کلیدواژه, واژه\u200cهای کلیدی, کلمات کلیدی",
		"he":    "מילות מפתח",
		"zh":    "关键词, 關鍵詞, 关键字",
		"ja":    "キーワード, 索引用語",
		"ko":    "주제어, 핵심어, 키워드, 색인어",
	},
})

// readLabels makes a table of headings, and of the words that longer ones begin with,
// which are noLabel.
func readLabels(lists map[labelKind]map[string]string) map[string]label {
	table := make(map[string]label)
	for kind, byLang := range lists {
		for langs, list := range byLang {
			for name := range strings.SplitSeq(list, ", ") {
				table[name] = label{kind, strings.Fields(langs)}
				for i := range len(name) {
					if begins := name[:i]; name[i] == ' ' && table[begins].kind == noLabel {
						table[begins] = label{}
					}
				}
			}
		}
	}
	return table
}

const (
	// labelWords is how many words a heading has at most, and labelBytes how long it
	// is, so that looking for one takes a bounded time.
	labelWords = 3
	labelBytes = 64
)

// labelAt reads the heading a text begins with and returns how many bytes it has,
// 0 for none. The sentence must not go on behind it: "Abstract thinking is" is no
// heading, "Abstract Thinking" may be one. Where no sentence begins, a heading is
// in capitals or has a colon.
func labelAt(text string, atBorder bool) (best label, end int) {
	if first, _ := utf8.DecodeRuneInString(text); unicode.IsLower(first) {
		return label{}, 0
	}
	var buf [labelBytes]byte
	lower := buf[:0]
	words, capitals := 0, true
	for i, r := range text {
		if !isWordRune(r) && !(r == '-' && len(lower) > 0) {
			found, begun := labels[string(lower)]
			if found.kind != noLabel && standsAlone(text[i:], atBorder, capitals && i > 3) {
				best, end = found, i
			}
			if words++; !begun || words == labelWords || r != ' ' {
				return best, end
			}
		}
		if len(lower)+utf8.UTFMax > len(buf) {
			return best, end
		}
		capitals = capitals && !unicode.IsLower(r)
		lower = utf8.AppendRune(lower, unicode.ToLower(r))
	}
	if found := labels[string(lower)]; found.kind != noLabel && atBorder {
		return found, len(text)
	}
	return best, end
}

// isWordRune says whether a character is part of a word; the non-joiner is, in
// Persian.
func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) || r == '\u200c' }

// standsAlone says whether what is behind a heading is no more of its sentence.
func standsAlone(rest string, atBorder, capitals bool) bool {
	rest = strings.TrimLeft(rest, " \u00a0\u3000")
	r, _ := utf8.DecodeRuneInString(rest)
	switch {
	case r == ':' || r == '：':
		return true
	case !atBorder:
		return capitals && unicode.IsUpper(r)
	}
	return !unicode.IsLower(r) && r != ','
}
