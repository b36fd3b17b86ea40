package indexer_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"polyglean/indexer"
)

// fromSources has studies of some sources, of which a plan finds none.
type fromSources struct {
	indexer.Index
	names []string
}

func (f fromSources) Find(_ context.Context, plan indexer.Plan) (indexer.Found, error) {
	found := indexer.Found{Facets: make([]indexer.Facet, len(plan.Facets))}
	for i := range plan.Facets {
		for _, name := range f.names {
			found.Facets[i].Values = append(found.Facets[i].Values, indexer.FacetCount{Value: name, Count: 1})
		}
	}
	return found, nil
}

// TestUnknownSources: a source that nothing is from is an answer when there is one of
// this name, and a slip of the pen otherwise.
func TestUnknownSources(t *testing.T) {
	has := indexer.NewLibrary(fromSources{names: []string{"import", "openalex"}}).WithSources([]string{"openalex", "scielo"})
	for _, test := range []struct {
		name    string
		library *indexer.Library
		wanted  string
		unknown string
	}{
		{"known by name", has, "scielo", ""},
		{"in the index alone", has, "import", ""},
		{"by what it calls itself", has, "SciELO", ""},
		{"a name without letters", has, "!", "!"},
		{"none", has, "openalx", "openalx"},
		{"one of two", has, "openalex openalx", "openalx"},
		{"an index without studies and names", indexer.NewLibrary(fromSources{}), "anything", ""},
	} {
		_, err := test.library.Search(t.Context(), indexer.Query{Filters: map[string][]string{indexer.FacetSource: strings.Fields(test.wanted)}})
		var bad *indexer.QueryError
		switch {
		case test.unknown == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.unknown != "" && (!errors.As(err, &bad) || bad.Part != "filters" || !strings.Contains(bad.Problem, test.unknown) || bad.Hint != "there are import, openalex, scielo"):
			t.Errorf("%s: %v, want a QueryError that names the sources", test.name, err)
		}
	}
}
