package strategy

import (
	"errors"
	"strings"
	"testing"
)

func TestFix(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		{`(exit OR leaving`, `(exit OR leaving)`},
		{`((exit OR leaving`, `((exit OR leaving))`},
		{`exit) OR leaving`, `exit OR leaving`},
		{`exit AND`, `exit`},
		{`exit AND OR`, `exit`},
		{`OR exit`, `exit`},
		{`exit AND OR leaving`, `exit AND  leaving`},
		{`(exit AND) leaving`, `(exit ) leaving`},
		{`exit () leaving`, `exit  leaving`},
		{`exit "" leaving`, `exit  leaving`},
		{`"sex traffick*`, `"sex traffick*"`},
		{`exit "`, `exit`},
		{`人身売買（被害`, `人身売買（被害)`},
		{`ti: AND exit`, `exit`},
		{`*trafficking`, `trafficking`},
		{`exit * brothel`, `exit  brothel`},
		{`leaving NEAR prostitution`, `leaving NEAR/3 prostitution`},
		{`leaving NEAR5 prostitution`, `leaving NEAR/5 prostitution`},
		{`leaving ADJ/500 prostitution`, `leaving ADJ/3 prostitution`},
		{`(leaving NEAR5 prostitution AND "sex work`, `(leaving NEAR/5 prostitution AND "sex work")`},
		// Only the author can tell.
		{`AND`, ``},
		{`""`, ``},
		{``, ``},
		{`tr*`, ``},
		{strings.Repeat(`a`, maxQuery+1), ``},
		{strings.Repeat(`(`, maxDepth+5), ``},
		{"exit \xff", ``},
	} {
		_, err := Parse(test.query, AsAnd)
		var fault *SyntaxError
		if !errors.As(err, &fault) {
			t.Errorf("%.60s: %v, want a SyntaxError", test.query, err)
			continue
		}
		if fault.Fix != test.want {
			t.Errorf("%.60s\n got %s\nwant %s", test.query, fault.Fix, test.want)
		}
	}
	_, err := Parse(`"sex work" "exit"`, AsPhrase)
	var fault *SyntaxError
	if !errors.As(err, &fault) || fault.Fix != `"sex work" AND "exit"` {
		t.Errorf("a strategy without an operator: %v", err)
	}
}

// FuzzFix: what is proposed can be read.
func FuzzFix(f *testing.F) {
	for _, s := range []string{`(exit`, `exit AND OR (`, `"`, `ti:ab:(`, `NEAR NEAR/3 ADJ5`, `**a* "`, `（）「`, `NOT NOT )`, `a NEAR/3 b NEAR/3 "`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, adj := range []Adjacency{AsAnd, AsPhrase} {
			_, err := Parse(query, adj)
			var fault *SyntaxError
			if errors.As(err, &fault) && fault.Fix != "" {
				if _, err := Parse(fault.Fix, adj); err != nil {
					t.Fatalf("the mended form of %q, %q: %v", query, fault.Fix, err)
				}
			}
		}
	})
}
