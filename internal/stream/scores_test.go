package stream

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"polyglean/internal/record"
)

func scores(n int, model string, training int64) []record.Score {
	out := make([]record.Score, n)
	for i := range out {
		out[i] = record.Score{Schema: record.Schema, Review: "demo", Record: fmt.Sprintf("test:n%04d", i), Model: model, Training: training, Value: 0.5}
	}
	return out
}

// Old scores are removed under a reader that has some of them in hand and others
// before it: what it has in hand it can acknowledge, and it is then at the end.
func TestPurgeScoresUnderAReader(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	b := open(t, Config{Dir: t.TempDir()})
	if err := b.PurgeScores(ctx, 1); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := b.PublishScores(ctx, "demo", scores(10, "a", 1)); err != nil {
			t.Fatal(err)
		}
	}
	first, err := b.PublishScores(ctx, "demo", scores(10_000, "b", 2))
	if err != nil || first != 4 {
		t.Fatalf("first at %d, %v", first, err)
	}
	sub, err := b.Subscribe(ctx, Scores, "reader", 100)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	if n, err := b.Unread(ctx, Scores); err != nil || n < 4 {
		t.Errorf("%d unread, %v", n, err)
	}
	inHand := fetch(t, sub, 2)
	if err := b.PurgeScores(ctx, first); err != nil {
		t.Fatal(err)
	}
	for _, d := range inHand {
		if err := d.Done(ctx); err != nil {
			t.Fatal(err)
		}
	}
	got := map[uint64]int{} // scores by position: an envelope may come twice
	for {
		lag, err := b.Lag(ctx, Scores, "reader")
		if err != nil {
			t.Fatal(err)
		}
		if lag == 0 {
			break
		}
		more, err := sub.Fetch(ctx, 10, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range more {
			if d.Seq < first {
				t.Errorf("envelope %d was removed, and is delivered", d.Seq)
			}
			got[d.Seq] = len(d.Records)
			if err := d.Done(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	// The server's own count may be a moment old.
	for n := 1; n != 0; time.Sleep(10 * time.Millisecond) {
		if n, err = b.Unread(ctx, Scores); err != nil {
			t.Fatalf("%d unread at the end, %v", n, err)
		}
	}
	total := 0
	for _, n := range got {
		total += n
	}
	if total != 10_000 {
		t.Errorf("%d scores of the new model, want 10,000", total)
	}
	if end, err := b.End(ctx, Scores); err != nil || end.Seq < first || end.Bytes == 0 {
		t.Errorf("the log ends at %+v, %v", end, err)
	}
}

// Of two processes that save a state, the one that did not know of the other's is
// told so.
func TestUpdateState(t *testing.T) {
	ctx := t.Context()
	b := open(t, Config{Dir: t.TempDir()})
	var v int
	if revision, err := b.LoadRevision(ctx, "n", &v); revision != 0 || err != nil {
		t.Fatal(revision, err)
	}
	first, err := b.UpdateState(ctx, "n", 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.UpdateState(ctx, "n", 2, 0); !errors.Is(err, ErrChanged) {
		t.Errorf("saved as new twice: %v", err)
	}
	if _, err := b.UpdateState(ctx, "n", 3, first); err != nil {
		t.Error(err)
	}
	if _, err := b.UpdateState(ctx, "n", 4, first); !errors.Is(err, ErrChanged) {
		t.Errorf("saved over another's: %v", err)
	}
	if revision, err := b.LoadRevision(ctx, "n", &v); revision == first || v != 3 || err != nil {
		t.Error(revision, v, err)
	}
}

func TestEachBetween(t *testing.T) {
	ctx := t.Context()
	b := open(t, Config{Dir: t.TempDir()})
	for i := range 5 {
		if _, err := b.Decide(ctx, record.Decision{Review: "demo", Study: fmt.Sprint(i + 1)}); err != nil {
			t.Fatal(err)
		}
	}
	for through, want := range map[uint64]string{0: "", 3: "123", 5: "12345", 9: "12345"} {
		got := ""
		if err := b.EachDecision(ctx, through, func(d record.Decision) error { got += d.Study; return nil }); err != nil || got != want {
			t.Errorf("through %d: %q, %v, want %q", through, got, err, want)
		}
	}
}
