package harvester

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"polyglean/internal/protocol"
)

func TestPlanSaysWhatAHarvestTakesAndKeepsNothing(t *testing.T) {
	sameDay(t)
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
	sameDay(t)
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

// putOff is what a source fails with whose own budget is spent.
type putOff struct{ until time.Time }

func (p putOff) Error() string   { return "there are more from " + p.until.Format(time.DateOnly) }
func (p putOff) More() time.Time { return p.until }

// A query that a source's budget ends before its first page is put off, not refused, and
// one that it ends on the way goes on from its cursor.
func TestBudgetOfTheSourceEndsTheQueryPartial(t *testing.T) {
	bus := openBus(t)
	s := shelfOf("a", 25)
	spent := fmt.Errorf("a: %w", putOff{time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)})
	s.fail = func(int) error { return spent }
	if q := harvest(t, bus, Options{}, s).Queries[0]; q.State != StatePartial || !strings.Contains(q.Reason, "2026-11-24") {
		t.Errorf("before the first page: %+v", q)
	}
	s.fail = func(page int) error {
		if page == 2 {
			return spent
		}
		return nil
	}
	if q := harvest(t, bus, Options{}, s).Queries[0]; q.State != StatePartial || q.Received != 20 {
		t.Errorf("on the way: %+v", q)
	}
	before := s.pages
	if q := harvest(t, bus, Options{}, s).Queries[0]; q.State != StatePartial || s.pages != before || q.Cursor == "" {
		t.Errorf("still spent: %+v, %d pages asked again", q, s.pages-before)
	}
	s.fail = nil
	if q := harvest(t, bus, Options{}, s).Queries[0]; q.State != StateComplete || q.Carried+q.Received != 25 {
		t.Errorf("goes on: %+v", q)
	}
}
