package language

import (
	"strings"
	"unicode/utf8"
)

// foreignLetters are those of languages there is no model for, in scripts that
// others have. A name in a text may have one; a text has many.
var foreignLetters = letterSet(
	"ټډړږښځڅڼېۍ" + // Pashto
		"ەێۆڕڵۈڤ" + // Kurdish, Uyghur
		"ٻڀٺٽڦڃڄڇڌڊڏڙڪڳڱڻ" + // Sindhi
		"ӣӯҳҷ" + // Tajik
		"җҙҫҡӑӗӳԥӡӷ" + // Tatar, Bashkir, Chuvash, Abkhaz
		"ɓɗƙħġ" + // Hausa, Maltese
		"ৰৱ" + // Assamese
		"װױײ", // Yiddish
)

func letterSet(letters string) (set [tableRunes]bool) {
	for _, r := range letters {
		set[r] = true
	}
	return set
}

// foreignShare is the least share of such letters, as one in so many.
const foreignShare = 40

// unsupported says whether a text is in a language there is no model for.
func unsupported(text string, main Script, letters int) bool {
	switch main {
	case OtherScript:
		return true
	case Devanagari:
		return nepali(text)
	}
	foreign, kyrgyz, kazakh := 0, 0, 0
	for len(text) > 0 {
		if ascii := asciiLength(text); ascii > 0 { // languages without a model have no other letters there
			text = text[ascii:]
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		switch {
		case r >= tableRunes:
		case foreignLetters[r]:
			foreign++
		case r == 'ң' || r == 'Ң':
			kyrgyz++
		case main == Cyrillic && strings.ContainsRune("әқғұіӘҚҒҰІ", r):
			kazakh++
		}
	}
	return foreign*foreignShare >= letters || kazakh == 0 && kyrgyz*foreignShare >= letters
}

// galicianWords are common in Galician, which has no model, and are neither Spanish
// nor Portuguese, for one of which a text would be taken.
var galicianWords = func() map[string]bool {
	words := make(map[string]bool)
	for word := range strings.FieldsSeq(`unha unhas dunha dunhas nunha nunhas coa coas máis tamén ademais muller mulleres persoa persoas xénero xustiza xuventude
		traballo traballos galego galega galegos galegas nenas nenos súa súas dende hai foron avaliación dereito dereitos achegamento coñecemento desenvolvemento`) {
		words[word] = true
	}
	return words
}()

// galicianShare is the least share of such words, as one in so many.
const galicianShare = 12

// galician says whether a text that looks like Spanish or Portuguese is Galician.
func galician(text string) bool {
	all, own := 0, 0
	for words := (shortWords{rest: text}); words.next(); {
		all++
		if galicianWords[string(words.word())] {
			own++
		}
	}
	return own > 0 && own*galicianShare >= all
}
