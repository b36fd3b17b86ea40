package indexer

import (
	"errors"
	"strings"
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
		{`leaving adj3 prostitution`, `leaving prostitution`},
		{`exit[tiab] AND "leaving prostitution"[ti:~2]`, `exit (ti:leaving ti:prostitution)`},
		{`wom#n.ti. or exit.ti.`, `ti:wom* OR ti:exit`},
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

// TestFaultsHaveTheirPlaceAsTyped, also in the syntax of a database.
func TestFaultsHaveTheirPlaceAsTyped(t *testing.T) {
	for _, test := range []struct{ query, at string }{
		{`exit.ti. and leaving adj3 prostitution`, `leaving adj3`},
		{`TITLE-ABS-KEY(exit) AND TITLE(wom?n)`, `wom?n`},
		{`exit AND wom?n`, `wom?n`},
		{`exit[tiab] AND 2015[dp]`, `2015`},
	} {
		_, err := Compile(Query{Text: test.query}, nil)
		var fault *strategy.SyntaxError
		if !errors.As(err, &fault) || fault.Query != test.query || !strings.HasPrefix(test.query[fault.Offset:], test.at) {
			t.Errorf("%s: %v, want a fault at %s", test.query, err, test.at)
		}
	}
}
