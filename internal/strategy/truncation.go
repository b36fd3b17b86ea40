package strategy

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"polyglean/internal/fold"
)

// truncation checks the marks of a word that starts at the byte at of the query.
func (p *parser) truncation(word string, at int) error {
	if !strings.ContainsAny(word, "*?") {
		return nil
	}
	if off := loneStar(word); off >= 0 {
		return p.fail(at+off, `"*" without letters`, `write the beginning of a word before it: traffick*`).mend(at+off, at+off+1, "")
	}
	if p.adj != AsAnd {
		return nil
	}
	for _, w := range fold.Words(word, "*?") {
		if w.Kind == fold.Whole {
			continue
		}
		stem, starred := stemOf(w)
		switch {
		case stem == "":
			return p.fail(at, "a word cannot begin with a truncation mark", "write its beginning and put the mark behind it: traffick*").
				mend(at, at+len(word)-len(strings.TrimLeft(word, "*?")), "")
		case starred && !terse(stem) && utf8.RuneCountInString(stem) < minStem:
			return p.fail(at, `fewer than three letters before "*" find too much`, "write more of the word")
		}
	}
	return nil
}

// stemOf returns the letters before the first *, or those before the first ?
// where there is no *; none if the word begins with a mark.
func stemOf(w fold.Word) (stem string, starred bool) {
	switch w.Kind {
	case fold.Prefix:
		return w.Text, true
	case fold.Suffix, fold.Infix:
		return "", true
	}
	if strings.ContainsAny(w.Text[:1], "*?") {
		return "", false
	}
	stem, _, starred = strings.Cut(w.Text, "*")
	return strings.ReplaceAll(stem, "?", ""), starred
}

// terse reports whether s is of a script whose letters are syllables or words.
func terse(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	})
}

// loneStar returns the offset of a * that touches no letter, -1 if there is none.
func loneStar(word string) int {
	for i := 0; i < len(word); {
		if word[i] != '*' && word[i] != '?' {
			i++
			continue
		}
		end := i
		for end < len(word) && (word[end] == '*' || word[end] == '?') {
			end++
		}
		before, _ := utf8.DecodeLastRuneInString(word[:i])
		after, _ := utf8.DecodeRuneInString(word[end:])
		if star := strings.IndexByte(word[i:end], '*'); star >= 0 && !letter(before) && !letter(after) {
			return i + star
		}
		i = end
	}
	return -1
}

func letter(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r))
}
