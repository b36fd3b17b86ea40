package strategy

import (
	"slices"
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"
	"golang.org/x/text/unicode/norm"

	"polyglean/internal/fold"
)

// stemmers are the Snowball stemmers (Porter, https://snowballstem.org) by
// ISO 639-1 language. Words of other languages have no stems.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"ar": arabic.Stem,
	"da": danish.Stem,
	"de": german.Stem,
	"en": english.Stem,
	"es": spanish.Stem,
	"fi": finnish.Stem,
	"fr": french.Stem,
	"ga": irish.Stem,
	"hu": hungarian.Stem,
	"it": italian.Stem,
	"nl": dutch.Stem,
	"no": norwegian.Stem,
	"pt": portuguese.Stem,
	"ro": romanian.Stem,
	"ru": russian.Stem,
	"sv": swedish.Stem,
	"ta": tamil.Stem,
	"tr": turkish.Stem,
}

// maxStem is the length in bytes of the longest word that is stemmed; longer
// ones are no words of a language.
const maxStem = 128

// stemmer finds the stems of words in one language and remembers them, for few
// words make up most of all texts. It is not safe for concurrent use.
type stemmer struct {
	lang string
	stem func(*snowballstem.Env) bool
	seen map[string][]string
}

// maxSeen bounds the words a stemmer remembers.
const maxSeen = 1 << 15

// newStemmer returns nil for a language without a stemmer.
func newStemmer(lang string) *stemmer {
	stem, ok := stemmers[lang]
	if !ok {
		return nil
	}
	return &stemmer{lang: lang, stem: stem, seen: make(map[string][]string)}
}

// stems returns the folded forms that tell whether words are forms of one word:
// those with a form in common are. They are the stem of the word as written, of
// the word without accents, as titles in capitals drop them, and the word itself,
// which is the stem of others where a stemmer cuts too much off it (Turkish kadın
// to kadı, but kadınlar to kadın).
func (s *stemmer) stems(raw string) []string {
	if len(raw) > maxStem {
		return nil
	}
	if stems, ok := s.seen[raw]; ok {
		return stems
	}
	if len(s.seen) >= maxSeen {
		clear(s.seen)
	}
	stems := s.find(raw)
	s.seen[strings.Clone(raw)] = stems
	return stems
}

func (s *stemmer) find(raw string) []string {
	plain := fold.Fold(raw)
	stems := []string{plain}
	add := func(stem string) {
		if !slices.Contains(stems, stem) {
			stems = append(stems, stem)
		}
	}
	add(s.run(plain))
	// Stemmers want the accents that folding drops.
	if lower := s.lower(raw); lower != plain {
		add(fold.Fold(s.run(lower)))
	}
	return stems
}

// lower is raw in the form stemmers expect.
func (s *stemmer) lower(raw string) string {
	raw = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(raw))
	if s.lang == "tr" {
		return strings.ToLowerSpecial(unicode.TurkishCase, raw)
	}
	return strings.ToLower(raw)
}

func (s *stemmer) run(word string) string {
	env := snowballstem.NewEnv(word)
	s.stem(env)
	return env.Current()
}

// baseLang cuts a language tag to its language: "pt-br" to "pt". Both standards
// of Norwegian become "no".
func baseLang(tag string) string {
	lang, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	switch lang {
	case "nb", "nn":
		return "no"
	case "und":
		return ""
	}
	return lang
}
