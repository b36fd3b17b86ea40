package indextest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"polyglean/indexer"
)

func testApply(t *testing.T, b Backend) {
	idx := b.open(t)
	apply(t, idx)
	if n := count(t, idx); n != 0 {
		t.Fatalf("an empty index holds %d documents", n)
	}
	apply(t, idx,
		put("a", 1, exact(indexer.ExactKey, "rec:1", "doi:10.1/a")),
		put("b", 1, exact(indexer.ExactKey, "rec:2")),
		put("c", 1, exact(indexer.ExactKey, "rec:3")))
	// Whatever Apply has returned for is there for the next call.
	if got := storedIDs(lookup(t, idx, indexer.ExactKey, "rec:2", "doi:10.1/a")); got != "a b" {
		t.Errorf("lookup after Apply found %q, want a b", got)
	}
	if got := matches(t, idx, indexer.All{}); got != "a b c" {
		t.Errorf("search after Apply found %q, want a b c", got)
	}
	apply(t, idx, put("a", 2, exact(indexer.ExactKey, "rec:9")), put("b", 2, nil))
	if got := storedIDs(lookup(t, idx, indexer.ExactKey, "rec:1", "rec:2", "rec:9")); got != "a" {
		t.Errorf("after an update and a deletion %q holds the keys, want a", got)
	}
	if n := count(t, idx); n != 2 {
		t.Errorf("count %d after a deletion, want 2", n)
	}
	// Deleting what is not there is done, not an error.
	apply(t, idx, put("b", 3, nil), put("zzz", 1, nil))
	// A document may have nothing but its source, or not even that.
	apply(t, idx, put("bare", 1, &indexer.Document{Source: []byte("x")}), put("barer", 1, &indexer.Document{}))
	if got := storedIDs(scan(t, idx)); got != "a bare barer c" {
		t.Errorf("scan gave %q, want a bare barer c", got)
	}
}

