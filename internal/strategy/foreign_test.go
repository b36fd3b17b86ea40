package strategy

import (
	"errors"
	"strings"
	"testing"
)

func TestFieldsThatDoNotExist(t *testing.T) {
	for _, test := range []struct {
		query, name, fix string
		at               int
	}{
		{`foo:bar`, "foo", `bar`, 0},
		{`exit AND foo:bar`, "foo", `exit AND bar`, 9},
		{`foo:"sex work"`, "foo", `"sex work"`, 0},
		{`foo:(exit OR leave)`, "foo", `(exit OR leave)`, 0},
		{`título:salida`, "título", `salida`, 0},
		{`название:выход`, "название", `выход`, 0},
		{`abs:exit`, "abs", `ab:exit`, 0},
		{`year:2010`, "year", `2010`, 0},
		{`(exit OR language:es)`, "language", `(exit OR es)`, 9},
	} {
		_, err := Parse(test.query, AsAnd)
		var fault *SyntaxError
		if !errors.As(err, &fault) {
			t.Errorf("%s: %v, want a SyntaxError", test.query, err)
			continue
		}
		if fault.Offset != test.at || fault.Problem != `there is no field "`+test.name+`"` || fault.Fix != test.fix || !strings.Contains(fault.Hint, "ti:, ab:, kw:, au: and jo:") {
			t.Errorf("%s: at %d, %s, %s\nfix %s, want %s", test.query, fault.Offset, fault.Problem, fault.Hint, fault.Fix, test.fix)
		}
	}
}

// TestWordsThatHoldAColon are read as they are.
func TestWordsThatHoldAColon(t *testing.T) {
	for _, query := range []string{
		`10:30`, `1:1 interviews`, `https://example.org/exit`, `example://x`, `doi:10.1007/s10508-019-01522-z`,
		`10.1002/(SICI)1097-0258(19980815/30)17:15`, `urn:nbn:de:101:1`, `"foo:bar"`,
		`Leaving sex work: a study`, `性産業:離脱`, `研究:性工作者`, `Sexarbeiter:innen`, `Sexarbeiter:in`, `jede:r`, `Sexarbeiter:innen*`, `Expert:inneninterviews`, `Editor:innen`,
		`EU:ssa`, `FN:s`, `exit (from sex work)`, `exit(ing)`, `KEY factors`, `a=b`, `ti:exit Title:exit JOURNAL:violence`,
	} {
		if _, err := Parse(query, AsAnd); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	if _, err := Parse(`foo:bar`, AsPhrase); err != nil {
		t.Errorf("a published strategy: %v", err)
	}
}
