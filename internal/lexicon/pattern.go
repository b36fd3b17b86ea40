package lexicon

import (
	"errors"
	"strings"

	"polyglean/internal/fold"
)

// compiled is a pattern made of words: one phrase, or two with a gap.
type compiled struct {
	a, b []fold.Word
}

func (c *compiled) gap() bool { return c.b != nil }

const (
	gapMark = ".."
	// minInfix is the length in letters of the shortest part of a word that may
	// be looked for inside words.
	minInfix = 3
)

// compile reads a pattern of a language.
func compile(text, lang string) (compiled, error) {
	left, right, gap := strings.Cut(text, gapMark)
	if strings.Contains(right, gapMark) {
		return compiled{}, errors.New("two gaps: write A .. B with one")
	}
	a, err := phrase(left, lang)
	if err != nil {
		return compiled{}, err
	}
	if !gap {
		if len(a) == 0 {
			return compiled{}, errors.New("no letters: write a word, or remove the line")
		}
		return compiled{a: a}, nil
	}
	b, err := phrase(right, lang)
	if err != nil {
		return compiled{}, err
	}
	if len(a) == 0 || len(b) == 0 {
		return compiled{}, errors.New("nothing on one side of the gap: write A .. B")
	}
	return compiled{a: a, b: b}, nil
}

func phrase(text, lang string) ([]fold.Word, error) {
	words := fold.Words(text, "*")
	for i := range words {
		w := &words[i]
		switch {
		case w.Kind == fold.Glob:
			return nil, errors.New("* inside a word: put it at the beginning or the end")
		case (w.Kind == fold.Suffix || w.Kind == fold.Infix) && len([]rune(w.Text)) < minInfix:
			return nil, errors.New("too short to be looked for inside words: write three letters or more")
		}
		switch {
		case lang == "ar":
			w.Text, w.Clitics = fold.CutArticle(w.Text), true
		case lang == "ko" && w.Kind == fold.Whole:
			w.Kind = fold.Prefix
		}
	}
	return words, nil
}
