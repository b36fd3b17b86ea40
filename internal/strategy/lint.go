package strategy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"polyglean/internal/fold"
)

// Severity says how bad a Finding is.
type Severity string

const (
	// Fault keeps a strategy from being read.
	Fault Severity = "error"
	// Doubt is read, but likely not as it was meant.
	Doubt Severity = "warning"
)

// Finding is something in a strategy that its author should look at.
type Finding struct {
	Severity Severity `json:"severity"`
	// Line and Column are where, both from 1, columns in characters.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Offset is the same place in bytes.
	Offset int `json:"offset"`
	// Text is what is meant, as it stands there or in our own syntax.
	Text string `json:"text,omitempty"`
	// Problem says what is wrong, Fix how to mend it.
	Problem string `json:"problem"`
	Fix     string `json:"fix"`
	// Times is how often the same stands in the strategy, from here on.
	Times int `json:"times"`
}

// Lint looks for what is wrong in a strategy and for what is likely not meant; with
// dialect "" it is told by Detect. Findings come in the order of the text.
func Lint(text string, dialect Dialect) []Finding {
	if dialect == "" {
		dialect = Detect(text)
	}
	l := &linter{text: text, dialect: dialect, found: make(map[[2]string]int), seen: make(map[sighting]bool)}
	l.marks()
	r, err := Read(text, dialect)
	var syntax *SyntaxError
	switch {
	case errors.As(err, &syntax):
		l.findings = append(l.findings, Finding{Severity: Fault, Offset: syntax.Offset, Problem: syntax.Problem, Fix: syntax.Hint, Times: 1})
	case dialect == Own:
		l.mixed()
		l.words(r.Node)
		l.tree(r.Node)
	default:
		l.notes(r.Notes)
		l.tree(r.Node)
	}
	slices.SortStableFunc(l.findings, func(a, b Finding) int { return cmp.Compare(a.Offset, b.Offset) })
	for i := range l.findings {
		f := &l.findings[i]
		f.Line, f.Column, _ = (&SyntaxError{Query: text, Offset: f.Offset}).place()
	}
	return l.findings
}

type linter struct {
	text     string
	dialect  Dialect
	findings []Finding
	// found leads from text and problem to the finding; seen has the places, too, for a
	// line that others draw on is come across more than once.
	found map[[2]string]int
	seen  map[sighting]bool
}

// sighting is a problem of a text at its offset.
type sighting struct {
	text, problem string
	at            int
}

func (l *linter) doubt(at int, text, problem, fix string) {
	here := sighting{text, problem, at}
	if l.seen[here] {
		return
	}
	l.seen[here] = true
	key := [2]string{text, problem}
	if i, ok := l.found[key]; ok {
		l.findings[i].Times++
		l.findings[i].Offset = min(l.findings[i].Offset, at)
		return
	}
	l.found[key] = len(l.findings)
	l.findings = append(l.findings, Finding{Severity: Doubt, Offset: at, Text: text, Problem: problem, Fix: fix, Times: 1})
}

// singleQuotes are quotation marks that hold no phrase together; ’ is left out, for
// it is an apostrophe, too.
const singleQuotes = "‘‚‹›"

// marks looks for quotation marks that databases do not know.
func (l *linter) marks() {
	for i, r := range l.text {
		switch {
		case r == '"':
		case isQuote(r):
			l.doubt(i, string(r), "a typographic quotation mark, which databases may not know", `write "`)
		case strings.ContainsRune(singleQuotes, r):
			l.doubt(i, string(r), "a quotation mark that holds no phrase together", `write "`)
		}
	}
}

// mixed looks for AND and OR side by side in our own syntax.
func (l *linter) mixed() {
	lex := lexer{text: l.text}
	groups := []tokenKind{endToken} // the operator seen in each open group
	var before tokenKind
	for {
		t, err := lex.next()
		if err != nil || t.kind == endToken {
			return
		}
		last, kind := &groups[len(groups)-1], t.kind
		if kind == notToken && (before == wordToken || before == quoteToken || before == closeToken) {
			kind = andToken // A NOT B is A AND NOT B
		}
		before = t.kind
		switch kind {
		case openToken:
			groups = append(groups, endToken)
		case closeToken:
			groups = groups[:len(groups)-1]
		case andToken, orToken:
			if *last != endToken && *last != kind {
				l.doubt(t.at, t.text, "AND and OR side by side: AND is taken first here, not everywhere", "put parentheses around what belongs together")
			}
			*last = kind
		}
	}
}

