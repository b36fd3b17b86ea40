package command

import (
	"strings"
	"testing"

	"polyglean/harvester"
)

func TestRunSaysWhatWasPutRight(t *testing.T) {
	run := harvester.Run{ID: "r1", Queries: []harvester.QueryState{
		{Source: "oai", Query: "set:north", Window: "2020-01-01..2020-12-31", State: harvester.StateComplete, Received: 12, New: 9, Unchanged: 3, Deleted: 2, Mended: map[string]int{
			"record in faulty XML": 1234, "answer in another encoding": 2,
		}},
		{Source: "doaj", Query: "es", State: harvester.StatePartial, Reason: "the budget is spent"},
	}}
	var out strings.Builder
	if err := printRun(&out, run); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"deleted", "doaj es is partial: the budget is spent", "Put right to be read:\n  oai set:north 2020-01-01..2020-12-31: 2 × answer in another encoding\n",
		"\n  oai set:north 2020-01-01..2020-12-31: " + thousands(1234) + " × record in faulty XML\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
	if strings.Count(out.String(), "Put right") != 1 {
		t.Error("the heading is not there once")
	}
}
