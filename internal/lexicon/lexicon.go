// Package lexicon finds a protocol's concepts in texts of many languages. A
// lexicon is a table of patterns: concept, facet, language, pattern, strength.
//
// Patterns and texts are folded alike (package fold). A pattern is one word or
// more, which match consecutive words of a text:
//
//	word      the word itself
//	word*     words that begin with it
//	*word     words that end in it: German, Dutch, Swedish, Finnish compounds
//	*word*    words that hold it
//	A .. B    A and B with at most 6 words between them, in either order
//
// Languages differ in what a word is. Chinese, Japanese and Thai patterns are
// found in any surroundings, * means nothing, and at most 14 letters stand
// between A and B. Korean words carry particles, so that patterns match the
// beginnings of words. Arabic words match with conjunction, preposition and
// article joined to their front, and the article of a pattern is not needed.
package lexicon

import (
	"slices"
	"strings"
)

// Pattern is one row of the table.
type Pattern struct {
	Concept, Facet string
	// Lang is ISO 639-1.
	Lang string
	// Text is the pattern as written.
	Text   string
	Strong bool
	// Source says where the pattern is from.
	Source string
	// Line of the table, from 1.
	Line int
}

// Concept is an idea that patterns of several languages express.
type Concept struct {
	ID, Facet string
	// Langs are the languages it has patterns in, sorted.
	Langs []string
}

// Lexicon is a table of patterns, read and compiled. It is safe for concurrent
// use.
type Lexicon struct {
	patterns []Pattern
	concepts []Concept
	facets   map[string]string // concept → facet
	all      *automaton
	digest   string
}

// Concepts returns all concepts in the order of the table.
func (l *Lexicon) Concepts() []Concept { return slices.Clone(l.concepts) }

// ByFacet returns the concepts of a facet in the order of the table.
func (l *Lexicon) ByFacet(facet string) []string {
	var ids []string
	for _, c := range l.concepts {
		if c.Facet == facet {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// Facets returns the facets in the order of the table.
func (l *Lexicon) Facets() []string {
	var ids []string
	for _, c := range l.concepts {
		if !slices.Contains(ids, c.Facet) {
			ids = append(ids, c.Facet)
		}
	}
	return ids
}

// Facet returns the facet of a concept, "" if the lexicon does not have it.
func (l *Lexicon) Facet(concept string) string { return l.facets[concept] }

// Languages returns the languages that have patterns, sorted.
func (l *Lexicon) Languages() []string {
	langs := make([]string, 0, len(l.all.langs))
	for lang := range l.all.langs {
		langs = append(langs, lang)
	}
	slices.Sort(langs)
	return langs
}

// Digest names the content of the table: the first 16 hexadecimal digits of its
// SHA-256.
func (l *Lexicon) Digest() string { return l.digest }

// Patterns returns all patterns in the order of the table.
func (l *Lexicon) Patterns() []Pattern { return slices.Clone(l.patterns) }

// baseLang cuts a language tag to its language: "zh-hant" to "zh". Both standards
// of Norwegian become "no".
func baseLang(tag string) string {
	lang, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if lang == "nb" || lang == "nn" {
		return "no"
	}
	return lang
}
