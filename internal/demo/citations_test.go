package demo

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// TestOpenAlexCitations: both directions, alternatives, and a look-up by DOI; all in
// the small graph of the corpus.
func TestOpenAlexCitations(t *testing.T) {
	s := start(t)
	for filter, want := range map[string]string{
		"cites:W9900000008":                            "W9900000014 W9900000145",
		"cites:W9900000145|W9900000045":                "W9900000052 W9900000139",
		"cited_by:W9900000014":                         "W9900000008 W9900000058",
		"cited_by:W9900000008":                         "",
		"doi:10.5555/polyglean-demo-014":               "W9900000014",
		"doi:10.5555/other|10.5555/polyglean-demo-045": "W9900000045",
		"pmid:90000145":                                "W9900000145",
	} {
		v := getJSON(t, s, OpenAlex, url.Values{"filter": {filter}, "cursor": {"*"}})
		var got []string
		for _, work := range dig(v, "results").([]any) {
			got = append(got, strings.TrimPrefix(dig(work, "id").(string), "https://openalex.org/"))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s, want %s", filter, strings.Join(got, " "), want)
		}
	}
	v := getJSON(t, s, OpenAlex, url.Values{"filter": {"doi:10.5555/polyglean-demo-139"}})
	if got := dig(v, "results", 0, "referenced_works", 0); got != "https://openalex.org/W9900000145" {
		t.Errorf("referenced works begin with %v", got)
	}
}

func TestCitationsRefuseMistakes(t *testing.T) {
	for name, records := range map[string][]*Record{
		"cites what is not there": {{N: 1, Lang: "en", In: []string{OpenAlex}, Cites: []int{2}}},
		"a seed cites":            {{N: 1, Lang: "en", Seed: 1, In: []string{OpenAlex}, Cites: []int{2}}, {N: 2, Lang: "en", In: []string{OpenAlex}}},
	} {
		if _, err := newCorpus(records); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
