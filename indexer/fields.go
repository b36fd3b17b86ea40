package indexer

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The text fields hold the words as they stand, folded: for words, phrases and
// truncation.
const (
	TextTitle     = "title"
	TextAbstract  = "abstract"
	TextKeyword   = "keyword"
	TextAuthor    = "author"
	TextContainer = "container"
)

// The stem fields hold the stems of a text's words with their language, "en:surviv",
// where the stem is something else than the word: half of the words are their own
// stem and stand in the text field already. ExactStemmed says which they are.
const (
	StemTitle    = "title_stem"
	StemAbstract = "abstract_stem"
	StemKeyword  = "keyword_stem"
)

// The exact fields besides the facets.
const (
	ExactKey = "key"
	// ExactAlias holds every ID that the study has, and those it once had.
	ExactAlias = "alias"
	ExactDOI   = "doi"
	// ExactWord holds the vocabulary.
	ExactWord = "word"
	// ExactAttribute holds what is found in the texts, as "design=interview".
	ExactAttribute = "attribute"
	ExactSetAside  = "set_aside"
	// ExactStemmed holds the languages in which texts were stemmed: a word that is its
	// own stem in one of them is found by that stem in the text field.
	ExactStemmed = "stemmed"
)

// The number fields.
const (
	// NumberYear is the year of publication.
	NumberYear = "year"
	// NumberDate is the day of publication as YYYYMMDD, zeros where not stated.
	NumberDate = "date"
	// NumberAdded is when the earliest record was harvested, in Unix milliseconds.
	NumberAdded = "added"
	// NumberScreening is the place in the order in which to screen: undecided studies
	// before the others, and among them those with a high score first.
	NumberScreening = "screening"
)

// TextFields, StemFields, ExactFields and NumberFields are all fields a Document may have, so
// that a backend's mapping can be static.
var (
	TextFields   = []string{TextTitle, TextAbstract, TextKeyword, TextAuthor, TextContainer}
	StemFields   = []string{StemTitle, StemAbstract, StemKeyword}
	ExactFields  = append([]string{ExactKey, ExactAlias, ExactDOI, ExactSetAside, ExactStemmed, ExactAttribute, ExactWord, ExactConceptPlace}, facetFields...)
	NumberFields = []string{NumberYear, NumberDate, NumberAdded, NumberScreening}
)

// MaxNumber is the largest number that a Document may hold, which every backend and
// JSON itself hold exactly, and -MaxNumber the least.
const MaxNumber = 1 << 53

// MaxValue is the longest exact value or term in bytes that a Document may hold.
const MaxValue = 1024

// Check says whether every backend can take the operation as it is. Backends
// call it first, so that they refuse the same documents for the same reason.
func (op Op) Check() error {
	if op.ID == "" || len(op.ID) > 64 || strings.IndexFunc(op.ID, notAlphanumeric) >= 0 {
		return fmt.Errorf("document ID %.100q: want 1 to 64 letters and digits", op.ID)
	}
	if op.Doc == nil {
		return nil
	}
	if err := op.checkTerms("text", op.Doc.Text, TextFields); err != nil {
		return err
	}
	if err := op.checkTerms("stem", op.Doc.Stems, StemFields); err != nil {
		return err
	}
	for field, values := range op.Doc.Exact {
		if !slices.Contains(ExactFields, field) {
			return fmt.Errorf("document %s: there is no exact field %q", op.ID, field)
		}
		for _, v := range values {
			if err := checkValue(v); err != nil {
				return fmt.Errorf("document %s, exact field %s: %w", op.ID, field, err)
			}
		}
	}
	for field, n := range op.Doc.Numbers {
		if !slices.Contains(NumberFields, field) {
			return fmt.Errorf("document %s: there is no number field %q", op.ID, field)
		}
		if n < -MaxNumber || n > MaxNumber {
			return fmt.Errorf("document %s, number field %s: %d is out of range", op.ID, field, n)
		}
	}
	return nil
}

func (op Op) checkTerms(kind string, fields map[string][]string, known []string) error {
	for field, values := range fields {
		if !slices.Contains(known, field) {
			return fmt.Errorf("document %s: there is no %s field %q", op.ID, kind, field)
		}
		for _, v := range values {
			if v == "" || areTerms(v) {
				continue
			}
			for term := range strings.SplitSeq(v, " ") {
				if err := checkValue(term); err != nil {
					return fmt.Errorf("document %s, %s field %s: %w", op.ID, kind, field, err)
				}
			}
		}
	}
	return nil
}

// areTerms says whether checkValue accepts all terms of a value, which it does of nearly
// all: a text is looked through as a whole, not word by word.
func areTerms(v string) bool {
	if strings.Contains(v, "  ") || v[0] == ' ' || v[len(v)-1] == ' ' || !utf8.ValidString(v) {
		return false
	}
	for len(v) > MaxValue {
		space := strings.LastIndexByte(v[:MaxValue+1], ' ')
		if space < 0 {
			return false
		}
		v = v[space+1:]
	}
	return true
}

func checkValue(v string) error {
	switch {
	case v == "":
		return fmt.Errorf("empty value")
	case len(v) > MaxValue:
		return fmt.Errorf("value of %d bytes, at most %d can be indexed: %.40q…", len(v), MaxValue, v)
	case !utf8.ValidString(v):
		return fmt.Errorf("value is not UTF-8: %.40q", v)
	}
	return nil
}

func notAlphanumeric(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}
