package strategy

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

const published = "(sex traffick* OR forced prostitution OR commercial sexual exploitation) AND (survivor OR exit OR recovery)"

// sketch prints a tree with every bracket and mark that tells trees apart.
func sketch(n Node) string {
	all := func(parts []Node) string {
		var s []string
		for _, p := range parts {
			s = append(s, sketch(p))
		}
		return strings.Join(s, " ")
	}
	switch n := n.(type) {
	case *And:
		return "(and " + all(n.Parts) + ")"
	case *Or:
		return "(or " + all(n.Parts) + ")"
	case *Not:
		return "(not " + sketch(n.Part) + ")"
	case *Near:
		op := "near"
		if n.Ordered {
			op = "adj"
		}
		return fmt.Sprintf("(%s%d %s %s)", op, n.Distance, sketch(n.Left), sketch(n.Right))
	case *Term:
		s := "[" + strings.Join(n.Words, "|") + "]"
		if n.Quoted {
			s = `"` + s + `"`
		}
		return string(n.Field) + s
	}
	return fmt.Sprintf("%T", n)
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, phrase, and string }{
		{"exit", "[exit]", "[exit]"},
		{"  sex   traffick*\t", "[sex|traffick*]", "(and [sex] [traffick*])"},
		{
			published,
			"(and (or [sex|traffick*] [forced|prostitution] [commercial|sexual|exploitation]) (or [survivor] [exit] [recovery]))",
			"(and (or (and [sex] [traffick*]) (and [forced] [prostitution]) (and [commercial] [sexual] [exploitation])) (or [survivor] [exit] [recovery]))",
		},
		{"a AND b OR c AND d", "(or (and [a] [b]) (and [c] [d]))", "(or (and [a] [b]) (and [c] [d]))"},
		{"a AND NOT b", "(and [a] (not [b]))", "(and [a] (not [b]))"},
		{"a NOT b", "(and [a] (not [b]))", "(and [a] (not [b]))"},
		{"a OR NOT b c", "(or [a] (not [b|c]))", "(or [a] (and (not [b]) [c]))"},
		{"NOT NOT a", "(not (not [a]))", "(not (not [a]))"},
		{"((a)) AND (b AND c)", "(and [a] (and [b] [c]))", "(and [a] (and [b] [c]))"},
		{"a NEAR/3 b AND c ADJ/0 d", "(and (near3 [a] [b]) (adj0 [c] [d]))", "(and (near3 [a] [b]) (adj0 [c] [d]))"},
		{"(a OR b) NEAR/12 \"c d\"", `(near12 (or [a] [b]) "[c|d]")`, `(near12 (or [a] [b]) "[c|d]")`},
		{`"sex traffick*"`, `"[sex|traffick*]"`, `"[sex|traffick*]"`},
		{"“a b” OR „c“ OR «d» OR 「人口」", `(or "[a|b]" "[c]" "[d]" "[人口]")`, `(or "[a|b]" "[c]" "[d]" "[人口]")`},
		{"ti:sex trade", "ti[sex|trade]", "(and ti[sex] [trade])"},
		{"TITLE: exit", "ti[exit]", "ti[exit]"},
		{`ab:"a b" OR kw:c OR author:d OR journal:e`, `(or ab"[a|b]" kw[c] au[d] jo[e])`, `(or ab"[a|b]" kw[c] au[d] jo[e])`},
		{"ti:(a OR ab:b AND NOT c)", "(or ti[a] (and ab[b] (not ti[c])))", "(or ti[a] (and ab[b] (not ti[c])))"},
		{"exit and recovery or Near", "[exit|and|recovery|or|Near]", "(and [exit] [and] [recovery] [or] [Near])"},
		{`"AND" OR "NOT x"`, `(or "[AND]" "[NOT|x]")`, `(or "[AND]" "[NOT|x]")`},
		{"sex & trade – why ?", "[sex|trade|why]", "(and [sex] [trade] [why])"},
		{"women's re-entry; wom?n behavio?r*", "[women's|re-entry;|wom?n|behavio?r*]", "(and [women's] [re-entry;] [wom?n] [behavio?r*])"},
		{"ADJUSTMENT NEARBY ADJ.", "[ADJUSTMENT|NEARBY|ADJ.]", "(and [ADJUSTMENT] [NEARBY] [ADJ.])"},
		{"（人口贩卖 OR 贩*）AND 매*", "(and (or [人口贩卖] [贩*]) [매*])", "(and (or [人口贩卖] [贩*]) [매*])"},
		{"торговл* людьми", "[торговл*|людьми]", "(and [торговл*] [людьми])"},
	} {
		for adj, want := range map[Adjacency]string{AsPhrase: c.phrase, AsAnd: c.and} {
			n, err := Parse(c.in, adj)
			if err != nil {
				t.Errorf("Parse(%q, %d): %v", c.in, adj, err)
				continue
			}
			if got := sketch(n); got != want {
				t.Errorf("Parse(%q, %d) = %s, want %s", c.in, adj, got, want)
			}
		}
	}
}

