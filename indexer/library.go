package indexer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"
)

// Library answers readers from an index.
type Library struct {
	index     Index
	thesaurus *Thesaurus
	sources   []string // that are known by name
}

var _ Searcher = (*Library)(nil)

// NewLibrary makes a library of an index, which stays the caller's to close.
func NewLibrary(index Index) *Library { return &Library{index: index} }

// WithThesaurus is a library of the same index that understands what the words of a
// query mean.
func (l *Library) WithThesaurus(t *Thesaurus) *Library {
	with := *l
	with.thesaurus = t
	return &with
}

// Search implements Searcher. Besides a *strategy.SyntaxError it returns a
// *QueryError for another part of the query that cannot be answered and ErrPage
// for an After that is not a page of this search.
func (l *Library) Search(ctx context.Context, q Query) (Result, error) {
	began := time.Now()
	sources, err := l.findSources(ctx, q.Filters[FacetSource])
	if err != nil {
		return Result{}, err
	}
	if len(sources) > 0 {
		q.Filters = maps.Clone(q.Filters)
		q.Filters[FacetSource] = sources
	}
	c, err := Compile(q, l.thesaurus)
	if err != nil {
		return Result{}, err
	}
	found, err := l.index.Find(ctx, c.Plan)
	if err != nil {
		return Result{}, fmt.Errorf("search: %w", err)
	}
	result := Result{
		Total: found.Total, Hits: make([]Hit, len(found.Hits)), Next: found.Next, Terms: c.Terms,
		Expansions: c.Expansions, Notes: c.Notes, Sources: sources,
	}
	result.Facets, result.FacetTotals = c.counts(q, found)
	for i, h := range found.Hits {
		study, err := readStudy(h.Stored)
		if err != nil {
			return Result{}, err
		}
		result.Hits[i] = Hit{Study: study, Score: h.Score}
		if !q.Bare {
			result.Hits[i].Snippets = c.snippets(&study)
		}
	}
	if q.Suggest && q.After == "" && found.Total <= fewHits && strings.TrimSpace(q.Text) != "" {
		if result.Suggestion, err = l.suggest(ctx, q); err != nil {
			return Result{}, err
		}
	}
	result.Took = time.Since(began)
	return result, nil
}

// counts are those of the facets that q asks for, by name, and the numbers of all their
// values.
func (c *Compiled) counts(q Query, found Found) (counts map[string][]FacetCount, totals map[string]int) {
	if len(q.Facets) == 0 {
		return nil, nil
	}
	counts, totals = make(map[string][]FacetCount, len(q.Facets)), make(map[string]int, len(q.Facets))
	for i, facet := range q.Facets {
		f := found.Facets[i]
		all := len(f.Values)
		f.Values = f.Values[:min(all, c.facetSize)]
		counts[facet] = c.facets[i].counts(f)
		totals[facet] = all + len(counts[facet]) - len(f.Values) // with NotStated, where it is one
	}
	return counts, totals
}

// Study implements Searcher.
func (l *Library) Study(ctx context.Context, id string) (Study, error) {
	stored, err := l.index.Lookup(ctx, ExactAlias, []string{ExactValue(id)})
	if err != nil {
		return Study{}, fmt.Errorf("study %s: %w", id, err)
	}
	if len(stored) == 0 {
		return Study{}, fmt.Errorf("study %.80q: %w", id, ErrNotFound)
	}
	// While two studies merge, both may answer for a moment: the later one is right.
	var latest Study
	for i, d := range stored {
		s, err := readStudy(d)
		if err != nil {
			return Study{}, err
		}
		if i == 0 || s.Version > latest.Version {
			latest = s
		}
	}
	return latest, nil
}

func readStudy(stored Stored) (Study, error) {
	var s Study
	if err := json.Unmarshal(stored.Source, &s); err != nil {
		return Study{}, fmt.Errorf("study %s in the index cannot be read (run `polyglean reindex`): %w", stored.ID, err)
	}
	return s, nil
}
