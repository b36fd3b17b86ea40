package indexer

import (
	"errors"
	"testing"

	"polyglean/internal/strategy"
)

// TestFaultsOfferAFix: what the index cannot answer comes with the nearest it can.
func TestFaultsOfferAFix(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		{`wom?n`, `wom*`},
		{`prostitut*on brothel`, `prostitut* brothel`},
		{`leaving NEAR/3 prostitution`, `leaving prostitution`},
		{`ti:(leaving OR exit) ADJ/2 (brothel OR "sex trade")`, `(ti:leaving OR ti:exit) (brothel OR "sex trade")`},
		{`NOT (leaving NEAR/3 prostitution)`, `NOT (leaving prostitution)`},
		{`"sex* trade"`, `"sex trade"`},
		{`"sex tr?de"`, ``},
		{`s?x`, ``},
	} {
		_, err := Compile(Query{Text: test.query}, nil)
		var fault *strategy.SyntaxError
		if !errors.As(err, &fault) {
			t.Errorf("%s: %v, want a SyntaxError", test.query, err)
			continue
		}
		want := ""
		if test.want != "" {
			node, err := strategy.Parse(test.want, strategy.AsAnd)
			if err != nil {
				t.Fatal(err)
			}
			want = node.String()
		}
		if fault.Fix != want {
			t.Errorf("%s: fix %q, want %q", test.query, fault.Fix, want)
		}
		if fault.Fix != "" {
			if _, err := Compile(Query{Text: fault.Fix}, nil); err != nil {
				t.Errorf("%s: the fix %q cannot be run: %v", test.query, fault.Fix, err)
			}
		}
	}
}
