package analysis

import (
	"cmp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/ar"
	"github.com/blevesearch/bleve/v2/analysis/lang/ckb"
	"github.com/blevesearch/bleve/v2/analysis/lang/da"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/fi"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/analysis/lang/hi"
	"github.com/blevesearch/bleve/v2/analysis/lang/hr"
	"github.com/blevesearch/bleve/v2/analysis/lang/hu"
	"github.com/blevesearch/bleve/v2/analysis/lang/in"
	"github.com/blevesearch/bleve/v2/analysis/lang/it"
	"github.com/blevesearch/bleve/v2/analysis/lang/nl"
	"github.com/blevesearch/bleve/v2/analysis/lang/no"
	"github.com/blevesearch/bleve/v2/analysis/lang/pt"
	"github.com/blevesearch/bleve/v2/analysis/lang/ro"
	"github.com/blevesearch/bleve/v2/analysis/lang/ru"
	"github.com/blevesearch/bleve/v2/analysis/lang/sv"
	"github.com/blevesearch/bleve/v2/analysis/lang/tr"
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/tamil"
	"golang.org/x/text/unicode/norm"

	"polyglean/internal/fold"
)

// Languages have a stemmer, as ISO 639-1 codes (639-3 for Central Kurdish). They are
// those for which Bleve and Snowball have one but Polish, whose tables are a module of
// their own. In other languages a word is itself, truncation finds its forms, and
// scripts that do not part words are cut into pairs. No words are left out as too
// common: "The Who" and "to be" are titles, and phrases are looked for as they stand. A
// change to this list, to a stemmer or to folding changes the terms of an index:
// the backends' format numbers must grow with it.
var Languages = []string{
	"ar", "ckb", "da", "de", "en", "es", "fi", "fr", "ga", "hi", "hr", "hu", "it",
	"nl", "no", "pt", "ro", "ru", "sv", "ta", "tr",
}

// A stemmer takes the unfolded word in lower case, because endings are told apart
// by their accents. Spanish, Portuguese, French and German have the light stemmers of Savoy
// (Light stemming approaches for the French, Portuguese, German and Hungarian
// languages, 2006), which take off number and gender only and care little for
// accents that were left out.
var stemmers = map[string]*stemmer{
	"ar":  newStemmer("ar", unicode.Arabic, ar.NewArabicNormalizeFilter(), ar.NewArabicStemmerFilter()),
	"ckb": newStemmer("ckb", unicode.Arabic, ckb.NewSoraniNormalizeFilter(), ckb.NewSoraniStemmerFilter()),
	"da":  newStemmer("da", unicode.Latin, da.NewDanishStemmerFilter()),
	"de":  newStemmer("de", unicode.Latin, de.NewGermanNormalizeFilter(), de.NewGermanLightStemmerFilter()),
	"en":  english(),
	"es":  newStemmer("es", unicode.Latin, es.NewSpanishLightStemmerFilter()),
	"fi":  newStemmer("fi", unicode.Latin, fi.NewFinnishStemmerFilter()),
	"fr":  newStemmer("fr", unicode.Latin, fr.NewFrenchLightStemmerFilter()),
	"ga":  newStemmer("ga", unicode.Latin, snowball(irish.Stem)),
	"hi":  newStemmer("hi", unicode.Devanagari, in.NewIndicNormalizeFilter(), hi.NewHindiNormalizeFilter(), hi.NewHindiStemmerFilter()),
	"hr":  newStemmer("hr", unicode.Latin, hr.NewCroatianStemmerFilter()),
	"hu":  newStemmer("hu", unicode.Latin, hu.NewHungarianStemmerFilter()),
	"it":  newStemmer("it", unicode.Latin, it.NewItalianStemmerFilter()),
	"nl":  newStemmer("nl", unicode.Latin, nl.NewDutchStemmerFilter()),
	"no":  newStemmer("no", unicode.Latin, no.NewNorwegianStemmerFilter()),
	"pt":  newStemmer("pt", unicode.Latin, pt.NewPortugueseLightStemmerFilter()),
	"ro":  newStemmer("ro", unicode.Latin, ro.NewRomanianStemmerFilter()),
	"ru":  newStemmer("ru", unicode.Cyrillic, ru.NewRussianStemmerFilter()),
	"sv":  newStemmer("sv", unicode.Latin, sv.NewSwedishStemmerFilter()),
	"ta":  newStemmer("ta", unicode.Tamil, snowball(tamil.Stem)),
	"tr":  newStemmer("tr", unicode.Latin, tr.NewTurkishStemmerFilter()),
}

