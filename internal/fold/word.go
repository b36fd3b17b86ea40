package fold

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is how a Word of a phrase matches a word of a text.
type Kind uint8

const (
	// Whole matches the word itself.
	Whole Kind = iota
	// Prefix, Suffix and Infix match words that begin with, end in or hold it.
	Prefix
	Suffix
	Infix
	// Glob matches a word with marks inside: * for any run of letters, ? for one
	// letter or none.
	Glob
)

// Word is one word of a phrase to look for.
type Word struct {
	// Text is folded; only a Glob's holds truncation marks.
	Text string
	Kind Kind
	// Glued wants nothing between this word of the text and the one before.
	Glued bool
	// Gap is what stood between this word and the one before as typed; the zero
	// Gap for the first.
	Gap Gap
	// Between, unless zero, is all that may stand between this word of the text and
	// the one before; with zero it may be anything.
	Between Gap
	// Clitics wants an Arabic word found, too, behind the conjunctions, prepositions
	// and article that are joined to it in writing; Text is without an article.
	Clitics bool
	// Stems, when given, match a Whole word by its stem too.
	Stems []string
	// Raw is the word as typed.
	Raw string
}

// Words folds a phrase as typed into its words. The characters of marks, of
// "*?", are truncation marks; in scripts written without spaces, where a phrase
// is found in any surroundings, they mean nothing and are dropped.
func Words(phrase, marks string) []Word {
	letters := newASCII(marks)
	t := new(Text)
	t.reset(phrase, &letters)
	words := make([]Word, 0, t.Len())
	parted, gap := false, Gap(0) // since the last word taken
	for i := range t.Len() {
		text := string(t.Word(i))
		bare := strings.Trim(text, marks)
		parted, gap = parted || !t.Glued(i), gap|t.Gap(i)
		if bare == "" {
			continue
		}
		w := Word{Text: bare, Glued: len(words) > 0 && !parted, Raw: t.Raw(i)}
		if len(words) > 0 {
			w.Gap = gap
		}
		parted, gap = false, 0
		switch head, tail := text[0] != bare[0], text[len(text)-1] != bare[len(bare)-1]; {
		case strings.ContainsAny(text, "?") && strings.Contains(marks, "?"), strings.ContainsAny(bare, marks):
			w.Kind, w.Text = Glob, text
		case head && tail:
			w.Kind = Infix
		case head:
			w.Kind = Suffix
		case tail:
			w.Kind = Prefix
		}
		words = append(words, w)
	}
	return words
}

// Hangul reports whether w holds Korean letters, to which particles are joined.
func (w *Word) Hangul() bool {
	return strings.ContainsFunc(w.Text, func(r rune) bool { return unicode.Is(unicode.Hangul, r) })
}

// matches compares with a folded word of a text, stems aside.
func (w *Word) matches(token []byte) bool {
	switch w.Kind {
	case Whole:
		return string(token) == w.Text
	case Prefix:
		return len(token) >= len(w.Text) && string(token[:len(w.Text)]) == w.Text
	case Suffix:
		return len(token) >= len(w.Text) && string(token[len(token)-len(w.Text):]) == w.Text
	case Infix:
		return bytes.Contains(token, []byte(w.Text))
	default:
		return glob(w.Text, token)
	}
}

// literal is the part of w that every match begins with.
func (w *Word) literal() string {
	switch w.Kind {
	case Whole, Prefix:
		return w.Text
	case Suffix, Infix:
		return ""
	default:
		return w.Text[:strings.IndexAny(w.Text, "*?")]
	}
}

// glob matches a word against a pattern with marks. It follows all ways through
// the pattern at once, so that no pattern makes it slow.
func glob(pattern string, word []byte) bool {
	p := []rune(pattern)
	at := make([]bool, len(p)+1)
	reach := func(states []bool) {
		for i, r := range p {
			if states[i] && (r == '*' || r == '?') {
				states[i+1] = true
			}
		}
	}
	at[0] = true
	reach(at)
	next := make([]bool, len(p)+1)
	for len(word) > 0 {
		c, n := utf8.DecodeRune(word)
		word = word[n:]
		clear(next)
		alive := false
		for i, r := range p {
			if !at[i] {
				continue
			}
			switch r {
			case '*':
				next[i], alive = true, true
			case '?', c:
				next[i+1], alive = true, true
			}
		}
		if !alive {
			return false
		}
		reach(next)
		at, next = next, at
	}
	return at[len(p)]
}
