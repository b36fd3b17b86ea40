package harvester

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// shelf is a source that holds its records in memory and pages through them; what
// can go wrong with a source can be made to go wrong.
type shelf struct {
	name     string
	records  []record.Candidate
	bad      []Bad // on the first page
	pageSize int
	announce int // 0 announces what there is
	// fail, if set, is asked before each page, by its number from 0.
	fail func(page int) error
	// refuse is what Queries fails with; volatile is Query.Volatile.
	refuse   error
	volatile bool
	// loop makes the source answer every page with the cursor it was asked for.
	loop bool
	// circle makes the third page lead back to the second.
	circle bool
	pages  int // served
	// mended is Page.Mended of every page.
	mended map[string]int
}

func (s *shelf) Name() string { return s.name }

func (s *shelf) Queries(*protocol.Protocol, time.Time) ([]Query, error) {
	if s.refuse != nil {
		return nil, s.refuse
	}
	return []Query{{Name: "published", Route: record.RouteSearch, Volatile: s.volatile}}, nil
}

func (s *shelf) Page(_ context.Context, _ Query, cursor string) (Page, error) {
	at := 0
	if cursor != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(cursor, "at-"))
		if err != nil {
			return Page{}, fmt.Errorf("cursor %q is not known", cursor)
		}
		at = n
	}
	if s.fail != nil {
		if err := s.fail(at / s.pageSize); err != nil {
			return Page{}, err
		}
	}
	s.pages++
	end := min(at+s.pageSize, len(s.records))
	p := Page{Announced: len(s.records) + len(s.bad), Records: s.records[at:end], Sent: "GET /shelf", Mended: s.mended}
	if s.announce > 0 {
		p.Announced = s.announce
	}
	if at == 0 {
		p.Bad = s.bad
	}
	if end < len(s.records) {
		p.Next = fmt.Sprintf("at-%d", end)
	}
	if s.loop {
		p.Next = cursor
		if p.Next == "" {
			p.Next = "at-0"
		}
	}
	if s.circle && at == 2*s.pageSize {
		p.Next = fmt.Sprintf("at-%d", s.pageSize)
	}
	return p, nil
}

func shelfOf(name string, n int) *shelf {
	s := &shelf{name: name, pageSize: 10}
	for i := range n {
		s.records = append(s.records, record.Candidate{
			SourceID: strconv.Itoa(i), Titles: []record.Text{{Text: fmt.Sprintf("Record %d of %s", i, name)}}, Version: 1,
		})
	}
	return s
}

func openBus(t *testing.T) *stream.Bus {
	t.Helper()
	bus, err := stream.Open(t.Context(), stream.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bus.Close)
	return bus
}

func harvest(t *testing.T, bus *stream.Bus, opts Options, sources ...Source) Run {
	t.Helper()
	run, err := New(bus, &protocol.Protocol{Name: "test", Digest: "d"}, sources, opts).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range run.Queries {
		if !q.Balanced() {
			t.Errorf("%s does not balance: %+v", q.Source, q)
		}
	}
	return run
}

func inLog(t *testing.T, bus *stream.Bus) (records, distinct int) {
	t.Helper()
	ids := map[uint64]bool{}
	if err := bus.EachMark(t.Context(), func(m stream.Mark, _ stream.Origin, _ uint64) {
		records++
		ids[m.ID] = true
	}); err != nil {
		t.Fatal(err)
	}
	return records, len(ids)
}

