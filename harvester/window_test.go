package harvester

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// archive is a source of dated records that gives no more than max of them for one
// query.
type archive struct {
	records []dated
	max     int
	perDay  int
	asked   int
	// cut ends every page after so many requests, as a source that goes away.
	cut int
}

type dated struct {
	id  int
	day time.Time // zero: the record has no date
}

func (a *archive) Name() string { return "archive" }
func (a *archive) Pace() Pace   { return Pace{PageSize: 10, PerDay: a.perDay} }

func (a *archive) Queries(_ *protocol.Protocol, since time.Time) ([]Query, error) {
	return []Query{{Name: "published", Route: record.RouteSearch, From: since, Dated: true}}, nil
}

func (a *archive) Page(_ context.Context, q Query, cursor string) (Page, error) {
	a.asked++
	if a.cut > 0 && a.asked > a.cut {
		return Page{}, errors.New("the source has gone away")
	}
	var in []dated
	for _, r := range a.records {
		whole := q.From.IsZero() && q.Until.IsZero()
		if whole || !r.day.IsZero() && !r.day.Before(q.From) && (q.Until.IsZero() || !r.day.After(q.Until)) {
			in = append(in, r)
		}
	}
	if len(in) > a.max {
		return Page{}, &TooManyError{Source: a.Name(), Announced: len(in), Max: a.max}
	}
	at, _ := strconv.Atoi(cursor)
	p := Page{Announced: len(in)}
	for _, r := range in[at:min(at+10, len(in))] {
		p.Records = append(p.Records, record.Candidate{SourceID: strconv.Itoa(r.id), Version: 1, Titles: []record.Text{{Text: fmt.Sprint("Record ", r.id)}}})
	}
	if at+10 < len(in) {
		p.Next = strconv.Itoa(at + 10)
	}
	return p, nil
}

// archiveOf has n records spread unevenly over the years to now, most of them late.
func archiveOf(n, most int) *archive {
	a := &archive{max: most}
	today := midnight(time.Now())
	for i := range n {
		back := i * i / 40 // days
		a.records = append(a.records, dated{id: i, day: today.AddDate(0, 0, -back)})
	}
	return a
}

// sameDay makes sure that what follows is done on one day (UTC), of which windows and
// budgets are.
func sameDay(t *testing.T) {
	t.Helper()
	now := time.Now()
	if left := midnight(now).AddDate(0, 0, 1).Sub(now); left < 2*time.Minute {
		t.Logf("waiting for the next day, in %s", left)
		time.Sleep(left)
	}
}

func TestLargeQueryIsAskedInWindows(t *testing.T) {
	bus := openBus(t)
	a := archiveOf(500, 60)
	run := harvest(t, bus, Options{}, a)
	if run.Partial() {
		for _, q := range run.Queries {
			t.Logf("%s %s %s: %s", q.Query, q.Window, q.State, q.Reason)
		}
		t.Fatal("the run is partial")
	}
	if total := run.Totals(); total.New != 500 || total.Announced != 500 || total.Received != 500 {
		t.Errorf("totals %+v", total)
	}
	if records, distinct := inLog(t, bus); records != 500 || distinct != 500 {
		t.Errorf("the log holds %d records, %d distinct", records, distinct)
	}
	// Newest first.
	var first string
	for _, q := range run.Queries {
		if q.Received > 0 {
			first = q.Window
			break
		}
	}
	if !strings.HasSuffix(first, "..") {
		t.Errorf("the first window that was read is %q", first)
	}
}

func TestRecordsWithoutADateAreMissed(t *testing.T) {
	bus := openBus(t)
	a := archiveOf(100, 60)
	for i := range 7 {
		a.records = append(a.records, dated{id: 1000 + i})
	}
	run := harvest(t, bus, Options{}, a)
	whole := run.Queries[0]
	if whole.State != StatePartial || !strings.Contains(whole.Reason, "7 of the 107") {
		t.Errorf("state %s, reason %q", whole.State, whole.Reason)
	}
	if total := run.Totals(); total.Announced != 107 || total.Received != 100 {
		t.Errorf("totals %+v", total)
	}
}

func TestOneDayWithTooManyIsSaid(t *testing.T) {
	sameDay(t)
	bus := openBus(t)
	a := &archive{max: 10}
	for i := range 30 {
		a.records = append(a.records, dated{id: i, day: midnight(time.Now())})
	}
	run := harvest(t, bus, Options{}, a)
	said := slices.ContainsFunc(run.Queries, func(q QueryState) bool {
		return q.State == StateBlocked && strings.HasPrefix(q.Window, day(time.Now())) && strings.Contains(q.Reason, "30 records")
	})
	if !run.Partial() || !said {
		t.Errorf("partial is %v, and no window says why", run.Partial())
	}
}

