package strategy

import (
	"fmt"
	"strconv"
)

// publishedParser reads a strategy in the syntax of a database. Each line is cut into
// tokens and read by precedence climbing; a part of which nothing can be carried
// over is a nil Node, and what it stood in goes on without it.
type publishedParser struct {
	text    string
	grammar *grammar
	lines   []line
	// byNumber leads from the number of a line to its place in lines.
	byNumber map[int]int

	notes []Note
	noted map[[3]string]int

	// reader says that it is a reader's query: what can be looked for as words is.
	reader bool

	// tagged are the terms that have been given a field, or none on purpose.
	tagged map[*Term]bool

	// State of the line at work.
	at     int // in lines
	tokens []item
	pos    int
	depth  int
	size   int
}

// maxNodes bounds a strategy when the lines it refers to are put in their places:
// lines that double each other would fill the memory.
const maxNodes = 20_000

func newPublished(text string, g *grammar) *publishedParser {
	return &publishedParser{
		text: text, grammar: g, byNumber: make(map[int]int),
		noted: make(map[[3]string]int), tagged: make(map[*Term]bool),
	}
}

func (p *publishedParser) fail(at int, problem, hint string) *SyntaxError {
	return &SyntaxError{Query: p.text, Offset: min(at, len(p.text)), Problem: problem, Hint: hint}
}

func (p *publishedParser) read() (part, error) {
	if err := p.split(); err != nil {
		return part{}, err
	}
	for i := range p.lines {
		l := &p.lines[i]
		p.at, p.pos, p.depth, p.size = i, 0, 0, 0
		if err := p.lex(l); err != nil {
			return part{}, err
		}
		if err := p.line(l); err != nil {
			return part{}, err
		}
	}
	last := &p.lines[len(p.lines)-1]
	if last.node == nil {
		return part{}, p.fail(last.from, "nothing is left to look for in texts", "this reads words of titles, abstracts and keywords: subject headings and filters alone find nothing")
	}
	for i := range p.lines[:len(p.lines)-1] {
		if l := &p.lines[i]; !l.used && l.to > l.from {
			p.note(Unused, l.from, l.to, "the last line does not draw on it")
		}
	}
	if depth(last.node) > maxDepth {
		return part{}, p.fail(last.from, fmt.Sprintf("parts are nested more than %d deep", maxDepth), "combine fewer lines at a time")
	}
	return last.part, nil
}

// line reads the tokens of a line into l.
func (p *publishedParser) line(l *line) error {
	if len(p.tokens) == 0 {
		return nil
	}
	n, err := p.expression(0)
	if err != nil {
		return err
	}
	if p.pos < len(p.tokens) {
		return p.fail(p.tokens[p.pos].at, `")" closes nothing`, `remove it or put "(" before it`)
	}
	l.part, l.size = n, size(n.node)
	// A field stops at the borders of a line.
	for _, t := range Terms(n.node) {
		p.tagged[t] = true
	}
	if l.size > maxNodes {
		return p.tooLarge(l.from)
	}
	return nil
}

func (p *publishedParser) tooLarge(at int) error {
	return p.fail(at, "the strategy has more than "+strconv.Itoa(maxNodes)+" parts when its lines are put together", "combine fewer lines, or split it")
}

// size counts the nodes of a tree.
func size(n Node) int {
	count := 0
	Walk(n, func(Node) bool {
		count++
		return count <= maxNodes
	})
	return count
}

// expression reads parts joined by operators that bind as tightly as level or more.
func (p *publishedParser) expression(level int) (part, error) {
	left, err := p.proximity()
	if err != nil {
		return part{}, err
	}
	var seen kind // the operator before, for noting a mixture
	for p.pos < len(p.tokens) {
		op := p.tokens[p.pos]
		binds := p.binds(op.kind)
		if op.kind.starts() {
			binds = p.grammar.and
		}
		if binds == 0 || binds < level {
			break
		}
		if seen != 0 && mixes(seen, op.kind) && !op.kind.starts() {
			p.note(MixedOperators, op.at, op.to, "next to another operator without parentheses: "+p.order())
		}
		if op.kind.starts() {
			p.note(NoOperator, op.at, op.to, "no operator before it: read as AND")
		} else {
			p.pos++
			seen = op.kind
		}
		not := op.kind == notItem
		for p.pos < len(p.tokens) && p.tokens[p.pos].kind == notItem && op.kind == andItem { // AND NOT
			p.pos++
			not = true
		}
		right, err := p.expression(binds + 1)
		if err != nil {
			return part{}, err
		}
		switch {
		case op.kind == orItem:
			left = joinOr(left, right)
		case not:
			left = joinAnd(left, p.negate(right, op))
		default:
			left = joinAnd(left, right)
		}
	}
	return left, nil
}

