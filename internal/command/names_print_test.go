package command

import (
	"strings"
	"testing"

	"polyglean/indexer/diagnosis"
	"polyglean/internal/protocol"
)

// TestConceptsAreNamed: no command tells a person the ID of a concept that has a name.
func TestConceptsAreNamed(t *testing.T) {
	names := protocol.Default().Names
	for what, test := range map[string]struct {
		print func(*strings.Builder) error
		want  string
	}{
		"recall": {func(b *strings.Builder) error {
			d := &diagnosis.Diagnosed{Baseline: diagnosis.Counterfactual{LostSettings: []diagnosis.LostPart{{Name: "dance_bar_strip_club", Studies: 2, Lost: 2}}}}
			printRecall(b, names, d, true)
			return nil
		}, "settings lost whole: dance bar or strip club 2\n"},
		"strategy check": {func(b *strings.Builder) error {
			return printCheck(b, names, &diagnosis.Checked{Lexicon: []diagnosis.PatternCount{
				{Concept: "csec", Lang: "es", Pattern: "explotación sexual infantil", Line: 7, Count: diagnosis.Count{Records: 1, Studies: 1}},
			}})
		}, "commercial sexual exploitation of children  es  explotación sexual infantil"},
		"strategy suggest": {func(b *strings.Builder) error {
			printSuggestions(b, names, &diagnosis.Suggestions{Missed: 1, Terms: []diagnosis.Suggestion{{Term: "tabledance", Lang: "de", Block: "x", Concept: "dance_bar_strip_club"}}})
			return nil
		}, "the lexicon's “dance bar or strip club”"},
	} {
		var b strings.Builder
		if err := test.print(&b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), test.want) {
			t.Errorf("%s: %q is not in\n%s", what, test.want, b.String())
		}
	}
}
