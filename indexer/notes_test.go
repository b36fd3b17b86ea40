package indexer

import (
	"slices"
	"strings"
	"testing"
)

func TestOperatorsInSmallLetters(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		{"exit and recovery", "and"},
		{"exit or leave or recovery", "or"},
		{"exit and (leave or recovery) not debt", "and or not"},
		{"exit AND recovery", ""},
		{`exit "and" recovery`, ""},
		{`"debt and shame"`, ""},
		{"or exit", ""},
		{"l'or noir", ""},
	} {
		c, err := Compile(Query{Text: test.query}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, note := range c.Notes {
			word, rest, _ := strings.Cut(strings.TrimPrefix(note, `"`), `"`)
			if !strings.HasSuffix(rest, "in capitals: "+strings.ToUpper(word)) {
				t.Errorf("%s: %s", test.query, note)
			}
			got = append(got, word)
		}
		if !slices.Equal(got, strings.Fields(test.want)) {
			t.Errorf("%s: notes on %q, want %q", test.query, got, test.want)
		}
	}
}
