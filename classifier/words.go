package classifier

import (
	"slices"
	"strings"
	"unicode"
)

// functionWords are the commonest short words of each language in Latin script.
// A title of ten words holds three or four of them, and few letters besides; they
// tell Spanish from Portuguese, and English from French, where letter statistics
// of so short a text cannot.
var functionWords = map[string]string{
	"en": "the of and in to a for with on from by an is are as at its their among between after before into through during within how what who towards toward about or not be was were this that we study analysis using effects treatment patients disease children health women evidence trial use risk young",
	"es": "el la los las de del y en un una para por con que se su sus al entre sobre desde hacia como más es lo o no sin según ante tras durante mediante estudio análisis",
	"pt": "o a os as de do da dos das e em no na nos nas um uma para por com que se sua seu ao aos à às entre sobre pelo pela como mais é ou não sem são estudo análise",
	"fr": "le la les l de du des d et en un une pour par avec que qui se sa son ses au aux entre sur dans chez comme plus est ou ne pas sans selon à ce cette étude analyse",
	"de": "der die das des dem den und in im ein eine einer eines einem einen für mit von vom zu zum zur auf bei als aus am an durch über unter zwischen nach ist sind nicht oder sich am beim wie eine",
	"it": "il lo la i gli le di del dello della dei degli delle e in un una per con che si su sul sulla al alla nel nella tra fra come più è o non da dal dalla ed uno nei",
	"nl": "de het een van en in op voor met te door bij aan uit over tussen naar als is zijn niet of om tot onder der den ter wat hoe dat die deze",
	"sv": "och i att en ett av för på med till som den det de är från hos vid om mellan efter eller inte under sin sina har hur vad bland ur",
	"da": "og i at en et af for på med til som den det de er fra hos ved om mellem efter eller ikke under sin har hvordan hvad blandt",
	"no": "og i å en et av for på med til som den det de er fra hos ved om mellom etter eller ikke under sin har hvordan hva blant",
	"fi": "ja on ei että tai se sekä kuin ovat oli myös joka jotka mutta miten mitä suomessa kanssa välillä tutkimus ennen",
	"ro": "și şi de la în din cu pe pentru un o unei unui ale al a lui sau nu care ca prin între este sunt despre după asupra privind",
	"pl": "i w z na do od o dla się że jest nie oraz po przy przez jako za ze we między wśród ich lub pod jego jej a przed",
	"tr": "ve bir bu ile için olarak de da üzerine arasında göre olan en çok veya ya daha üzerinde bağlamında örneği ilişkin yönelik incelenmesi araştırma etkisi",
	"vi": "và của các trong những cho với là được có một tại ở về từ người không đến đối khi theo trên đã bị qua giữa việc",
	"id": "dan di yang pada dari untuk dengan dalam terhadap oleh sebagai atau ini itu adalah antara tidak ke studi tentang melalui para bagi serta kasus",
	"ca": "el la els les l de del dels d i en un una per amb que es al als entre sobre com més és o no a sense seva seu",
	"hu": "a az és egy hogy nem is van volt vagy között meg de mint csak szerint után alapján való által",
	"cs": "a v na se s z o do k pro je ve ze že za po od při jako u nebo mezi jejich není ke i",
	"sk": "a v na sa s z o do k pre je vo zo že za po od pri ako u alebo medzi ich nie ku i",
	"sl": "in v na za z s je se o do po pri od ki da kot iz med ter ali ni so",
	"hr": "i u na za od s sa o je se do iz kao ili po koji koja su da među između nije te što",
	"bs": "i u na za od s sa o je se do iz kao ili po koji koja su da među između nije te što",
	"sr": "i u na za od s sa o je se do iz kao ili po koji koja su da među između nije te što",
}

// wordLanguages maps a function word to the languages it speaks for.
var wordLanguages = func() map[string][]string {
	owners := make(map[string][]string)
	for lang, list := range functionWords {
		for w := range strings.FieldsSeq(list) {
			if !slices.Contains(owners[w], lang) {
				owners[w] = append(owners[w], lang)
			}
		}
	}
	return owners
}()

// letterLanguages are the letters that few languages of Latin script have, and the
// languages that do. One speaks less loudly than a function word: names travel.
var letterLanguages = map[rune][]string{
	'ñ': {"es"}, 'ã': {"pt", "vi"}, 'õ': {"pt", "vi", "et"},
	'ß': {"de"}, 'ł': {"pl"}, 'ą': {"pl"}, 'ę': {"pl"}, 'ś': {"pl"}, 'ź': {"pl"}, 'ż': {"pl"}, 'ń': {"pl"},
	'ı': {"tr"}, 'ğ': {"tr"}, 'ş': {"tr", "ro"}, 'ţ': {"ro"}, 'ș': {"ro"}, 'ț': {"ro"}, 'ă': {"ro", "vi"}, 'î': {"ro", "fr"},
	'ő': {"hu"}, 'ű': {"hu"}, 'ř': {"cs"}, 'ě': {"cs"}, 'ů': {"cs"}, 'ľ': {"sk"}, 'ĺ': {"sk"}, 'ŕ': {"sk"},
	'å': {"sv", "no", "da"}, 'ø': {"no", "da"}, 'æ': {"no", "da"}, 'ä': {"de", "sv", "fi"},
	'ć': {"hr", "bs", "sr", "pl"}, 'đ': {"hr", "bs", "sr", "vi"}, 'ơ': {"vi"}, 'ư': {"vi"}, 'œ': {"fr"}, 'ù': {"fr", "it"}, 'ì': {"it"},
}

// wordsOf calls fn with the words of a text in lower case.
func wordsOf(text string, fn func(word string)) {
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		fn(word)
	}
}

// mostWords is the language with the most function words in a text, and by how
// many more than any other.
func mostWords(text string) (lang string, lead int) {
	hits := make(map[string]int)
	wordsOf(text, func(word string) {
		for _, lang := range wordLanguages[word] {
			hits[lang]++
		}
	})
	order := mostFirst(hits)
	switch len(order) {
	case 0:
		return "", 0
	case 1:
		return order[0], hits[order[0]]
	}
	return order[0], hits[order[0]] - hits[order[1]]
}
