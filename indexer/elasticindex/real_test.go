package elasticindex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"polyglean/indexer"
)

// admin sends what an administrator might.
func admin(t *testing.T, method, path, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, realAddress(t)+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		var text bytes.Buffer
		text.ReadFrom(res.Body)
		t.Fatalf("%s %s: status %d: %s", method, path, res.StatusCode, text.String())
	}
}

func mustApply(tb testing.TB, x *Index, ops ...indexer.Op) {
	tb.Helper()
	outcomes, err := x.Apply(tb.Context(), ops)
	if err != nil {
		tb.Fatal(err)
	}
	if got := show(outcomes); strings.Trim(got, "d") != "" {
		tb.Fatalf("outcomes %s, want all done: %+v", got, outcomes)
	}
}

// TestBlocked: an index that is read-only because a disk is full, or because
// somebody says so, is unavailable; the batch goes through when the block is gone.
func TestBlocked(t *testing.T) {
	x, _ := openFresh(t)
	for _, block := range []string{"read_only_allow_delete", "write"} {
		admin(t, "PUT", "/"+x.name+"/_settings", `{"index.blocks.`+block+`":true}`)
		_, err := x.Apply(t.Context(), puts("a"))
		if !errors.Is(err, indexer.ErrUnavailable) || !strings.Contains(err.Error(), "read-only") {
			t.Errorf("Apply under block %s: %v, want unavailable and the reason", block, err)
		}
		admin(t, "PUT", "/"+x.name+"/_settings", `{"index.blocks.`+block+`":null}`)
		mustApply(t, x, puts("a")...)
	}
}

// TestDeletedIndex: an index that somebody deletes is not replaced by one that
// Elasticsearch makes up.
func TestDeletedIndex(t *testing.T) {
	x, cfg := openFresh(t)
	mustApply(t, x, puts("a")...)
	admin(t, "DELETE", "/"+x.name, "")
	_, err := x.Apply(t.Context(), puts("b"))
	if err == nil || errors.Is(err, indexer.ErrUnavailable) || !strings.Contains(err.Error(), "polyglean reindex") {
		t.Errorf("Apply without an index: %v, want the way out", err)
	}
	again := mustOpen(t, cfg)
	mustApply(t, again, puts("c")...)
	if n, err := again.Count(t.Context()); err != nil || n != 1 {
		t.Errorf("the new index holds %d documents, %v; want 1", n, err)
	}
}

// TestOpenFinds: Open checks the index that is there and mends what it can.
func TestOpenFinds(t *testing.T) {
	t.Run("the alias is gone", func(t *testing.T) {
		x, cfg := openFresh(t)
		mustApply(t, x, puts("a")...)
		admin(t, "DELETE", "/"+x.name+"/_alias/"+x.alias, "")
		again := mustOpen(t, cfg)
		mustApply(t, again, puts("b")...)
		if n, err := again.Count(t.Context()); err != nil || n != 2 {
			t.Errorf("%d documents, %v; want 2", n, err)
		}
	})
	t.Run("durability was changed", func(t *testing.T) {
		x, cfg := openFresh(t)
		admin(t, "PUT", "/"+x.name+"/_settings", `{"index.translog.durability":"async"}`)
		if _, err := Open(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "before they are on disk") {
			t.Errorf("Open: %v, want a refusal", err)
		}
	})
	t.Run("another version", func(t *testing.T) {
		cfg := freshConfig(t)
		admin(t, "PUT", "/"+cfg.Index+"-v0", `{"mappings":{"_meta":{"polyglean_mapping":9}}}`)
		_, err := Open(t.Context(), cfg)
		if e, ok := errors.AsType[*indexer.VersionError](err); !ok || e.Found != 9 {
			t.Errorf("Open: %v, want a version error", err)
		}
		if err := Remove(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		mustApply(t, mustOpen(t, cfg), puts("a")...)
	})
	t.Run("an index whose name begins so", func(t *testing.T) {
		cfg := freshConfig(t)
		other := cfg
		other.Index += "-vietnam"
		t.Cleanup(func() { Remove(context.Background(), other) })
		mustApply(t, mustOpen(t, other), puts("a")...)
		x := mustOpen(t, cfg)
		if n, err := x.Count(t.Context()); err != nil || n != 0 {
			t.Errorf("%d documents, %v; want an index of its own", n, err)
		}
	})
	t.Run("several processes start at once", func(t *testing.T) {
		cfg := freshConfig(t)
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				x, err := Open(t.Context(), cfg)
				if err != nil {
					t.Errorf("Open: %v", err)
					return
				}
				defer x.Close()
				if _, err := x.Apply(t.Context(), puts(fmt.Sprint("d", i))); err != nil {
					t.Errorf("Apply: %v", err)
				}
			})
		}
		all.Wait()
		if n, err := mustOpen(t, cfg).Count(t.Context()); err != nil || n != 6 {
			t.Errorf("%d documents, %v; want 6", n, err)
		}
	})
}

