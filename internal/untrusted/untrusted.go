// Package untrusted makes what sources wrote fit to be shown.
package untrusted

import (
	"net/url"
	"strings"
	"unicode"
)

// Line makes one line of a text, for places that cannot isolate it: subjects of mails,
// titles of documents, tooltips. It drops the controls that could reorder what follows,
// and turns those that move a cursor or break a line into spaces. Joiners stay: Persian
// and Hindi need them.
func Line(s string) string {
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

// WebURL is raw when a reader may be sent there, else empty: sources have been seen to
// give "javascript:", "data:" and file paths.
func WebURL(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}
