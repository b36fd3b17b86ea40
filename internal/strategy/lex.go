package strategy

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	endToken tokenKind = iota
	wordToken
	quoteToken // text is what stands between the quotation marks
	openToken
	closeToken
	andToken
	orToken
	notToken
	nearToken
	fieldToken
)

type token struct {
	kind tokenKind
	at   int
	text string
	// textAt is where text starts: behind the quotation mark of a phrase.
	textAt int
	// distance and ordered belong to NEAR and ADJ, field to a field.
	distance int
	ordered  bool
	field    Field
}

// starts reports whether t can be the first token of a part.
func (t token) starts() bool {
	switch t.kind {
	case wordToken, quoteToken, openToken, fieldToken:
		return true
	}
	return false
}

// lexer cuts a query into tokens.
type lexer struct {
	text string
	pos  int
	// last is the token before the latest one, as written, for messages.
	last, latest     string
	lastAt, latestAt int
}

// quotes are the quotation marks of all styles. A phrase ends at the next one,
// whichever it is: „so“, “so”, «so» and »so«.
const quotes = "\"“”„‟«»＂〝〞「」『』"

func (l *lexer) next() (token, error) {
	for {
		t, err := l.scan()
		if err != nil {
			return token{}, err
		}
		// A word of punctuation alone counts for nothing.
		if t.kind == wordToken && !searchable(t.text) && !strings.Contains(t.text, "*") {
			continue
		}
		l.last, l.lastAt = l.latest, l.latestAt
		l.latest, l.latestAt = l.text[t.at:l.pos], t.at
		return t, nil
	}
}

func (l *lexer) scan() (token, error) {
	rest := strings.TrimLeftFunc(l.text[l.pos:], unicode.IsSpace)
	l.pos = len(l.text) - len(rest)
	t := token{at: l.pos, textAt: l.pos}
	if rest == "" {
		return t, nil
	}
	r, n := utf8.DecodeRuneInString(rest)
	switch {
	case isOpen(r):
		t.kind, t.text = openToken, "("
	case isClose(r):
		t.kind, t.text = closeToken, ")"
	case isQuote(r):
		return l.quoted(t, n)
	default:
		return l.word(t, rest)
	}
	l.pos += n
	return t, nil
}

// Parentheses of Chinese and Japanese keyboards are as good as others.
func isOpen(r rune) bool  { return r == '(' || r == '（' }
func isClose(r rune) bool { return r == ')' || r == '）' }
func isQuote(r rune) bool { return strings.ContainsRune(quotes, r) }

func (l *lexer) quoted(t token, n int) (token, error) {
	t.kind, t.textAt = quoteToken, l.pos+n
	end := strings.IndexAny(l.text[t.textAt:], quotes)
	if end < 0 {
		fault := &SyntaxError{
			Query: l.text, Offset: t.at,
			Problem: "the quotation mark is never closed", Hint: "put another one at the end of the phrase",
		}
		return token{}, fault.mend(len(l.text), len(l.text), `"`)
	}
	t.text = l.text[t.textAt : t.textAt+end]
	_, size := utf8.DecodeRuneInString(l.text[t.textAt+end:])
	l.pos = t.textAt + end + size
	return t, nil
}

func (l *lexer) word(t token, rest string) (token, error) {
	end := strings.IndexFunc(rest, func(r rune) bool {
		return unicode.IsSpace(r) || isOpen(r) || isClose(r) || isQuote(r)
	})
	if end < 0 {
		end = len(rest)
	}
	t.kind, t.text = wordToken, rest[:end]
	if name, _, ok := strings.Cut(t.text, ":"); ok {
		if field, ok := fieldNames[strings.ToLower(name)]; ok {
			t.kind, t.field, t.text = fieldToken, field, rest[:len(name)+1]
		}
	}
	l.pos += len(t.text)
	switch t.text {
	case "AND":
		t.kind = andToken
	case "OR":
		t.kind = orToken
	case "NOT":
		t.kind = notToken
	}
	if t.kind == wordToken {
		return t, l.proximity(&t)
	}
	return t, nil
}

var fieldNames = map[string]Field{
	"ti": Title, "title": Title,
	"ab": Abstract, "abstract": Abstract,
	"kw": Keyword, "keyword": Keyword,
	"au": Author, "author": Author,
	"jo": Container, "journal": Container,
}

// proximity makes t an operator if it is NEAR/n or ADJ/n, or W/n or PRE/n, as some
// databases call them. Behind a slash small letters will do, for no word is written
// so. Others write NEAR5 or ADJ alone; read as words, those would find nothing
// without a sign.
func (l *lexer) proximity(t *token) error {
	name, digits, slash := strings.Cut(t.text, "/")
	if !slash {
		if name = strings.TrimRight(t.text, "0123456789"); name != "NEAR" && name != "ADJ" {
			return nil // a word such as ADJUSTMENT
		}
	}
	name = strings.ToUpper(name)
	ordered, ok := proximities[name]
	if !ok {
		return nil
	}
	number := digits != "" && strings.Trim(digits, "0123456789") == ""
	if capital := name == t.text[:len(name)] && (name == "NEAR" || name == "ADJ"); !number && !capital {
		return nil // near/far, w/o
	}
	distance, err := strconv.Atoi(digits)
	if !slash || !number || err != nil || distance > maxDistance {
		fault := &SyntaxError{
			Query: l.text, Offset: t.at,
			Problem: fmt.Sprintf("%q does not say how many words may stand between", t.text),
			Hint:    fmt.Sprintf("write %s/0 to %s/%d, or small letters for the word", name, name, maxDistance),
		}
		return fault.mend(t.at, t.at+len(t.text), name+"/"+nearest(t.text))
	}
	t.kind, t.distance, t.ordered = nearToken, distance, ordered
	return nil
}

// nearest is the distance that an operator without one most likely means: its figures,
// where they are within bounds, or 3.
func nearest(operator string) string {
	digits := strings.TrimLeftFunc(operator, func(r rune) bool { return r < '0' || r > '9' })
	if n, err := strconv.Atoi(digits); err == nil && n <= maxDistance {
		return digits
	}
	return "3"
}

// proximities are the operators of proximity, and whether they keep the order.
var proximities = map[string]bool{"NEAR": false, "W": false, "ADJ": true, "PRE": true}

// fields yields the words of s, parted by white space, with their offsets.
func fields(s string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for at := 0; ; {
			rest := strings.TrimLeftFunc(s[at:], unicode.IsSpace)
			if rest == "" {
				return
			}
			at = len(s) - len(rest)
			end := strings.IndexFunc(rest, unicode.IsSpace)
			if end < 0 {
				end = len(rest)
			}
			if !yield(at, rest[:end]) {
				return
			}
			at += end
		}
	}
}
