package analysis

import (
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/ar"
	"github.com/blevesearch/bleve/v2/analysis/lang/bg"
	"github.com/blevesearch/bleve/v2/analysis/lang/ca"
	"github.com/blevesearch/bleve/v2/analysis/lang/ckb"
	"github.com/blevesearch/bleve/v2/analysis/lang/cs"
	"github.com/blevesearch/bleve/v2/analysis/lang/da"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	"github.com/blevesearch/bleve/v2/analysis/lang/el"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/fa"
	"github.com/blevesearch/bleve/v2/analysis/lang/fi"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/analysis/lang/hi"
	"github.com/blevesearch/bleve/v2/analysis/lang/hr"
	"github.com/blevesearch/bleve/v2/analysis/lang/hu"
	"github.com/blevesearch/bleve/v2/analysis/lang/id"
	"github.com/blevesearch/bleve/v2/analysis/lang/it"
	"github.com/blevesearch/bleve/v2/analysis/lang/nl"
	"github.com/blevesearch/bleve/v2/analysis/lang/no"
	"github.com/blevesearch/bleve/v2/analysis/lang/pt"
	"github.com/blevesearch/bleve/v2/analysis/lang/ro"
	"github.com/blevesearch/bleve/v2/analysis/lang/ru"
	"github.com/blevesearch/bleve/v2/analysis/lang/sv"
	"github.com/blevesearch/bleve/v2/analysis/lang/tr"

	"polyglean/internal/fold"
)

// stopLists are the published lists of words that carry no meaning of their own. The
// index keeps such words, for phrases need them; a query read for its meaning passes
// over them.
var stopLists = map[string][]byte{
	"ar": ar.ArabicStopWords, "bg": bg.BulgarianStopWords, "ca": ca.CatalanStopWords, "ckb": ckb.SoraniStopWords,
	"cs": cs.CzechStopWords, "da": da.DanishStopWords, "de": de.GermanStopWords, "el": el.GreekStopWords,
	"en": en.EnglishStopWords, "es": es.SpanishStopWords, "fa": fa.PersianStopWords, "fi": fi.FinnishStopWords,
	"fr": fr.FrenchStopWords, "hi": hi.HindiStopWords, "hr": hr.CroatianStopWords, "hu": hu.HungarianStopWords,
	"id": id.IndonesianStopWords, "it": it.ItalianStopWords, "nl": nl.DutchStopWords, "no": no.NorwegianStopWords,
	"pt": pt.PortugueseStopWords, "ro": ro.RomanianStopWords, "ru": ru.RussianStopWords,
	"sv": sv.SwedishStopWords, "tr": tr.TurkishStopWords,
}

// stopWords are the lists, folded, by language.
var stopWords = sync.OnceValue(func() map[string]map[string]bool {
	all := make(map[string]map[string]bool, len(stopLists))
	for lang, list := range stopLists {
		words := analysis.NewTokenMap()
		if err := words.LoadBytes(list); err != nil {
			panic(err) // the list is compiled in
		}
		all[lang] = make(map[string]bool, len(words))
		for word := range words {
			if folded := fold.NewText(word); folded.Len() == 1 {
				all[lang][string(folded.Word(0))] = true
			}
		}
	}
	return all
})

// StopWord reports whether a word means nothing by itself in a language, as articles
// and prepositions do. lang is a BCP 47 tag; a language without a list has none.
func StopWord(word, lang string) bool {
	primary, _, _ := strings.Cut(strings.ToLower(lang), "-")
	if same, ok := sameStemmer[primary]; ok {
		primary = same
	}
	folded := fold.NewText(word)
	return folded.Len() == 1 && stopWords()[primary][string(folded.Word(0))]
}
