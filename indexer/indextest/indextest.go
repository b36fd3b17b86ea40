// Package indextest is the contract of indexer.Index in executable form: one
// suite that every backend passes, and the studies and queries that show that
// all give readers the same answers.
package indextest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
)

// Backend makes the indexes a suite runs on.
type Backend struct {
	// Open gives an empty index of its own to a test; the suite closes it.
	Open func(t *testing.T) indexer.Index
	// Reopen opens again what an index returned by Open held, after it was closed.
	Reopen func(t *testing.T, closed indexer.Index) indexer.Index
}

// Run runs the whole suite.
func Run(t *testing.T, b Backend) {
	for name, test := range map[string]func(*testing.T, Backend){
		"Apply":      testApply,
		"Versions":   testVersions,
		"Next":       testNext,
		"Last":       testLast,
		"Picky":      testPicky,
		"Writers":    testWriters,
		"Crowd":      testCrowd,
		"Template":   testTemplate,
		"Common":     testCommon,
		"Plans":      testPlans,
		"Odd":        testOdd,
		"Refused":    testRefused,
		"Cancelled":  testCancelled,
		"Lookup":     testLookup,
		"Scan":       testScan,
		"Close":      testClose,
		"Reopen":     testReopen,
		"Hostile":    testHostile,
		"Big":        testBig,
		"Match":      testMatch,
		"Numbers":    testNumbers,
		"Facets":     testFacets,
		"Attributes": testAttributes,
		"Sort":       testSort,
		"Order":      testOrder,
		"Relevance":  testRelevance,
		"Pages":      testPages,
		"Concurrent": testConcurrent,
		"Random":     testRandom,
		"Library":    testLibrary,
		"Suggest":    testSuggest,
		"Meanings":   testMeanings,
		"Scores":     testScores,
	} {
		t.Run(name, func(t *testing.T) { test(t, b) })
	}
}

func (b Backend) open(t *testing.T) indexer.Index {
	t.Helper()
	idx := b.Open(t)
	t.Cleanup(func() {
		if err := idx.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return idx
}

// text makes a document of one text field.
func text(field string, values ...string) *indexer.Document {
	return &indexer.Document{Text: map[string][]string{field: values}, Source: []byte(strings.Join(values, "|"))}
}

// exact makes a document of one exact field.
func exact(field string, values ...string) *indexer.Document {
	return &indexer.Document{Exact: map[string][]string{field: values}, Source: []byte(strings.Join(values, "|"))}
}

func number(field string, value int64) *indexer.Document {
	return &indexer.Document{Numbers: map[string]int64{field: value}, Source: []byte(fmt.Sprint(value))}
}

func put(id string, version int64, doc *indexer.Document) indexer.Op {
	return indexer.Op{ID: id, Version: version, Doc: doc}
}

// apply writes a batch in which every operation must take effect.
func apply(t *testing.T, idx indexer.Index, ops ...indexer.Op) {
	t.Helper()
	outcomes, err := idx.Apply(t.Context(), ops)
	if err != nil {
		t.Fatalf("Apply: %v", err)
	}
	if len(outcomes) != len(ops) {
		t.Fatalf("Apply gave %d outcomes for %d operations", len(outcomes), len(ops))
	}
	for i, o := range outcomes {
		if o.Err != nil || o.Stale {
			t.Fatalf("operation %d on %q: outcome %+v, want done", i, ops[i].ID, o)
		}
	}
}

func find(t *testing.T, idx indexer.Index, plan indexer.Plan) indexer.Found {
	t.Helper()
	if plan.Query == nil {
		plan.Query = indexer.All{}
	}
	found, err := idx.Find(t.Context(), plan)
	if err != nil {
		t.Fatalf("Find %+v: %v", plan, err)
	}
	return found
}

// matches gives the IDs that match an expression, in order of ID, joined by
// spaces.
func matches(t *testing.T, idx indexer.Index, e indexer.Expr) string {
	t.Helper()
	found := find(t, idx, indexer.Plan{Query: e, Size: 1000})
	ids := hitIDs(found)
	if found.Total != len(ids) {
		t.Errorf("%#v: total %d, but %d hits", e, found.Total, len(ids))
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func hitIDs(found indexer.Found) []string {
	ids := make([]string, len(found.Hits))
	for i, h := range found.Hits {
		ids[i] = h.ID
	}
	return ids
}

func storedIDs(stored []indexer.Stored) string {
	ids := make([]string, len(stored))
	for i, s := range stored {
		ids[i] = s.ID
	}
	return strings.Join(ids, " ")
}

func lookup(t *testing.T, idx indexer.Index, field string, values ...string) []indexer.Stored {
	t.Helper()
	stored, err := idx.Lookup(t.Context(), field, values)
	if err != nil {
		t.Fatalf("Lookup %s: %v", field, err)
	}
	return stored
}

func count(t *testing.T, idx indexer.Index) int {
	t.Helper()
	n, err := idx.Count(t.Context())
	if err != nil {
		t.Fatalf("Count: %v", err)
	}
	return n
}

func scan(t *testing.T, idx indexer.Index) []indexer.Stored {
	t.Helper()
	var all []indexer.Stored
	err := idx.Scan(t.Context(), func(s indexer.Stored) error {
		s.Source = slices.Clone(s.Source)
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatalf("Scan: %v", err)
	}
	return all
}

// mustFail wants an error other than a panic or a hang.
func mustFail(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
	}
}

func cancelled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

var errStop = errors.New("enough")