// hoard is an archive that would rather be asked in parts, but gives the whole when
// there is no other way.
type hoard struct{ archive }

func (h *hoard) Page(ctx context.Context, q Query, cursor string) (Page, error) {
	if q.Indivisible {
		most := h.max
		h.max = len(h.records)
		defer func() { h.max = most }()
	}
	return h.archive.Page(ctx, q, cursor)
}

func TestOneDayWithTooManyIsHadWhereItCanBe(t *testing.T) {
	sameDay(t)
	bus := openBus(t)
	h := &hoard{archive{max: 10}}
	for i := range 35 {
		h.records = append(h.records, dated{id: i, day: midnight(time.Now())})
	}
	run := harvest(t, bus, Options{}, h)
	if total := run.Totals(); run.Partial() || total.New != 35 {
		t.Errorf("partial is %v, totals %+v", run.Partial(), total)
	}
}

func TestFirstFillGoesOnWindowByWindow(t *testing.T) {
	bus := openBus(t)
	a := archiveOf(500, 60)
	rounds := 0
	var began time.Time
	for {
		a.asked, a.cut = 0, 15
		rounds++
		run := harvest(t, bus, Options{}, a)
		if rounds == 1 {
			began = run.Queries[0].Started
		}
		if !run.Partial() {
			break
		}
		if rounds == 40 {
			t.Fatal("it never ends")
		}
	}
	if rounds < 3 {
		t.Errorf("%d rounds: nothing was cut short", rounds)
	}
	if records, distinct := inLog(t, bus); records != 500 || distinct != 500 {
		t.Errorf("the log holds %d records, %d distinct", records, distinct)
	}
	// The window after it begins with the first of the runs.
	through, _, err := NewLedger(bus).through(t.Context(), a.Name(), Query{Name: "published"})
	if err != nil || !through.Equal(began) {
		t.Errorf("had through %s, and begun %s: %v", through, began, err)
	}
	// And then only what is new is asked for.
	a.asked, a.cut = 0, 0
	a.records = append(a.records, dated{id: 9999, day: midnight(time.Now())})
	run := harvest(t, bus, Options{}, a)
	if total := run.Totals(); run.Partial() || total.New != 1 || total.Received > 60 || a.asked > 6 {
		t.Errorf("%d requests, totals %+v", a.asked, total)
	}
	a.asked = 0
	run = harvest(t, bus, Options{Full: true}, a)
	if total := run.Totals(); total.Received != 501 || total.New != 0 {
		t.Errorf("asked in full: %+v", total)
	}
}

func TestBudgetOfTheDayEndsTheQueryPartial(t *testing.T) {
	sameDay(t)
	bus := openBus(t)
	a := archiveOf(100, 1000)
	a.perDay = 4
	q := harvest(t, bus, Options{}, a).Queries[0]
	if q.State != StatePartial || q.Received != 40 || !strings.Contains(q.Reason, "4 requests to archive are spent") {
		t.Errorf("%+v", q)
	}
	// Another run on the same day asks nothing and loses nothing.
	asked := a.asked
	q = harvest(t, bus, Options{}, a).Queries[0]
	if q.State != StatePartial || a.asked != asked || q.Carried != 40 {
		t.Errorf("%d requests more, %+v", a.asked-asked, q)
	}
	a.perDay = 100
	q = harvest(t, bus, Options{}, a).Queries[0]
	if q.State != StateComplete || q.Carried != 40 || q.Received != 60 {
		t.Errorf("%+v", q)
	}
}

func TestWindowsTile(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var leaves []Query
	var cut func(q Query, depth int)
	cut = func(q Query, depth int) {
		later, earlier, ok := q.divide(now)
		if !ok || depth == 0 {
			leaves = append(leaves, q)
			return
		}
		cut(later, depth-1)
		cut(earlier, depth-1)
	}
	cut(Query{Dated: true, Earliest: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)}, 8)
	if !leaves[0].Until.IsZero() || !leaves[len(leaves)-1].From.IsZero() {
		t.Errorf("the ends are not open: %s, %s", leaves[0].window(), leaves[len(leaves)-1].window())
	}
	for i := 1; i < len(leaves); i++ {
		if want := leaves[i-1].From.AddDate(0, 0, -1); !leaves[i].Until.Equal(want) {
			t.Errorf("%s then %s", leaves[i-1].window(), leaves[i].window())
		}
	}
	if _, _, ok := (Query{Dated: true, From: now, Until: now}).divide(now); ok {
		t.Error("a single day was divided")
	}
	if _, _, ok := (Query{}).divide(now); ok {
		t.Error("a query without dates was divided")
	}
}
