package indexer

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// WithSources is a library of the same index that knows the names of sources which may
// not have brought anything yet.
func (l *Library) WithSources(names []string) *Library {
	with := *l
	with.sources = names
	return &with
}

// checkSources wants sources that there are: those that are known by name, and those of
// which there are studies. Another one is a slip of the pen, and that no study is from it
// would be taken for an answer. An index without studies has nothing to tell them by.
func (l *Library) checkSources(ctx context.Context, wanted []string) error {
	unknown := func(name string) bool { return name != "" && !slices.Contains(l.sources, name) }
	if !slices.ContainsFunc(wanted, unknown) {
		return nil
	}
	found, err := l.index.Find(ctx, Plan{Query: All{}, Facets: []FacetRequest{{Field: FacetSource, Size: MaxSize}}})
	if err != nil {
		return fmt.Errorf("list the sources: %w", err)
	}
	names := slices.Clone(l.sources)
	for _, c := range found.Facets[0].Values {
		names = append(names, c.Value)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, name := range wanted {
		if len(names) > 0 && name != "" && !slices.Contains(names, name) {
			return &QueryError{"filters", fmt.Sprintf("there is no %s %q", FacetSource, name), "there are " + strings.Join(names, ", ")}
		}
	}
	return nil
}
