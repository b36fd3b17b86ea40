package evaluate

import (
	"slices"
	"testing"

	"polyglean/internal/protocol"
)

// TestFlagsOfFalseFriends: in every language of the lexicon, trade in drugs, arms,
// organs and animals, road traffic, and leaving something else share words with the
// topic and are not flagged.
func TestFlagsOfFalseFriends(t *testing.T) {
	s := scoreFlags(t, "testdata/false-friends.tsv")
	for _, f := range s.False {
		t.Errorf("line %d (%s) is flagged: %s: %v", f.Line, f.Lang, f.Title, f.Concepts)
	}
	for _, lang := range protocol.Default().Lexicon.Languages() {
		if s.PerLanguage[lang].Records < 6 {
			t.Errorf("%s has %d false friends, want six: write them in testdata/false-friends.tsv", lang, s.PerLanguage[lang].Records)
		}
	}
}

// TestLexiconDoesNotContradictItself: no words stand for the topic and for what is
// not the topic, and every language can say both.
func TestLexiconDoesNotContradictItself(t *testing.T) {
	p := protocol.Default()
	type word struct{ lang, text string }
	concepts := make(map[word][]string)
	strong := make(map[string]map[string]bool) // language → concepts with a strong pattern
	for _, row := range p.Lexicon.Patterns() {
		w := word{row.Lang, row.Text}
		concepts[w] = append(concepts[w], row.Concept)
		if strong[row.Lang] == nil {
			strong[row.Lang] = make(map[string]bool)
		}
		strong[row.Lang][row.Concept] = strong[row.Lang][row.Concept] || row.Strong
	}
	negative := func(c string) bool { return p.Rule.Negative[c] || p.Lexicon.Facet(c) == "negative_related" }
	for w, list := range concepts {
		if slices.ContainsFunc(list, negative) && !slices.ContainsFunc(list, func(c string) bool { return !negative(c) }) {
			continue
		}
		if slices.ContainsFunc(list, negative) {
			t.Errorf("%s %q stands for %v", w.lang, w.text, list)
		}
	}
	if len(strong) < 30 {
		t.Errorf("%d languages, want 30 or more", len(strong))
	}
	for lang, has := range strong {
		for _, c := range []string{
			"trafficking_persons", "trafficking_women", "child_trafficking", "sex_trafficking", "sexual_exploitation",
			"prostitution", "forced_prostitution", "csec", "sex_work", "victim", "survivor", "exit_sex_trade", "reintegration",
			"rehabilitation", "shelter", "hiv_sti", "health_care",
			"neg_drug_trafficking", "neg_arms_trafficking", "neg_organ_trafficking", "neg_wildlife_trafficking", "neg_road_traffic", "neg_labour_trafficking",
		} {
			if !has[c] {
				t.Errorf("%s has no strong words for %s", lang, c)
			}
		}
	}
}
