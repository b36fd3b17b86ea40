package indexer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"polyglean/internal/fold"
)

// The vocabulary of an index is what stands in ExactWord: the words of titles and
// keywords, and keywords of several words as a whole. It is what completions and
// corrections are taken from, the same on every backend, and small beside the texts.
//
// A value is the folded word, and behind a tab the word as readers write it where that
// is something else: "prostitucion\tprostitución". So what begins with what a reader
// has typed, accents or none, stands together.

// Limits of the vocabulary: the lengths of a word and of a phrase in runes, and how
// many of both a study brings.
const (
	minWord    = 3
	maxPhrase  = 60
	maxEntries = 500
)

const asWritten = "\t"

// entry is the form of a word in the vocabulary.
func entry(folded, written string) string {
	if written == folded {
		return folded
	}
	written = strings.Join(strings.Fields(strings.ToLower(written)), " ")
	if written == folded {
		return folded
	}
	return folded + asWritten + written
}

// word takes an entry apart.
func word(entry string) (folded, written string) {
	folded, written, other := strings.Cut(entry, asWritten)
	if !other {
		written = folded
	}
	return folded, written
}

// vocabulary are the entries of a study, each once.
func (s *Study) vocabulary() []string {
	var out []string
	seen := make(map[string]bool)
	add := func(entries []string) {
		for _, e := range entries {
			if e = ExactValue(e); !seen[e] && len(out) < maxEntries {
				seen[e] = true
				out = append(out, e)
			}
		}
	}
	for _, m := range s.Members {
		c := &m.Record.Candidate
		for _, t := range c.Titles {
			add(words(t.Text))
		}
		for _, k := range c.Keywords {
			add(phrases(k.Text))
		}
	}
	return out
}

// words are the entries of a title.
func words(title string) []string { return appendWords(nil, fold.NewText(title)) }

// phrases are the entries of a keyword.
func phrases(keyword string) []string {
	t := fold.NewText(keyword)
	out := appendWords(nil, t)
	if t.Len() > 1 {
		if whole := t.String(); utf8.RuneCountInString(whole) <= maxPhrase {
			out = append(out, entry(whole, keyword))
		}
	}
	return out
}

func appendWords(entries []string, t *fold.Text) []string {
	for i := range t.Len() {
		if folded := string(t.Word(i)); isWord(folded) {
			entries = append(entries, entry(folded, t.Raw(i)))
		}
	}
	return entries
}

// isWord leaves figures out, and what is too short to be a word: of Hangul one
// syllable is, and the single letters of scripts without spaces are.
func isWord(folded string) bool {
	first, _ := utf8.DecodeRuneInString(folded)
	least := minWord
	if unicode.Is(unicode.Hangul, first) {
		least = 2
	}
	return utf8.RuneCountInString(folded) >= least && strings.ContainsFunc(folded, unicode.IsLetter)
}
