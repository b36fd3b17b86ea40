package web

import (
	"testing"

	"polyglean/indexer"
	"polyglean/internal/protocol"
)

func TestQueriesInWords(t *testing.T) {
	s := &site{}
	for value, want := range map[string]string{
		"published": "As published", "es": "In Spanish", "es:2": "In Spanish, part 2", "no": "In Norwegian", "wide:3": "Wide, part 3",
		"set:thesis": "Set thesis", "leaving-home": "Leaving-home", "xx": "Xx", "a:b": "A:b", "<b>": "<b>",
	} {
		if got := s.valueName(indexer.FacetQuery, value); got != want {
			t.Errorf("%q is shown as %q, want %q", value, got, want)
		}
	}
}

// TestConceptsInWords: concepts and their facets are called what the protocol calls them,
// on another topic too.
func TestConceptsInWords(t *testing.T) {
	example, err := protocol.Load("../../examples/solastalgia/protocol.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		names                             protocol.Names
		concept, name, facet, facetCalled string
	}{
		{protocol.Default().Names, "men_boys", "men and boys", "followup", "Follow-up"},
		{protocol.Default().Names, "debt_bondage", "debt bondage", "exit", "Leaving and after"},
		{example.Names, "first_peoples", "First Peoples", "mind", "Distress"},
		{protocol.Names{}, "place_bond", "place bond", "the_bond", "The bond"},
	} {
		s := &site{opts: Options{Names: test.names}}
		if got := s.concept(test.concept); got != test.name {
			t.Errorf("%s is shown as %q, want %q", test.concept, got, test.name)
		}
		if got := s.facetName(indexer.AttributePrefix + test.facet); got != test.facetCalled {
			t.Errorf("facet %s is shown as %q, want %q", test.facet, got, test.facetCalled)
		}
	}
}

// TestFacetsInSight: most facets show their names only, until there is a filter in them.
func TestFacetsInSight(t *testing.T) {
	h := newSite(t, shelf())
	for path, want := range map[string]bool{"/": false, "/?type=journal-article": true} {
		p := get(t, h, path)
		for group, open := range map[string]bool{"language": true, "type": want} {
			p.one("details[data-group=" + group + "]")
			if got := len(p.all("details[data-group="+group+"][open]")) > 0; got != open {
				t.Errorf("%s: %s is open: %t, want %t", path, group, got, open)
			}
		}
	}
}
