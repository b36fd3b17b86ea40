package strategy

import "polyglean/internal/fold"

// Stemmer finds the one stem that stands for a word where words are counted, as
// the relevance model does; a Matcher compares several forms of each. It is not
// safe for concurrent use.
type Stemmer struct{ stemmer *stemmer }

// NewStemmer returns the stemmer of a language, ISO 639-1 or BCP 47; nil for a
// language that has none.
func NewStemmer(lang string) *Stemmer {
	s := newStemmer(baseLang(lang))
	if s == nil {
		return nil
	}
	return &Stemmer{s}
}

// Stem returns the folded stem of a word as it stands in a text. A word that is
// too long to be one of a language is only folded.
func (s *Stemmer) Stem(raw string) string {
	if len(raw) > maxStem {
		return fold.Fold(raw)
	}
	return fold.Fold(s.stemmer.run(s.stemmer.lower(raw)))
}
