package command

import (
	"maps"
	"slices"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/protocol"
)

// What a search prints can be typed into a filter, and what programs know it by too.
func TestFiltersByName(t *testing.T) {
	p := protocol.Default()
	filters := map[string][]string{
		"Study design":       {"randomised trial or experiment", "focus group", indexer.NotStated},
		"attr:setting":       {"Dance bar or strip club", "street_prostitution", "no such place"},
		indexer.FacetConcept: {"commercial sexual exploitation of CHILDREN", "csec"},
		indexer.FacetType:    {"journal article"},
		"licence":            {"cc-by"},
	}
	want := map[string][]string{
		"attr:design":        {"rct_experiment", "focus_group", indexer.NotStated},
		"attr:setting":       {"dance_bar_strip_club", "street_prostitution", "no such place"},
		indexer.FacetConcept: {"csec", "csec"},
		indexer.FacetType:    {"journal article"},
		"licence":            {"cc-by"},
	}
	got := withIDs(indexer.Query{Filters: filters}, p).Filters
	if !maps.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("%v, want %v", got, want)
	}
	// Of each facet and concept there is.
	for _, c := range p.Lexicon.Concepts() {
		facet := facetName(p.Names, indexer.AttributePrefix+c.Facet)
		value := valueName(p.Names, indexer.AttributePrefix+c.Facet, c.ID)
		got := withIDs(indexer.Query{Filters: map[string][]string{facet: {value}}}, p).Filters
		if values := got[indexer.AttributePrefix+c.Facet]; !slices.Equal(values, []string{c.ID}) {
			t.Errorf("%s=%s is read as %v", facet, value, got)
		}
	}
}
