package strategy

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"polyglean/internal/fold"
)

// Limits on what is read. A reader's query is run against the whole index, so
// it gets less room than a strategy, which its authors published.
const (
	maxQuery    = 4 << 10
	maxStrategy = 64 << 10
	maxTerms    = 100 // of a reader's query
	maxDepth    = 50
	maxDistance = 99
	minStem     = 3 // letters before * in a reader's query
)

// Parse reads a query. Precedence is NOT, then NEAR and ADJ, then AND, then OR;
// AND NOT is NOT. Words of punctuation alone count for nothing, in a query as in
// a text. Any error is a *SyntaxError.
//
// Readers' queries (AsAnd) are held to 4 kB, 100 terms, and truncation after
// three letters or more, save in Han, kana and Hangul, where one letter says
// much; strategies to 64 kB. In readers' queries fields that there are none of are
// errors; ReadQuery and Read take what is written in the syntax of databases.
func Parse(text string, adj Adjacency) (Node, error) {
	n, err := read(text, adj)
	var fault *SyntaxError
	if errors.As(err, &fault) {
		fault.fix(adj)
	}
	return n, err
}

// read is Parse without a proposal to mend what is wrong.
func read(text string, adj Adjacency) (Node, error) {
	p := &parser{lexer: lexer{text: text}, adj: adj}
	n, err := p.parse()
	if err != nil {
		return nil, err
	}
	return n, nil
}

type parser struct {
	lexer lexer
	adj   Adjacency
	next  token
	depth int
	terms int
}

func (p *parser) parse() (Node, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.next.kind == endToken {
		return nil, p.fail(0, "the query is empty", "type a word to look for")
	}
	n, err := p.or(AnyField)
	if err != nil {
		return nil, err
	}
	if p.next.kind == closeToken {
		return nil, p.closesNothing()
	}
	if depth(n) > maxDepth {
		return nil, p.failDepth(n.Pos())
	}
	return n, nil
}

// check looks at the text as a whole.
func (p *parser) check() error {
	text, limit := p.lexer.text, maxStrategy
	if p.adj == AsAnd {
		limit = maxQuery
	}
	if len(text) > limit {
		at := limit
		for !utf8.RuneStart(text[at]) {
			at--
		}
		return p.fail(at, fmt.Sprintf("the query is %d bytes long, more than %d", len(text), limit),
			"shorten it, or split it into several")
	}
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd") {
			return p.fail(i, "the text is not UTF-8", "save it as UTF-8 and try again")
		}
	}
	return nil
}

func (p *parser) fail(at int, problem, hint string) *SyntaxError {
	return &SyntaxError{Query: p.lexer.text, Offset: at, Problem: problem, Hint: hint}
}

// closesNothing is the fault of a parenthesis that is the next token.
func (p *parser) closesNothing() *SyntaxError {
	return p.fail(p.next.at, `")" closes nothing`, `remove it or put "(" before it`).mend(p.next.at, p.lexer.pos, "")
}

func (p *parser) failDepth(at int) *SyntaxError {
	return p.fail(at, fmt.Sprintf("parts are nested more than %d deep", maxDepth), "remove parentheses that are not needed")
}

func (p *parser) advance() error {
	next, err := p.lexer.next()
	p.next = next
	return err
}

// or reads parts joined by OR. field is the one in force from outside.
func (p *parser) or(field Field) (Node, error) {
	parts, err := p.chain(orToken, p.and, field)
	if err != nil || len(parts) == 1 {
		return one(parts), err
	}
	return &Or{Parts: parts, At: parts[0].Pos()}, nil
}

// and reads parts joined by AND, or by nothing where that means AND.
func (p *parser) and(field Field) (Node, error) {
	parts, err := p.chain(andToken, p.near, field)
	if err != nil || len(parts) == 1 {
		return one(parts), err
	}
	return &And{Parts: parts, At: parts[0].Pos()}, nil
}

func one(parts []Node) Node {
	if len(parts) == 0 {
		return nil
	}
	return parts[0]
}

// chain reads one part or more with the operator between them.
func (p *parser) chain(op tokenKind, part func(Field) (Node, error), field Field) ([]Node, error) {
	var parts []Node
	for {
		n, err := part(field)
		if err != nil {
			return nil, err
		}
		parts = append(parts, n)
		switch {
		case p.next.kind == op:
			if err := p.advance(); err != nil {
				return nil, err
			}
		case op == andToken && p.next.kind == notToken:
			// A NOT B is A AND NOT B.
		case op == andToken && p.next.starts():
			if p.adj == AsPhrase {
				// "Q1: (…); Q2: (…)": AND would look for the label.
				if label := p.lexer.last; strings.HasSuffix(label, ":") {
					return nil, p.fail(p.lexer.lastAt, fmt.Sprintf("%q is not a field", label), "remove it, or write ti:, ab:, kw:, au: or jo:; read searches that are numbered so one at a time")
				}
				return nil, p.fail(p.next.at, "no operator between two parts", "put AND, OR or NEAR/3 between them").mend(p.next.at, p.next.at, "AND ")
			}
		default:
			return parts, nil
		}
	}
}

