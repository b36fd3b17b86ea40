package protocol

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"polyglean/internal/lexicon"
)

// Names are what people call the concepts and facets of the lexicon, whose IDs are for
// programs.
type Names struct {
	// Concepts has the names of concepts by ID, without those whose ID is a name once
	// spaces stand for its underscores.
	Concepts map[string]string
	// Facets are in the order in which they are shown; others come behind them.
	Facets []FacetName
}

// FacetName is what a facet is called.
type FacetName struct{ ID, Name string }

// Concept is what a concept is called.
func (n Names) Concept(id string) string {
	if name := n.Concepts[id]; name != "" {
		return name
	}
	return spaced(id)
}

// Facet is what a facet is called, and its place among the others.
func (n Names) Facet(id string) (name string, place int) {
	for i, f := range n.Facets {
		if f.ID == id {
			return f.Name, i
		}
	}
	return spaced(id), len(n.Facets)
}

func spaced(id string) string { return strings.ReplaceAll(id, "_", " ") }

// namesOf reads what the concepts and facets of the lexicon are called.
func (r *reader) namesOf(n *yaml.Node, lex *lexicon.Lexicon) Names {
	var names Names
	r.mapping(n, "names",
		key{"facets", false, func(n *yaml.Node) {
			r.named(n, "facets", func(id, name string) bool {
				names.Facets = append(names.Facets, FacetName{id, name})
				return lex == nil || len(lex.ByFacet(id)) > 0
			})
		}},
		key{"concepts", false, func(n *yaml.Node) {
			names.Concepts = make(map[string]string)
			r.named(n, "concepts", func(id, name string) bool {
				names.Concepts[id] = name
				return lex == nil || lex.Facet(id) != ""
			})
		}},
	)
	return names
}

// named calls take with each ID and name of a mapping; it says whether there is the ID.
func (r *reader) named(n *yaml.Node, what string, take func(id, name string) bool) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.fail(n, "write one a line, indented: its ID in the lexicon, a colon and its name", "%s is not a mapping", what)
		return
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		id := n.Content[i].Value
		unique(r, seen, n.Content[i], "the name of", id)
		if !take(id, r.text(n.Content[i+1], "the name of "+id)) {
			r.fail(n.Content[i], "names are for what is in the lexicon", "the lexicon has none of the %s %q", what, id)
		}
	}
}
