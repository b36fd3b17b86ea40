// Package lexicon finds a protocol's concepts in texts of many languages. A
// lexicon is a table of patterns: concept, facet, language, pattern, strength.
package lexicon
