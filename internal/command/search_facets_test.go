package command

import (
	"fmt"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/protocol"
)

func TestPrintFacets(t *testing.T) {
	r := indexer.Result{
		Total: 1200,
		Facets: map[string][]indexer.FacetCount{
			indexer.FacetDecision: {{Value: "undecided", Count: 1200}},
			indexer.FacetYear:     {{Value: "2019", Count: 9}, {Value: indexer.NotStated, Count: 3}, {Value: "1998", Count: 2}, {Value: "2021", Count: 1}},
			indexer.FacetSeed:     {{Value: "1", Count: 1}, {Value: "2", Count: 1}},
			indexer.FacetConcept:  {{Value: "csec", Count: 4}},
			"attr:design":         {{Value: indexer.NotStated, Count: 8}, {Value: "rct_experiment", Count: 3}, {Value: "focus_group", Count: 1}},
		},
		FacetTotals: map[string]int{indexer.FacetLanguage: 14},
	}
	for i := range 12 {
		r.Facets[indexer.FacetLanguage] = append(r.Facets[indexer.FacetLanguage], indexer.FacetCount{Value: fmt.Sprintf("l%d", i), Count: 20 - i})
	}
	for _, test := range []struct {
		all         bool
		want, never []string
	}{
		{false, []string{"language  l0 20 · ", "l9 11 · and 4 more", "decision  undecided 1,200", "years  1998–2021 · 3 not-stated", "--facets shows all"}, []string{"seed", "l10", "publication-year"}},
		{true, []string{"language  l0 20 · ", "seed  1 1 · 2 1", "publication-year  2019 9 · ", "concept  commercial sexual exploitation of children 4", "Study design  not-stated 8 · randomised trial or experiment 3 · focus group 1"}, []string{"--facets", "years  "}},
	} {
		var b strings.Builder
		printFacets(&b, styles{}, r, protocol.Default(), test.all)
		for _, want := range test.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("all %v: %q is not in\n%s", test.all, want, b.String())
			}
		}
		for _, never := range test.never {
			if strings.Contains(b.String(), never) {
				t.Errorf("all %v: %q is in\n%s", test.all, never, b.String())
			}
		}
	}
}

func TestYears(t *testing.T) {
	for want, counts := range map[string][]indexer.FacetCount{
		"":             nil,
		"2014":         {{Value: "2014", Count: 7}},
		"2 not-stated": {{Value: indexer.NotStated, Count: 2}},
	} {
		if got := yearsOf(counts); got != want {
			t.Errorf("%v: %q, want %q", counts, got, want)
		}
	}
}
