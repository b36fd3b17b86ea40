package bleveindex

import (
	"fmt"
	"path/filepath"
	"testing"

	"polyglean/indexer"
)

// What is in a segment is found through its filter, and hardly anything else gets past it;
// the filters of segments that are gone are forgotten.
func TestFilters(t *testing.T) {
	x, err := Open(filepath.Join(t.TempDir(), "index"))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	const n = 2000
	ops := make([]indexer.Op, n)
	key := func(i int) string { return fmt.Sprintf("doi:10.5555/%d", i) }
	for i := range ops {
		ops[i] = indexer.Op{ID: fmt.Sprint(i), Version: 1, Doc: &indexer.Document{
			Exact: map[string][]string{indexer.ExactKey: {key(i)}}, Source: []byte("{}"),
		}}
	}
	if _, err := x.Apply(t.Context(), ops); err != nil {
		t.Fatal(err)
	}
	snap, err := x.snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.close()
	in := func(i int) (there, passed int) {
		for _, seg := range snap.segments {
			if !seg.filter(indexer.ExactKey).excludes([]byte(key(i))) {
				passed++
			}
			has, err := seg.has(indexer.ExactKey, []byte(key(i)))
			if err != nil {
				t.Fatal(err)
			}
			if has {
				there++
			}
		}
		return there, passed
	}
	if in(0); snap.segments[0].filter(indexer.ExactKey).terms.Load() != nil {
		t.Error("a filter is made for a single term")
	}
	for range n { // more than are worth a filter
		in(0)
	}
	mistaken := 0
	for i := range n {
		if there, _ := in(i); there != 1 {
			t.Fatalf("%s is in %d segments", key(i), there)
		}
		there, passed := in(n + i)
		if there != 0 {
			t.Fatalf("%s is in %d segments", key(n+i), there)
		}
		mistaken += passed
	}
	if most := 3 * wrong * n * float64(len(snap.segments)); float64(mistaken) > most {
		t.Errorf("%d terms that are not there got past, want at most %.0f", mistaken, most)
	}
	if len(x.filters.of) == 0 {
		t.Error("no filter was made")
	}
	x.filters.keep(nil)
	if n := len(x.filters.of); n != 0 {
		t.Errorf("%d filters of segments that are gone", n)
	}
}
