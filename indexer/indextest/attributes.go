package indextest

import (
	"fmt"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// extracted is a synthetic study of which attributes are extracted, as "bond=home".
func extracted(t *testing.T, name string, attributes ...string) indexer.Op {
	t.Helper()
	c := record.Candidate{Schema: record.Schema, ID: "a:" + name, Source: "a", SourceID: name, Titles: []record.Text{{Text: "Synthetic " + name, Lang: "en"}}}
	s := indexer.Study{ID: record.StudyID(c.ID), Aliases: []string{record.StudyID(c.ID)}, Members: []indexer.Member{{Record: record.Classified{Candidate: c}}}}
	for _, a := range attributes {
		facet, concept, _ := strings.Cut(a, "=")
		s.Members[0].Record.Concepts = append(s.Members[0].Record.Concepts, record.ConceptHit{Facet: facet, Concept: concept})
	}
	doc, err := s.Document()
	if err != nil {
		t.Fatal(err)
	}
	return put(s.ID, 1, &doc)
}

// testAttributes: a protocol extracts what it likes. An attribute that no index was made
// for is counted and filtered by like any other, also one that comes when the index is
// long in use, and is not taken for one whose name it begins with.
func testAttributes(t *testing.T, b Backend) {
	idx := b.open(t)
	lib := indexer.NewLibrary(idx)
	apply(
		t, idx,
		extracted(t, "one", "bond=home", "bond=place_bond", "change=drought"),
		extracted(t, "two", "bond=home", "bond_2=country"),
		extracted(t, "three", "bond_2=home"),
		extracted(t, "four"),
	)
	counts := func(facets ...string) string {
		t.Helper()
		r, err := lib.Search(t.Context(), indexer.Query{Facets: indexer.AllFacets(facets)})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, f := range facets {
			out = append(out, fmt.Sprint(r.Facets[indexer.AttributePrefix+f]))
		}
		return strings.Join(out, " ")
	}
	if got, want := counts("change", "bond", "bond_2"), "[{not-stated 3} {drought 1}] [{home 2} {not-stated 2} {place_bond 1}] [{not-stated 2} {country 1} {home 1}]"; got != want {
		t.Errorf("the attributes are %s, want %s", got, want)
	}
	apply(t, idx, extracted(t, "five", "weather_of_the_year=storm", "bond=home"))
	if got, want := counts("weather_of_the_year", "bond"), "[{not-stated 4} {storm 1}] [{home 3} {not-stated 2} {place_bond 1}]"; got != want {
		t.Errorf("with one more they are %s, want %s", got, want)
	}
	for filter, want := range map[string]int{
		"bond=home": 3, "bond_2=home": 1, "bond=not-stated": 2, "weather_of_the_year=storm": 1, "weather_of_the_year=not-stated": 4, "bond=hom": 0, "weather=storm": 0,
	} {
		facet, value, _ := strings.Cut(filter, "=")
		r, err := lib.Search(t.Context(), indexer.Query{Filters: map[string][]string{indexer.AttributePrefix + facet: {value}}})
		if err != nil || r.Total != want {
			t.Errorf("%s: %d studies, want %d, error %v", filter, r.Total, want, err)
		}
	}
}
