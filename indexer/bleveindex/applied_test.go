package bleveindex

import (
	"context"
	"fmt"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// watched counts how often studies are compared with what was written of them, and lets
// another writer in before the next batch.
type watched struct {
	*Index
	compared int
	other    func()
}

func (w *watched) Versions(ctx context.Context, field string, values []string) (map[string]int64, error) {
	w.compared++
	return w.Index.Versions(ctx, field, values)
}

func (w *watched) Apply(ctx context.Context, ops []indexer.Op) ([]indexer.Outcome, error) {
	if other := w.other; other != nil {
		w.other = nil
		other()
	}
	return w.Index.Apply(ctx, ops)
}

// TestApplied: who writes alone does not read again what it has written; who does not, does,
// and no record of the other is lost.
func TestApplied(t *testing.T) {
	x, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	member := func(source string, i int) indexer.Member {
		c := record.Candidate{
			Schema: record.Schema, ID: fmt.Sprintf("%s:%d", source, i), Source: source, SourceID: fmt.Sprint(i),
			Titles: []record.Text{{Text: fmt.Sprintf("Synthetic study of the number %d and its copies", i)}},
			IDs:    record.Identifiers{DOI: fmt.Sprintf("10.5555/applied.%d", i)},
		}
		return indexer.Member{Record: record.Classified{Candidate: c, Selection: record.Selected}}
	}
	w := &watched{Index: x}
	merge := func(index indexer.Index, m indexer.Member) {
		t.Helper()
		if _, err := indexer.Merge(t.Context(), index, []indexer.Member{m}, nil); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 {
		merge(w, member("one", i))
	}
	if w.compared != 0 {
		t.Errorf("alone, what was written was read again %d times", w.compared)
	}
	if n := x.Applied(); n != 3 {
		t.Errorf("%d batches are counted, not 3", n)
	}
	// The other writes a copy of the same study after its place was worked out.
	w.other = func() { merge(x, member("two", 7)) }
	merge(w, member("one", 7))
	if w.compared == 0 {
		t.Error("with another writer between, nothing was read again")
	}
	found, err := x.Lookup(t.Context(), indexer.ExactKey, []string{"doi:10.5555/applied.7"})
	if err != nil || len(found) != 1 {
		t.Fatalf("the copies are in %d documents, error %v", len(found), err)
	}
	// What is refused as a whole is a batch, too.
	before := x.Applied()
	if _, err := x.Apply(t.Context(), []indexer.Op{{ID: "not an ID", Version: 1}}); err != nil || x.Applied() != before+1 {
		t.Errorf("a batch of nothing is counted %d times, error %v", x.Applied()-before, err)
	}
}