// near reads a part or two within a distance of each other.
func (p *parser) near(field Field) (Node, error) {
	left, err := p.unary(field)
	if err != nil || p.next.kind != nearToken {
		return left, err
	}
	op := p.next
	if err := p.advance(); err != nil {
		return nil, err
	}
	right, err := p.unary(field)
	if err != nil {
		return nil, err
	}
	if p.next.kind == nearToken {
		return nil, p.fail(p.next.at, op.text+" and "+p.next.text+" side by side", "join two with AND: (a NEAR/3 b) AND (b NEAR/3 c)")
	}
	for _, side := range []Node{left, right} {
		if !nearable(side) {
			return nil, p.fail(side.Pos(), op.text+" takes words, phrases and ORs of them", "put AND, NOT and NEAR outside: NOT (a NEAR/3 b)")
		}
	}
	return &Near{Left: left, Right: right, Distance: op.distance, Ordered: op.ordered, At: left.Pos()}, nil
}

// nearable reports whether n is a term or an OR of terms.
func nearable(n Node) bool {
	switch n := n.(type) {
	case *Term:
		return true
	case *Or:
		for _, part := range n.Parts {
			if !nearable(part) {
				return false
			}
		}
		return true
	}
	return false
}

func (p *parser) unary(field Field) (Node, error) {
	if p.next.kind != notToken {
		return p.primary(field)
	}
	at := p.next.at
	if err := p.descend(at); err != nil {
		return nil, err
	}
	defer p.ascend()
	if err := p.advance(); err != nil {
		return nil, err
	}
	part, err := p.unary(field)
	if err != nil {
		return nil, err
	}
	return &Not{Part: part, At: at}, nil
}

func (p *parser) descend(at int) error {
	if p.depth++; p.depth > maxDepth {
		return p.failDepth(at)
	}
	return nil
}

func (p *parser) ascend() { p.depth-- }

// primary reads a term or a group, with a field before it.
func (p *parser) primary(field Field) (Node, error) {
	if p.next.kind == fieldToken {
		prefix := p.next
		field = prefix.field
		if err := p.advance(); err != nil {
			return nil, err
		}
		if k := p.next.kind; k != wordToken && k != quoteToken && k != openToken {
			return nil, p.fail(prefix.at, fmt.Sprintf("nothing to look for after %q", prefix.text), "put a word, a phrase or a group after it").
				mend(prefix.at, prefix.at+len(prefix.text), "")
		}
	}
	switch p.next.kind {
	case openToken:
		return p.group(field)
	case wordToken, quoteToken:
		return p.term(field)
	case endToken:
		return nil, p.fail(p.lexer.lastAt, fmt.Sprintf("nothing after %q", p.lexer.last), "put a word or a group after it, or remove it").
			mend(p.lexer.lastAt, p.lexer.lastAt+len(p.lexer.last), "")
	case closeToken:
		if p.lexer.last == "" {
			return nil, p.closesNothing()
		}
		return nil, p.fail(p.next.at, fmt.Sprintf(`nothing between %q and ")"`, p.lexer.last), "put a word between them, or remove both").
			mend(p.lexer.lastAt, p.lexer.lastAt+len(p.lexer.last), "")
	default:
		return nil, p.fail(p.next.at, fmt.Sprintf("nothing before %q", p.next.text), "put a word or a group before it, or write it in small letters if it is a word").
			mend(p.next.at, p.lexer.pos, "")
	}
}

func (p *parser) group(field Field) (Node, error) {
	open := p.next.at
	if err := p.descend(open); err != nil {
		return nil, err
	}
	defer p.ascend()
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.next.kind == closeToken {
		return nil, p.fail(open, "the group is empty", "put a word between the parentheses or remove them").mend(open, p.lexer.pos, "")
	}
	n, err := p.or(field)
	if err != nil {
		return nil, err
	}
	if p.next.kind != closeToken {
		return nil, p.fail(open, `"(" is never closed`, `put ")" at the end of the group`).mend(len(p.lexer.text), len(p.lexer.text), ")")
	}
	return n, p.advance()
}

// term reads a quoted phrase, or the word or words that make one term.
func (p *parser) term(field Field) (Node, error) {
	t := &Term{Field: field, At: p.next.at}
	if p.next.kind == quoteToken {
		t.Quoted = true
		if err := p.words(t, p.next.text, p.next.textAt); err != nil {
			return nil, err
		}
		if len(t.Words) == 0 {
			return nil, p.fail(t.At, "nothing to look for between the quotation marks", "put a word between them or remove them").mend(t.At, p.lexer.pos, "")
		}
		return t, p.advance()
	}
	for p.next.kind == wordToken {
		if p.adj == AsAnd {
			if fault := p.foreignField(); fault != nil {
				return nil, fault
			}
		}
		if err := p.words(t, p.next.text, p.next.textAt); err != nil {
			return nil, err
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.adj == AsAnd {
			break
		}
	}
	return t, nil
}

// words adds the words of s, which starts at the byte at of the query, to t.
func (p *parser) words(t *Term, s string, at int) error {
	for off, word := range fields(s) {
		if err := p.truncation(word, at+off); err != nil {
			return err
		}
		if !searchable(word) {
			continue
		}
		t.Words = append(t.Words, word)
		p.terms++
		if p.adj == AsAnd && p.terms > maxTerms {
			return p.fail(at+off, fmt.Sprintf("more than %d words", maxTerms), "leave some out")
		}
	}
	return nil
}

// searchable reports whether a word has anything a text is searched for.
func searchable(word string) bool { return len(fold.Words(word, "*?")) > 0 }

// depth is how many operators lie within each other.
func depth(n Node) int {
	deepest := 0
	below := func(parts ...Node) int {
		for _, part := range parts {
			deepest = max(deepest, depth(part))
		}
		return deepest + 1
	}
	switch n := n.(type) {
	case *And:
		return below(n.Parts...)
	case *Or:
		return below(n.Parts...)
	case *Not:
		return below(n.Part)
	case *Near:
		return below(n.Left, n.Right)
	}
	return 0
}
