package strategy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestLint(t *testing.T) {
	for _, c := range []struct {
		name, text string
		dialect    Dialect
		want       []string // line:column severity text: problem, cut to what is given
	}{
		{"clean", `("sex traffick*" OR "forced prostitution") AND (survivor OR exit)`, Own, nil},
		{"unbalanced", "a1 AND (b1 OR c1", Own, []string{`1:8 error : "(" is never closed`}},
		{"unbalanced, closed too often", "a1 OR b1) AND c1", Own, []string{`1:9 error : ")" closes nothing`}},
		{"unbalanced in several lines", "#1 exit[ti]\n#2 (trade[ti]\n#3 #1 AND #2", PubMed, []string{`2:4 error : "(" is never closed`}},
		{"mixed operators", "exit OR leave AND trade", Own, []string{"1:15 warning AND: AND and OR side by side"}},
		{"mixed with NOT", "exit OR leave NOT trade", Own, []string{"1:15 warning NOT: AND and OR side by side"}},
		{"mixed in a group only", "(exit OR leave) AND NOT (a1 AND b1)", Own, nil},
		{"mixed at a database", "exit[ti] OR leave[ti] AND trade[ti]", PubMed, []string{"1:23 warning AND: mixed operators: next to another operator without parentheses: PubMed reads from left to right"}},
		{"typographic quotation marks", "“sex trade” OR “sex work”", Own, []string{"1:1 warning “: a typographic", "1:11 warning ”: a typographic"}},
		{"single quotation marks", "‘sex trade’", Own, []string{"1:1 warning ‘: a quotation mark that holds no phrase together"}},
		{"truncation too short", "ex* OR e* OR exi*", Own, []string{
			"1:1 warning ex*: truncated after 2 letters", "1:8 warning e*: truncated after one letter", "1:1 warning", "1:14 warning exi*: everything it finds is found by e*",
		}},
		{"truncation in front", "*prostitution", Own, []string{"1:1 warning *prostitution: a word that begins with a truncation mark"}},
		{"truncation of a script whose letters are words", "贩*", Own, nil},
		{"small operators", "exit and recovery OR leave", Own, []string{`1:1 warning exit and recovery: "and" is read as a word`}},
		{"small words in quotation marks", `"exit and recovery"`, Own, nil},
		{"stop words at a distance", "exit NEAR/3 (of OR trade)", Own, []string{"1:14 warning of: a word that stands in every text"}},
		{"one letter", "exit OR b", Own, []string{"1:9 warning b: a term of one letter"}},
		{"a letter that is a word", "性 OR au:x", Own, nil},
		{"twice", "exit OR leave OR EXIT OR ti:exit", Own, []string{"1:18 warning EXIT: stands twice", "1:29 warning ti:exit: everything it finds is found by exit"}},
		{"twice in different blocks", "(exit OR leave) AND (exit OR trade)", Own, nil},
		{"covered", `traffick* OR trafficking OR "sex trafficking" OR tráfficker`, Own, []string{
			"1:14 warning trafficking: everything it finds is found by traffick*",
			`1:29 warning "sex trafficking": everything it finds is found by traffick`,
			"1:50 warning tráfficker: everything it finds is found by traffick*",
		}},
		{"not covered", `"sex trade" OR "trade sex" OR trader OR ti:sex OR "sex trader"`, Own, []string{`1:51 warning "sex trader": everything it finds is found by trader`}},
		{"matches nothing", "(exit OR leave) NOT (traffick* OR exit*)", Own, []string{"1:2 warning exit: matches nothing: NOT exit* takes away"}},
		{"another database's syntax", "exit[tiab] OR traffick$ OR (sex adj3 trade)", Own, []string{
			`1:1 warning exit[tiab]: "exit[tiab]" is the syntax of another database`, `1:15 warning traffick$: "traffick$"`, `1:29 warning sex adj3 trade: "adj3"`,
		}},
		{"initials", `au:"jobe c*" OR au:c`, Own, nil},
		{"a line used twice", "1. (exit* or exiting).tw.\n2. leave.tw.\n3. 1 and 2\n4. 1 or 3", Ovid, []string{"1:14 warning exiting: everything it finds is found by exit* [1]"}},
		{"what was guessed", "exit\"[ti] (leave[ti])", PubMed, []string{`1:5 warning ": repaired`, "1:11 warning (: no operator"}},
		{"metacharacters are no pattern", `"u.s." OR "(exit|leave)" OR "\bexit\w+" OR "x{2}"`, Own, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range Lint(c.text, c.dialect) {
				got = append(got, fmt.Sprintf("%d:%d %s %s: %s [%d]", f.Line, f.Column, f.Severity, f.Text, f.Problem, f.Times))
				if f.Fix == "" || f.Times < 1 {
					t.Errorf("finding %+v has no way out", f)
				}
			}
			for _, want := range c.want {
				i := slices.IndexFunc(got, func(s string) bool { return strings.HasPrefix(s, want) })
				if i < 0 {
					t.Errorf("no finding %q", want)
					continue
				}
				got = slices.Delete(got, i, i+1)
			}
			if len(got) > 0 {
				t.Errorf("also found: %q", got)
			}
		})
	}
}

// TestLintOfManyTerms: a strategy of thousands of terms is looked at in no time.
func TestLintOfManyTerms(t *testing.T) {
	var terms []string
	for i := range 4000 {
		terms = append(terms, fmt.Sprintf("term%d", i))
	}
	terms = append(terms, "term7")
	findings := Lint(strings.Join(terms, " OR "), Own)
	if len(findings) != 1 || findings[0].Text != "term7" || !strings.Contains(findings[0].Problem, "twice") {
		t.Errorf("findings %+v", findings)
	}
}

func FuzzLint(f *testing.F) {
	f.Add("“a” OR b* AND (c NEAR/2 the) NOT a OR 性", "")
	f.Add("#1 a[ti]\n#2 #1 OR b", "pubmed")
	f.Fuzz(func(t *testing.T, s, dialect string) {
		for _, finding := range Lint(s, Dialect(dialect)) {
			if finding.Line < 1 || finding.Column < 1 || finding.Problem == "" || finding.Fix == "" {
				t.Fatalf("Lint(%q, %s): %+v", s, dialect, finding)
			}
		}
	})
}
