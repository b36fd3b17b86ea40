package alerts

import (
	"strconv"
	"strings"

	"polyglean/internal/untrusted"
)

// shorten is at most n characters of a text in one line, ended between words where words
// are parted.
func shorten(s string, n int) string {
	s = untrusted.Line(s)
	seen := 0
	for i := range s {
		if seen++; seen <= n {
			continue
		}
		head := s[:i]
		if space := strings.LastIndexByte(head, ' '); space > len(head)*3/4 {
			head = head[:space]
		}
		return head + " …"
	}
	return s
}

func yearText(year int) string { return strconv.Itoa(year) }

// count is "1 study" or "3 studies".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
