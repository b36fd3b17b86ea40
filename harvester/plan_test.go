package harvester

import (
	"errors"
	"strings"
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

// pricy is an archive whose pages cost ten credits, and later ones three.
type pricy struct{ *archive }

func (p pricy) Pace() Pace { return Pace{PageSize: 10, PerDay: p.perDay, Unit: "credit"} }

func (pricy) Cost(_ Query, cursor string) int {
	if cursor == "" {
		return 10
	}
	return 3
}

func TestBudgetCountsWhatRequestsCost(t *testing.T) {
	bus := openBus(t)
	a := pricy{archiveOf(60, 60)}
	a.perDay = 25
	p := &protocol.Protocol{Name: "test", Digest: "d"}
	plan, err := New(bus, p, []Source{a}, Options{}).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The plan has spent ten itself.
	if s := plan[0]; s.Requests != 6 || s.Queries[0].Cost != 60 || s.Cost != 60 || s.Days != 3 || s.Unit != "credit" {
		t.Errorf("plan %+v", s)
	}
	run := harvest(t, bus, Options{}, a)
	// One page of ten and one of three: the next would make 26.
	if q := run.Queries[0]; q.State != StatePartial || q.Pages != 2 || !strings.Contains(q.Reason, "25 credits") {
		t.Errorf("%+v", q)
	}
}
