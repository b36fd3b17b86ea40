package demo

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// terms takes the words and phrases a query asks for out of any of the sources'
// syntaxes: operators, field names, tags in square brackets and whatever follows
// NOT are left out. The engine is small on purpose: it has to give different
// queries different, overlapping answers, not to rank them.
func terms(query string) []string {
	q := tagged.ReplaceAllString(query, " ")
	var out []string
	for {
		t, rest, ok := nextToken(q)
		if !ok {
			return out
		}
		q = rest
		switch {
		case t == "NOT", t == "ANDNOT":
			q = skipOperand(q)
		case strings.HasPrefix(q, ":"): // a field name
			q = q[1:]
		case operator.MatchString(t):
		default:
			if f := fold(t); worth(f) {
				out = append(out, f)
			}
		}
	}
}

var (
	// A word with a PubMed tag that is no text ("spanish[la]"), or a tag alone;
	// date ranges of Europe PMC look like tags.
	tagged   = regexp.MustCompile(`(?i)(?:"[^"]*"|[^\s"()]+)\[(?:la|lang|language|pt|dp|pdat|edat|mdat)\]|\[[^\]]*\]`)
	operator = regexp.MustCompile(`(?i)^(and|or|near|adj|n|w)(/?\d+)?$`)
)

// nextToken returns the next quoted phrase, without its quotes, or word.
func nextToken(q string) (token, rest string, ok bool) {
	q = strings.TrimLeftFunc(q, func(r rune) bool { return r != '"' && !inWord(r) })
	if q == "" {
		return "", "", false
	}
	if q[0] == '"' {
		token, rest, _ = strings.Cut(q[1:], `"`)
		return token, rest, true
	}
	end := strings.IndexFunc(q, func(r rune) bool { return !inWord(r) })
	if end < 0 {
		end = len(q)
	}
	return q[:end], q[end:], true
}

// skipOperand drops what a NOT applies to: a group, a phrase or a word.
func skipOperand(q string) string {
	q = strings.TrimLeft(q, " +")
	if !strings.HasPrefix(q, "(") {
		_, rest, _ := nextToken(q)
		return rest
	}
	depth := 0
	for i, r := range q {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return q[i+1:]
			}
		}
	}
	return ""
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || strings.ContainsRune("*_-./'’", r)
}

// fold lowers s and reduces it to its words, one space between them.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// worth says whether a folded term is specific enough to search for: a phrase,
// or a word that is long enough for its script and no stop word.
func worth(term string) bool {
	if strings.Contains(term, " ") {
		return true
	}
	n := utf8.RuneCountInString(term)
	switch {
	case unspaced(term):
		return n >= 2
	case strings.IndexFunc(term, unicode.IsLetter) < 0:
		return false
	case term != "" && term[0] < utf8.RuneSelf:
		return n >= 4 && !stopword[term]
	}
	return n >= 3
}

// unspaced says whether a term is in a script that runs words together, or puts
// articles and particles onto them, so that it may begin inside a word.
func unspaced(term string) bool {
	r, _ := utf8.DecodeRuneInString(term)
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Arabic)
}

var stopword = map[string]bool{
	"from": true, "with": true, "that": true, "this": true, "their": true, "into": true, "about": true,
	"para": true, "como": true, "desde": true, "entre": true, "pour": true, "dans": true, "avec": true,
	"oder": true, "über": true, "della": true, "delle": true, "title": true, "abstract": true,
}

// matches says whether any of the terms lies in the record's texts: words one
// after the other, each as the beginning of a word, so that stems and truncated
// words match; or anywhere, in scripts that run words together.
func (r *Record) matches(terms []string) bool {
	for _, t := range terms {
		if unspaced(t) && strings.Contains(r.text, t) || hasWords(r.text, strings.Split(t, " ")) {
			return true
		}
	}
	return false
}

// hasWords looks in folded text for words that begin with those given, in a row.
func hasWords(text string, words []string) bool {
next:
	for {
		at := strings.Index(text, " "+words[0])
		if at < 0 {
			return false
		}
		text = text[at+1:]
		rest := text
		for _, w := range words[1:] {
			_, after, ok := strings.Cut(rest, " ")
			if rest = after; !ok || !strings.HasPrefix(rest, w) {
				text = text[len(words[0]):]
				continue next
			}
		}
		return true
	}
}

// index prepares the record for matches.
func (r *Record) index() {
	texts := []string{r.Title, r.TitleEN, r.Abstract, r.AbstractEN, strings.Join(r.Keywords, " ; ")}
	for _, t := range r.As {
		texts = append(texts, t)
	}
	r.text = " " + fold(strings.Join(texts, " ; ")) + " "
}

// window bounds what a query asks for by date; the four are YYYY-MM-DD, empty
// where open, all inclusive.
type window struct {
	addedFrom, addedUntil         string
	publishedFrom, publishedUntil string
}

func (w window) holds(r *Record) bool {
	if w == (window{}) {
		return true
	}
	return within(r.Added().Format(time10), w.addedFrom, w.addedUntil) &&
		within(r.Published(), w.publishedFrom, w.publishedUntil)
}

// time10 is the layout of a date of ten characters.
const time10 = "2006-01-02"

// within compares as many characters as a bound has, so that "2019" is a year.
func within(date, from, until string) bool {
	return from <= date && (until == "" || date[:min(len(date), len(until))] <= until)
}
