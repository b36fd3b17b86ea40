package indexer_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

func (l *logbook) rule(verdict record.Verdict, records, others string) {
	l.t.Helper()
	if _, err := l.bus.Decide(l.t.Context(), ruling(1, verdict, records, others).Decision); err != nil {
		l.t.Fatal(err)
	}
}

// decided waits until the indexer has read both logs to their ends.
func (l *logbook) decided() {
	l.t.Helper()
	l.settle()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		lag, err := l.bus.Lag(l.t.Context(), stream.Decisions, indexer.Stage)
		if err != nil || time.Now().After(deadline) {
			l.t.Fatalf("%d behind, error %v", lag, err)
		}
		if lag == 0 {
			return
		}
	}
}

// parkedDecisions is how many decisions are parked.
func (l *logbook) parkedDecisions() int {
	l.t.Helper()
	n, err := l.bus.CountParked(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	return n
}

// records are those of the study that a record is in.
func (l *logbook) records(id string) []string {
	l.t.Helper()
	_, s := l.study(id)
	var ids []string
	for _, m := range s.Members {
		ids = append(ids, m.Record.Candidate.ID)
	}
	return ids
}

// A decision that is parked because what it is on is not there is brought in with the
// record that it is on, by whatever process reads that, and is parked no more.
func TestParkedDecisionsWaitForTheirRecords(t *testing.T) {
	l := newLogbook(t)
	l.rule(record.Split, "h:1", "i:1")
	l.drain()
	if n := l.parkedDecisions(); n != 2 { // nobody's, and this one
		t.Fatalf("%d parked, want 2", n)
	}
	runner := l.run(indexer.NewRunner(l.bus, l.index, "another", nil))
	l.log(7, aCopy(7, "h"))
	l.log(8, aCopy(8, "i"), recordOf(8, "nobody", "1", record.Identifiers{DOI: "10.5555/nobody"}))
	l.settle()
	l.end(runner)
	if slices.Contains(l.records("h:1"), "i:1") {
		t.Errorf("the split was left out: %v", l.records("h:1"))
	}
	if _, s := l.study("nobody:1"); len(s.Decisions) != 1 || s.Decisions[0].Decision.Verdict != record.Exclude {
		t.Errorf("the decision was left out: %+v", s.Decisions)
	}
	if n := l.parkedDecisions(); n != 0 {
		t.Errorf("%d parked still", n)
	}
	want := documentsOf(t, l.index)
	l.rebuild()
	if got := documentsOf(t, l.index); !slices.Equal(got, want) {
		t.Errorf("made anew the index is another one:\n%q\n%q", got, want)
	}
}

// A decision that is parked waits for records that come in the same process, too, and
// is left parked by others.
func TestDecisionsParkedMeanwhileWait(t *testing.T) {
	l := newLogbook(t)
	runner := l.run(indexer.NewRunner(l.bus, l.index, "test", nil))
	l.rule(record.Split, "h:1", "i:1")
	l.decided()
	if n := l.parkedDecisions(); n != 2 {
		t.Fatalf("%d parked, want 2", n)
	}
	l.log(7, aCopy(7, "h"), aCopy(7, "i"))
	l.settle()
	l.end(runner)
	if n := l.parkedDecisions(); n != 1 || slices.Contains(l.records("h:1"), "i:1") {
		t.Errorf("%d parked, want 1; %v in one study", n, l.records("h:1"))
	}
}

// Decisions are not given up while records are held up, as when an index is made anew on a
// machine that is busy: they are brought in when those come.
func TestDecisionsWaitForRecordsHeldUp(t *testing.T) {
	l := newLogbook(t)
	l.rule(record.Split, "b:1", "a:1")
	l.drain()
	want := documentsOf(t, l.index)
	parked := l.parkedDecisions()

	var err error
	l.index.Close()
	l.indexDir = t.TempDir()
	if l.index, err = bleveindex.Open(l.indexDir); err != nil {
		t.Fatal(err)
	}
	for _, log := range []string{stream.Classified, stream.Decisions, stream.Scores} {
		if err := l.bus.Rewind(t.Context(), log, indexer.Stage); err != nil {
			t.Fatal(err)
		}
	}
	held, err := l.bus.Subscribe(t.Context(), stream.Classified, indexer.Stage, 256)
	if err != nil {
		t.Fatal(err)
	}
	if batch, err := held.Fetch(t.Context(), 6, time.Minute); err != nil || len(batch) != 6 {
		t.Fatalf("%d envelopes in hand, error %v", len(batch), err)
	}
	runner := l.run(indexer.NewRunner(l.bus, l.index, "anew", nil))
	js, err := jetstream.New(l.bus.Conn())
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		decisions, err := js.Consumer(t.Context(), stream.Decisions, indexer.Stage)
		if err == nil && decisions.CachedInfo().NumRedelivered > 0 {
			break // it had them in hand, and asked for them again
		}
		if n := l.parkedDecisions(); n != parked || time.Now().After(deadline) {
			t.Fatalf("%d parked while the records are held up, want %d; the decisions were not read, or were not asked for again: %v", n, parked, err)
		}
	}
	if n, err := l.index.Count(t.Context()); err != nil || n != 0 {
		t.Fatalf("%d studies while the records are held up, error %v", n, err)
	}
	held.Close()
	l.decided()
	l.end(runner)
	if got := documentsOf(t, l.index); !slices.Equal(got, want) {
		t.Errorf("made anew the index is another one:\n%q\n%q", got, want)
	}
}

// documentsOf are the documents of an index in order of ID.
func documentsOf(t *testing.T, index indexer.Index) []string {
	t.Helper()
	var docs []string
	err := index.Scan(t.Context(), func(d indexer.Stored) error {
		docs = append(docs, d.ID+" "+string(d.Source))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// watched is an index that notes what is written to it.
type watched struct {
	indexer.Index
	wrote func(ops []indexer.Op)
}

func (w watched) Apply(ctx context.Context, ops []indexer.Op) ([]indexer.Outcome, error) {
	w.wrote(ops)
	return w.Index.Apply(ctx, ops)
}

// Decisions do not wait for the end of a harvest.
func TestDecisionsAreReadBetweenRecords(t *testing.T) {
	l := newLogbook(t)
	const more = 2500 // several batches
	var members []indexer.Member
	for i := range more {
		id := fmt.Sprint(i)
		members = append(members, recordOf(7, "many", id, record.Identifiers{DOI: "10.5555/many." + id}))
	}
	l.log(7, members...)
	first := record.StudyID(members[0].Record.Candidate.ID)
	d := record.Decision{Review: "t", Study: first, Stage: record.StageTitleAbstract, Verdict: record.Include, By: "x", At: time.Unix(9, 0)}
	if _, err := l.bus.Decide(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	written, before := 0, -1
	x := watched{l.index, func(ops []indexer.Op) {
		written += len(ops)
		for _, op := range ops {
			if op.Doc != nil && op.ID == first && slices.Contains(op.Doc.Exact[indexer.FacetDecision], string(record.Include)) {
				before = written
			}
		}
	}}
	p := l.run(indexer.NewRunner(l.bus, x, "test", nil))
	l.decided()
	l.end(p)
	if before < 0 || before >= more {
		t.Errorf("the decision was brought in after %d of %d studies", before, more)
	}
}
