package lexicon

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

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
	// foreignMarks are what regular expressions and search boxes have, and a pattern
	// has not: they would be passed over in silence.
	foreignMarks = `[](){}|\^$+?`
)

// lettered are the scripts whose words are spelled: one letter of them is no word.
var lettered = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Hebrew}

// compile reads a pattern of a language.
func compile(text, lang string) (compiled, error) {
	if i := strings.IndexAny(text, foreignMarks); i >= 0 {
		return compiled{}, fmt.Errorf("%q means nothing here: write words, with * at the beginning or end of one for any letters, and a row for each alternative", text[i:i+1])
	}
	if strings.Contains(text, ".*") {
		return compiled{}, errors.New(`".*" means nothing here: write traffick* for what begins so`)
	}
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
	if len(words) == 1 {
		if r, n := utf8.DecodeRuneInString(words[0].Text); n == len(words[0].Text) && unicode.In(r, lettered...) {
			return nil, errors.New("a single letter, which nearly every text has: write the word")
		}
	}
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