func testVersions(t *testing.T, b Backend) {
	idx := b.open(t)
	apply(t, idx, put("a", 5, text(indexer.TextTitle, "five")))
	outcomes, err := idx.Apply(t.Context(), []indexer.Op{
		put("a", 4, text(indexer.TextTitle, "four")),
		put("b", 1, text(indexer.TextTitle, "fresh")),
		put("a", 3, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, stale := range []bool{true, false, true} {
		if outcomes[i].Stale != stale || outcomes[i].Err != nil {
			t.Errorf("operation %d: outcome %+v, want stale %v", i, outcomes[i], stale)
		}
	}
	if got := matches(t, idx, indexer.Term{Field: indexer.TextTitle, Value: "five"}); got != "a" {
		t.Errorf("an older write took effect: five is in %q", got)
	}
	// The same version again is the same write sent twice, and takes effect.
	apply(t, idx, put("a", 5, text(indexer.TextTitle, "cinq")))
	if got := lookupByScan(t, idx, "a"); got.Version != 5 || string(got.Source) != "cinq" {
		t.Errorf("after the same version again: %d %q, want 5 cinq", got.Version, got.Source)
	}
	// Operations of one batch on one document happen in their order.
	outcomes, err = idx.Apply(t.Context(), []indexer.Op{
		put("c", 2, text(indexer.TextTitle, "two")),
		put("c", 1, text(indexer.TextTitle, "one")),
		put("c", 3, text(indexer.TextTitle, "three")),
		put("d", 1, text(indexer.TextTitle, "gone")),
		put("d", 2, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, stale := range []bool{false, true, false, false, false} {
		if outcomes[i].Stale != stale || outcomes[i].Err != nil {
			t.Errorf("one batch, operation %d: outcome %+v, want stale %v", i, outcomes[i], stale)
		}
	}
	if got := lookupByScan(t, idx, "c"); got.Version != 3 || string(got.Source) != "three" {
		t.Errorf("after three writes in a batch: %d %q, want 3 three", got.Version, got.Source)
	}
	if got := storedIDs(scan(t, idx)); got != "a b c" {
		t.Errorf("scan gave %q, want a b c", got)
	}
	const big = int64(1) << 52
	apply(t, idx, put("e", big, text(indexer.TextTitle, "late")))
	if got := lookupByScan(t, idx, "e").Version; got != big {
		t.Errorf("version %d came back as %d", big, got)
	}
}

func lookupByScan(t *testing.T, idx indexer.Index, id string) indexer.Stored {
	t.Helper()
	for _, s := range scan(t, idx) {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("no document %q", id)
	return indexer.Stored{}
}

// testRefused: what cannot be indexed is refused alone, and by every backend.
func testRefused(t *testing.T, b Backend) {
	idx := b.open(t)
	good := func() *indexer.Document { return text(indexer.TextTitle, "good") }
	bad := []indexer.Op{
		put("", 1, good()),
		put("no/slash", 1, good()),
		put(strings.Repeat("x", 65), 1, good()),
		put("field", 1, text("no_such_field", "x")),
		put("empty", 1, exact(indexer.ExactKey, "")),
		put("long", 1, exact(indexer.ExactKey, strings.Repeat("k", 40_000))),
		put("longterm", 1, text(indexer.TextTitle, "a "+strings.Repeat("t", 40_000))),
		put("bytes", 1, exact(indexer.ExactKey, "\xff\xfe")),
		put("spaces", 1, text(indexer.TextTitle, "two  spaces")),
		put("number", 1, number("no_such_number", 1)),
	}
	var ops []indexer.Op
	for i, op := range bad {
		ops = append(ops, put(fmt.Sprintf("good%d", i), 1, good()), op)
	}
	outcomes, err := idx.Apply(t.Context(), ops)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if refused := i%2 == 1; (o.Err != nil) != refused {
			t.Errorf("operation on %.70q: outcome %+v, want refused %v", ops[i].ID, o, refused)
		}
	}
	if n := count(t, idx); n != len(bad) {
		t.Errorf("%d documents are there, want the %d good ones", n, len(bad))
	}
}

func testCancelled(t *testing.T, b Backend) {
	idx := b.open(t)
	apply(t, idx, put("a", 1, text(indexer.TextTitle, "one")))
	ctx := cancelled(t)
	check := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context: %v, want context.Canceled", what, err)
		}
	}
	_, err := idx.Apply(ctx, []indexer.Op{put("b", 1, text(indexer.TextTitle, "two"))})
	check("Apply", err)
	_, err = idx.Lookup(ctx, indexer.ExactKey, []string{"x"})
	check("Lookup", err)
	_, err = idx.Find(ctx, indexer.Plan{Query: indexer.All{}, Size: 1})
	check("Find", err)
	check("Scan", idx.Scan(ctx, func(indexer.Stored) error { return nil }))
	if got := matches(t, idx, indexer.All{}); got != "a" {
		t.Errorf("after a cancelled Apply %q is there, want a", got)
	}
}

func testLookup(t *testing.T, b Backend) {
	idx := b.open(t)
	ops := make([]indexer.Op, 3000)
	for i := range ops {
		ops[i] = put(fmt.Sprintf("d%05d", i), int64(i), exact(indexer.ExactKey, fmt.Sprintf("rec:%d", i), fmt.Sprintf("doi:10.1/%d", i/2)))
	}
	apply(t, idx, ops...)
	var keys []string
	for i := range 3000 {
		keys = append(keys, fmt.Sprintf("rec:%d", 2*i)) // half of them are not there
	}
	keys = append(keys, "doi:10.1/0", "rec:0")
	got := lookup(t, idx, indexer.ExactKey, keys...)
	if len(got) != 1501 || got[0].ID != "d00000" || got[1].ID != "d00001" || got[2].ID != "d00002" {
		t.Errorf("3,000 keys gave %d documents, starting %.40q; want 1,501 in order of ID", len(got), storedIDs(got))
	}
	versions, err := idx.Versions(t.Context(), indexer.ExactKey, keys)
	if err != nil || len(versions) != len(got) {
		t.Errorf("3,000 keys gave the versions of %d documents, error %v; want %d", len(versions), err, len(got))
	}
	for _, s := range got {
		if v, ok := versions[s.ID]; !ok || v != s.Version {
			t.Errorf("Versions says %d of %s (there: %v), Lookup %d", v, s.ID, ok, s.Version)
		}
	}
	for _, s := range got[2:4] {
		if want := fmt.Sprintf("d%05d", s.Version); s.ID != want || !bytes.HasPrefix(s.Source, fmt.Appendf(nil, "rec:%d|", s.Version)) {
			t.Errorf("%s came back with version %d and source %q", s.ID, s.Version, s.Source)
		}
	}
	// Values are exact: no case folding, no prefixes, no other fields.
	for _, v := range []string{"REC:1", "rec", "rec:", "rec:1 ", "rec:", ""} {
		if got := lookup(t, idx, indexer.ExactKey, v); len(got) > 0 {
			t.Errorf("lookup of %q found %s", v, storedIDs(got))
		}
	}
	if got := lookup(t, idx, indexer.ExactAlias, "rec:1"); len(got) > 0 {
		t.Errorf("lookup in another field found %s", storedIDs(got))
	}
	if got := lookup(t, idx, indexer.ExactKey); len(got) > 0 {
		t.Errorf("lookup of nothing found %s", storedIDs(got))
	}
}

func testScan(t *testing.T, b Backend) {
	idx := b.open(t)
	var want []string
	for batch := range 3 {
		var ops []indexer.Op
		for i := range 700 {
			id := fmt.Sprintf("x%04d", (i*7919+batch*31)%10_000)
			if !slices.Contains(want, id) {
				want = append(want, id)
			}
			ops = append(ops, put(id, int64(batch), text(indexer.TextTitle, id)))
		}
		apply(t, idx, ops...)
	}
	apply(t, idx, put(want[0], 9, nil), put(want[1], 9, nil))
	want = want[2:]
	slices.Sort(want)
	all := scan(t, idx)
	if got := storedIDs(all); got != strings.Join(want, " ") {
		t.Errorf("scan gave %d documents, want %d in order of ID", len(all), len(want))
	}
	for _, s := range all {
		if string(s.Source) != s.ID {
			t.Fatalf("%s came back with source %q", s.ID, s.Source)
		}
	}
	seen := 0
	err := idx.Scan(t.Context(), func(indexer.Stored) error {
		if seen++; seen == 5 {
			return errStop
		}
		return nil
	})
	if !errors.Is(err, errStop) || seen != 5 {
		t.Errorf("a scan stopped at the fifth document gave %v after %d", err, seen)
	}
}

func testClose(t *testing.T, b Backend) {
	idx := b.Open(t)
	apply(t, idx, put("a", 1, text(indexer.TextTitle, "one")))
	for range 2 {
		if err := idx.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	_, err := idx.Apply(t.Context(), []indexer.Op{put("b", 1, text(indexer.TextTitle, "two"))})
	mustFail(t, "Apply after Close", err)
	_, err = idx.Find(t.Context(), indexer.Plan{Query: indexer.All{}, Size: 1})
	mustFail(t, "Find after Close", err)
}

func testReopen(t *testing.T, b Backend) {
	idx := b.Open(t)
	ops := make([]indexer.Op, 50)
	for i := range ops {
		ops[i] = put(fmt.Sprintf("d%02d", i), 7, &indexer.Document{
			Text:    map[string][]string{indexer.TextTitle: {"same words"}},
			Numbers: map[string]int64{indexer.NumberYear: int64(2000 + i/10)},
			Source:  fmt.Appendf(nil, "source %d", i),
		})
	}
	apply(t, idx, ops...)
	plan := indexer.Plan{
		Query: indexer.Phrase{Field: indexer.TextTitle, Terms: []string{"same", "words"}},
		Sort:  []indexer.Sort{{Field: indexer.NumberYear, Descending: true}}, Size: 15,
	}
	first := find(t, idx, plan)
	if err := idx.Close(); err != nil {
		t.Fatal(err)
	}

	again := b.Reopen(t, idx)
	t.Cleanup(func() { again.Close() })
	if n := count(t, again); n != 50 {
		t.Fatalf("%d documents after reopening, want 50", n)
	}
	// A page begun before goes on after.
	ids := hitIDs(first)
	for plan.After = first.Next; plan.After != ""; {
		page := find(t, again, plan)
		ids = append(ids, hitIDs(page)...)
		plan.After = page.Next
	}
	if len(ids) != 50 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 50 {
		t.Errorf("paging over a restart gave %d hits: %v", len(ids), ids)
	}
	outcomes, err := again.Apply(t.Context(), []indexer.Op{put("d00", 6, nil)})
	if err != nil || !outcomes[0].Stale {
		t.Errorf("an older write after reopening: %+v, %v; want stale", outcomes, err)
	}
}

// hostileValues are values from records that programs have choked on.
var hostileValues = []string{
	"nul\x00inside", "\x00", "tab\tand\nnewline", `back\slash "quote" 'single'`, "* ? [a-z] /re/ && || !( ) ~2 ^3",
	"\u202eright to left\u202c", "\u200bzero\u200dwidth\ufeff", "e\u0301", "é", "👩‍👩‍👧‍👦", "\U0010ffff", "\ufffd", "ﷺ",
	strings.Repeat("界", 300), "<script>alert(1)</script>", "${jndi:ldap://x}", "null", "true", "0", "-1e999", "1970-01-01",
	" leading and trailing ", "\x1c\u0085\u2028", "ÿþ", "İ", "ß", "SS",
}

func testHostile(t *testing.T, b Backend) {
	idx := b.open(t)
	var ops []indexer.Op
	for i, v := range hostileValues {
		doc := exact(indexer.ExactKey, v)
		doc.Source = []byte(v)
		ops = append(ops, put(fmt.Sprintf("e%02d", i), 1, doc))
		term := strings.ReplaceAll(v, " ", "_")
		ops = append(ops, put(fmt.Sprintf("t%02d", i), 1, text(indexer.TextTitle, "before "+term+" after")))
	}
	apply(t, idx, ops...)
	for i, v := range hostileValues {
		id := fmt.Sprintf("e%02d", i)
		got := lookup(t, idx, indexer.ExactKey, v)
		if storedIDs(got) != id {
			t.Errorf("lookup of %q found %q, want %s", v, storedIDs(got), id)
		} else if string(got[0].Source) != v {
			t.Errorf("source %q came back as %q", v, got[0].Source)
		}
		if got := matches(t, idx, indexer.Term{Field: indexer.ExactKey, Value: v}); got != id {
			t.Errorf("term %q found %q, want %s", v, got, id)
		}
		term := strings.ReplaceAll(v, " ", "_")
		id = fmt.Sprintf("t%02d", i)
		if got := matches(t, idx, indexer.Term{Field: indexer.TextTitle, Value: term}); got != id {
			t.Errorf("term %q in a text found %q, want %s", term, got, id)
		}
		if got := matches(t, idx, indexer.Phrase{Field: indexer.TextTitle, Terms: []string{"before", term, "after"}}); got != id {
			t.Errorf("phrase with %q found %q, want %s", term, got, id)
		}
	}
	facets := find(t, idx, indexer.Plan{Facets: []indexer.FacetRequest{{Field: indexer.ExactKey, Size: 100}}}).Facets[0].Values
	var values []string
	for _, f := range facets {
		values = append(values, f.Value)
	}
	if want := slices.Sorted(slices.Values(hostileValues)); !slices.Equal(values, want) {
		t.Errorf("facet values\n%q\nwant\n%q", values, want)
	}
}

func testBig(t *testing.T, b Backend) {
	idx := b.open(t)
	var words strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&words, "word%d ", i%5000)
	}
	doc := text(indexer.TextAbstract, strings.TrimSpace(words.String()))
	doc.Source = bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
	apply(t, idx, put("small", 1, text(indexer.TextAbstract, "word1")), put("big", 1, doc))
	if got := matches(t, idx, indexer.Phrase{Field: indexer.TextAbstract, Terms: []string{"word4999", "word0"}}); got != "big" {
		t.Errorf("a phrase deep in a big document found %q", got)
	}
	if got := lookupByScan(t, idx, "big"); !bytes.Equal(got.Source, doc.Source) {
		t.Errorf("a source of %d bytes came back with %d", len(doc.Source), len(got.Source))
	}
}

// testConcurrent searches while writing: every search sees whole batches of
// documents or none of them, and nothing written is lost.
func testConcurrent(t *testing.T, b Backend) {
	idx := b.open(t)
	const batches, size = 12, 25
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for {
				found, err := idx.Find(t.Context(), indexer.Plan{
					Query: indexer.Term{Field: indexer.TextTitle, Value: "common"}, Size: 1000,
					Sort:   []indexer.Sort{{Field: indexer.NumberYear}},
					Facets: []indexer.FacetRequest{{Field: indexer.FacetSource, Size: 100}},
				})
				if err != nil {
					t.Errorf("search while writing: %v", err)
					return
				}
				if found.Total != len(found.Hits) {
					t.Errorf("search while writing: total %d but %d hits", found.Total, len(found.Hits))
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	var writers sync.WaitGroup
	for w := range 2 {
		writers.Go(func() {
			for batch := range batches {
				ops := make([]indexer.Op, size)
				for i := range ops {
					ops[i] = put(fmt.Sprintf("w%db%di%d", w, batch, i), 1, &indexer.Document{
						Text:    map[string][]string{indexer.TextTitle: {"common"}},
						Exact:   map[string][]string{indexer.FacetSource: {fmt.Sprintf("w%d", w)}},
						Numbers: map[string]int64{indexer.NumberYear: int64(2000 + i)},
						Source:  []byte("{}"),
					})
				}
				if _, err := idx.Apply(t.Context(), ops); err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
			}
		})
	}
	writers.Wait()
	close(done)
	wg.Wait()
	if n := count(t, idx); n != 2*batches*size {
		t.Errorf("%d documents after two writers, want %d", n, 2*batches*size)
	}
}
