package bench

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/pemistahl/lingua-go"

	"polyglean/internal/lexicon"
	"polyglean/internal/record"
)

// The careful way is the straightforward one after a good engineer has measured it: the
// same well-known parts, each told to do no more than is needed.

// LanguagesOf is lingua-go with the languages that a lexicon has patterns in and
// lingua-go knows, its models already in memory.
func LanguagesOf(l *lexicon.Lexicon) lingua.LanguageDetector {
	var languages []lingua.Language
	for _, code := range l.Languages() {
		known := lingua.GetLanguageFromIsoCode639_1(lingua.GetIsoCode639_1FromValue(strings.ToUpper(code)))
		if known != lingua.Unknown {
			languages = append(languages, known)
		}
	}
	return lingua.NewLanguageDetectorBuilder().FromLanguages(languages...).WithPreloadedLanguageModels().Build()
}

// languageSample is how many characters of a text are enough to tell its language.
const languageSample = 300

// Sample is the beginning of a text.
func Sample(text string) string {
	n := 0
	for i := range text {
		if n == languageSample {
			return text[:i]
		}
		n++
	}
	return text
}

// Phrases finds all patterns of a lexicon in one walk over the words of a text, each by
// the beginning of its first word. Like Terms it passes over patterns with a gap, and
// also over those that begin in the middle of a word.
type Phrases struct {
	byStart map[string][]phrase
	// unspaced are in scripts that are written without spaces.
	unspaced []string
}

// phrase is the words of a pattern, the last letters of those that are cut short left
// out.
type phrase struct {
	text  string
	words []string
	cut   []bool
}

// NewPhrases prepares the patterns of a lexicon.
func NewPhrases(l *lexicon.Lexicon) *Phrases {
	p := &Phrases{byStart: make(map[string][]phrase)}
	for _, pattern := range l.Patterns() {
		text := strings.ToLower(pattern.Text)
		if strings.Contains(text, "..") || strings.HasPrefix(text, "*") {
			continue
		}
		if strings.IndexFunc(text, unspaced) >= 0 {
			p.unspaced = append(p.unspaced, strings.TrimSuffix(text, "*"))
			continue
		}
		ph := phrase{text: text}
		for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r != '*' && !isWord(r) }) {
			ph.words = append(ph.words, strings.TrimSuffix(w, "*"))
			ph.cut = append(ph.cut, strings.HasSuffix(w, "*"))
		}
		p.byStart[start(ph.words[0])] = append(p.byStart[start(ph.words[0])], ph)
	}
	return p
}

// Find returns the patterns that stand in a text, each once.
func (p *Phrases) Find(text string) []string {
	text = strings.ToLower(text)
	words := strings.FieldsFunc(text, func(r rune) bool { return !isWord(r) })
	var found []string
	for i, w := range words {
		// A phrase of fewer letters is found under all it has.
		for n := 1; n <= len(start(w)); n++ {
			for _, ph := range p.byStart[w[:n]] {
				if ph.at(words[i:]) && !slices.Contains(found, ph.text) {
					found = append(found, ph.text)
				}
			}
		}
	}
	if strings.IndexFunc(text, unspaced) >= 0 {
		for _, s := range p.unspaced {
			if strings.Contains(text, s) {
				found = append(found, s)
			}
		}
	}
	return found
}

// at says that the words begin with the phrase.
func (ph *phrase) at(words []string) bool {
	if len(words) < len(ph.words) {
		return false
	}
	for i, w := range ph.words {
		if words[i] != w && !(ph.cut[i] && strings.HasPrefix(words[i], w)) {
			return false
		}
	}
	return true
}

// start is the beginning of a word that phrases are looked up by.
func start(word string) string {
	const letters = 4
	n := 0
	for i := range word {
		if n == letters {
			return word[:i]
		}
		n++
	}
	return word
}

func isWord(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.N) }

func unspaced(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// storedField holds the document itself, which is not searched.
const storedField = "stored"

// NewTunedIndex makes a Bleve index in dir, which must not exist, with a mapping of the
// fields of Document and of nothing else: texts with their positions and neither stored
// nor in columns, facets in columns, and the document once as it is. Batches of 1,000
// are what it takes fastest.
func NewTunedIndex(dir string) (bleve.Index, error) {
	fields := bleve.NewDocumentStaticMapping()
	set := func(f *mapping.FieldMapping, docValues bool, names ...string) {
		f.Store, f.IncludeInAll, f.DocValues = false, false, docValues
		for _, name := range names {
			fields.AddFieldMappingsAt(name, f)
		}
	}
	set(bleve.NewTextFieldMapping(), false, "title", "abstract", "keywords", "authors")
	set(bleve.NewKeywordFieldMapping(), true, "container", "type", "doi", "source", "languages", "found", "date")
	set(bleve.NewNumericFieldMapping(), true, "year")
	stored := bleve.NewTextFieldMapping()
	stored.Store, stored.Index, stored.IncludeInAll, stored.DocValues = true, false, false, false
	fields.AddFieldMappingsAt(storedField, stored)
	m := bleve.NewIndexMapping()
	m.DefaultMapping = fields
	m.IndexDynamic, m.StoreDynamic, m.DocValuesDynamic = false, false, false
	return bleve.New(filepath.Clean(dir), m)
}

// TunedDocument is Document with itself as JSON, for NewTunedIndex.
func TunedDocument(c *record.Candidate, languages, found []string) (map[string]any, error) {
	doc := Document(c, languages, found)
	raw, err := json.Marshal(doc)
	doc[storedField] = string(raw)
	return doc, err
}
