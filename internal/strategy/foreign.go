package strategy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A reader who writes a field that there is none of would have its name looked for as a
// word, and find nothing without learning why. Fields that stand as a database writes
// them are read by ReadQuery.

// colonField is what stands before the colon of a field: letters of languages that put
// spaces between words, for in others a colon stands within a sentence as it is.
var colonField = regexp.MustCompile(`^[\p{Latin}\p{Cyrillic}\p{Greek}][\p{Latin}\p{Cyrillic}\p{Greek}\p{M}_./-]+$`)

// colonWords are words that hold a colon: addresses and DOIs, the German forms for all
// genders (Sexarbeiter:innen, jede:r), and the Finnish and Swedish case endings of
// abbreviations (EU:ssa, FN:s).
var colonWords = regexp.MustCompile(`^(?:(?i:doi|hdl|urn|info|https?|mailto):.*|.*://.*|\p{L}+:(?:in\*?|innen[\p{L}-]*\*?|[rnmse]|e[rnms])|\p{Lu}{2,}:\p{Ll}{1,4})$`)

// foreignField is the fault of a word that is a field which there is none of, nil for
// other words. The word is the next token.
func (p *parser) foreignField() *SyntaxError {
	word, from, to := p.next.text, p.next.at, p.lexer.pos
	after, _ := utf8.DecodeRuneInString(p.lexer.text[to:])
	name, rest, ok := strings.Cut(word, ":")
	if !ok || !colonField.MatchString(name) || strings.Contains(rest, ":") || colonWords.MatchString(word) && !isFieldElsewhere(name) {
		return nil
	}
	if rest == "" && !isOpen(after) && !isQuote(after) {
		return nil // the end of a clause: "Leaving sex work: a study"
	}
	hint := "the fields are ti:, ab:, kw:, au: and jo: (title, abstract, keyword, author, journal); without one all texts are searched"
	if rest != "" {
		hint += ", and between quotation marks it is a word"
	}
	return p.fail(from, fmt.Sprintf("there is no field %q", name), hint).mend(from, to, ourField(name)+rest)
}

// foreignFields are those of the databases that readers come from.
var foreignFields = []map[string]field{scopusFields, wosFields, pubmedFields}

// isFieldElsewhere tells language:es from jede:r. A DOI is written as it is everywhere,
// and an Editor:in is a person.
func isFieldElsewhere(name string) bool {
	name = strings.ToLower(name)
	return name != "doi" && name != "editor" && name != "investigator" && slices.ContainsFunc(foreignFields, func(table map[string]field) bool {
		_, ok := table[name]
		return ok
	})
}

// ourField is the field of the same meaning as it is written here, empty for none.
func ourField(name string) string {
	name = strings.ToLower(name)
	for _, table := range foreignFields {
		if f, ok := table[name]; ok && f.lost == "" && f.ours != AnyField {
			return string(f.ours) + ":"
		}
	}
	return ""
}
