package diagnosis

import (
	"slices"
	"sync"

	"golang.org/x/text/language"

	"polyglean/internal/country"
	"polyglean/internal/fold"
	"polyglean/internal/record"
)

// gazetteer finds the names of countries in texts of one language.
type gazetteer struct {
	index *fold.Index
	codes []string
}

var (
	gazetteers      = map[string]*gazetteer{}
	gazetteersGuard sync.Mutex
)

// gazetteerOf makes the gazetteer of a language once; nil where lang is no language.
func gazetteerOf(lang string) *gazetteer {
	gazetteersGuard.Lock()
	defer gazetteersGuard.Unlock()
	if g, made := gazetteers[lang]; made {
		return g
	}
	g := newGazetteer(lang)
	gazetteers[lang] = g
	return g
}

func newGazetteer(lang string) *gazetteer {
	tag, err := language.Parse(lang)
	if err != nil {
		return nil
	}
	g := &gazetteer{}
	var phrases [][]fold.Word
	for name, code := range country.Names(tag) {
		if words := fold.Words(name, ""); len(words) > 0 && !country.Ambiguous(name) {
			if words[len(words)-1].Hangul() {
				words[len(words)-1].Kind = fold.Prefix // particles follow
			}
			phrases, g.codes = append(phrases, words), append(g.codes, code)
		}
	}
	g.index = fold.NewIndex(phrases)
	return g
}

// countriesOf are the countries that the titles and abstracts of a record name, by
// their ISO 3166-1 codes: in the language of each text, and in English. Inflected
// names and those of peoples and towns are not looked for.
func countriesOf(r *record.Classified) []string {
	var out []string
	var text fold.Text
	eachText(r, func(field record.Field, index int, t record.Text) {
		if field == record.FieldKeyword {
			return
		}
		text.Reset(t.Text)
		langs := append([]string{"en"}, detected(r, field, index)...)
		for i, lang := range langs {
			if slices.Contains(langs[:i], lang) {
				continue
			}
			if g := gazetteerOf(lang); g != nil {
				g.index.Find(&text, nil, func(phrase, _, _ int) {
					if code := g.codes[phrase]; !slices.Contains(out, code) {
						out = append(out, code)
					}
				})
			}
		}
	})
	slices.Sort(out)
	return out
}
