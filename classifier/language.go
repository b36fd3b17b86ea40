package classifier

import (
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/pemistahl/lingua-go"

	"polyglean/internal/record"
)

// What was measured on 1,489 titles in 34 languages and 560 abstracts in 10, with
// about the languages below: lingua's five n-gram lengths take 1.17 GB and 4 s to
// load and name .981 of the titles; its trigrams alone take 80 MB and 0.2 s and
// name .940. Trigrams with function words and priors beside them name .964 of the
// titles, .986 where the source declares a language, and nearly all abstracts that
// are in one language.

const (
	// detectRunes is how much of a text is looked at, in characters from its start.
	// More makes abstracts no more certain, and mixes in what follows: keywords,
	// copyright lines, the abstract in another language.
	detectRunes = 500
	// modelRunes is how much of that lingua sees; its time grows faster than the
	// text (its probabilities leave the range of float64 and continue in decimals),
	// and 500 name no abstract that 120 with the function words do not.
	modelRunes = 120
	// wordWeight is what one function word adds to the log probability of its
	// languages.
	wordWeight = 2.0
	// letterWeight is the same for one letter that few languages have.
	letterWeight = 1.0
	// declaredWeight is what the declaration of the source adds for its language.
	// It decides where the text hardly can, and loses against two function words:
	// about one declaration in ten is wrong.
	declaredWeight = 2.0
	// minLetters is the least number of letters an alphabet's languages can be told
	// apart by.
	minLetters = 6
	// minConfidence is the least confidence with which a language is named. Below it
	// more names were wrong than right.
	minConfidence = 0.6
	// sure is the confidence at which a declared language counts as contradicted.
	sure = 0.9
	// floor keeps a language that the model rules out from being ruled out for good.
	floor = 1e-9
)

// commonLanguages are told apart whatever the protocol says, so that a text in one
// of them is not taken for its neighbour's.
var commonLanguages = []string{
	"en", "es", "pt", "fr", "de", "it", "nl", "sv", "da", "no", "fi", "ro", "pl", "cs", "sk", "sl", "hr", "hu", "ca", "tr", "vi", "id",
	"ru", "uk", "be", "bg", "sr", "mk", "kk", "mn", "ar", "fa", "ur",
}

// alphabets are the languages that share a script, and so have to be told apart.
var alphabets = map[script][]string{
	latinScript: {
		"en", "es", "pt", "fr", "de", "it", "nl", "sv", "da", "no", "fi", "ro", "pl", "cs", "sk", "sl", "hr", "bs", "hu", "ca", "tr", "vi", "id",
		"et", "lv", "lt", "eu", "sq", "af", "ms", "sw", "tl", "cy", "ga", "is", "az", "la", "eo", "so", "yo", "zu", "xh", "st", "tn", "ts", "sn", "lg", "mi",
	},
	cyrillicScript: {"ru", "uk", "be", "bg", "sr", "mk", "kk", "mn"},
	arabicScript:   {"ar", "fa", "ur"},
}

// priors are log odds of meeting a language in bibliographic records, in round
// figures: without them every odd word makes a text Catalan or Slovene.
var priors = map[string]float64{
	"en": 2.5, "es": 0.7, "pt": 0.7, "fr": 0.7, "de": 0.7, "it": 0.3, "ru": 0.7,
	"ca": -1, "sl": -1, "mn": -1, "kk": -1, "mk": -1, "sk": -0.5, "be": -1,
}

// guess is what is known of the language of a text.
type guess struct {
	lang       string
	confidence float64
	how        string
}

var undetermined = guess{lang: record.Undetermined, how: "model"}

// detector names the language of texts. Models are loaded when first needed and
// shared by all detectors of the process. It is safe for concurrent use.
type detector struct {
	models map[script]func() lingua.LanguageDetector
	known  map[string]bool
}

// newDetector tells the common languages apart and the wanted ones besides.
func newDetector(wanted []string) *detector {
	d := &detector{models: make(map[script]func() lingua.LanguageDetector), known: make(map[string]bool)}
	for _, lang := range slices.Concat(commonLanguages, wanted) {
		d.known[normalLanguage(lang)] = true
	}
	for s, langs := range alphabets {
		var members []lingua.Language
		for _, lang := range langs {
			if d.known[lang] {
				members = append(members, toLingua(lang))
			}
		}
		d.models[s] = sync.OnceValue(func() lingua.LanguageDetector {
			return lingua.NewLanguageDetectorBuilder().FromLanguages(members...).WithLowAccuracyMode().Build()
		})
	}
	return d
}

// toLingua is lingua's name for a language of the alphabets; Norwegian has two
// there, and its written forms are not told apart here.
func toLingua(lang string) lingua.Language {
	if lang == "no" {
		lang = "nb"
	}
	return lingua.GetLanguageFromIsoCode639_1(lingua.GetIsoCode639_1FromValue(strings.ToUpper(lang)))
}

// detect names the language of a text that is all in one language. Declared is the
// language its source gives it, "" for none.
func (d *detector) detect(text, declared string) guess {
	text = firstRunes(text, detectRunes)
	main, letters := mainScript(text)
	if lang := oneLanguage[main]; lang != "" {
		return guess{lang, 1, "script"}
	}
	switch main {
	case hanScript:
		return tellHan(text, declared)
	case bengaliScript:
		if strings.ContainsAny(text, "ৰৱ") { // Assamese
			return guess{record.Undetermined, 0, "script"}
		}
		return guess{"bn", 1, "script"}
	case devanagariScript:
		return tellDevanagari(text, declared)
	case arabicScript:
		if strings.ContainsAny(text, pashtoKurdish) {
			return guess{record.Undetermined, 0, "script"}
		}
	case latinScript, cyrillicScript:
	default: // no letters, or a script that no language known here uses
		return guess{record.Undetermined, 0, "script"}
	}
	return d.tellApart(text, main, letters, declared)
}

