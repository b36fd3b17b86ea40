package harvester

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// citing is a source that knows citations: for each query its finds, one a page.
type citing struct {
	finds map[string][]string
	// records are those that are not made up.
	records map[string]record.Candidate
	perDay  int
	asked   []string
	asking  func(query string) // sees each request first, if set
}

func (c *citing) Name() string { return "citing" }
func (c *citing) Pace() Pace   { return Pace{PageSize: 1, PerDay: c.perDay} }

func (c *citing) Queries(*protocol.Protocol, time.Time) ([]Query, error) {
	panic("a snowball is asked what Follow says")
}

func (c *citing) Follow(studies []Followed) []Query {
	var queries []Query
	for _, f := range studies {
		for _, how := range record.Citations {
			queries = append(queries, Link{How: how, Followed: f}.Query())
		}
	}
	return queries
}

func (c *citing) Page(_ context.Context, q Query, cursor string) (Page, error) {
	c.asked = append(c.asked, q.Name+cursor)
	if c.asking != nil {
		c.asking(q.Name + cursor)
	}
	all := c.finds[q.Follow.How.Query(q.Follow.Study)]
	at, _ := strconv.Atoi(cursor)
	p := Page{Announced: len(all)}
	for _, id := range all[min(at, len(all)):min(at+1, len(all))] {
		r, ok := c.records[id]
		if !ok {
			r = record.Candidate{SourceID: id, Version: 1, Titles: []record.Text{{Text: "Record " + id}}}
		}
		p.Records = append(p.Records, r)
	}
	if at+1 < len(all) {
		p.Next = strconv.Itoa(at + 1)
	}
	return p, nil
}

var twoStudies = []Followed{{Study: "s1"}, {Study: "s2"}}

func TestSnowballNamesWhatLedThere(t *testing.T) {
	bus := openBus(t)
	s := &citing{finds: map[string][]string{"cited-by:s1": {"a", "b"}, "cites:s1": {"c"}, "cited-by:s2": {"b"}}}
	run := harvest(t, bus, Options{Input: "snowball"}, Snowball(s, s.Follow(twoStudies)))
	if total := run.Totals(); run.Partial() || total.New != 3 || total.Changed != 1 {
		t.Errorf("totals %+v", total)
	}
	var got []string
	for _, q := range run.Queries {
		if q.Route != record.RouteSnowball {
			t.Errorf("%s is of the route %q", q.Query, q.Route)
		}
		got = append(got, q.Query)
		if _, study, ok := record.FollowedBy(q.Query); !ok || study != "s1" && study != "s2" {
			t.Errorf("%s does not say which study led there", q.Query)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"cited-by:s1", "cited-by:s2", "cites:s1", "cites:s2"}) {
		t.Errorf("queries %q", got)
	}
}

