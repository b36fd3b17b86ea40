package importer

import (
	"regexp"
	"strings"

	"polyglean/internal/record"
)

// author reads one name, "Family, Given" or as it is printed.
func author(name string) record.Author {
	name = strings.Trim(strings.Join(strings.Fields(name), " "), " ,;")
	a := record.Author{Name: name}
	if family, given, ok := strings.Cut(name, ","); ok {
		a.Family, a.Given = strings.TrimSpace(family), strings.TrimSpace(given)
	}
	return a
}

var (
	// authorID is what Scopus puts behind a full name.
	authorID = regexp.MustCompile(`\s*\([0-9]{6,}\)`)
	// initialed is "Family I.-J.", with a comma before the initials or none.
	initialed = regexp.MustCompile(`^\S.*?[ ,]\s*(?:\p{Lu}\p{Ll}?\.?[ -]?){1,4}$`)
)

// authors reads the names of one field. Names are separated by semicolons, bars or
// line ends; where there are none of those, by "and", or by commas if what stands
// between them are whole names. A list that can be read in two ways stays one name:
// it can still be searched, and nobody is made up.
func authors(field string) []record.Author {
	field = authorID.ReplaceAllString(field, "")
	var parts []string
	switch {
	case strings.ContainsAny(field, ";|\n；"):
		parts = splitList(field, ";|\n；")
	case strings.Contains(field, " and "), strings.Contains(field, " & "):
		field = strings.ReplaceAll(field, " & ", " and ")
		for _, p := range strings.Split(field, " and ") {
			parts = append(parts, byCommas(p)...)
		}
	case strings.ContainsRune(field, '、'):
		parts = splitList(field, "、")
	default:
		parts = byCommas(field)
	}
	var out []record.Author
	for _, p := range parts {
		if a := author(p); a.Name != "" {
			out = append(out, a)
		}
	}
	return out
}

// byCommas splits at commas where every part is a name of several words, or one of
// family and initials. "Family, Given" alone is one name.
func byCommas(field string) []string {
	parts := strings.FieldsFunc(field, func(r rune) bool { return r == ',' || r == '，' })
	if len(parts) < 2 {
		return []string{field}
	}
	whole, initials := true, true
	for _, p := range parts {
		p = strings.TrimSpace(p)
		whole = whole && strings.ContainsRune(p, ' ')
		initials = initials && initialed.MatchString(p)
	}
	if initials || whole && len(parts) > 2 {
		return parts
	}
	return []string{field}
}
