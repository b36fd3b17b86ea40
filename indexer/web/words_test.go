package web

import (
	"slices"
	"strings"
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

// TestConceptsInWords: a name is for a concept that there is, and those that speak
// against a topic are named by what they are.
func TestConceptsInWords(t *testing.T) {
	var ids []string
	for _, c := range protocol.Default().Lexicon.Concepts() {
		ids = append(ids, c.ID)
		if strings.HasPrefix(c.ID, "neg_") && conceptNames[c.ID] == "" {
			t.Errorf("%s has no name", c.ID)
		}
	}
	for id := range conceptNames {
		if !slices.Contains(ids, id) {
			t.Errorf("there is no concept %s to be named", id)
		}
	}
	s := &site{opts: Options{Concepts: map[string]string{"women_girls": "Frauen und Mädchen"}}}
	for id, want := range map[string]string{"women_girls": "Frauen und Mädchen", "men_boys": "men and boys", "place_bond": "place bond"} {
		if got := s.concept(id); got != want {
			t.Errorf("%s is shown as %q, want %q", id, got, want)
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
