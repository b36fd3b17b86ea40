package demo

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// cursor hides where the next page begins, as the sources do: a client can only
// hand it back. It is bound to nothing else, as theirs mostly are not.
func cursor(offset int) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "demo:%08d", offset))
}

// offset undoes cursor; "*" and the empty string are the first page.
func offset(cursor string) (int, bool) {
	if cursor == "" || cursor == "*" {
		return 0, true
	}
	raw, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return 0, false
	}
	digits, ok := strings.CutPrefix(string(raw), "demo:")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n >= 0
}

// size reads a page size, no larger than limit; fallback is for none given.
func size(s string, fallback, limit int) (int, bool) {
	if s == "" {
		return min(fallback, limit), true
	}
	n, err := strconv.Atoi(s)
	return min(n, limit), err == nil && n >= 0
}

// page cuts out of all what a page of n records from offset on holds.
func page(all []*Copy, offset, n int) []*Copy {
	from := min(offset, len(all))
	return all[from:min(from+n, len(all))]
}
