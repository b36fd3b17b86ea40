package export

import (
	"strings"
	"unicode"
)

// line makes one line of a text: line ends, tabs and control characters become
// blanks, of which no two stand together. A line break inside of a field would begin
// another field or record in the tagged formats.
func line(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\ufeff' || r == '\u2028' || r == '\u2029' {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(r) // an invalid byte is U+FFFD here
	}
	return b.String()
}
