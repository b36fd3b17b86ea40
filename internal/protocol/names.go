package protocol

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"polyglean/internal/fold"
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

// ConceptNamed is the ID of the lexicon's concept that is called so, in whatever case; ""
// when there is none.
func (p *Protocol) ConceptNamed(name string) string {
	folded := fold.Fold(name)
	for _, c := range p.Lexicon.Concepts() {
		if fold.Fold(p.Names.Concept(c.ID)) == folded {
			return c.ID
		}
	}
	return ""
}

// FacetNamed is ConceptNamed for facets.
func (p *Protocol) FacetNamed(name string) string {
	folded := fold.Fold(name)
	for _, id := range p.Lexicon.Facets() {
		if called, _ := p.Names.Facet(id); fold.Fold(called) == folded {
			return id
		}
	}
	return ""
}

// inOrder sorts facets as they are shown: those with a name first.
func (n Names) inOrder(facets []string) []string {
	slices.SortStableFunc(facets, func(a, b string) int {
		_, placeA := n.Facet(a)
		_, placeB := n.Facet(b)
		return placeA - placeB
	})
	return facets
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

// attributes reads which facets of the lexicon are extracted of each study.
func (r *reader) attributes(n *yaml.Node, lex *lexicon.Lexicon) []string {
	seen := make(map[string]bool)
	return r.texts(n, "attributes", func(n *yaml.Node, what string) string {
		id := r.text(n, what)
		unique(r, seen, n, "the attribute", id)
		if id != "" && lex != nil && len(lex.ByFacet(id)) == 0 {
			r.fail(n, "its facets are "+strings.Join(lex.Facets(), ", "), "the lexicon has no facet %q", id)
		}
		return id
	})
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
