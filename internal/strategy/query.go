package strategy

import (
	"errors"
	"fmt"
	"slices"
)

// Query is a reader's query, read from our syntax or from that of a database.
type Query struct {
	// Node is what is asked for. Its places are those of Text.
	Node Node
	// Text is the query in our syntax: as typed, where it was typed so.
	Text string
	// Dialect is the syntax it was typed in.
	Dialect Dialect
	// Notes say what of it has another meaning here, in the order of the text.
	Notes []Note

	typed string
	terms []*Term // of the query as typed, with their places there
}

// ReadQuery reads a reader's query: in our syntax as Parse does with AsAnd, or in that of
// PubMed, Ovid, Scopus, Web of Science or EBSCO, where it has signs of it that no words
// have. Headings are then looked for as words. What restricts a search by something other than
// texts is an error, for without it the query would be another one. Any error is a
// *SyntaxError with its place in the query as typed.
func ReadQuery(text string) (*Query, error) {
	q := &Query{Text: text, Dialect: foreignSyntax(text), typed: text}
	if q.Dialect == Own {
		var err error
		q.Node, err = Parse(text, AsAnd)
		return q, err
	}
	whole := parser{lexer: lexer{text: text}, adj: AsAnd}
	if err := whole.check(); err != nil {
		return nil, err
	}
	p := newPublished(text, grammars[q.Dialect])
	p.reader = true
	if at := ownField.FindStringIndex(unquoted(text)); at != nil {
		return nil, p.fail(at[0], "fields are written in two ways here, ours and those of "+p.grammar.name, "write all of them in one")
	}
	read, err := p.read()
	q.Notes = p.sortedNotes()
	if i := slices.IndexFunc(q.Notes, func(n Note) bool { return restricts[n.Kind] }); i >= 0 {
		fault := p.fail(q.Notes[i].Offset, fmt.Sprintf("%q is not a text to look for", q.Notes[i].Text),
			"leave it out, and set years, languages and kinds of documents by the filters beside the query")
		if q.Notes[i].Kind == OtherLine {
			fault.Problem = fmt.Sprintf("%q is a line of a search history that is not here", q.Notes[i].Text)
			fault.Hint = "write what that line looks for in its place, or all lines, one below the other"
		}
		if err == nil {
			fault.Fix = inOurs(read.node)
		}
		return nil, fault
	}
	if err != nil {
		return nil, err
	}
	q.Text, q.terms = read.node.String(), Terms(read.node)
	q.Node, err = Parse(q.Text, AsAnd)
	var fault *SyntaxError
	if errors.As(err, &fault) {
		return nil, q.misread(fault)
	}
	return q, nil
}

// restricts are the kinds of notes on what holds a search back and is not found in texts.
var restricts = map[NoteKind]bool{Filter: true, Limit: true, Subheading: true, Exclusion: true, OtherLine: true}

// inOurs is a query in our syntax, empty where a reader may not ask it.
func inOurs(n Node) string {
	if _, err := Parse(n.String(), AsAnd); err != nil {
		return ""
	}
	return n.String()
}

// misread gives a fault that comes to light in our syntax its place in the query as
// typed: that of the first term which has it by itself.
func (q *Query) misread(fault *SyntaxError) *SyntaxError {
	moved := *fault
	moved.Query, moved.Offset = q.typed, 0
	for _, t := range q.terms {
		if _, err := Parse(t.String(), AsAnd); err != nil {
			moved.Offset = t.At
			break
		}
	}
	return &moved
}

// Locate gives a fault that was found in Text its place in the query as typed.
func (q *Query) Locate(fault *SyntaxError) {
	if q.Dialect == Own {
		return
	}
	at := slices.IndexFunc(Terms(q.Node), func(t *Term) bool { return t.At >= fault.Offset })
	fault.Query, fault.Offset = q.typed, 0
	if at >= 0 && at < len(q.terms) {
		fault.Offset = q.terms[at].At
	}
}

// Name is what the database of a dialect is called.
func (d Dialect) Name() string {
	if g := grammars[d]; g != nil {
		return g.name
	}
	return "Polyglean"
}
