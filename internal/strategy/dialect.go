package strategy

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Dialect is the syntax a strategy is written in.
type Dialect string

// The dialects that Read knows: our own and those strategies are published in.
const (
	Own          Dialect = "polyglean"
	PubMed       Dialect = "pubmed"
	Ovid         Dialect = "ovid"
	Scopus       Dialect = "scopus"
	WebOfScience Dialect = "wos"
	EBSCO        Dialect = "ebsco"
)

// Dialects returns all dialects, our own first.
func Dialects() []Dialect { return []Dialect{Own, PubMed, Ovid, Scopus, WebOfScience, EBSCO} }

// signs are what each dialect is told by. None of them is common in another.
var signs = []struct {
	dialect Dialect
	sign    *regexp.Regexp
}{
	{Own, regexp.MustCompile(`(?i)(?:^|[\s(])(?:ti|ab|kw|au|jo|title|abstract|keyword|author|journal):`)},
	{PubMed, regexp.MustCompile(`(?i)\[\s*(?:mesh|mh|majr|tiab|tw|ti|ab|pt|sh|la|au|all fields|title|text word|publication type|dp|pdat)\b[^\]]*\]`)},
	{Ovid, regexp.MustCompile(`(?im)\.\s?(?:` + ovidCode + `)(?:,(?:` + ovidCode + `))*(?:\.|$)|\badj\d*\b|^\s*(?:\d+\.?\s+)?exp\s+\S|[^\s/]/(?:[a-z]{2})?\s*(?:$|\)|\s(?:or|and|not)\s)|\b(?:or|and)/\d|^\s*(?:\d+\.?\s+)?limit \d+ to\b|\pL\$`)},
	{Scopus, regexp.MustCompile(`\b(?:TITLE|ABS|KEY|AUTH)\s*\(|(?i)\b(?:TITLE-ABS(?:-KEY)?|SRCTITLE|AUTHKEY|INDEXTERMS|LIMIT-TO)\s*\(|\bPUBYEAR\b|\b(?:W|PRE)/\d+\b`)},
	{WebOfScience, regexp.MustCompile(`\b(?:TS|TI|AB|AK|KP|AU|SO|WC|PY|DT|LA|ALL)\s*=`)},
	{EBSCO, regexp.MustCompile(`(?:^|[\s(])(?:TI|AB|SU|MH|MM|MW|TX|XB|DE)\s+[("“\pL]|\bS\d+\b|\b[NW]\d+\b`)},
}

const ovidCode = `ti|ab|tw|mp|kw|kf|ot|hw|sh|fs|xs|nm|rn|au|jn|jw|pt|la|yr|af|tx`

// Detect tells the dialect of a strategy from the signs it uses most; our own where
// there are none.
func Detect(text string) Dialect {
	type score struct {
		dialect Dialect
		n       int
	}
	scores := make([]score, len(signs))
	for i, s := range signs {
		scores[i] = score{s.dialect, len(s.sign.FindAllStringIndex(text, -1))}
	}
	// The sort is stable: of two dialects with as many signs the first is taken.
	slices.SortStableFunc(scores, func(a, b score) int { return cmp.Compare(b.n, a.n) })
	switch best := scores[0]; {
	case best.n > 0:
		return best.dialect
	case hashReference.MatchString(text):
		return PubMed
	}
	return Own
}

var hashReference = regexp.MustCompile(`#\d+`)

// operators of a dialect by how tightly they bind, as its handbook says.
type precedence struct{ not, and, or int }

// grammar is what sets one published dialect apart from another.
type grammar struct {
	dialect Dialect
	// name is what notes call it.
	name string
	precedence
	// adjacent says what words side by side without quotation marks mean.
	adjacent Adjacency
	// many and one are the characters that truncate by any run of letters and by
	// one letter or none; exactlyOne those that stand for one letter.
	many, one, exactlyOne string
	// reference is what a reference to a line begins with; "" for the number alone.
	reference string
	// fields are its names for fields, in small letters.
	fields map[string]field
}

// Precedence is by the databases' own help pages: PubMed reads from left to right,
// Scopus takes OR before AND.
var grammars = map[Dialect]*grammar{
	PubMed: {
		dialect: PubMed, name: "PubMed", precedence: precedence{not: 1, and: 1, or: 1}, adjacent: AsPhrase,
		many: "*", one: "?", reference: "#", fields: pubmedFields,
	},
	Ovid: {
		dialect: Ovid, name: "Ovid", precedence: precedence{not: 3, and: 2, or: 1}, adjacent: AsPhrase,
		many: "*$:", one: "?", exactlyOne: "#", fields: ovidFields,
	},
	Scopus: {
		dialect: Scopus, name: "Scopus", precedence: precedence{not: 1, and: 2, or: 3}, adjacent: AsAnd,
		many: "*", exactlyOne: "?", reference: "#", fields: scopusFields,
	},
	WebOfScience: {
		dialect: WebOfScience, name: "Web of Science", precedence: precedence{not: 3, and: 2, or: 1}, adjacent: AsAnd,
		many: "*", one: "$", exactlyOne: "?", reference: "#", fields: wosFields,
	},
	EBSCO: {
		dialect: EBSCO, name: "EBSCO", precedence: precedence{not: 2, and: 2, or: 1}, adjacent: AsPhrase,
		many: "*", one: "#", exactlyOne: "?", reference: "s", fields: ebscoFields,
	},
}

// dialectNames lists them for messages.
func dialectNames() string {
	names := make([]string, 0, len(Dialects()))
	for _, d := range Dialects() {
		names = append(names, string(d))
	}
	return strings.Join(names, ", ")
}