func TestParseShortStemsInStrategies(t *testing.T) {
	for in, want := range map[string]string{"ex* OR e* sex": "(or [ex*] [e*|sex])", "*opfer OR *hand*": "(or [*opfer] [*hand*])", "?omen": "[?omen]"} {
		n, err := Parse(in, AsPhrase)
		if err != nil || sketch(n) != want {
			t.Errorf("Parse(%q) = %v, %v, want %s", in, n, err, want)
		}
	}
}

func TestPositions(t *testing.T) {
	n, err := Parse("é AND ti:(\"b c\" OR NOT d) NEAR", AsAnd)
	if err == nil {
		t.Fatalf("no error for NEAR alone: %s", n)
	}
	n, err = Parse("é AND ti:(\"b c\" OR NOT d)", AsAnd)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	Walk(n, func(n Node) bool {
		got = append(got, fmt.Sprintf("%T %d", n, n.Pos()))
		return true
	})
	want := []string{"*strategy.And 0", "*strategy.Term 0", "*strategy.Or 11", "*strategy.Term 11", "*strategy.Not 20", "*strategy.Term 24"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWalkLeavesOut(t *testing.T) {
	n, err := Parse("a AND NOT b AND (c OR d NEAR/1 e)", AsAnd)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	Walk(n, func(n Node) bool {
		if t, ok := n.(*Term); ok {
			words = append(words, t.Words...)
		}
		_, not := n.(*Not)
		return !not
	})
	if got := strings.Join(words, " "); got != "a c d e" {
		t.Errorf("walked %q", got)
	}
	if got := len(Terms(n)); got != 5 {
		t.Errorf("%d terms", got)
	}
}

const (
	inBoth = iota
	inQueries
	inStrategies
)

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		in     string
		where  int
		offset int
		want   string // problem and hint
	}{
		{"", inBoth, 0, "the query is empty, type a word to look for"},
		{" \t ", inBoth, 0, "the query is empty"},
		{"— ?", inBoth, 0, "the query is empty"},
		{"(a OR b", inBoth, 0, `"(" is never closed, put ")"`},
		{"a OR (b AND (c)", inBoth, 5, `"(" is never closed`},
		{"a)", inBoth, 1, `")" closes nothing, remove it`},
		{")", inBoth, 0, `")" closes nothing`},
		{"a AND ()", inBoth, 6, "the group is empty"},
		{"( – )", inBoth, 0, "the group is empty"},
		{`a "b c`, inBoth, 2, "the quotation mark is never closed"},
		{`a AND ""`, inBoth, 6, "nothing to look for between the quotation marks"},
		{"a AND", inBoth, 2, `nothing after "AND"`},
		{"a AND –", inBoth, 2, `nothing after "AND"`},
		{"OR a", inBoth, 0, `nothing before "OR"`},
		{"a AND OR b", inBoth, 6, `nothing before "OR"`},
		{"a AND (b OR )", inBoth, 12, `nothing between "OR" and ")"`},
		{"NOT", inBoth, 0, `nothing after "NOT"`},
		{"a NEAR b", inBoth, 2, `"NEAR" does not say how many words may stand between, write NEAR/0 to NEAR/99`},
		{"a ADJ3 b", inBoth, 2, `"ADJ3" does not say`},
		{"a NEAR/ b", inBoth, 2, `"NEAR/" does not say`},
		{"a NEAR/-1 b", inBoth, 2, `"NEAR/-1" does not say`},
		{"a NEAR/100 b", inBoth, 2, `"NEAR/100" does not say`},
		{"a NEAR/3", inBoth, 2, `nothing after "NEAR/3"`},
		{"a NEAR/3 (b AND c)", inBoth, 10, "NEAR/3 takes words, phrases and ORs of them"},
		{"NOT a ADJ/3 b", inBoth, 0, "ADJ/3 takes words, phrases and ORs of them, put AND, NOT and NEAR outside"},
		{"a NEAR/3 b NEAR/2 c", inBoth, 11, "NEAR/3 and NEAR/2 side by side"},
		{"ti:", inBoth, 0, `nothing to look for after "ti:"`},
		{"a OR ti: AND b", inBoth, 5, `nothing to look for after "ti:"`},
		{"ti:ab:x", inBoth, 0, `nothing to look for after "ti:"`},
		{"a *", inBoth, 2, `"*" without letters`},
		{`"a * b"`, inBoth, 3, `"*" without letters`},
		{"anti-*", inBoth, 5, `"*" without letters`},
		{"a\xffb", inBoth, 1, "the text is not UTF-8"},
		{strings.Repeat("(", 60) + "a" + strings.Repeat(")", 60), inBoth, 50, "parts are nested more than 50 deep"},
		{strings.Repeat("NOT ", 60) + "a", inBoth, 200, "parts are nested more than 50 deep"},
		{strings.Repeat("a AND (b OR (", 26) + "c" + strings.Repeat("))", 26), inBoth, -1, "parts are nested more than 50 deep"},
		{`sex "trade"`, inStrategies, 4, "no operator between two parts, put AND, OR or NEAR/3 between them"},
		{"(a OR b) (c OR d)", inStrategies, 9, "no operator between two parts"},
		{"a ti:b", inStrategies, 2, "no operator between two parts"},
		{"(a) OR Q2: (b OR c)", inStrategies, 7, `"Q2:" is not a field, remove it, or write ti:`},
		{"ex*", inQueries, 0, `fewer than three letters before "*" find too much`},
		{"sex t?a*", inQueries, 4, "fewer than three letters"},
		{"*opfer", inQueries, 0, "a word cannot begin with a truncation mark"},
		{"?omen", inQueries, 0, "a word cannot begin with a truncation mark"},
		{"é OR *hand*", inQueries, 6, "a word cannot begin with a truncation mark"},
		{strings.Repeat("a ", 101), inQueries, 200, "more than 100 words"},
		{`"` + strings.Repeat("a ", 101) + `"`, inQueries, 201, "more than 100 words"},
		{strings.Repeat("é", 3000), inQueries, 4096, "the query is 6000 bytes long, more than 4096"},
		{strings.Repeat("é ", 30000), inStrategies, 65535, "the query is 90000 bytes long, more than 65536"},
	} {
		for _, adj := range []Adjacency{AsPhrase, AsAnd} {
			if c.where == inQueries && adj == AsPhrase || c.where == inStrategies && adj == AsAnd {
				continue
			}
			_, err := Parse(c.in, adj)
			var se *SyntaxError
			if !errors.As(err, &se) {
				t.Errorf("Parse(%.40q, %d): error %v, want a *SyntaxError", c.in, adj, err)
				continue
			}
			if se.Query != c.in || c.offset >= 0 && se.Offset != c.offset || !strings.HasPrefix(se.Problem+", "+se.Hint, c.want) || se.Hint == "" {
				t.Errorf("Parse(%.40q, %d): offset %d, %s, %s; want offset %d, %s", c.in, adj, se.Offset, se.Problem, se.Hint, c.offset, c.want)
			}
		}
	}
}