// tellApart names the language of a text in a script that several use.
func (d *detector) tellApart(text string, main script, letters int, declared string) guess {
	plausible := d.known[declared] && slices.Contains(alphabets[main], declared)
	if letters < minLetters {
		if plausible {
			return guess{declared, 0.5, "declared"}
		}
		return undetermined
	}
	clean := onlyScript(text, main)
	scores := make(map[string]float64)
	for _, v := range d.models[main]().ComputeLanguageConfidenceValues(firstRunes(clean, modelRunes)) {
		lang := fromLingua(v.Language())
		scores[lang] = math.Log(v.Value()+floor) + priors[lang]
	}
	if main == latinScript {
		addWords(scores, clean)
	}
	if plausible {
		scores[declared] += declaredWeight
	}
	best := strongest(scores)
	switch {
	case best.confidence >= minConfidence:
		return best
	case plausible:
		return guess{declared, 0.5, "declared"}
	}
	return undetermined
}

// addWords adds what function words and rare letters say.
func addWords(scores map[string]float64, text string) {
	vote := func(langs []string, weight float64) {
		for _, lang := range langs {
			if _, ok := scores[lang]; ok {
				scores[lang] += weight
			}
		}
	}
	wordsOf(text, func(word string) {
		vote(wordLanguages[word], wordWeight)
		for _, r := range word {
			if r >= 0x80 {
				vote(letterLanguages[r], letterWeight)
			}
		}
	})
}

// serboCroatian are one language to statistics of letters and words.
var serboCroatian = map[string]bool{"hr": true, "bs": true, "sr": true}

// strongest turns log probabilities into a guess.
func strongest(scores map[string]float64) guess {
	best, top := "", math.Inf(-1)
	for lang, score := range scores {
		if score > top || score == top && lang < best {
			best, top = lang, score
		}
	}
	sum, own := 0.0, 0.0
	for lang, score := range scores {
		p := math.Exp(score - top)
		sum += p
		if lang == best || serboCroatian[lang] && serboCroatian[best] {
			own += p
		}
	}
	// Rounded, because lingua adds up in the random order of a map: the same text
	// must give the same bytes.
	return guess{best, math.Round(own/sum*1000) / 1000, "model"}
}

// tellHan names Chinese or Japanese.
func tellHan(text, declared string) guess {
	han, kana := 0, 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana) && r != '・' && r != 'ー':
			kana++
		case unicode.Is(unicode.Han, r):
			han++
		}
	}
	switch {
	// A Chinese text may quote a Japanese name; a Japanese one has particles.
	case kana > 0 && kana*12 >= han, strings.ContainsAny(text, japaneseHan) && kana > 0:
		return guess{"ja", 1, "script"}
	case strings.ContainsAny(text, japaneseHan):
		return guess{"ja", 0.9, "script"}
	case han < 30 && declared == "ja":
		return guess{"ja", 0.7, "declared"} // a short title may do without kana
	}
	return guess{"zh", 1, "script"}
}

// tellDevanagari names Hindi or Marathi, and neither for Nepali.
func tellDevanagari(text, declared string) guess {
	votes := map[string]int{"hi": 0, "mr": 0, "ne": 0}
	for word := range strings.FieldsSeq(text) {
		word = strings.Trim(word, "।,;:.()\"'“”‘’?!")
		if lang := devanagariWords[word]; lang != "" {
			votes[lang] += 2
			continue
		}
		for _, e := range devanagariEndings {
			if len(word) > len(e.ending) && strings.HasSuffix(word, e.ending) {
				votes[e.lang]++
				break
			}
		}
	}
	switch {
	case votes["ne"] > votes["hi"] && votes["ne"] > votes["mr"]:
		return guess{record.Undetermined, 0, "script"}
	case votes["mr"] > votes["hi"], declared == "mr" && votes["hi"] == 0:
		return guess{"mr", 0.9, "script"}
	case votes["hi"] == 0 && declared != "" && declared != "hi":
		return guess{record.Undetermined, 0, "script"}
	case votes["hi"] == 0:
		return guess{"hi", 0.7, "script"}
	}
	return guess{"hi", 0.95, "script"}
}

func fromLingua(l lingua.Language) string {
	code := strings.ToLower(l.IsoCode639_1().String())
	if code == "nb" || code == "nn" {
		return "no"
	}
	return code
}

// mainScript is the script of most letters of a text and how many it has. A Han
// letter or a syllable of Hangul stands for a word, hence its weight.
func mainScript(text string) (script, int) {
	var count [scripts]int
	for _, r := range text {
		count[scriptOf(r)]++
	}
	weigh := func(s script) int {
		if s == hanScript || s == hangulScript {
			return 3 * count[s]
		}
		return count[s]
	}
	main := noScript
	for s := noScript + 1; s < scripts; s++ {
		if count[s] > 0 && (main == noScript || weigh(s) > weigh(main)) {
			main = s
		}
	}
	return main, count[main]
}

// onlyScript replaces the letters of other scripts by spaces: lingua decides by
// the order of a map between scripts that have equally many words.
func onlyScript(text string, keep script) string {
	return strings.Map(func(r rune) rune {
		if s := scriptOf(r); s != noScript && s != keep || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
}

func firstRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