// TestStoredBeforeKilled: what a writer stored without making it visible is there
// when the next one opens the index.
func TestStoredBeforeKilled(t *testing.T) {
	x, cfg := openFresh(t)
	req, _, err := newBulk(puts("a", "b"), []int{0, 1}, maxBulkBytes)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.send(t.Context(), puts("a", "b"), req); err != nil {
		t.Fatal(err)
	}
	found, err := mustOpen(t, cfg).Find(t.Context(), indexer.Plan{Query: indexer.All{}})
	if err != nil || found.Total != 2 {
		t.Errorf("%d documents found, %v; want 2", found.Total, err)
	}
}

// TestEveryExpansion: a prefix at the end of a phrase stands for every term, of
// which Elasticsearch would take the first 50.
func TestEveryExpansion(t *testing.T) {
	x, _ := openFresh(t)
	const n = 4_000
	var ops []indexer.Op
	for i := range n {
		ops = append(ops, indexer.Op{ID: fmt.Sprintf("d%05d", i), Version: 1, Doc: &indexer.Document{
			Text: map[string][]string{indexer.TextTitle: {fmt.Sprintf("leaving traffick%d", i)}},
		}})
	}
	mustApply(t, x, ops...)
	for name, e := range map[string]indexer.Expr{
		"phrase": indexer.Phrase{Field: indexer.TextTitle, Terms: []string{"leaving", "traffick"}, LastPrefix: true},
		"prefix": indexer.Prefix{Field: indexer.TextTitle, Value: "traffick"},
	} {
		found, err := x.Find(t.Context(), indexer.Plan{Query: e, Size: n + 10, Sort: []indexer.Sort{{Field: indexer.ScoreField, Descending: true}}})
		if err != nil {
			t.Fatal(err)
		}
		if found.Total != n || len(found.Hits) != n || found.Next != "" {
			t.Errorf("%s: total %d, %d hits, next %q; want all %d", name, found.Total, len(found.Hits), found.Next, n)
		}
		if !slices.IsSortedFunc(found.Hits, func(a, b indexer.FoundHit) int { return strings.Compare(a.ID, b.ID) }) {
			t.Errorf("%s: hits with one score are not in order of ID", name)
		}
	}
}

// TestLargeLookup: more values than one request takes.
func TestLargeLookup(t *testing.T) {
	x, _ := openFresh(t)
	var ops []indexer.Op
	for i := range 2_500 {
		ops = append(ops, indexer.Op{ID: fmt.Sprintf("d%05d", i), Version: 1, Doc: &indexer.Document{
			Exact: map[string][]string{indexer.ExactKey: {fmt.Sprint("low", i), fmt.Sprint("high", i)}},
		}})
	}
	mustApply(t, x, ops...)
	var values []string
	for i := range 12_000 {
		values = append(values, fmt.Sprint("high", 11_999-i))
	}
	for i := range 12_000 {
		values = append(values, fmt.Sprint("low", i))
	}
	got, err := x.Lookup(t.Context(), indexer.ExactKey, values)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2_500 || got[0].ID != "d00000" || got[2_499].ID != "d02499" {
		t.Errorf("%d documents, want each of 2,500 once, in order", len(got))
	}
}

// TestSourceBytes: what is kept comes back byte for byte, be it JSON or not.
func TestSourceBytes(t *testing.T) {
	x, _ := openFresh(t)
	sources := [][]byte{
		[]byte(`{ "b":1.0,  "a":[1e3,"\u00e9"],"b":2 }`), []byte("\xff\x00\xfe not UTF-8"), []byte("\n\r\n"), bytes.Repeat([]byte{0, 1, 2}, 1<<20), {},
	}
	ops := make([]indexer.Op, len(sources))
	for i, source := range sources {
		ops[i] = indexer.Op{ID: fmt.Sprint("d", i), Version: 1, Doc: &indexer.Document{Source: source}}
	}
	mustApply(t, x, ops...)
	i := 0
	err := x.Scan(t.Context(), func(s indexer.Stored) error {
		if !bytes.Equal(s.Source, sources[i]) {
			t.Errorf("source %d of %d bytes came back with %d", i, len(sources[i]), len(s.Source))
		}
		i++
		return nil
	})
	if err != nil || i != len(sources) {
		t.Errorf("Scan saw %d documents, %v", i, err)
	}
}

