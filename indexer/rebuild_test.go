package indexer_test

import (
	"context"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// running is a runner at work.
type running struct {
	stop func()
	done chan error
}

func (l *logbook) run(r *indexer.Runner) *running {
	ctx, stop := context.WithCancel(context.Background())
	p := &running{stop: stop, done: make(chan error, 1)}
	go func() { p.done <- r.Run(ctx) }()
	return p
}

func (l *logbook) end(p *running) {
	l.t.Helper()
	p.stop()
	if err := <-p.done; err != nil {
		l.t.Fatal(err)
	}
}

// settle waits until the indexer has read the classified log to its end.
func (l *logbook) settle() {
	l.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		lag, err := l.bus.Lag(l.t.Context(), stream.Classified, indexer.Stage)
		if err != nil || time.Now().After(deadline) {
			l.t.Fatalf("%d behind, error %v", lag, err)
		}
		if lag == 0 {
			return
		}
	}
}

// another logs one more record.
func (l *logbook) another(id string) {
	l.t.Helper()
	m := recordOf(7, "g", id, record.Identifiers{DOI: "10.5555/g" + id})
	item, err := l.bus.Encode(&m.Record.Candidate)
	if err != nil {
		l.t.Fatal(err)
	}
	o := stream.Origin{Run: "r", Source: "made-up", Query: "q"}
	if err := l.bus.PublishCandidates(l.t.Context(), o, []stream.Item{item}, func(int, uint64) {}); err != nil {
		l.t.Fatal(err)
	}
	if err := l.bus.PublishClassified(l.t.Context(), o, 7, "v"+id, []record.Classified{m.Record}); err != nil {
		l.t.Fatal(err)
	}
}

func (l *logbook) whole(what string, index indexer.Index, records int) {
	l.t.Helper()
	v, err := indexer.Verify(l.t.Context(), l.bus, index)
	if err != nil || !v.OK() || v.Indexed != records {
		l.t.Errorf("%s: %+v, error %v; want all of %d records", what, v, err, records)
	}
}

// An index is made anew by the process whose turn it is to write: what another reads
// meanwhile goes into its own index, and not out of the new one.
func TestRebuildWaitsForItsTurn(t *testing.T) {
	l := newLogbook(t)
	first := l.run(indexer.NewRunner(l.bus, l.index, "first", nil))
	l.another("1")
	l.settle() // it has its turn

	fresh, err := bleveindex.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fresh.Close() })
	if err := indexer.BeginRebuild(t.Context(), l.bus); err != nil {
		t.Fatal(err)
	}
	runner := indexer.NewRunner(l.bus, fresh, "second", nil)
	begun := runner.FromStart()
	second := l.run(runner)
	l.another("2")
	l.settle()
	select {
	case <-begun:
		t.Fatal("the logs were read for two indexes at once")
	default:
	}
	l.whole("the index in use", l.index, 8)
	l.end(first)
	<-begun
	l.settle()
	l.whole("the new index", fresh, 8)
	l.end(second)
}

// Who is killed while making an index anew may have acknowledged what the one in use does
// not have. Whoever goes on with that one brings it in.
func TestRebuildThatWasCutOff(t *testing.T) {
	l := newLogbook(t)
	if err := indexer.BeginRebuild(t.Context(), l.bus); err != nil {
		t.Fatal(err)
	}
	fresh, err := bleveindex.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fresh.Close() })
	runner := indexer.NewRunner(l.bus, fresh, "rebuild", nil)
	begun := runner.FromStart()
	cut := l.run(runner)
	<-begun
	l.another("1")
	l.settle()
	l.end(cut) // before the new index took the place of the old one
	if v, err := indexer.Verify(t.Context(), l.bus, l.index); err != nil || v.Missing != 1 {
		t.Fatalf("the index in use: %+v, error %v; want one record missing", v, err)
	}
	next := l.run(indexer.NewRunner(l.bus, l.index, "next", nil))
	l.another("2")
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		l.settle()
		if n, err := l.index.Count(t.Context()); err != nil || time.Now().After(deadline) {
			t.Fatalf("%d studies, error %v", n, err)
		} else if n == 7 {
			break
		}
	}
	l.end(next)
	l.whole("the index in use", l.index, 8)
}

// An index whose directory was removed says of no study that it is there. Whoever reads it
// can know, and the next to write makes it anew.
func TestIndexThatWasRemoved(t *testing.T) {
	l := newLogbook(t)
	emptied := func(index indexer.Index, want bool) {
		t.Helper()
		if got, err := indexer.Emptied(t.Context(), l.bus, index); err != nil || got != want {
			t.Errorf("emptied: %v, error %v; want %v", got, err, want)
		}
	}
	emptied(l.index, false)
	fresh, err := bleveindex.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fresh.Close() })
	emptied(fresh, true)
	next := l.run(indexer.NewRunner(l.bus, fresh, "next", nil))
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if n, err := fresh.Count(t.Context()); err != nil || time.Now().After(deadline) {
			t.Fatalf("%d studies, error %v", n, err)
		} else if n > 0 {
			break
		}
	}
	l.settle()
	l.end(next)
	emptied(fresh, false)
	l.whole("the index made anew", fresh, 6)
}
