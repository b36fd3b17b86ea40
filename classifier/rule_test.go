package classifier

import (
	"testing"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

func TestJudge(t *testing.T) {
	set := func(names ...string) map[string]bool {
		m := make(map[string]bool)
		for _, n := range names {
			m[n] = true
		}
		return m
	}
	rule := protocol.Rule{
		Core: set("trafficking", "prostitution", "exit"), Side: set("brothel", "sex_work"),
		Support: set("exit", "shelter"), Negative: set("drugs"),
		Exceptions: []protocol.Exception{
			{Of: set("prostitution", "brothel", "sex_work"), Beside: set("hiv"), Unless: set("exit", "trafficking")},
			{Of: set("trafficking"), Beside: set("labour"), Unless: set("prostitution")},
		},
	}
	// A concept found by a weak pattern alone is written with a ~.
	for _, c := range []struct {
		name     string
		concepts []string
		want     bool
	}{
		{"one core", []string{"trafficking"}, true},
		{"weak core alone", []string{"trafficking~"}, false},
		{"weak core with support", []string{"trafficking~", "shelter"}, true},
		{"core and negative", []string{"trafficking", "drugs"}, false},
		{"two cores and negative", []string{"trafficking", "exit", "drugs"}, true},
		{"one side", []string{"sex_work"}, false},
		{"two sides", []string{"sex_work", "brothel"}, true},
		{"side with support", []string{"sex_work", "shelter"}, true},
		{"excepted core", []string{"prostitution", "hiv"}, false},
		{"excepted core by a weak word", []string{"prostitution", "hiv~"}, true},
		{"excepted sides", []string{"sex_work", "brothel", "hiv"}, false},
		{"excepted side with support", []string{"sex_work", "shelter", "hiv"}, false},
		{"unless it is left", []string{"prostitution", "hiv", "exit"}, true},
		{"not unless by a weak word", []string{"prostitution", "hiv", "exit~"}, false},
		{"two exceptions keep each other from nothing", []string{"trafficking", "labour", "hiv"}, false},
		{"the second exception's unless", []string{"trafficking", "labour", "prostitution"}, true},
		{"only what is excepted goes", []string{"trafficking", "prostitution", "hiv"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var hits []record.ConceptHit
			for _, name := range c.concepts {
				h := record.ConceptHit{Concept: name, Strong: true}
				if n := len(name) - 1; name[n] == '~' {
					h.Concept, h.Strong = name[:n], false
				}
				hits = append(hits, h)
			}
			before := len(hits)
			if got := judge(rule, hits).relevant; got != c.want {
				t.Errorf("relevant is %v, want %v", got, c.want)
			}
			if len(hits) != before || hits[0].Concept == "" {
				t.Error("the hits were changed")
			}
		})
	}
}
