package strategy

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Error says in one line where the fault is, what it is and how to mend it.
// Columns count characters from 1; the line is named only in queries of several.
func (e *SyntaxError) Error() string {
	line, column, _ := e.place()
	where := fmt.Sprintf("column %d", column)
	if strings.Contains(e.Query, "\n") {
		where = fmt.Sprintf("line %d, %s", line, where)
	}
	msg := where + ": " + e.Problem
	if e.Hint != "" {
		msg += ", " + e.Hint
	}
	return msg
}

// place returns the line and column of the fault, both from 1, and its line.
func (e *SyntaxError) place() (line, column int, text string) {
	at := min(max(e.Offset, 0), len(e.Query))
	before := e.Query[:at]
	start := strings.LastIndexByte(before, '\n') + 1
	text = e.Query[start:]
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1, text
}

// pointerWidth is how many characters of a long line Pointer shows on each side
// of the fault.
const pointerWidth = 36

// Pointer returns the line of the fault and below it a line with a caret under
// the fault, for a terminal. Of a long line it shows the part around the fault;
// characters that would move the cursor are replaced.
func (e *SyntaxError) Pointer() string {
	_, column, text := e.place()
	runes := []rune(text)
	at := min(column-1, len(runes))
	var line, pad strings.Builder
	from, to := max(0, at-pointerWidth), min(len(runes), at+pointerWidth)
	if from > 0 {
		line.WriteRune('…')
		pad.WriteByte(' ')
	}
	for i, r := range runes[from:to] {
		if !unicode.IsPrint(r) {
			r = ' '
		}
		line.WriteRune(r)
		if from+i < at {
			pad.WriteString("  "[:columns(r)])
		}
	}
	if to < len(runes) {
		line.WriteRune('…')
	}
	return line.String() + "\n" + pad.String() + "^"
}

// columns is how many columns of a terminal r takes.
func columns(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
