package command

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"polyglean/indexer"
	"polyglean/internal/protocol"
)

// usualFacets are printed below every list of studies; the years of publication follow
// them as a range.
var usualFacets = []string{indexer.FacetLanguage, indexer.FacetReason, indexer.FacetSource, indexer.FacetDecision}

// printedFacets are the facets that are counted for that.
var printedFacets = append([]string{indexer.FacetYear}, usualFacets...)

// shownValues is how many values of a facet are printed.
const shownValues = 10

// printFacets prints the counts of the usual facets, or of all that the protocol has.
func printFacets(w io.Writer, st styles, r indexer.Result, p *protocol.Protocol, all bool) {
	facets := usualFacets
	if all {
		facets = indexer.AllFacets(p.Attributes)
	}
	for _, facet := range facets {
		counts := r.Facets[facet]
		if len(counts) == 0 {
			continue
		}
		parts := make([]string, 0, shownValues+1)
		for _, c := range counts[:min(len(counts), shownValues)] {
			parts = append(parts, fmt.Sprintf("%s %s", clean(valueName(p.Names, facet, c.Value)), thousands(c.Count)))
		}
		if more := max(r.FacetTotals[facet], len(counts)) - len(parts); more > 0 {
			parts = append(parts, "and "+thousands(more)+" more")
		}
		fmt.Fprintf(w, "\n%s%s%s  %s", st.bold, clean(facetName(p.Names, facet)), st.reset, strings.Join(parts, " · "))
	}
	if all {
		fmt.Fprintln(w)
		return
	}
	if years := yearsOf(r.Facets[indexer.FacetYear]); years != "" {
		fmt.Fprintf(w, "\n%syears%s  %s", st.bold, st.reset, years)
	}
	if r.Total > 0 {
		fmt.Fprintf(w, "\n%s--facets shows all facets.%s", st.dim, st.reset)
	}
	fmt.Fprintln(w)
}

// yearsOf is the first and the last year of publication, as "1998–2024", and how many
// studies have none; empty where nothing is counted.
func yearsOf(counts []indexer.FacetCount) string {
	var years []string
	unknown := ""
	for _, c := range counts {
		if c.Value == indexer.NotStated {
			unknown = thousands(c.Count) + " " + indexer.NotStated
		} else {
			years = append(years, c.Value)
		}
	}
	if len(years) == 0 {
		return unknown
	}
	byNumber := func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }
	out, last := slices.MinFunc(years, byNumber), slices.MaxFunc(years, byNumber)
	if out != last {
		out += "–" + last
	}
	if unknown != "" {
		out += " · " + unknown
	}
	return out
}
