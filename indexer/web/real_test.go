package web

import (
	"testing"

	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
)

// embedded is a library over the embedded index that holds the studies.
func embedded(tb testing.TB, studies []indexer.Study) *indexer.Library {
	tb.Helper()
	index, err := bleveindex.Open(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := index.Close(); err != nil {
			tb.Error(err)
		}
	})
	ops := make([]indexer.Op, len(studies))
	for i := range studies {
		doc, err := studies[i].Document()
		if err != nil {
			tb.Fatal(err)
		}
		ops[i] = indexer.Op{ID: studies[i].ID, Version: studies[i].Version, Doc: &doc}
	}
	outcomes, err := index.Apply(tb.Context(), ops)
	if err != nil {
		tb.Fatal(err)
	}
	for i, o := range outcomes {
		if o.Err != nil {
			tb.Fatalf("study %s: %v", ops[i].ID, o.Err)
		}
	}
	return indexer.NewLibrary(index)
}