// notes makes findings of what Read had to guess; what it could not carry over is
// for Reading to tell.
func (l *linter) notes(notes []Note) {
	for _, n := range notes {
		fix := ""
		switch n.Kind {
		case MixedOperators:
			fix = "put parentheses around what belongs together"
		case NoOperator:
			fix = "put an operator between them"
		case Repaired:
			fix = "correct it"
		case Unused:
			fix = "draw on it in the last line, or remove it"
		case UnknownField:
			fix = "correct the name of the field"
		case Exclusion, WiderProximity:
			fix = "look at what is left: polyglean strategy convert"
		default:
			continue
		}
		l.findings = append(l.findings, Finding{
			Severity: Doubt, Offset: n.Offset, Text: n.Text, Problem: string(n.Kind) + ": " + n.Effect, Fix: fix, Times: n.Times,
		})
	}
}

// words looks at the words of our own syntax for what other syntaxes mean by them.
func (l *linter) words(n Node) {
	for _, t := range Terms(n) {
		if t.Quoted {
			continue
		}
		for _, word := range t.Words {
			switch lower := strings.ToLower(word); {
			case len(t.Words) > 1 && (lower == "and" || lower == "or" || lower == "not"):
				l.doubt(t.At, t.String(), fmt.Sprintf("%q is read as a word of the phrase", word), "write "+strings.ToUpper(word)+" if it is an operator, quotation marks if it is not")
			case foreign(word):
				l.doubt(t.At, t.String(), fmt.Sprintf("%q is the syntax of another database, read as words", word), "read it with polyglean strategy convert")
			}
		}
	}
}

// foreign reports whether a word has signs that mean something elsewhere.
func foreign(word string) bool {
	return strings.ContainsAny(word, "[]$={}#") || ovidAdj.MatchString(word) || ebscoDistance.MatchString(word)
}

// minLetters is the fewest letters that truncation keeps to a subject: "ex*" finds
// example and exercise.
const minLetters = 3

// tree looks at what was read.
func (l *linter) tree(n Node) {
	Walk(n, func(n Node) bool {
		switch n := n.(type) {
		case *Term:
			l.term(n)
		case *Near:
			l.proximity(n)
		case *Or:
			l.alternatives(n)
		case *And:
			l.contradictions(n)
		}
		return true
	})
}

func (l *linter) term(t *Term) {
	words := fold.Words(strings.Join(t.Words, " "), "*?")
	for _, w := range words {
		if w.Kind == fold.Whole || t.Field == Author { // initials are truncated
			continue
		}
		stem, starred := stemOf(w)
		switch n := utf8.RuneCountInString(stem); {
		case !starred || terse(w.Text):
		case n == 0:
			l.doubt(t.At, t.String(), "a word that begins with a truncation mark finds any ending", "write how the words begin")
		case n < minLetters:
			l.doubt(t.At, t.String(), fmt.Sprintf("truncated after %s", letters(n)), "write more of the word, or the words that are meant")
		}
	}
	if len(words) == 1 && words[0].Kind == fold.Whole && utf8.RuneCountInString(words[0].Text) == 1 && !terse(words[0].Text) && t.Field != Author {
		l.doubt(t.At, t.String(), "a term of one letter is found in most records", "write the word it stands for, or a phrase")
	}
}

func letters(n int) string {
	if n == 1 {
		return "one letter"
	}
	return fmt.Sprintf("%d letters", n)
}

// stopWords are words of English that databases do not look up.
var stopWords = strings.Fields("a an and are as at be by for from has have in is it its not of on or that the their they this to was were which with")

func (l *linter) proximity(n *Near) {
	for _, side := range []Node{n.Left, n.Right} {
		for _, t := range Terms(side) {
			if len(t.Words) == 1 && slices.Contains(stopWords, strings.ToLower(t.Words[0])) {
				l.doubt(t.At, t.String(), "a word that stands in every text, at a distance of another", "leave it out, or write the phrase in quotation marks")
			}
		}
	}
}