func TestSyntaxErrorForPeople(t *testing.T) {
	for _, c := range []struct{ in, line, pointer string }{
		{"exit AND ()", "column 10: the group is empty, put a word between the parentheses or remove them", "exit AND ()\n         ^"},
		{"é人 AND ()", "column 8: the group is empty, put a word between the parentheses or remove them", "é人 AND ()\n        ^"},
		{"e\u0301\tAND ()", "column 8: the group is empty, put a word between the parentheses or remove them", "e\u0301 AND ()\n      ^"},
		{"a OR\nb\x1b[31m AND ()\nOR c", "line 2, column 12: the group is empty, put a word between the parentheses or remove them", "b [31m AND ()\n           ^"},
		{
			strings.Repeat("abcd ", 20) + "AND ()" + strings.Repeat(" efgh", 20),
			"column 105: the group is empty, put a word between the parentheses or remove them",
			"…d abcd abcd abcd abcd abcd abcd AND () efgh efgh efgh efgh efgh efgh efg…\n" + strings.Repeat(" ", 37) + "^",
		},
	} {
		_, err := Parse(c.in, AsPhrase)
		var se *SyntaxError
		if !errors.As(err, &se) {
			t.Fatalf("Parse(%q): %v", c.in, err)
		}
		if se.Error() != c.line {
			t.Errorf("Error() = %q, want %q", se.Error(), c.line)
		}
		if se.Pointer() != c.pointer {
			t.Errorf("Pointer() =\n%s\nwant\n%s", se.Pointer(), c.pointer)
		}
	}
}