// TestForeignCursor: a mark of another order is refused, not read as this one's.
func TestForeignCursor(t *testing.T) {
	x, _ := openFresh(t)
	mustApply(t, x, puts("a", "b", "c")...)
	byYear := indexer.Plan{Query: indexer.All{}, Size: 1, Sort: []indexer.Sort{{Field: indexer.NumberYear}}}
	found, err := x.Find(t.Context(), byYear)
	if err != nil || found.Next == "" {
		t.Fatalf("Find: %+v, %v", found, err)
	}
	newest := indexer.Plan{Query: indexer.All{}, Size: 1, Sort: []indexer.Sort{{Field: indexer.NumberYear, Descending: true}}, After: found.Next}
	if _, err := x.Find(t.Context(), newest); !errors.Is(err, indexer.ErrPage) {
		t.Errorf("Find with a mark of another order: %v", err)
	}
}

// TestDeletionIsRemembered: an older write that arrives after a deletion does not
// bring the document back.
func TestDeletionIsRemembered(t *testing.T) {
	x, _ := openFresh(t)
	mustApply(t, x, indexer.Op{ID: "a", Version: 9, Doc: &indexer.Document{}})
	mustApply(t, x, indexer.Op{ID: "a", Version: 10})
	outcomes, err := x.Apply(t.Context(), []indexer.Op{{ID: "a", Version: 9, Doc: &indexer.Document{}}})
	if err != nil || show(outcomes) != "S" {
		t.Errorf("an older write after a deletion: %s, %v; want stale", show(outcomes), err)
	}
}

// TestDeepQuery: a query as deep as a reader can make it by hand is answered, and
// one that Elasticsearch refuses says so.
func TestDeepQuery(t *testing.T) {
	x, _ := openFresh(t)
	mustApply(t, x, puts("a")...)
	deep := func(n int) indexer.Expr {
		var e indexer.Expr = indexer.All{}
		for range n {
			e = indexer.Bool{Must: []indexer.Expr{indexer.Bool{Should: []indexer.Expr{e}}, indexer.All{}}}
		}
		return e
	}
	found, err := x.Find(t.Context(), indexer.Plan{Query: deep(25), Size: 1})
	if err != nil || found.Total != 1 {
		t.Errorf("25 deep: %d found, %v", found.Total, err)
	}
	if _, err := x.Find(t.Context(), indexer.Plan{Query: deep(100), Size: 1}); err == nil || !strings.Contains(err.Error(), "nested") {
		t.Errorf("100 deep: %v, want the reason", err)
	}
}

// TestRebuild: an index is built anew while the one in use is searched and written to,
// takes its place at one moment, and leaves nothing behind.
func TestRebuild(t *testing.T) {
	old, cfg := openFresh(t)
	mustApply(t, old, puts("a", "b")...)
	unfinished, err := Rebuild(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	mustApply(t, unfinished, puts("x")...)
	unfinished.Close() // as if killed

	time.Sleep(2 * time.Millisecond) // names are told apart by milliseconds
	built, err := Rebuild(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { built.Close() })
	mustApply(t, built, puts("c", "d", "e")...)
	mustApply(t, old, puts("late")...)
	count := func(x *Index) int {
		t.Helper()
		n, err := x.Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n, beside := count(old), count(built); n != 3 || beside != 3 {
		t.Errorf("%d documents in the index in use and %d in the new one, want 3 and 3", n, beside)
	}
	if n := count(mustOpen(t, cfg)); n != 3 {
		t.Errorf("who opens the index before it is replaced finds %d documents, want 3", n)
	}

	stop, searched := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				searched <- nil
				return
			default:
			}
			if n, err := old.Count(t.Context()); err != nil || n != 3 {
				searched <- fmt.Errorf("%d documents, error %w", n, err)
				return
			}
		}
	}()
	if err := built.Replace(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(stop)
	if err := <-searched; err != nil {
		t.Errorf("a reader was disturbed: %v", err)
	}
	mustApply(t, old, puts("f")...) // through the alias
	if n := count(built); n != 4 {
		t.Errorf("%d documents after the replacement, want 4", n)
	}
	again := mustOpen(t, cfg)
	all, err := again.versions(t.Context())
	if err != nil || len(all) != 1 || again.name != built.name || count(again) != 4 {
		t.Errorf("found %v, error %v; want %s alone", all, err, built.name)
	}
	durability := all[built.name].Settings.Index.Translog.Durability
	if durability != "request" || all[built.name].Mappings.Meta.Version != mappingVersion {
		t.Errorf("the new index was not made by the template: durability %q", durability)
	}
}

// TestWhichIndex: of two indices without the alias nobody can tell which one is right.
func TestWhichIndex(t *testing.T) {
	x, cfg := openFresh(t)
	admin(t, "PUT", "/"+baseName(cfg.Index)+"-7", "{}")
	mustOpen(t, cfg) // the one with the alias
	admin(t, "DELETE", "/"+x.name+"/_alias/"+x.alias, "")
	if _, err := Open(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), baseName(cfg.Index)+"-7") || !strings.Contains(err.Error(), "alias") {
		t.Errorf("Open: %v, want both named and the way out", err)
	}
}