func (p *publishedParser) binds(k kind) int {
	switch k {
	case andItem:
		return p.grammar.and
	case orItem:
		return p.grammar.or
	case notItem:
		return p.grammar.not
	}
	return 0
}

// mixes reports whether two operators side by side can be read in more than one
// way.
func mixes(a, b kind) bool { return a != b && (a == orItem || b == orItem) }

// order says how the dialect reads operators side by side.
func (p *publishedParser) order() string {
	switch g := p.grammar; {
	case g.and == g.or:
		return g.name + " reads from left to right"
	case g.or > g.and:
		return g.name + " takes OR before AND"
	}
	return p.grammar.name + " takes AND before OR"
}

// primary reads a term, a group, a heading or a reference, with its field before or
// behind it.
func (p *publishedParser) primary() (part, error) {
	if p.pos == len(p.tokens) {
		before := p.tokens[p.pos-1]
		return part{}, p.fail(before.at, fmt.Sprintf("nothing after %q", p.text[before.at:before.to]), "put a word or a group after it, or remove it")
	}
	t := p.tokens[p.pos]
	p.pos++
	var n part
	switch t.kind {
	case notItem:
		unwanted, err := p.primary()
		if err != nil {
			return part{}, err
		}
		return p.negate(unwanted, t), nil
	case prefixItem:
		if p.pos == len(p.tokens) || !p.tokens[p.pos].kind.starts() {
			return part{}, p.fail(t.at, fmt.Sprintf("nothing to look for after %q", p.text[t.at:t.to]), "put a word, a phrase or a group after it")
		}
		// TI a N3 b looks for both in titles.
		within, err := p.proximity()
		if err != nil {
			return part{}, err
		}
		return p.restrict(within, t, t.at, p.tokens[p.pos-1].to)
	case openItem:
		group, err := p.groupOf(t)
		if err != nil {
			return part{}, err
		}
		n = group
	case wordItem:
		n = part{node: p.words()}
	case phraseItem:
		n = part{node: p.phrase(t)}
	case lostItem:
		// Noted when it was cut out; with nothing to search it is no part.
	case linesItem:
		lines, err := p.reference(t)
		if err != nil {
			return part{}, err
		}
		n = lines
	case closeItem:
		return part{}, p.fail(t.at, `nothing before ")"`, "put a word before it, or remove it")
	default:
		return part{}, p.fail(t.at, fmt.Sprintf("nothing before %q", p.text[t.at:t.to]), "put a word or a group before it, or put quotation marks around it if it is a word")
	}
	for p.pos < len(p.tokens) && p.tokens[p.pos].kind == suffixItem {
		suffix := p.tokens[p.pos]
		p.pos++
		restricted, err := p.restrict(n, suffix, t.at, suffix.to)
		if err != nil {
			return part{}, err
		}
		n = restricted
	}
	return n, nil
}

func (p *publishedParser) groupOf(open item) (part, error) {
	if p.depth++; p.depth > maxDepth {
		return part{}, p.fail(open.at, fmt.Sprintf("parts are nested more than %d deep", maxDepth), "remove parentheses that are not needed")
	}
	defer func() { p.depth-- }()
	if p.pos < len(p.tokens) && p.tokens[p.pos].kind == closeItem {
		return part{}, p.fail(open.at, "the group is empty", "put a word between the parentheses or remove them")
	}
	n, err := p.expression(0)
	if err != nil {
		return part{}, err
	}
	if p.pos == len(p.tokens) {
		return part{}, p.fail(open.at, `"(" is never closed`, `put ")" at the end of the group`)
	}
	if t := p.tokens[p.pos]; t.kind != closeItem {
		return part{}, p.fail(t.at, fmt.Sprintf("%q stands where an operator or \")\" is wanted", p.text[t.at:t.to]), "remove it")
	}
	p.pos++
	return n, nil
}

// reference puts the lines that t names in its place, joined by its operator.
func (p *publishedParser) reference(t item) (part, error) {
	var joined part
	for i, number := range t.lines {
		at, ok := p.byNumber[number]
		if !ok || at >= p.at {
			return part{}, p.fail(t.at, fmt.Sprintf("there is no line %d before this one", number), "correct the number, or write the lines in their order")
		}
		l := &p.lines[at]
		l.used = true
		if p.size += l.size; p.size > maxNodes {
			return part{}, p.tooLarge(t.at)
		}
		switch {
		case i == 0:
			joined = l.part
		case t.and:
			joined = joinAnd(joined, l.part)
		default:
			joined = joinOr(joined, l.part)
		}
	}
	joined.wide = joined.wide || t.limited
	return joined, nil
}
