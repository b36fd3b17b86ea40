package harvester

import (
	"testing"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// Runs that share what they know of the log see each other's records, and a run that
// was cut short in this very process, or before it, is gone on with and counts its
// records once.
func TestRunsShareWhatTheySaw(t *testing.T) {
	bus := openBus(t)
	p := &protocol.Protocol{Name: "test", Digest: "d"}
	// Cut short before this process: a page is in the log and not counted.
	before := shelfOf("before", 15)
	publishUncounted(t, bus, p, before, NewSeen(bus))

	shared := NewSeen(bus)
	run := func(s Source, full bool) QueryState {
		t.Helper()
		run, err := New(bus, p, []Source{s}, Options{Seen: shared, Full: full}).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return run.Totals()
	}
	a := shelfOf("a", 12)
	if got := run(a, false); got.New != 12 {
		t.Errorf("first: %+v", got)
	}
	if got := run(a, true); got.New != 0 || got.Unchanged != 12 {
		t.Errorf("again: %+v", got)
	}
	if got := run(before, false); got.New != 15 || got.Unchanged != 0 {
		t.Errorf("cut short before: %+v", got)
	}
	// Cut short here, beside the others.
	here := shelfOf("here", 15)
	publishUncounted(t, bus, p, here, shared)
	if got := run(here, false); got.New != 15 || got.Unchanged != 0 {
		t.Errorf("cut short here: %+v", got)
	}
	if records, distinct := inLog(t, bus); records != 42 || distinct != 42 {
		t.Errorf("the log holds %d records, %d distinct", records, distinct)
	}
}

// publishUncounted begins a run and dies when its first page is on disk and not counted.
func publishUncounted(t *testing.T, bus *stream.Bus, p *protocol.Protocol, s *shelf, known *Seen) {
	t.Helper()
	h := New(bus, p, []Source{s}, Options{Seen: known})
	run, err := h.ledger.open(t.Context(), Run{Protocol: p.Name, Digest: p.Digest, Sources: []string{s.name}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if h.seen, err = known.of(t.Context(), h.ledger, run); err != nil {
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
}
