package web

import "polyglean/internal/untrusted"

// concept is what a concept of the lexicon or a block of the strategy is called.
func (s *site) concept(id string) string { return untrusted.Line(s.opts.Names.Concept(id)) }

// conceptFacet is what a facet of the lexicon is called, and its place on a page.
func (s *site) conceptFacet(id string) (name string, place int) {
	name, place = s.opts.Names.Facet(id)
	return capitalise(untrusted.Line(name)), place
}
