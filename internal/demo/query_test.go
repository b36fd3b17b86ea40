package demo

import (
	"slices"
	"strings"
	"testing"
)

func TestTerms(t *testing.T) {
	for _, c := range []struct {
		name, query string
		want        []string
	}{
		{"published strategy", `("sex traffick*" OR "forced prostitution") AND (survivor OR exit)`, []string{"sex traffick", "forced prostitution", "survivor", "exit"}},
		{"pubmed", `"sex traffick*"[tiab] AND survivor[Title/Abstract] AND spanish[la]`, []string{"sex traffick", "survivor"}},
		{"europe pmc", `(TITLE:"red light" OR ABSTRACT:brothel*) AND FIRST_IDATE:[2025-01-01 TO 2025-02-01]`, []string{"red light", "brothel"}},
		{"fields with dots", `title_and_abstract.search:"sex trade"`, []string{"sex trade"}},
		{"negation", `prostitution NOT ("drug trafficking" OR (arms)) AND NOT road exit`, []string{"prostitution", "exit"}},
		{"proximity", `leave NEAR/3 prostitution "exit sex"~4`, []string{"leave", "prostitution", "exit sex"}},
		{"short and stop words", `a of sex with "it"`, nil},
		{"other scripts", `"人身取引" OR ผู้รอดชีวิต OR "देह व्यापार" OR الاتجار`, []string{"人身取引", "ผู้รอดชีวิต", "देह व्यापार", "الاتجار"}},
		{"nothing", `"" () *`, nil},
	} {
		if got := terms(c.query); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q gives %q, want %q", c.name, c.query, got, c.want)
		}
	}
}

func TestMatches(t *testing.T) {
	r := &Record{
		Title: "Leaving the Sex Trade: İstanbul’s survivors", TitleEN: "人身売買からの離脱",
		Abstract: "يبحث المقال في الخروج من والدعارة", Keywords: []string{"Trata de personas"},
	}
	r.index()
	for query, want := range map[string]bool{
		"surviv*": true, `"sex trade"`: true, "leav*": true, "vivors": false, "離脱": true, "الدعارة": true, `"trata de personas"`: true,
		`"leav* the sex trad*"`: true, `"sex trade istanbul"`: true, `"sex istanbul"`: false, "aves": false, `"personas trata"`: false, "istanbul": true, "trading": false, "prostitution": false,
	} {
		if got := r.matches(terms(query)); got != want {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}

func TestWindow(t *testing.T) {
	r := &Record{N: 31, Year: 2019} // added 2025-02-01, published 2019-08-04
	for name, c := range map[string]struct {
		w    window
		want bool
	}{
		"open":          {window{}, true},
		"from that day": {window{addedFrom: "2025-02-01"}, true},
		"from next day": {window{addedFrom: "2025-02-02"}, false},
		"until":         {window{addedUntil: "2025-02-01"}, true},
		"until before":  {window{addedUntil: "2025-01-31"}, false},
		"of that year":  {window{publishedFrom: "2019", publishedUntil: "2019"}, true},
		"later year":    {window{publishedFrom: "2020"}, false},
		"by month":      {window{publishedUntil: "2019-08"}, true},
	} {
		if got := c.w.holds(r); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestHasWordsBeginsAtWords(t *testing.T) {
	for words, want := range map[string]bool{"coco": true, "co d": true, "oco": false, "co co": false, "coco ddd d": false} {
		if got := hasWords(" coco ddd ", strings.Split(words, " ")); got != want {
			t.Errorf("%q: %v, want %v", words, got, want)
		}
	}
}

// FuzzTerms: a query comes from outside.
func FuzzTerms(f *testing.F) {
	f.Add(`NOT (a "b`)
	f.Add(`x:y[la]"`)
	f.Fuzz(func(t *testing.T, query string) {
		for _, term := range terms(query) {
			if term == "" {
				t.Errorf("%q gives an empty term, which everything matches", query)
			}
		}
	})
}
