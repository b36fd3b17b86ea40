package lexicon

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// columns are the header of the table.
var columns = []string{"concept_id", "facet", "lang", "pattern", "strength", "source"}

// ReadError is a fault in a table, with the line and the way out.
type ReadError struct {
	// Name of the table as given to Read; Line from 1, 0 when no line is at fault.
	Name    string
	Line    int
	Problem string
}

func (e *ReadError) Error() string {
	if e.Line == 0 {
		return e.Name + ": " + e.Problem
	}
	return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Problem)
}

// Read reads a table of tab-separated columns, UTF-8, with a header line:
// concept_id, facet, lang, pattern, strength (strong or weak), source. name is
// what errors call it. A fault in the table is a *ReadError; what r returns is
// wrapped.
func Read(r io.Reader, name string) (*Lexicon, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read lexicon %s: %w", name, err)
	}
	sum := sha256.Sum256(raw)
	rd := &reader{
		name:   name,
		firsts: make(map[string]int),
		seen:   make(map[[3]string]int),
		lexicon: &Lexicon{
			facets: make(map[string]string),
			digest: hex.EncodeToString(sum[:])[:16],
		},
	}
	// Spreadsheets put a byte order mark in front.
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	for line := range bytes.Lines(raw) {
		rd.line++
		if err := rd.row(string(bytes.TrimRight(line, "\r\n"))); err != nil {
			return nil, err
		}
	}
	if rd.line == 0 {
		return nil, &ReadError{Name: name, Problem: "the table is empty: write the header " + strings.Join(columns, ", ") + " and a pattern a line"}
	}
	return rd.finish(), nil
}

type reader struct {
	name    string
	line    int
	lexicon *Lexicon
	// rows are the compiled patterns, one for each of the lexicon's.
	rows []compiled
	// firsts is the line of each concept's first row, seen that of each concept,
	// language and pattern.
	firsts map[string]int
	seen   map[[3]string]int
}

func (rd *reader) fail(format string, args ...any) error {
	return &ReadError{Name: rd.name, Line: rd.line, Problem: fmt.Sprintf(format, args...)}
}

func (rd *reader) row(line string) error {
	cells := strings.Split(line, "\t")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	if rd.line == 1 {
		if !slices.Equal(cells, columns) {
			return rd.fail("the header is %q: write %s, parted by tabs", line, strings.Join(columns, ", "))
		}
		return nil
	}
	if strings.TrimSpace(line) == "" {
		return nil
	}
	if !utf8.ValidString(line) {
		return rd.fail("the line is not UTF-8: save the table as UTF-8")
	}
	if len(cells) != len(columns) {
		return rd.fail("%d columns: write %d, %s, parted by tabs", len(cells), len(columns), strings.Join(columns, ", "))
	}
	p := Pattern{
		Concept: cells[0], Facet: cells[1], Lang: cells[2], Text: cells[3],
		Strong: cells[4] == "strong", Source: cells[5], Line: rd.line,
	}
	if strength := cells[4]; strength != "strong" && strength != "weak" {
		return rd.fail("strength %q: write strong or weak", strength)
	}
	return rd.add(p)
}

func (rd *reader) add(p Pattern) error {
	switch {
	case !isName(p.Concept):
		return rd.fail("concept_id %q: write small letters a to z, figures and _", p.Concept)
	case !isName(p.Facet):
		return rd.fail("facet %q: write small letters a to z, figures and _", p.Facet)
	case !isLang(p.Lang):
		return rd.fail("lang %q: write an ISO 639 code of two or three small letters", p.Lang)
	case !isKnown(p.Lang):
		return rd.fail("lang %q is the code of no language: look it up in ISO 639-1", p.Lang)
	}
	c, err := compile(p.Text, p.Lang)
	if err != nil {
		return rd.fail("pattern %q: %v", p.Text, err)
	}
	p.Lang = baseLang(p.Lang)
	row := [3]string{p.Concept, p.Lang, p.Text}
	if line, twice := rd.seen[row]; twice {
		return rd.fail("pattern %q of concept %s is on line %d already: remove one", p.Text, p.Concept, line)
	}
	rd.seen[row] = rd.line
	l := rd.lexicon
	switch facet, known := l.facets[p.Concept]; {
	case !known:
		rd.firsts[p.Concept] = rd.line
		l.facets[p.Concept] = p.Facet
		l.concepts = append(l.concepts, Concept{ID: p.Concept, Facet: p.Facet})
	case facet != p.Facet:
		return rd.fail("concept %s is in facet %s here and in %s on line %d: keep it to one facet", p.Concept, p.Facet, facet, rd.firsts[p.Concept])
	}
	l.patterns = append(l.patterns, p)
	rd.rows = append(rd.rows, c)
	return nil
}

// finish builds what Match needs.
func (rd *reader) finish() *Lexicon {
	l := rd.lexicon
	langs := make(map[string]map[string]bool) // concept → languages
	for _, p := range l.patterns {
		if langs[p.Concept] == nil {
			langs[p.Concept] = make(map[string]bool)
		}
		langs[p.Concept][p.Lang] = true
	}
	for i := range l.concepts {
		c := &l.concepts[i]
		for lang := range langs[c.ID] {
			c.Langs = append(c.Langs, lang)
		}
		slices.Sort(c.Langs)
	}
	l.all = newAutomaton(l.patterns, rd.rows)
	return l
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// isKnown reports whether a code is that of a language. Codes between qaa and qtz are
// for private use and name none.
func isKnown(code string) bool {
	base, err := language.ParseBase(code)
	return err == nil && !base.IsPrivateUse()
}

func isLang(s string) bool {
	return (len(s) == 2 || len(s) == 3) && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}
