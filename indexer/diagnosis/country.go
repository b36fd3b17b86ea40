package diagnosis

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"polyglean/internal/fold"
	"polyglean/internal/record"
)

// usage are names of countries in use that the tables of Unicode do not have, by ISO
// 3166-1 code.
var usage = map[string]string{
	"USA": "US", "United States of America": "US", "England": "GB", "Scotland": "GB", "Wales": "GB", "Northern Ireland": "GB", "Great Britain": "GB",
	"Burma": "MM", "Ivory Coast": "CI", "Czech Republic": "CZ", "Republic of Korea": "KR", "Viet Nam": "VN", "Holland": "NL",
}

// ambiguous are names of countries that more often mean something else: a state of the
// United States, a first name, a garment.
var ambiguous = map[string]bool{"georgia": true, "jordan": true, "chad": true, "guinea": true, "jersey": true}

// gazetteer finds the names of countries in texts of one language.
type gazetteer struct {
	index *fold.Index
	codes []string
}

var (
	gazetteers      = map[string]*gazetteer{}
	gazetteersGuard sync.Mutex
)

// regions are the countries and territories with an ISO 3166-1 code.
var regions = sync.OnceValue(func() []language.Region {
	var out []language.Region
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if r, err := language.ParseRegion(string([]rune{a, b})); err == nil && r.IsCountry() && r.Canonicalize() == r && r.ISO3() != "ZZZ" {
				out = append(out, r)
			}
		}
	}
	return out
})

// gazetteerOf makes the gazetteer of a language once; nil where there are no names in
// it.
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
	namer := display.Regions(tag)
	if namer == nil {
		return nil
	}
	g := &gazetteer{}
	var phrases [][]fold.Word
	add := func(name, code string) {
		if words := fold.Words(name, ""); len(words) > 0 && !ambiguous[fold.Fold(name)] {
			if words[len(words)-1].Hangul() {
				words[len(words)-1].Kind = fold.Prefix // particles follow
			}
			phrases, g.codes = append(phrases, words), append(g.codes, code)
		}
	}
	for _, r := range regions() {
		// "Myanmar (Burma)", "Congo - Kinshasa": a name and what tells it from another.
		name, other, _ := strings.Cut(namer.Name(r), " (")
		add(name, r.String())
		add(strings.TrimSuffix(other, ")"), r.String())
	}
	if lang == "en" {
		for name, code := range usage {
			add(name, code)
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
