package prisma

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// wrap breaks a text into lines of at most so many columns, the later ones indented: at
// blanks, between the letters of scripts that leave none, and within a word that is
// longer than a line.
func wrap(s string, most int) []string {
	indent := s[:len(s)-len(strings.TrimLeft(s, " "))]
	var out []string
	line, empty := indent, true
	parted := func(r rune) bool { return unicode.IsSpace(r) && string(r) != solid }
	for word := range strings.FieldsFuncSeq(s, parted) {
		blank := " "
		for _, piece := range pieces(word, most-columns(indent)-2) {
			if !empty && columns(line+blank+piece) > most {
				out = append(out, line)
				line, empty = indent+"  ", true
			}
			if !empty {
				line += blank
			}
			line += piece
			blank, empty = "", false
		}
	}
	return append(out, line)
}

// pieces are the parts of a word between which a line may end.
func pieces(word string, most int) []string {
	var out []string
	from, wide, taken := 0, false, 0
	for i, r := range word {
		n := columns(string(r))
		// Marks belong to the letter before them, and so does what ends a sentence.
		cut := n == 2 && !unicode.IsPunct(r) || n == 1 && wide && unicode.IsLetter(r) || taken+n > most
		if cut && n > 0 && i > from {
			out = append(out, word[from:i])
			from, taken = i, 0
		}
		if n > 0 {
			wide = n == 2
		}
		taken += n
	}
	return append(out, word[from:])
}

// columns is the width of a text where a Latin letter takes one: letters of East Asia
// take two, marks none.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		default:
			n++
			if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
				n++
			}
		}
	}
	return n
}