// latest are the records of the log, the last copy of each.
func latest(t *testing.T, bus *stream.Bus) map[string]record.Candidate {
	t.Helper()
	name := "reader-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	sub, err := bus.Subscribe(t.Context(), stream.Candidates, name, 100)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]record.Candidate{}
	for {
		lag, err := bus.Lag(t.Context(), stream.Candidates, name)
		if err != nil {
			t.Fatal(err)
		}
		if lag == 0 {
			return all
		}
		ds, err := sub.Fetch(t.Context(), 100, 200*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			for _, raw := range d.Records {
				var c record.Candidate
				if err := json.Unmarshal(raw, &c); err != nil {
					t.Fatal(err)
				}
				all[c.ID] = c
			}
			if err := d.Done(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Every study that leads to a record is told, in whatever round and run it did, and
// also of a record that a search had found; such a record stays the search's find.
func TestEveryPathIsKept(t *testing.T) {
	bus := openBus(t)
	searched := shelfOf("citing", 1) // record 0
	harvest(t, bus, Options{}, searched)
	before := latest(t, bus)["citing:0"]

	s := &citing{finds: map[string][]string{"cited-by:s1": {"0", "a"}, "cited-by:s2": {"a"}}}
	s.records = map[string]record.Candidate{"0": searched.records[0]}
	snowball := func(round int) QueryState {
		run := harvest(t, bus, Options{Input: fmt.Sprint(time.Now()), Round: round}, Snowball(s, s.Follow(twoStudies)))
		return run.Totals()
	}
	if total := snowball(1); total.New != 1 || total.Changed != 2 || total.Received != 3 {
		t.Errorf("round 1: %+v", total)
	}
	s.finds["cites:s2"] = []string{"0", "a"}
	if total := snowball(2); total.New != 0 || total.Changed != 2 || total.Unchanged != 3 {
		t.Errorf("round 2: %+v", total)
	}
	if total := snowball(3); total.Changed != 0 || total.Unchanged != 5 {
		t.Errorf("nothing is new, and it has %+v", total)
	}
	got := latest(t, bus)
	for id, want := range map[string][]record.Path{
		"citing:0": {{How: record.CitedBy, Study: "s1", Round: 1}, {How: record.Cites, Study: "s2", Round: 2}},
		"citing:a": {{How: record.CitedBy, Study: "s1", Round: 1}, {How: record.CitedBy, Study: "s2", Round: 1}, {How: record.Cites, Study: "s2", Round: 2}},
	} {
		if !slices.Equal(got[id].Paths, want) {
			t.Errorf("%s was found by %+v, want %+v", id, got[id].Paths, want)
		}
	}
	after := got["citing:0"]
	if after.Paths = nil; !reflect.DeepEqual(after, before) {
		t.Errorf("the search's find became %+v, was %+v", after, before)
	}
	if a := got["citing:a"]; a.Query != "cited-by:s1" || a.Route != record.RouteSnowball {
		t.Errorf("found first by %s %s", a.Route, a.Query)
	}
	// New words keep the paths.
	searched.records[0].Titles = []record.Text{{Text: "Mended"}}
	harvest(t, bus, Options{Fresh: true, Full: true}, searched)
	if c := latest(t, bus)["citing:0"]; c.Title() != "Mended" || len(c.Paths) != 2 {
		t.Errorf("harvested again: %+v", c)
	}
}

// A work may be cited at any time: a query that was asked to its end is asked in
// full again, and finds what is new.
func TestSnowballSeesNewCitations(t *testing.T) {
	bus := openBus(t)
	s := &citing{finds: map[string][]string{"cited-by:s1": {"a", "b"}}}
	queries := s.Follow(twoStudies[:1])
	harvest(t, bus, Options{Input: "first"}, Snowball(s, queries))
	s.finds["cited-by:s1"] = []string{"new", "a", "b"}
	run := harvest(t, bus, Options{Input: "second"}, Snowball(s, queries))
	if second := run.Totals(); second.New != 1 || second.Unchanged != 2 {
		t.Errorf("second run %+v", second)
	}
}

// A snowballing that takes more requests than a day has goes on, and asks nothing
// twice that was asked to its end since it began.
func TestSnowballGoesOnWithinItsBudget(t *testing.T) {
	sameDay(t)
	bus := openBus(t)
	ledger := NewLedger(bus)
	s := &citing{perDay: 3, finds: map[string][]string{"cited-by:s1": {"a", "b"}, "cites:s1": {"c", "d"}, "cited-by:s2": {"e"}}}
	began := time.Now().UTC()
	all := s.Follow(twoStudies)
	first := harvest(t, bus, Options{Input: "round"}, Snowball(s, all))
	if !first.Partial() || len(s.asked) != 3 {
		t.Fatalf("asked %q, partial %v", s.asked, first.Partial())
	}
	left, err := ledger.Unasked(t.Context(), s.Name(), all, began)
	if err != nil || len(left) != 3 || left[0].Name != "cites:s1" {
		t.Fatalf("left %+v, %v", left, err)
	}
	s.perDay, s.asked = 100, nil
	second := harvest(t, bus, Options{Input: "round"}, Snowball(s, left))
	if second.Partial() || second.Totals().New != 2 || !slices.Equal(s.asked, []string{"cites:s11", "cited-by:s2", "cites:s2"}) {
		t.Errorf("asked %q, totals %+v", s.asked, second.Totals())
	}
	if left, err = ledger.Unasked(t.Context(), s.Name(), all, began); err != nil || left != nil {
		t.Errorf("still left %+v, %v", left, err)
	}
	if left, err = ledger.Unasked(t.Context(), s.Name(), all, time.Now()); err != nil || len(left) != 4 {
		t.Errorf("for one that begins now %d are left, %v", len(left), err)
	}
}

// A run that was cut short goes on, without the queries that were asked to their end
// in it before.
func TestSnowballThatWasCutShortGoesOn(t *testing.T) {
	bus := openBus(t)
	s := &citing{finds: map[string][]string{"cited-by:s1": {"a", "b"}, "cites:s1": {"c", "d"}, "cited-by:s2": {"e"}}}
	began := time.Now().UTC()
	ctx, cut := context.WithCancel(t.Context())
	s.asking = func(q string) {
		if q == "cites:s11" {
			cut()
		}
	}
	all := s.Follow(twoStudies)
	p := &protocol.Protocol{Name: "test", Digest: "d"}
	first, err := New(bus, p, []Source{Snowball(s, all)}, Options{Input: "round"}).Run(ctx)
	if !errors.Is(err, context.Canceled) || !first.Ended.IsZero() {
		t.Fatalf("run %+v, %v", first, err)
	}
	s.asking = nil
	left, err := NewLedger(bus).Unasked(t.Context(), s.Name(), all, began)
	if err != nil || len(left) != 3 {
		t.Fatalf("%d are left, %v", len(left), err)
	}
	second := harvest(t, bus, Options{Input: "round"}, Snowball(s, left))
	if total := second.Totals(); second.ID != first.ID || second.Partial() || len(second.Queries) != 4 || total.New != 5 {
		t.Errorf("run %s after %s, totals %+v", second.ID, first.ID, total)
	}
}

// A run of a snowball and a harvest of the same source are runs apart.
func TestSnowballIsARunOfItsOwn(t *testing.T) {
	bus := openBus(t)
	s := shelfOf("citing", 5)
	s.fail = func(int) error { return context.DeadlineExceeded }
	plain := harvest(t, bus, Options{}, s)
	c := &citing{finds: map[string][]string{"cited-by:s1": {"a"}}}
	run := harvest(t, bus, Options{Input: "snowball"}, Snowball(c, c.Follow(twoStudies[:1])))
	if run.ID == plain.ID || run.Previous != "" || len(run.Queries) != 2 {
		t.Errorf("run %+v after %s", run, plain.ID)
	}
}

func TestSnowballingIsKept(t *testing.T) {
	ledger := NewLedger(openBus(t))
	if _, found, err := ledger.Snowballing(t.Context(), "review", "seeds"); found || err != nil {
		t.Fatalf("found %v, %v", found, err)
	}
	want := Snowballing{From: "seeds", Started: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}
	if err := ledger.SaveSnowballing(t.Context(), "review", want); err != nil {
		t.Fatal(err)
	}
	got, found, err := ledger.Snowballing(t.Context(), "review", "seeds")
	if err != nil || !found || !got.Started.Equal(want.Started) || !got.Ended.IsZero() {
		t.Errorf("got %+v, %v, %v", got, found, err)
	}
	for _, other := range [][2]string{{"review", "includes"}, {"another", "seeds"}} {
		if _, found, _ := ledger.Snowballing(t.Context(), other[0], other[1]); found {
			t.Errorf("%v has the same", other)
		}
	}
}
