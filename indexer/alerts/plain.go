package alerts

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// plain makes one line of what a source wrote, without the characters that would move a
// cursor or turn the rest of the line round.
func plain(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
			return -1
		case unicode.IsControl(r), r == 0x2028, r == 0x2029:
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))), " ")
}

// shorten is at most n characters of a text in one line, ended between words where words
// are parted.
func shorten(s string, n int) string {
	s = plain(s)
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

var englishNames = display.English.Languages()

// languageName is what English calls a language.
func languageName(code string) string {
	tag, err := language.Parse(code)
	if err != nil {
		return plain(code)
	}
	if name := englishNames.Name(tag); name != "" {
		return name
	}
	return plain(code)
}

func yearText(year int) string { return strconv.Itoa(year) }

// count is "1 study" or "3 studies".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
