package indexer

import (
	"strings"
	"testing"
)

// TestCheckTerms: a text is refused for one bad term, wherever it stands.
func TestCheckTerms(t *testing.T) {
	longest, sound := strings.Repeat("x", MaxValue), strings.Repeat("sound ", 500)
	for _, test := range []struct {
		name, text, want string
	}{
		{"nothing", "", ""},
		{"one", "word", ""},
		{"many", sound + "word", ""},
		{"the longest", longest, ""},
		{"the longest among others", sound + longest + " " + longest + " " + sound + "я", ""},
		{"too long", longest + "x", "can be indexed"},
		{"too long in runes of three bytes", strings.Repeat("語", MaxValue/3+1), "can be indexed"},
		{"too long behind others", sound + longest + "x", "can be indexed"},
		{"too long before others", longest + "x " + sound + "word", "can be indexed"},
		{"too long between", "word " + longest + "x " + longest, "can be indexed"},
		{"two spaces", sound + " word", "empty value"},
		{"a space before", " word", "empty value"},
		{"a space behind", "word ", "empty value"},
		{"a space alone", " ", "empty value"},
		{"no UTF-8", sound + "w\xffrd", "not UTF-8"},
		{"a rune cut short", "word \xd1", "not UTF-8"},
	} {
		for _, doc := range []*Document{{Text: map[string][]string{TextAbstract: {"word", test.text}}}, {Stems: map[string][]string{StemAbstract: {"word", test.text}}}} {
			err := Op{ID: "a", Doc: doc}.Check()
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("%s: %v, want %q", test.name, err, test.want)
			}
		}
	}
}
