package bleveindex

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"polyglean/indexer"
)

// filled is an index that was written in many small batches, its directory, and what is in it.
func filled(t *testing.T) (idx *Index, dir string, ops []indexer.Op) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "index")
	idx, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { idx.Close() })
	ops = synthetic(900)
	for i := 0; i < len(ops); i += 100 {
		if _, err := idx.Apply(t.Context(), ops[i:i+100]); err != nil {
			t.Fatal(err)
		}
	}
	return idx, dir, ops
}

func segmentsOf(t *testing.T, x *Index) int {
	t.Helper()
	snap, err := x.snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.close()
	return len(snap.root.Segments())
}

func TestCompact(t *testing.T) {
	idx, dir, ops := filled(t)
	idx.rest.Stop()
	before := segmentsOf(t, idx)
	if before < 3 {
		t.Fatalf("%d segments after nine batches: there is nothing to merge", before)
	}
	if err := idx.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := segmentsOf(t, idx); after >= before {
		t.Errorf("%d segments, %d before", after, before)
	}
	if n, err := idx.Count(t.Context()); err != nil || n != len(ops) {
		t.Errorf("%d documents, %v: want the %d that were written", n, err, len(ops))
	}
	// What was merged is removed.
	for {
		files, err := filepath.Glob(filepath.Join(dir, storeName, "*.zap"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == segmentsOf(t, idx) {
			break
		}
		time.Sleep(10 * time.Millisecond) // the test's own time limit is the only one
	}
	if err := idx.Close(); err != nil {
		t.Fatal(err)
	}
	if err := idx.Compact(t.Context()); !errors.Is(err, errClosed) {
		t.Errorf("merging a closed index: %v", err)
	}
}

// Segments are merged by themselves once nothing is written any more.
func TestCompactAtRest(t *testing.T) {
	idx, _, ops := filled(t)
	before := segmentsOf(t, idx)
	idx.rest.Reset(0)
	for segmentsOf(t, idx) >= before {
		time.Sleep(10 * time.Millisecond) // the test's own time limit is the only one
	}
	if n, err := idx.Count(t.Context()); err != nil || n != len(ops) {
		t.Errorf("%d documents, %v: want the %d that were written", n, err, len(ops))
	}
}
