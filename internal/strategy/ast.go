// Package strategy reads Boolean search strategies and readers' queries: parse,
// print, and match them against the texts of a record.
//
// One syntax serves both: AND, OR, NOT, parentheses, "phrases", truncation,
// proximity NEAR/n (either order) and ADJ/n (in order, at most n words between),
// which may be called W/n and PRE/n, and the fields ti: ab: kw: au: jo: or title: abstract: keyword: author:
// journal: in front of a term or a group. NOT binds tightest, then NEAR and ADJ,
// then AND, then OR. Operators are recognised in capitals only, so that "exit and
// recovery" in a title is not mistaken for one. In a word, * stands for any run
// of letters and ? for one letter or none. Quotation marks and parentheses may be
// of any style.
//
// Read takes strategies as they were published for PubMed, Ovid, Scopus, Web of
// Science and EBSCO into the same tree and notes what has no place there, and ReadQuery
// readers' queries that are written so; Lint looks for what is wrong in a strategy.
package strategy

// Node is a part of a parsed query: *And, *Or, *Not, *Near or *Term.
type Node interface {
	// Pos is the byte offset of the part in the text it was parsed from.
	Pos() int
	// String prints the part in the package's own syntax, fully parenthesised
	// where operators mix; parsing it again gives the same tree.
	String() string
}

// And matches when all of its parts match. It has two parts or more; a *Not
// among them takes away.
type And struct {
	Parts []Node
	At    int
}

// Or matches when one of its parts matches. It has two parts or more.
type Or struct {
	Parts []Node
	At    int
}

// Not matches when its part does not.
type Not struct {
	Part Node
	At   int
}

// Near matches when its two sides, terms or ORs of terms, lie within Distance
// words of each other: NEAR/0 means next to each other.
type Near struct {
	Left, Right Node
	Distance    int
	// Ordered is true for ADJ: Left must come before Right.
	Ordered bool
	At      int
}

// Term is a word or phrase. Words hold it as typed, split at white space, with
// its truncation marks; more than one word means consecutive words.
type Term struct {
	Words []string
	// Quoted says that the term stood in quotation marks.
	Quoted bool
	// Field restricts the term; empty means any text of the record.
	Field Field
	At    int
}

// Field is a part of a record that a term can be restricted to.
type Field string

// The fields of the syntax; ti, ab, kw, au and jo in a query.
const (
	AnyField  Field = ""
	Title     Field = "ti"
	Abstract  Field = "ab"
	Keyword   Field = "kw"
	Author    Field = "au"
	Container Field = "jo"
)

// Pos implements Node.
func (n *And) Pos() int { return n.At }

// Pos implements Node.
func (n *Or) Pos() int { return n.At }

// Pos implements Node.
func (n *Not) Pos() int { return n.At }

// Pos implements Node.
func (n *Near) Pos() int { return n.At }

// Pos implements Node.
func (n *Term) Pos() int { return n.At }

// Adjacency says what two words side by side without an operator mean.
type Adjacency int

const (
	// AsPhrase reads them as consecutive words, as bibliographic databases do:
	// sex traffick* OR forced prostitution.
	AsPhrase Adjacency = iota
	// AsAnd reads them as both wanted, as readers of a search box expect.
	AsAnd
)

// SyntaxError is a fault in a query, with the place and the way out.
type SyntaxError struct {
	// Query is the whole text, Offset the byte offset of the fault in it.
	Query  string
	Offset int
	// Problem says what is wrong, Hint how to mend it.
	Problem string
	Hint    string
	// Fix is the whole query mended, empty where only its author can tell what was
	// meant.
	Fix string

	edit *edit
}