// sameStemmer lists languages close enough to share a stemmer.
var sameStemmer = map[string]string{"nb": "no", "nn": "no", "bs": "hr", "sr": "hr", "sh": "hr", "gl": "pt"}

// noStemmer leaves words as they are.
var noStemmer = newStemmer("", nil)

func stemmerOf(lang string) *stemmer {
	primary, _, _ := strings.Cut(strings.ToLower(lang), "-")
	if same, ok := sameStemmer[primary]; ok {
		primary = same
	}
	if s, ok := stemmers[primary]; ok {
		return s
	}
	return noStemmer
}

// english knows the plurals that no suffix tells and that studies of people are
// full of.
func english() *stemmer {
	s := newStemmer("en", unicode.Latin, en.NewEnglishStemmerFilter())
	s.irregular = map[string]string{
		"women": "woman", "men": "man", "children": "child", "wives": "wife", "lives": "life",
	}
	return s
}

// snowball is a stemmer of the Snowball project that Bleve has no filter for.
type snowball func(*snowballstem.Env) bool

// Filter implements analysis.TokenFilter.
func (stem snowball) Filter(in analysis.TokenStream) analysis.TokenStream {
	for _, token := range in {
		env := snowballstem.NewEnv(string(token.Term))
		stem(env)
		token.Term = []byte(env.Current())
	}
	return in
}

// stemmer stems words and remembers those it has met, because the few thousand
// words a corpus is mostly made of come again and again.
type stemmer struct {
	lang      string
	script    *unicode.RangeTable // words of other scripts are left as they are
	filters   []analysis.TokenFilter
	irregular map[string]string // folded word → stem, before the filters

	mu sync.RWMutex
	// known are words met of late, older those before them: what is met again in time
	// is not forgotten when known is full.
	known, older map[string]forms
}

// forms are what a word is in an index.
type forms struct {
	surface, stem string
	// judged says that the stemmer is one for the word's script.
	judged bool
}

// maxKnown bounds what a stemmer remembers: twice as many words, some 10 MB.
const maxKnown = 1 << 15

func newStemmer(lang string, script *unicode.RangeTable, filters ...analysis.TokenFilter) *stemmer {
	return &stemmer{lang: lang, script: script, filters: filters, known: make(map[string]forms)}
}

// word gives the forms of a word as it stands in a text; folded is the same word folded.
func (s *stemmer) word(raw string, folded []byte) forms {
	s.mu.RLock()
	f, ok := s.known[raw]
	again := !ok
	if again {
		f, ok = s.older[raw]
	}
	s.mu.RUnlock()
	// One rune of the text may fold to several words, each with the same raw form.
	if folded = clip(folded); !ok || f.surface != string(folded) {
		f = forms{surface: string(folded)}
		if f.judged = s.stems(f.surface); f.judged {
			if stem := cmp.Or(s.irregular[f.surface], s.stem(clip(raw)), f.surface); stem != f.surface {
				f.stem = s.lang + ":" + stem
			}
		}
		again = true
	}
	if again {
		s.remember(raw, f)
	}
	return f
}

func (s *stemmer) remember(raw string, f forms) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= maxKnown {
		s.known, s.older = make(map[string]forms, maxKnown), s.known
	}
	s.known[strings.Clone(raw)] = f
}

// stems reports whether the stemmer is one for the script of a word.
func (s *stemmer) stems(surface string) bool {
	first, _ := utf8.DecodeRuneInString(surface)
	return s.script != nil && unicode.Is(s.script, first)
}

// stem folds what the stemmer leaves, so that an accent it took no notice of
// makes no difference. What folds to several words has no stem.
func (s *stemmer) stem(raw string) string {
	lower := norm.NFKC.String(raw)
	if s == stemmers["tr"] {
		lower = strings.ToLowerSpecial(unicode.TurkishCase, lower)
	} else {
		lower = strings.ToLower(lower)
	}
	stream := analysis.TokenStream{{Term: []byte(lower)}}
	for _, filter := range s.filters {
		stream = filter.Filter(stream)
	}
	if len(stream) != 1 {
		return ""
	}
	words := fold.NewText(string(stream[0].Term))
	if words.Len() != 1 {
		return ""
	}
	return string(clip(words.Word(0)))
}