func TestRunCountsWhatCame(t *testing.T) {
	bus := openBus(t)
	a, b := shelfOf("a", 35), shelfOf("b", 7)
	b.bad = []Bad{{SourceID: "broken", Reason: "the abstract is a number", Raw: []byte(`{"abstract":7}`)}}
	run := harvest(t, bus, Options{}, a, b)
	if run.Partial() || run.Ended.IsZero() {
		t.Fatalf("run %+v", run)
	}
	total := run.Totals()
	if total.Announced != 43 || total.Received != 43 || total.New != 42 || total.Parked != 1 || total.Pages != 5 {
		t.Errorf("totals %+v", total)
	}
	if run.Queries[0].Sent != "GET /shelf" {
		t.Errorf("the request is not in the ledger: %+v", run.Queries[0])
	}
	var parked []record.Parked
	if err := bus.EachParked(t.Context(), func(p record.Parked) error { parked = append(parked, p); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(parked) != 1 || parked[0].RecordID != "b:broken" || string(parked[0].Raw) != `{"abstract":7}` {
		t.Errorf("parked %+v", parked)
	}
}

// What had to be put right is counted for each query and in all, and kept when the run
// goes on from a cursor.
func TestMendingsAreCounted(t *testing.T) {
	bus := openBus(t)
	a, b := shelfOf("a", 35), shelfOf("b", 7)
	a.mended, b.mended = map[string]int{"faulty": 3}, map[string]int{"faulty": 1, "cut": 2}
	run := harvest(t, bus, Options{}, a, b, shelfOf("c", 3))
	for i, want := range []map[string]int{{"faulty": 12}, {"faulty": 1, "cut": 2}, nil} {
		if got := run.Queries[i].Mended; !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", run.Queries[i].Source, got, want)
		}
	}
	if total := run.Totals().Mended; !maps.Equal(total, map[string]int{"faulty": 13, "cut": 2}) {
		t.Errorf("in all %v", total)
	}
}

func TestSecondRunPublishesOnlyWhatChanged(t *testing.T) {
	bus := openBus(t)
	s := shelfOf("a", 25)
	harvest(t, bus, Options{}, s)
	s.records[3].Titles = []record.Text{{Text: "Another title"}}
	s.records[4].Version = 9 // a new datestamp alone is no news
	s.records = append(s.records, record.Candidate{SourceID: "late", Titles: []record.Text{{Text: "Late"}}})
	run := harvest(t, bus, Options{}, s)
	second := run.Totals()
	if second.New != 1 || second.Changed != 1 || second.Unchanged != 24 {
		t.Errorf("second run %+v", second)
	}
	if records, distinct := inLog(t, bus); records != 27 || distinct != 26 {
		t.Errorf("the log holds %d records, %d distinct", records, distinct)
	}
}

func TestSourceThatFailsIsNeverComplete(t *testing.T) {
	down := errors.New("503 from the source")
	for name, c := range map[string]struct {
		set   func(*shelf)
		state State
		got   int
		why   string
	}{
		"nothing came":      {func(s *shelf) { s.fail = func(int) error { return down } }, StateBlocked, 0, "503"},
		"some pages came":   {func(s *shelf) { s.fail = func(p int) error { return errAfter(p, 2, down) } }, StatePartial, 20, "503"},
		"fewer than said":   {func(s *shelf) { s.announce = 50 }, StatePartial, 35, "announced 50 records and delivered 35"},
		"cursor repeats":    {func(s *shelf) { s.loop = true }, StatePartial, 20, "same cursor"},
		"cursors circle":    {func(s *shelf) { s.circle = true }, StatePartial, 30, "same cursor"},
		"more than it said": {func(s *shelf) { s.announce = 20 }, StateComplete, 35, ""},
	} {
		t.Run(name, func(t *testing.T) {
			bus := openBus(t)
			bad, good := shelfOf("bad", 35), shelfOf("good", 5)
			c.set(bad)
			run := harvest(t, bus, Options{}, bad, good)
			q := run.Queries[0]
			if q.State != c.state || q.Received != c.got || !strings.Contains(q.Reason, c.why) {
				t.Errorf("state %s, received %d, reason %q", q.State, q.Received, q.Reason)
			}
			if run.Partial() != (c.state != StateComplete) {
				t.Errorf("partial is %v", run.Partial())
			}
			if run.Queries[1].State != StateComplete {
				t.Errorf("the other source suffered: %+v", run.Queries[1])
			}
		})
	}
}

func errAfter(page, n int, err error) error {
	if page >= n {
		return err
	}
	return nil
}

func TestNextRunGoesOnFromThePartialOne(t *testing.T) {
	bus := openBus(t)
	s := shelfOf("a", 35)
	s.fail = func(p int) error { return errAfter(p, 2, errors.New("the budget of the day is spent")) }
	harvest(t, bus, Options{}, s)
	s.fail, s.pages = nil, 0
	run := harvest(t, bus, Options{}, s)
	q := run.Queries[0]
	if q.State != StateComplete || q.Carried != 20 || q.Received != 15 || s.pages != 2 {
		t.Errorf("state %s, carried %d, received %d, %d pages asked for: %s", q.State, q.Carried, q.Received, s.pages, q.Reason)
	}
}

func TestCircleIsAskedFromTheStartAgain(t *testing.T) {
	bus := openBus(t)
	s := shelfOf("a", 35)
	s.circle = true
	harvest(t, bus, Options{}, s)
	s.circle, s.pages = false, 0
	q := harvest(t, bus, Options{}, s).Queries[0]
	if q.State != StateComplete || q.Received != 35 || q.New != 5 || q.Carried != 0 {
		t.Errorf("state %s, received %d, new %d, carried %d: %s", q.State, q.Received, q.New, q.Carried, q.Reason)
	}
}

// What a source changes while a query is asked, over several runs, may be on pages that
// were had in the first: the window after them begins there.
func TestNextWindowBeginsWithTheFirstOfSeveralRuns(t *testing.T) {
	gone := errors.New("gone for today")
	for name, c := range map[string]struct {
		volatile, forgets bool
		begins            int // which run
	}{
		"the cursor is taken over": {begins: 0},
		"the query begins anew":    {volatile: true, begins: 1},
		"the cursor is forgotten":  {forgets: true, begins: 1},
	} {
		t.Run(name, func(t *testing.T) {
			bus := openBus(t)
			s := shelfOf("a", 35)
			s.volatile = c.volatile
			s.fail = func(p int) error { return errAfter(p, 2, gone) }
			runs := []Run{harvest(t, bus, Options{}, s)}
			first := true
			s.fail = func(int) error {
				if first && c.forgets {
					first = false
					return errors.New("the cursor has expired")
				}
				return nil
			}
			runs = append(runs, harvest(t, bus, Options{}, s))
			queries, err := s.Queries(nil, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			through, found, err := NewLedger(bus).through(t.Context(), "a", queries[0])
			if want := runs[c.begins].Queries[0].Started; err != nil || !found || !through.Equal(want) {
				t.Errorf("the next window begins at %s, want %s: %v", through, want, err)
			}
		})
	}
}

func TestVolatileCursorIsNotTakenOver(t *testing.T) {
	bus := openBus(t)
	s := shelfOf("a", 35)
	s.volatile = true
	s.fail = func(p int) error { return errAfter(p, 2, errors.New("gone for today")) }
	harvest(t, bus, Options{}, s)
	s.fail, s.pages = nil, 0
	q := harvest(t, bus, Options{}, s).Queries[0]
	if q.State != StateComplete || q.Received != 35 || q.Carried != 0 || s.pages != 4 {
		t.Errorf("%d pages asked for, %+v", s.pages, q)
	}
}

func TestSourceThatCannotBeAskedIsBlocked(t *testing.T) {
	bus := openBus(t)
	bad, good := shelfOf("bad", 5), shelfOf("good", 5)
	bad.refuse = errors.New("no wildcard inside a word")
	run := harvest(t, bus, Options{}, bad, good)
	if q := run.Queries[0]; q.State != StateBlocked || !strings.Contains(q.Reason, "no wildcard") {
		t.Errorf("%+v", q)
	}
	if !run.Partial() || run.Queries[1].State != StateComplete {
		t.Errorf("%+v", run.Queries)
	}
}

func TestForgottenCursorBeginsAnew(t *testing.T) {
	bus := openBus(t)
	s := shelfOf("a", 35)
	s.fail = func(p int) error { return errAfter(p, 2, errors.New("gone for today")) }
	harvest(t, bus, Options{}, s)
	forgotten := true
	s.fail = func(p int) error {
		if p == 2 && forgotten {
			forgotten = false
			return errors.New("404 unknown cursor")
		}
		return nil
	}
	run := harvest(t, bus, Options{}, s)
	q := run.Queries[0]
	if q.State != StateComplete || q.Received != 35 || q.Carried != 0 || q.Unchanged != 20 || q.New != 15 {
		t.Errorf("%+v", q)
	}
}

// A kill between the publishing of a page and the saving of its cursor repeats the
// page: its records must be counted as new once, and published once.
func TestPagePublishedButNotCountedIsCountedOnce(t *testing.T) {
	bus := openBus(t)
	s := shelfOf("a", 35)
	p := &protocol.Protocol{Name: "test", Digest: "d"}
	h := New(bus, p, []Source{s}, Options{})
	run, err := h.ledger.open(t.Context(), Run{Protocol: "test", Digest: "d", Sources: []string{"a"}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if h.seen, err = h.opts.Seen.of(t.Context(), h.ledger, run); err != nil {
		t.Fatal(err)
	}
	st, err := h.startState(t.Context(), run, s, Query{Name: "published", Route: record.RouteSearch})
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Page(t.Context(), Query{}, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.handPages(t.Context(), &st, []Page{page}); err != nil {
		t.Fatal(err)
	}
	// Here the process dies: st is not saved.
	resumed := harvest(t, bus, Options{}, s)
	if resumed.ID != run.ID {
		t.Fatalf("run %s was not resumed", run.ID)
	}
	if total := resumed.Totals(); total.New != 35 || total.Unchanged != 0 || total.Received != 35 {
		t.Errorf("totals %+v", total)
	}
	if records, distinct := inLog(t, bus); records != 35 || distinct != 35 {
		t.Errorf("the log holds %d records, %d distinct", records, distinct)
	}
}

func TestRecordsThatCannotTravelAreParked(t *testing.T) {
	bus := openBus(t)
	s := shelfOf("a", 5)
	s.records[2].Abstracts = []record.Text{{Text: strings.Repeat("ж", bus.RecordLimit()/2)}}
	s.records[4].SourceID = ""
	q := harvest(t, bus, Options{}, s).Queries[0]
	if q.State != StateComplete || q.New != 3 || q.Parked != 2 || q.Received != 5 {
		t.Errorf("%+v", q)
	}
	if records, _ := inLog(t, bus); records != 3 {
		t.Errorf("the log holds %d records", records)
	}
}

func TestEndOfContextLeavesTheRunToBeResumed(t *testing.T) {
	bus := openBus(t)
	s := shelfOf("a", 35)
	ctx, cancel := context.WithCancel(t.Context())
	s.fail = func(p int) error {
		if p == 2 {
			cancel()
		}
		return nil
	}
	p := &protocol.Protocol{Name: "test", Digest: "d"}
	run, err := New(bus, p, []Source{s}, Options{}).Run(ctx)
	if !errors.Is(err, context.Canceled) || !run.Ended.IsZero() {
		t.Fatalf("error %v, run %+v", err, run)
	}
	s.fail = nil
	again := harvest(t, bus, Options{}, s)
	if again.ID != run.ID || again.Totals().New != 35 {
		t.Errorf("run %s then %s, totals %+v", run.ID, again.ID, again.Totals())
	}
	if fresh := harvest(t, bus, Options{Fresh: true}, s); fresh.ID == run.ID {
		t.Error("a fresh run was asked for")
	}
}

// What could not be written counts as news when the same process receives it again, as it
// does when its NATS server was away for a while.
func TestWhatCouldNotBeWrittenIsReceivedAgain(t *testing.T) {
	bus := openBus(t)
	js, err := jetstream.New(bus.Conn())
	if err != nil {
		t.Fatal(err)
	}
	limit := func(bytes int64) {
		s, err := js.Stream(t.Context(), stream.Candidates)
		if err != nil {
			t.Fatal(err)
		}
		config := s.CachedInfo().Config
		config.MaxBytes = bytes
		if _, err := js.UpdateStream(t.Context(), config); err != nil {
			t.Fatal(err)
		}
	}
	h := New(bus, &protocol.Protocol{Name: "test", Digest: "d"}, []Source{shelfOf("a", 35)}, Options{})
	limit(1)
	if run, err := h.Run(t.Context()); err == nil {
		t.Fatalf("nothing could be written: %+v", run)
	}
	limit(1 << 20)
	run, err := h.Run(t.Context())
	if err != nil || run.Totals().New != 35 {
		t.Errorf("totals %+v, error %v", run.Totals(), err)
	}
	if records, distinct := inLog(t, bus); records != 35 || distinct != 35 {
		t.Errorf("the log holds %d records, %d distinct", records, distinct)
	}
}
