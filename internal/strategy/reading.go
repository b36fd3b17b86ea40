package strategy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Reading is a strategy read from the syntax it was published in.
type Reading struct {
	// Dialect is the syntax it was read as.
	Dialect Dialect
	// Node is what it asks for; its String is the strategy in our own syntax.
	Node Node
	// Wider says that it finds records which it did not where it was published, for a
	// restriction is lost; Narrower that it misses some, for an alternative is.
	Wider, Narrower bool
	// Notes say what could not be carried over, in the order of the text.
	Notes []Note
}

// NoteKind is what a Note is about.
type NoteKind string

// What a strategy loses, or has changed, on its way into our syntax.
const (
	// SubjectHeading is a heading of a thesaurus (MeSH, Emtree, CINAHL), which
	// records from other sources do not carry; Subheading its qualifier. They are
	// left out of the OR or AND they stand in.
	SubjectHeading NoteKind = "subject heading"
	Subheading     NoteKind = "subheading"
	// Filter is a restriction by publication type, language, date or place, Limit a
	// line that sets one. The search goes on without.
	Filter NoteKind = "filter"
	Limit  NoteKind = "limit"
	// OtherLine is the number of a line, in a reader's query of one line.
	OtherLine NoteKind = "other line"
	// Exclusion is a NOT that lost a part of what it takes away: left out, because
	// what remained would take away too much.
	Exclusion NoteKind = "exclusion"
	// WiderField is a field read as title, abstract and keywords together.
	WiderField NoteKind = "wider field"
	// UnknownField is a field name that is not known: read as any text.
	UnknownField NoteKind = "unknown field"
	// Untagged is a term that the database maps to headings of its own choice: read
	// as a phrase.
	Untagged NoteKind = "automatic mapping"
	// WiderTruncation is a mark for exactly one letter, read as one or none.
	WiderTruncation NoteKind = "wider truncation"
	// WiderProximity is a nested or chained distance, read as one distance at a time.
	WiderProximity NoteKind = "wider proximity"
	// MixedOperators are AND, OR or NOT side by side, read in the dialect's order.
	MixedOperators NoteKind = "mixed operators"
	// NoOperator is a place where two parts stand side by side: read as AND.
	NoOperator NoteKind = "no operator"
	// Repaired is a fault with one likely meaning, such as a lone quotation mark.
	Repaired NoteKind = "repaired"
	// Unused is a line that the last line does not draw on.
	Unused NoteKind = "unused line"
	// Remark is text that is no part of the search.
	Remark NoteKind = "remark"
)

// Note is something that a strategy lost or had changed on its way into our syntax.
type Note struct {
	Kind NoteKind `json:"kind"`
	// Line and Column are where, both from 1, columns in characters.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Offset is the same place in bytes.
	Offset int `json:"offset"`
	// Text is the part of the strategy that the note is about.
	Text string `json:"text"`
	// Effect says what became of it.
	Effect string `json:"effect"`
	// Times is how often the same befell the strategy, from here on.
	Times int `json:"times"`
}

// String is the note in one line.
func (n Note) String() string {
	s := fmt.Sprintf("line %d, column %d: %s %q: %s", n.Line, n.Column, n.Kind, n.Text, n.Effect)
	if n.Times > 1 {
		s += fmt.Sprintf(" (%d times)", n.Times)
	}
	return s
}

// Read reads a strategy as it was published; with dialect "" it is told by Detect.
// Published strategies are of one line or of several that refer to each other, with
// their numbers written or not; the last line is the search. What has no place in
// our syntax is left out and noted. Any error is a *SyntaxError.
func Read(text string, dialect Dialect) (*Reading, error) {
	if dialect == "" {
		dialect = Detect(text)
	}
	if dialect == Own {
		n, err := Parse(text, AsPhrase)
		if err != nil {
			return nil, err
		}
		return &Reading{Dialect: Own, Node: n}, nil
	}
	g := grammars[dialect]
	if g == nil {
		return nil, &SyntaxError{
			Query: text, Problem: fmt.Sprintf("%q is no dialect that is known", dialect), Hint: "choose one of " + dialectNames(),
		}
	}
	if err := (&parser{lexer: lexer{text: text}}).check(); err != nil {
		return nil, err
	}
	p := newPublished(text, g)
	n, err := p.read()
	if err != nil {
		return nil, err
	}
	return &Reading{Dialect: dialect, Node: n.node, Wider: n.wide, Narrower: n.narrow, Notes: p.sortedNotes()}, nil
}

// maxNoteText is how many characters of the strategy a note repeats.
const maxNoteText = 60

// note adds a note on text[from:to].
func (p *publishedParser) note(kind NoteKind, from, to int, effect string) {
	text := strings.Join(strings.Fields(p.text[from:to]), " ")
	if utf8.RuneCountInString(text) > maxNoteText {
		text = string([]rune(text)[:maxNoteText-1]) + "…"
	}
	key := [3]string{string(kind), text, effect}
	switch kind {
	case SubjectHeading, Subheading, Filter, Limit, Unused, Remark:
	default:
		key[1] = "" // the first stands for all that went the same way
	}
	if i, ok := p.noted[key]; ok {
		p.notes[i].Times++
		p.notes[i].Offset = min(p.notes[i].Offset, from)
		return
	}
	p.noted[key] = len(p.notes)
	p.notes = append(p.notes, Note{Kind: kind, Offset: from, Text: text, Effect: effect, Times: 1})
}

func (p *publishedParser) sortedNotes() []Note {
	slices.SortStableFunc(p.notes, func(a, b Note) int { return cmp.Compare(a.Offset, b.Offset) })
	for i := range p.notes {
		n := &p.notes[i]
		n.Line, n.Column, _ = (&SyntaxError{Query: p.text, Offset: n.Offset}).place()
	}
	return p.notes
}
