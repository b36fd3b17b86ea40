package harvester

import (
	"errors"
	"testing"

	"polyglean/internal/protocol"
)

func TestPlanSaysWhatAHarvestTakesAndKeepsNothing(t *testing.T) {
	bus := openBus(t)
	a := archiveOf(500, 60)
	a.perDay = 20
	gone := shelfOf("gone", 5)
	gone.fail = func(int) error { return errors.New("it has gone away") }
	plan, err := New(bus, &protocol.Protocol{Name: "test", Digest: "d"}, []Source{a, gone}, Options{}).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p := plan[0]; p.Records != 500 || p.Requests != 50 || p.Days != 3 || p.PerDay != 20 {
		t.Errorf("%+v", p)
	}
	if q := plan[1].Queries[0]; q.Reason == "" || q.Announced != -1 {
		t.Errorf("%+v", q)
	}
	if records, _ := inLog(t, bus); records != 0 {
		t.Errorf("%d records in the log", records)
	}
	runs, err := NewLedger(bus).Runs(t.Context())
	if err != nil || len(runs) != 0 {
		t.Errorf("%d runs in the ledger, error %v", len(runs), err)
	}
}
