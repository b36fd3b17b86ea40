package command

import (
	"fmt"
	"strings"
	"testing"

	"polyglean/indexer"
)

// TestVerificationSaysWhatItDoesNotName: the first problems of a kind are named, and the
// others counted; decisions are of the same kinds as records.
func TestVerificationSaysWhatItDoesNotName(t *testing.T) {
	v := indexer.Verification{Missing: 816, Altered: 1, AlteredDecisions: 1}
	for i := range indexer.MaxProblems {
		v.Problems = append(v.Problems, indexer.Problem{Kind: indexer.Missing, Name: fmt.Sprint("openalex:W", i)})
	}
	v.Problems = append(v.Problems,
		indexer.Problem{Kind: indexer.Altered, Name: "crossref:10.1/x", What: "the year"},
		indexer.Problem{Kind: indexer.Altered, Name: "decision 7"},
	)
	var b strings.Builder
	if err := printVerification(&b, v); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"    missing: openalex:W19\n    missing: and 796 more\n", "    altered: crossref:10.1/x: the year\n    altered: decision 7\nThe index"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}
