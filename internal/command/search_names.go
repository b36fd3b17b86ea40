package command

import (
	"cmp"
	"strings"

	"polyglean/indexer"
	"polyglean/internal/protocol"
)

// What a search prints of the lexicon it prints by the names that the protocol gives, and
// what is printed can be typed into a filter; so can the IDs.

// facetName is what a facet is called.
func facetName(names protocol.Names, facet string) string {
	id, is := strings.CutPrefix(facet, indexer.AttributePrefix)
	if !is {
		return facet
	}
	name, _ := names.Facet(id)
	return name
}

// valueName is what a value of a facet is called.
func valueName(names protocol.Names, facet, value string) string {
	if value == indexer.NotStated || !ofConcepts(facet) {
		return value
	}
	return names.Concept(value)
}

// ofConcepts says that the values of a facet are concepts of the lexicon.
func ofConcepts(facet string) bool {
	return facet == indexer.FacetConcept || strings.HasPrefix(facet, indexer.AttributePrefix)
}

// withIDs is a query whose filters have IDs where a reader typed names.
func withIDs(q indexer.Query, p *protocol.Protocol) indexer.Query {
	filters := make(map[string][]string, len(q.Filters))
	for facet, values := range q.Filters {
		if id := p.FacetNamed(facet); id != "" && !indexer.HasField(facet) {
			facet = indexer.AttributePrefix + id
		}
		for _, value := range values {
			if ofConcepts(facet) {
				value = cmp.Or(p.ConceptNamed(value), value)
			}
			filters[facet] = append(filters[facet], value)
		}
	}
	q.Filters = filters
	return q
}
