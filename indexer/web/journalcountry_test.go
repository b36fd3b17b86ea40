package web

import (
	"strings"
	"testing"

	"polyglean/indexer"
)

func TestJournalCountryInWords(t *testing.T) {
	s := &site{}
	for value, want := range map[string]string{
		"BR": "Brazil", "XK": "Kosovo", indexer.NotStated: "Not stated",
		"<b>": "<b>", // the templates escape it
	} {
		if got := s.valueName(indexer.FacetJournalCountry, value); got != want {
			t.Errorf("%q is shown as %q, want %q", value, got, want)
		}
	}
	if got := s.facetName(indexer.FacetJournalCountry); got != "Country of the journal" {
		t.Errorf("the facet is shown as %q", got)
	}

	const path, label = "dl.facts div", "Country of the journal"
	lib := shelf()
	r := makeRecord("scielo", "synthetic-1", "es", 2021, "Un estudio sintético", "Un resumen sintético.")
	lib.studies = []indexer.Study{study(r)}
	for _, n := range get(t, newSite(t, lib), "/study/"+lib.studies[0].ID).all(path) {
		if strings.Contains(inner(n), label) {
			t.Errorf("a country that no source states is shown: %s", inner(n))
		}
	}
	r.Candidate.JournalCountry = "BR"
	lib.studies = []indexer.Study{study(r)}
	n := get(t, newSite(t, lib), "/study/"+lib.studies[0].ID).with(path, label)
	if !strings.Contains(inner(n), "Brazil") {
		t.Errorf("shown is %s, want Brazil", inner(n))
	}
}
