package protocol

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestDefaultNames: every facet of the default lexicon is named, and so is every concept
// whose ID says nothing to a reader.
func TestDefaultNames(t *testing.T) {
	p := Default()
	for _, c := range p.Lexicon.Concepts() {
		if _, place := p.Names.Facet(c.Facet); place == len(p.Names.Facets) {
			t.Errorf("facet %s has no name", c.Facet)
		}
		if strings.HasPrefix(c.ID, "neg_") && p.Names.Concepts[c.ID] == "" {
			t.Errorf("%s has no name", c.ID)
		}
	}
}

func TestNames(t *testing.T) {
	text, err := os.ReadFile("testdata/beekeeping.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, "names:\n  facets:\n    people: Beekeepers\n    topic: Hives\n  concepts:\n    mite: the mite Varroa\n"...)
	p, err := Parse("beekeeping.yaml", text, testLexicon)
	if err != nil {
		t.Fatal(err)
	}
	if want := []FacetName{{"people", "Beekeepers"}, {"topic", "Hives"}}; !slices.Equal(p.Names.Facets, want) {
		t.Errorf("facets %v, want %v", p.Names.Facets, want)
	}
	for id, want := range map[string]string{"mite": "the mite Varroa", "hive": "hive", "sick_hive": "sick hive"} {
		if got := p.Names.Concept(id); got != want {
			t.Errorf("concept %s is called %q, want %q", id, got, want)
		}
	}
	for id, want := range map[string]int{"people": 0, "topic": 1, "negative": 2} {
		if _, place := p.Names.Facet(id); place != want {
			t.Errorf("facet %s is at place %d, want %d", id, place, want)
		}
	}
	next, _, err := Promote("beekeeping.yaml", text, testLexicon, Promoted{Term: "apiary", Block: "hives", Lang: "en", Date: "2026-01-31", By: "synthetic"})
	if err != nil || !strings.Contains(string(next), "mite: the mite Varroa") {
		t.Errorf("the next version: %v\n%s", err, next)
	}
}

// TestAttributes: what is extracted are the facets that the protocol lists, or else all.
func TestAttributes(t *testing.T) {
	text, err := os.ReadFile("testdata/beekeeping.yaml")
	if err != nil {
		t.Fatal(err)
	}
	parse := func(more string) (*Protocol, error) {
		return Parse("beekeeping.yaml", append(slices.Clone(text), more...), testLexicon)
	}
	for more, want := range map[string]string{
		"": strings.Join(mustParse(t, parse, "").Lexicon.Facets(), " "),
		"names:\n  facets:\n    people: Beekeepers\n": "people topic negative",
		"attributes: [people]\n":                      "people",
	} {
		if got := strings.Join(mustParse(t, parse, more).Attributes, " "); got != want {
			t.Errorf("%q: %s, want %s", more, got, want)
		}
	}
	for more, want := range map[string]string{
		"attributes: [peple]\n":          `the lexicon has no facet "peple": its facets are topic`,
		"attributes: []\n":               "empty list",
		"attributes: [people, people]\n": "there twice",
	} {
		if _, err := parse(more); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", more, err, want)
		}
	}
}

func mustParse(t *testing.T, parse func(string) (*Protocol, error), more string) *Protocol {
	t.Helper()
	p, err := parse(more)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
