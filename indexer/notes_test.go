package indexer

import (
	"reflect"
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

// TestQueriesOfDatabases are answered, and how they were read is said.
func TestQueriesOfDatabases(t *testing.T) {
	for _, test := range []struct {
		query, same string
		notes       []string
	}{
		{`"sex trafficking"[ti] AND exit[tiab]`, `ti:"sex trafficking" AND exit`, []string{`read as ti:"sex trafficking" AND exit: what was typed is in the syntax of PubMed`}},
		{`exp Women/ and exit.ti.`, `Women AND ti:exit`, []string{
			`read as Women AND ti:exit: what was typed is in the syntax of Ovid`,
			`"exp Women/": looked for as words, for records from other sources have no headings`,
		}},
		{`TITLE-ABS-KEY(exit AND women)`, `exit AND women`, []string{`read as exit AND women: what was typed is in the syntax of Scopus`}},
	} {
		c, err := Compile(Query{Text: test.query}, nil)
		if err != nil {
			t.Errorf("%s: %v", test.query, err)
			continue
		}
		same, err := Compile(Query{Text: test.same}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(c.Plan, same.Plan) || !slices.Equal(c.Terms, same.Terms) {
			t.Errorf("%s is not asked as %s is", test.query, test.same)
		}
		if !slices.Equal(c.Notes, test.notes) {
			t.Errorf("%s: notes %q, want %q", test.query, c.Notes, test.notes)
		}
	}
}
