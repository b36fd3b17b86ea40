package indexer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"polyglean/internal/lexicon"
)

// Thesaurus knows the concepts of a protocol's lexicon and what each language calls
// them. With it a query is understood in the language it is typed in and answered in
// all: records were searched for every concept when they were classified, so that a
// concept is one value of an exact field, however many words the lexicon has for it.
type Thesaurus struct {
	lexicon   *lexicon.Lexicon
	languages []string
	facets    []string
	// terms are a concept's words, by language in order of its code.
	terms map[string][]ConceptTerms
}

// NewThesaurus makes a thesaurus of a lexicon.
func NewThesaurus(l *lexicon.Lexicon) *Thesaurus {
	t := &Thesaurus{lexicon: l, languages: l.Languages(), facets: l.Facets(), terms: make(map[string][]ConceptTerms)}
	for _, c := range l.Concepts() {
		for _, lang := range c.Langs {
			t.terms[c.ID] = append(t.terms[c.ID], ConceptTerms{Lang: lang})
		}
	}
	for _, p := range l.Patterns() {
		languages := t.terms[p.Concept]
		i := slices.IndexFunc(languages, func(c ConceptTerms) bool { return c.Lang == p.Lang })
		languages[i].Terms = append(languages[i].Terms, p.Text)
	}
	return t
}

// knowAttributes wants the attributes of filters to be facets of the lexicon: that no study
// has another one would be taken for an answer.
func (t *Thesaurus) knowAttributes(filters map[string][]string) error {
	for _, facet := range slices.Sorted(maps.Keys(filters)) {
		if name, ok := strings.CutPrefix(facet, AttributePrefix); ok && !slices.Contains(t.facets, name) {
			return &QueryError{
				"filters", fmt.Sprintf("the lexicon has no facet %q", name),
				"there are " + AttributePrefix + strings.Join(t.facets, ", "+AttributePrefix),
			}
		}
	}
	return nil
}

// Expand says how a query is widened from its words to what they mean. The zero
// value widens it into all languages.
type Expand struct {
	// Off looks for the words as typed and nothing else.
	Off bool `json:"off,omitempty"`
	// Languages are those in which concepts are looked for, ISO 639-1; none means all.
	Languages []string `json:"languages,omitempty"`
	// Negated widens what stands behind NOT as well, and so excludes more.
	Negated bool `json:"negated,omitempty"`
	// Reader are the languages the reader is at home in, ISO 639-1. A word that looks
	// like one thing in one language and another in the next is read in these and in
	// English.
	Reader []string `json:"reader,omitempty"`
}

// in reports whether concepts are looked for in a language.
func (e *Expand) in(lang string) bool {
	return !e.Off && (len(e.Languages) == 0 || slices.Contains(e.Languages, lang))
}

// Expansion is a part of a query that names a concept.
type Expansion struct {
	// Text is the part as typed.
	Text    string `json:"text"`
	Concept string `json:"concept"`
	// Languages have words for the concept; those that are not looked for are Off.
	Languages []ConceptTerms `json:"languages"`
}

// ConceptTerms are the words of a language for a concept, as the lexicon writes them.
type ConceptTerms struct {
	Lang  string   `json:"lang"`
	Terms []string `json:"terms"`
	Off   bool     `json:"off,omitempty"`
}

// Used counts the words that are looked for, and their languages.
func (e *Expansion) Used() (terms, languages int) {
	for _, c := range e.Languages {
		if !c.Off {
			terms += len(c.Terms)
			languages++
		}
	}
	return terms, languages
}

// check says whether the languages of e are among those of the lexicon.
func (t *Thesaurus) check(e *Expand) error {
	for _, lang := range e.Languages {
		if !slices.Contains(t.languages, lang) {
			return &QueryError{
				Part: "expand", Problem: fmt.Sprintf("the lexicon has no words in the language %q", lang),
				Hint: "it has " + strings.Join(t.languages, ", "),
			}
		}
	}
	return nil
}

// expansion is a part of a query that names a concept, with the languages that e
// leaves on.
func (t *Thesaurus) expansion(text, concept string, e *Expand) Expansion {
	x := Expansion{Text: text, Concept: concept, Languages: slices.Clone(t.terms[concept])}
	for i := range x.Languages {
		x.Languages[i].Off = !e.in(x.Languages[i].Lang)
	}
	return x
}
