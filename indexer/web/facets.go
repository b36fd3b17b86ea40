package web

import (
	"slices"

	"polyglean/indexer"
	"polyglean/internal/untrusted"
)

// group is a facet with its values: those shown at once, and the rest.
type group struct {
	Name, Label string
	// Open says that its values are in sight, and not only its name.
	Open   bool
	Values []facetValue
	More   []facetValue
	// Cut says how many values of how many these are, and All is the address of the page
	// with the others, where there are any; All is empty where a page shows no more.
	Cut, All string
}

type facetValue struct {
	code  string
	Label string
	// Native is the language's own name, for the facet of languages.
	Native tongue
	Count  int
	Href   string
	Active bool
}

// shownValues is how many values of a facet are shown before "more".
const shownValues = 8

// openFacets are in sight from the first: what tells studies apart for most readers. So
// are the first openAttributes of what the protocol extracts, and others once there is a
// filter in them.
var openFacets = []string{indexer.FacetReason, indexer.FacetLanguage, indexer.FacetSource, indexer.FacetDecision}

const openAttributes = 3

func (s *site) groups(a ask, res indexer.Result) []group {
	var out []group
	open := slices.Clone(openFacets)
	for _, name := range s.opts.Attributes[:min(openAttributes, len(s.opts.Attributes))] {
		open = append(open, indexer.AttributePrefix+name)
	}
	facets := slices.Clone(s.facets)
	for _, facet := range a.facets() { // one that the protocol no longer has may be filtered by
		if !slices.Contains(facets, facet) {
			facets = append(facets, facet)
		}
	}
	for _, facet := range facets {
		g := group{Name: facet, Label: s.facetName(facet), Open: slices.Contains(open, facet) || a.filters(facet)}
		if counts := res.Facets[facet]; len(counts) == 1 && counts[0].Value == indexer.NotStated && !a.filters(facet) {
			continue // of which nothing is known
		}
		counted := make(map[string]bool)
		for _, c := range res.Facets[facet] {
			counted[c.Value] = true
			g.add(s.facetValue(a, facet, c.Value, c.Count))
		}
		// A value in force stays on the page when nothing matches it any more, so
		// that it can be lifted where it was set.
		for _, value := range a.q.Filters[facet] {
			if !counted[value] {
				g.add(s.facetValue(a, facet, value, 0))
			}
		}
		if len(g.Values) > 0 {
			g.tellApart()
			g.cut(a, len(res.Facets[facet]), res.FacetTotals[facet])
			out = append(out, g)
		}
	}
	return out
}

// cut says that there are more values than are shown.
func (g *group) cut(a ask, shown, total int) {
	switch {
	case shown >= total:
		return
	case total > indexer.MaxSize:
		g.Cut = english.Sprintf("%d of more than %d shown", shown, indexer.MaxSize)
	default:
		g.Cut = english.Sprintf("%d of %d shown", shown, total)
	}
	if a.q.FacetSize < indexer.MaxSize {
		g.All = a.with(func(q *indexer.Query) { q.FacetSize = indexer.MaxSize }).href("/") + "#all-" + g.Name
	}
}

// filters reports whether the reader has chosen values of a facet.
func (a ask) filters(facet string) bool { return len(a.q.Filters[facet]) > 0 }

// tellApart shows values by their codes where their words are the same: sources
// write "journal-article" and "Journal Article".
func (g *group) tellApart() {
	seen := make(map[string]int)
	for _, values := range [][]facetValue{g.Values, g.More} {
		for _, v := range values {
			seen[fold(v.Label)]++
		}
	}
	for _, values := range [][]facetValue{g.Values, g.More} {
		for i := range values {
			if seen[fold(values[i].Label)] > 1 {
				values[i].Label = untrusted.Line(values[i].code)
			}
		}
	}
}

func (g *group) add(v facetValue) {
	if len(g.Values) < shownValues || v.Active {
		g.Values = append(g.Values, v)
	} else {
		g.More = append(g.More, v)
	}
}

func (s *site) facetValue(a ask, facet, value string, count int) facetValue {
	v := facetValue{
		code: value, Label: s.valueName(facet, value), Count: count,
		Href: a.toggle(facet, value).href("/"), Active: a.has(facet, value),
	}
	if facet == indexer.FacetLanguage {
		v.Native = tongueOf(value)
	}
	return v
}
