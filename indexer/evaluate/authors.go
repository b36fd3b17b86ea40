package evaluate

import (
	"regexp"
	"strings"

	"polyglean/internal/record"
)

// glued finds the border of two names in "Tan A.Schulze A.".
var glued = regexp.MustCompile(`(\p{Lu}\.)(\p{Lu}\p{Ll})`)

// SplitAuthors parts a list of names in one of the forms that databases export:
// "Zuna, R E and Wang, S S", "Daruwala, SE; Houtsma, C", "Abbott L, Scott T",
// "Abbott, L., Scott, T.", "Tan A.Schulze A.", and names in one column unparted.
func SplitAuthors(s string) []record.Author {
	var out []record.Author
	for _, n := range splitNames(s) {
		n = strings.Trim(strings.TrimSpace(n), ",")
		if n == "" || strings.HasPrefix(n, "[No author") {
			continue
		}
		a := record.Author{Name: n}
		if family, given, found := strings.Cut(n, ","); found {
			a.Family, a.Given = strings.TrimSpace(family), strings.TrimSpace(given)
		}
		out = append(out, a)
	}
	return out
}

func splitNames(s string) []string {
	switch {
	case strings.Contains(s, ";"):
		return strings.Split(s, ";")
	case strings.Contains(s, " and "):
		return strings.Split(s, " and ")
	}
	parts := strings.Split(strings.TrimRight(s, ". "), ",")
	if len(parts) > 2 || len(parts) == 2 && strings.Contains(strings.TrimSpace(parts[0]), " ") {
		return joinInitials(parts)
	}
	return strings.Split(glued.ReplaceAllString(s, "$1;$2"), ";")
}

// joinInitials brings "Abbott", "L." together where commas part names and initials
// alike.
func joinInitials(parts []string) []string {
	var out []string
	for _, p := range parts {
		p = strings.TrimSpace(p)
		if len(out) > 0 && isInitials(p) && !strings.Contains(out[len(out)-1], ",") {
			out[len(out)-1] += ", " + p
		} else {
			out = append(out, p)
		}
	}
	return out
}

func isInitials(s string) bool {
	return s != "" && len(s) < 12 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÄÅÇÉÈÊÍÎÏÓÖØÚÜÝŠŽČŁ.- ‐") == ""
}
