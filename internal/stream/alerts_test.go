package stream

import (
	"errors"
	"math"
	"testing"
)

// A ledger takes an entry only from a writer that has read all others.
func TestAlertLedger(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	append1 := func(alert string, after uint64, text string) uint64 {
		t.Helper()
		seq, err := b.AppendAlert(t.Context(), "a review", alert, after, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return seq
	}
	first := append1("one", 0, "a")
	append1("other", 0, "x")
	second := append1("one", first, "b")
	for _, after := range []uint64{0, first, second + 1} {
		if _, err := b.AppendAlert(t.Context(), "a review", "one", after, []byte("late")); !errors.Is(err, ErrChanged) {
			t.Errorf("after %d: error %v, want ErrChanged", after, err)
		}
	}
	append1("one", second, "c")
	read := func(after, through uint64) (got string) {
		t.Helper()
		err := b.EachAlertEntry(t.Context(), "a review", "one", after, through, func(_ uint64, raw []byte) error {
			got += string(raw)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, c := range []struct {
		after, through uint64
		want           string
	}{{0, math.MaxUint64, "abc"}, {first, math.MaxUint64, "bc"}, {0, second, "ab"}, {second, second, ""}} {
		if got := read(c.after, c.through); got != c.want {
			t.Errorf("from behind %d through %d: %q, want %q", c.after, c.through, got, c.want)
		}
	}
}

// A state that was deleted is gone, and deleting it again is no error.
func TestDeleteState(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	if err := b.SaveState(t.Context(), "alerts.x", "address"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := b.DeleteState(t.Context(), "alerts.x"); err != nil {
			t.Fatal(err)
		}
	}
	// Another one may take its place, once.
	if _, err := b.UpdateState(t.Context(), "alerts.x", "another", 0); err != nil {
		t.Error(err)
	}
	if _, err := b.UpdateState(t.Context(), "alerts.x", "a third", 0); !errors.Is(err, ErrChanged) {
		t.Errorf("error %v, want ErrChanged", err)
	}
	if err := b.DeleteState(t.Context(), "alerts.x"); err != nil {
		t.Fatal(err)
	}
	var v string
	if found, err := b.LoadState(t.Context(), "alerts.x", &v); found || err != nil {
		t.Errorf("found %t, error %v", found, err)
	}
}
