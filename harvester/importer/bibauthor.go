package importer

import (
	"strings"
	"unicode"

	"polyglean/internal/record"
)

// bibAuthors reads a list of names as BibTeX has it: separated by "and" outside of
// braces, each "Family, Given", "Family, Jr, Given" or "Given von Family". A name in
// braces is that of a body. SciELO separates names by a comma and two blanks.
func bibAuthors(list string) []record.Author {
	parts := splitOutside(list, " and ")
	if len(parts) == 1 && strings.Contains(list, ",  ") {
		parts = strings.Split(list, ",  ")
	}
	var out []record.Author
	for _, p := range parts {
		p = strings.TrimSpace(p)
		if p == "" || strings.EqualFold(p, "others") {
			continue
		}
		if strings.HasPrefix(p, "{") && strings.HasSuffix(p, "}") && strings.Count(p, "{") == 1 {
			out = append(out, record.Author{Name: latexText(p)})
			continue
		}
		out = append(out, bibAuthor(p))
	}
	return out
}

func bibAuthor(p string) record.Author {
	switch parts := splitOutside(p, ","); len(parts) {
	case 1:
		return givenFirst(p)
	case 2:
		return author(latexText(p))
	default:
		family, junior, given := latexText(parts[0]), latexText(parts[1]), latexText(strings.Join(parts[2:], " "))
		return author(strings.TrimSpace(family) + " " + strings.TrimSpace(junior) + ", " + given)
	}
}

// givenFirst reads "Given von Family": the family name begins with the first word in
// lower case, else it is the last one. A word in braces is one word.
func givenFirst(p string) record.Author {
	words := splitOutside(strings.Join(strings.Fields(p), " "), " ")
	for i := range words {
		words[i] = strings.TrimSpace(latexText(words[i]))
	}
	a := record.Author{Name: strings.Join(words, " ")}
	from := len(words) - 1
	for i, w := range words[:max(from, 0)] {
		if i > 0 && w != "" && unicode.IsLower([]rune(w)[0]) {
			from = i
			break
		}
	}
	if from > 0 {
		a.Given, a.Family = strings.Join(words[:from], " "), strings.Join(words[from:], " ")
	}
	return a
}

// splitOutside splits at sep where it is not in braces; white space of any kind
// counts as a blank.
func splitOutside(s, sep string) []string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, s)
	var parts []string
	depth, from := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth <= 0 && i >= from && strings.HasPrefix(s[i:], sep) {
			parts = append(parts, s[from:i])
			from = i + len(sep)
			i = from - 1
		}
	}
	return append(parts, s[from:])
}
