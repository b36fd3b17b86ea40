package indexer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"polyglean/internal/fold"
	"polyglean/internal/record"
)

// WithSources is a library of the same index that knows the names of sources which may
// not have brought anything yet.
func (l *Library) WithSources(names []string) *Library {
	with := *l
	with.sources = names
	return &with
}

// findSources finds the sources that a reader wants, as studies have them: in whatever
// case, and also by what they call themselves. Spellings of one name are all meant, unless
// one of them is exactly the name that is wanted, as it is when it was chosen from a list
// with its count. A source that there is not is a slip of the pen, and that no study is
// from it would be taken for an answer. An index without studies has nothing to tell them
// by.
func (l *Library) findSources(ctx context.Context, wanted []string) ([]string, error) {
	unknown := func(name string) bool { return name != "" && !slices.Contains(l.sources, name) }
	if !slices.ContainsFunc(wanted, unknown) {
		return wanted, nil
	}
	found, err := l.index.Find(ctx, Plan{Query: All{}, Facets: []FacetRequest{{Field: FacetSource, Size: MaxSize}}})
	if err != nil {
		return nil, fmt.Errorf("list the sources: %w", err)
	}
	names := slices.Clone(l.sources)
	for _, c := range found.Facets[0].Values {
		names = append(names, c.Value)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return wanted, nil
	}
	var sources []string
	for _, name := range wanted {
		meant := sourcesNamed(names, name)
		if len(meant) == 0 {
			return nil, &QueryError{"filters", fmt.Sprintf("there is no %s %q", FacetSource, name), "there are " + strings.Join(names, ", ")}
		}
		for _, source := range meant {
			if !slices.Contains(sources, source) {
				sources = append(sources, source)
			}
		}
	}
	return sources, nil
}

// sourcesNamed are those of some sources that go by a name; the empty one, which is that
// of no source, stays as it is.
func sourcesNamed(sources []string, name string) []string {
	if name == "" || slices.Contains(sources, name) {
		return []string{name}
	}
	folded := fold.Fold(name)
	if folded == "" {
		return nil
	}
	var all []string
	for _, source := range sources {
		if folded == fold.Fold(source) || folded == fold.Fold(record.SourceName(source)) {
			all = append(all, source)
		}
	}
	return all
}