// sameTree compares trees, places in the text aside.
var sameTree = cmp.Options{
	cmp.FilterPath(func(p cmp.Path) bool {
		f, ok := p.Last().(cmp.StructField)
		return ok && f.Name() == "At"
	}, cmp.Ignore()),
}

// grower makes random trees of what can be written.
type grower struct {
	rng *rand.Rand
	adj Adjacency
}

func (g *grower) pick(n int) bool { return g.rng.IntN(n) == 0 }

func (g *grower) term() Node {
	words := []string{"sex", "traffick*", "NOT", "AND", "ti:x", "wom?n", "women's", "(so)", "人口贩运", "торговл*", "인신매매*", "e\u0301xit", "re-entry,", "NEAR/3"}
	t := &Term{Field: []Field{AnyField, Title, Abstract, Keyword, Author, Container}[g.rng.IntN(6)], Quoted: g.pick(2)}
	for range 1 + g.rng.IntN(3) {
		w := words[g.rng.IntN(len(words))]
		if !t.Quoted && strings.ContainsAny(w, "(:/") || !t.Quoted && strings.ToUpper(w) == w && strings.ToLower(w) != w {
			w = "exit"
		}
		t.Words = append(t.Words, w)
		if !t.Quoted && g.adj == AsAnd {
			break
		}
	}
	return t
}

func (g *grower) near() Node {
	side := func() Node {
		if g.pick(2) {
			return g.term()
		}
		return &Or{Parts: []Node{g.term(), g.term(), g.term()}}
	}
	return &Near{Left: side(), Right: side(), Distance: g.rng.IntN(maxDistance + 1), Ordered: g.pick(2)}
}

func (g *grower) node(depth int) Node {
	if depth == 0 {
		return g.term()
	}
	var parts []Node
	for range 2 + g.rng.IntN(2) {
		parts = append(parts, g.node(g.rng.IntN(depth)))
	}
	switch g.rng.IntN(5) {
	case 0:
		return &And{Parts: parts}
	case 1:
		return &Or{Parts: parts}
	case 2:
		return &Not{Part: parts[0]}
	case 3:
		return g.near()
	}
	return g.term()
}

func TestPrintedTreesReadTheSame(t *testing.T) {
	for seed := range uint64(3000) {
		g := &grower{rng: rand.New(rand.NewPCG(seed, 1)), adj: Adjacency(seed % 2)}
		n := g.node(4)
		if g.adj == AsAnd && len(n.String()) > maxQuery {
			continue
		}
		again, err := Parse(n.String(), g.adj)
		if err != nil {
			if strings.Contains(err.Error(), "more than 100 words") {
				continue
			}
			t.Fatalf("seed %d: %s: %v", seed, n, err)
		}
		if diff := cmp.Diff(n, again, sameTree); diff != "" {
			t.Fatalf("seed %d: %s reads as %s:\n%s", seed, n, again, diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		published, `ti:("a b" OR NOT c) NEAR/3 d`, "“x„ AND (y", "（人口 OR 贩*）NOT ADJ/0", "a * wom?n *b*", "((((((", "AU: x jo:y", "e\u0301\u0000\u202e\xff",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, query bool) {
		adj := AsPhrase
		if query {
			adj = AsAnd
		}
		n, err := Parse(s, adj)
		if err != nil {
			var se *SyntaxError
			if !errors.As(err, &se) || se.Offset < 0 || se.Offset > len(s) || se.Problem == "" || se.Hint == "" {
				t.Fatalf("Parse(%q): bad error %#v", s, err)
			}
			if utf8.ValidString(s) && se.Offset < len(s) && !utf8.RuneStart(s[se.Offset]) {
				t.Fatalf("Parse(%q): offset %d within a character", s, se.Offset)
			}
			if strings.Contains(se.Error(), "\n") || strings.Count(se.Pointer(), "\n") != 1 {
				t.Fatalf("Parse(%q): %q, %q", s, se.Error(), se.Pointer())
			}
			return
		}
		printed := n.String()
		// Fields pushed down to terms and parentheses make the printed form longer.
		if len(printed) > maxQuery {
			return
		}
		again, err := Parse(printed, adj)
		if err != nil {
			t.Fatalf("Parse(%q) prints %q: %v", s, printed, err)
		}
		if diff := cmp.Diff(n, again, sameTree); diff != "" {
			t.Fatalf("Parse(%q) prints %q, which differs:\n%s", s, printed, diff)
		}
		d := NewDoc()
		d.Add(Title, 0, s, "")
		Compile(n, Inflected, "en").Match(d)
	})
}
