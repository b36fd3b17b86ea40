package elasticindex

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"polyglean/indexer"
)

// puts writes one document per ID, all in version 5.
func puts(ids ...string) []indexer.Op {
	out := make([]indexer.Op, len(ids))
	for i, id := range ids {
		out[i] = indexer.Op{ID: id, Version: 5, Doc: &indexer.Document{Source: []byte(id)}}
	}
	return out
}

// show writes outcomes as one letter each: done, stale or refused.
func show(outcomes []indexer.Outcome) string {
	var b strings.Builder
	for _, o := range outcomes {
		switch {
		case o.Err != nil:
			b.WriteByte('R')
		case o.Stale:
			b.WriteByte('S')
		default:
			b.WriteByte('d')
		}
	}
	return b.String()
}

// TestFaultsThatPass: whatever goes wrong on the way, every operation ends as what
// it is, once, and no request is sent that need not be.
func TestFaultsThatPass(t *testing.T) {
	swap := func(items []map[string]any) []map[string]any {
		items[0], items[1] = items[1], items[0]
		return items
	}
	for name, test := range map[string]struct {
		faults []*fault
		// want is an outcome per operation on a, b and c.
		want     string
		requests []string
	}{
		"none":                         {nil, "ddd", []string{"a b c"}},
		"429 for all":                  {[]*fault{refuse(429, "es_rejected_execution_exception")}, "ddd", []string{"a b c", "a b c"}},
		"429 from a proxy":             {[]*fault{answer(429, "slow down")}, "ddd", []string{"a b c", "a b c"}},
		"429 for one":                  {[]*fault{refuseItems(429, "es_rejected_execution_exception", "b")}, "ddd", []string{"a b c", "b"}},
		"429 for two, then one":        {[]*fault{refuseItems(429, "x", "a", "c"), refuseItems(429, "x", "c")}, "ddd", []string{"a b c", "a c", "c"}},
		"503 for all":                  {[]*fault{refuse(503, "unavailable_shards_exception")}, "ddd", []string{"a b c", "a b c"}},
		"503 for one":                  {[]*fault{refuseItems(503, "unavailable_shards_exception", "a")}, "ddd", []string{"a b c", "a"}},
		"503 while a cluster starts":   {[]*fault{refuse(503, "cluster_block_exception")}, "ddd", []string{"a b c", "a b c"}},
		"502 and 504 from a proxy":     {[]*fault{answer(502, "<html>"), answer(504, "")}, "ddd", []string{"a b c", "a b c", "a b c"}},
		"400 for one":                  {[]*fault{refuseItems(400, "document_parsing_exception", "b")}, "dRd", []string{"a b c"}},
		"409 for one":                  {[]*fault{refuseItems(409, "version_conflict_engine_exception", "c")}, "ddS", []string{"a b c"}},
		"a bit of everything":          {[]*fault{{items: map[string]refusal{"a": {status: 400}, "b": {status: 409}, "c": {status: 429}}}}, "RSd", []string{"a b c", "c"}},
		"JSON that ends too early":     {[]*fault{{after: cut}}, "ddd", []string{"a b c", "a b c"}},
		"an answer that is not JSON":   {[]*fault{answer(200, "<html>Please log in</html>")}, "ddd", []string{"a b c", "a b c"}},
		"an empty answer":              {[]*fault{answer(200, "")}, "ddd", []string{"a b c", "a b c"}},
		"an answer without items":      {[]*fault{answer(200, "{}")}, "ddd", []string{"a b c", "a b c"}},
		"an item is missing":           {[]*fault{spoil(func(items []map[string]any) []map[string]any { return items[:2] })}, "ddd", []string{"a b c", "a b c"}},
		"an item too many":             {[]*fault{spoil(func(items []map[string]any) []map[string]any { return append(items, items[0]) })}, "ddd", []string{"a b c", "a b c"}},
		"items of other documents":     {[]*fault{spoil(swap)}, "ddd", []string{"a b c", "a b c"}},
		"items that say nothing":       {[]*fault{spoil(func([]map[string]any) []map[string]any { return make([]map[string]any, 3) })}, "ddd", []string{"a b c", "a b c"}},
		"a connection that is cut":     {[]*fault{{instead: func(w http.ResponseWriter, _ string) bool { hangUp(w); return true }}}, "ddd", []string{"a b c", "a b c"}},
		"a connection cut after":       {[]*fault{{after: func(w http.ResponseWriter, _ []map[string]any) { hangUp(w) }}}, "ddd", []string{"a b c", "a b c"}},
		"a page without the signature": {[]*fault{unsigned()}, "ddd", []string{"a b c", "a b c"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			x := f.open(t)
			f.faults = test.faults
			refreshes := f.refreshes
			outcomes, err := x.Apply(t.Context(), puts("a", "b", "c"))
			if err != nil {
				t.Fatalf("Apply: %v", err)
			}
			if got := show(outcomes); got != test.want {
				t.Errorf("outcomes %s, want %s: %+v", got, test.want, outcomes)
			}
			if got := f.requests(); !slices.Equal(got, test.requests) {
				t.Errorf("requests %q, want %q", got, test.requests)
			}
			var want []string
			for i, id := range []string{"a", "b", "c"} {
				if test.want[i] == 'd' {
					want = append(want, id)
				}
			}
			if got := f.ids(); got != strings.Join(want, " ") {
				t.Errorf("%q were written, want %q", got, want)
			}
			if f.refreshes != refreshes+1 {
				t.Errorf("%d refreshes, want 1", f.refreshes-refreshes)
			}
		})
	}
}

// unsigned is a success without the header of Elasticsearch.
func unsigned() *fault {
	return &fault{instead: func(w http.ResponseWriter, _ string) bool {
		w.Header().Del("X-Elastic-Product")
		io.WriteString(w, `{"items":[]}`)
		return true
	}}
}

// TestFaultsThatStay: when nothing can be said about the batch, Apply says so, and
// says whether a person is needed.
func TestFaultsThatStay(t *testing.T) {
	for name, test := range map[string]struct {
		always      *fault
		unavailable bool
		requests    int
		says        string
	}{
		"always 503":              {refuse(503, "unavailable_shards_exception"), true, impatient.tries, "unavailable_shards_exception"},
		"always 429":              {refuse(429, "circuit_breaking_exception"), true, impatient.tries, "circuit_breaking_exception"},
		"one is always 429":       {refuseItems(429, "es_rejected_execution_exception", "b"), true, impatient.tries, "es_rejected_execution_exception"},
		"always HTML":             {answer(200, "<html>Please log in</html>"), true, impatient.tries, "cannot be read"},
		"never the signature":     {unsigned(), true, impatient.tries, "not Elasticsearch 8"},
		"always a cut connection": {&fault{instead: func(w http.ResponseWriter, _ string) bool { hangUp(w); return true }}, true, impatient.tries, "see that it runs"},
		"disk full":               {refuseItems(429, "cluster_block_exception", "a", "b", "c"), true, 1, "free disk space"},
		"disk full, whole":        {refuse(429, "cluster_block_exception"), true, 1, "free disk space"},
		"write block":             {refuseItems(403, "cluster_block_exception", "c"), true, 1, "free disk space"},
		"no password":             {refuse(401, "security_exception"), false, 1, "check user name, password or API key"},
		"no rights":               {refuseItems(403, "security_exception", "a", "b", "c"), false, 1, "check user name, password or API key"},
		"index deleted":           {refuseItems(404, "index_not_found_exception", "a", "b", "c"), false, 1, "polyglean reindex"},
		"a request that was cut":  {refuse(400, "illegal_argument_exception"), true, impatient.tries, "cut or changed on the way"},
		"index closed":            {refuseItems(400, "index_closed_exception", "a", "b", "c"), true, 1, "POST /polyglean/_open"},
		"red":                     {refuseItems(503, "unavailable_shards_exception", "a", "b", "c"), true, impatient.tries, "_cluster/allocation/explain"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			x := f.open(t)
			f.always = test.always
			outcomes, err := x.Apply(t.Context(), puts("a", "b", "c"))
			if err == nil || outcomes != nil {
				t.Fatalf("Apply: %v, %v; want an error alone", outcomes, err)
			}
			if got := errors.Is(err, indexer.ErrUnavailable); got != test.unavailable {
				t.Errorf("unavailable %v, want %v: %v", got, test.unavailable, err)
			}
			if !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), f.URL) {
				t.Errorf("error %q does not say %q and %s", err, test.says, f.URL)
			}
			if got := len(f.requests()); got != test.requests {
				t.Errorf("%d requests, want %d: %q", got, test.requests, f.requests())
			}
			// When it is over, the batch goes through.
			f.always = nil
			outcomes, err = x.Apply(t.Context(), puts("a", "b", "c"))
			if err != nil || show(outcomes) != "ddd" || f.ids() != "a b c" {
				t.Errorf("afterwards: %s, %v; written %q", show(outcomes), err, f.ids())
			}
		})
	}
}

// TestProgressKeepsPatience: a busy server that takes one operation of each request
// is not given up.
func TestProgressKeepsPatience(t *testing.T) {
	f := newFake(t)
	x := f.open(t)
	var ids []string
	for i := range 3 * impatient.tries {
		ids = append(ids, fmt.Sprintf("d%02d", i))
	}
	for i := range ids {
		f.faults = append(f.faults, refuseItems(429, "es_rejected_execution_exception", ids[i+1:]...))
	}
	outcomes, err := x.Apply(t.Context(), puts(ids...))
	if err != nil || strings.Trim(show(outcomes), "d") != "" {
		t.Fatalf("Apply: %s, %v", show(outcomes), err)
	}
	if got := len(f.requests()); got != len(ids) {
		t.Errorf("%d requests, want %d", got, len(ids))
	}
}

// TestTooLong: 413 halves what is sent, once and for all; only an operation that is
// too long on its own is refused.
func TestTooLong(t *testing.T) {
	f := newFake(t)
	x := f.open(t)
	one, _, err := newBulk(puts("a"), []int{0}, maxBulkBytes)
	if err != nil {
		t.Fatal(err)
	}
	f.always = longerThan(3 * len(one.body))
	batch := puts("a", "b", "c", "d", "e", "f", "g", "h")
	batch[5].Doc.Source = bytes.Repeat([]byte("x"), 5*len(one.body))
	outcomes, err := x.Apply(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	if got := show(outcomes); got != "dddddRdd" {
		t.Errorf("outcomes %s, want only the sixth refused", got)
	}
	if err := outcomes[5].Err; err == nil || !strings.Contains(err.Error(), "document f is too long") {
		t.Errorf("the error is %v", err)
	}
	if got := f.ids(); got != "a b c d e g h" {
		t.Errorf("%q were written", got)
	}
	want := []string{"a b c d e f g h", "a b c d e", "a b", "c d", "e", "f", "g h"}
	if got := f.requests(); !slices.Equal(got, want) {
		t.Errorf("requests %q, want %q", got, want)
	}
	if _, err := x.Apply(t.Context(), puts("i", "j", "k", "l", "m", "n")); err != nil {
		t.Fatal(err)
	}
	if got := f.ids(); got != "a b c d e g h i j k l m n" {
		t.Errorf("%q were written", got)
	}
	if got := f.requests()[len(want):]; !slices.Equal(got, []string{"i j", "k l", "m n"}) {
		t.Errorf("the next batch went out as %q: what was learned is forgotten", got)
	}
}

// TestLimits: a batch is split at 1,000 operations and at 8 MB, and an operation
// that is longer goes alone.
func TestLimits(t *testing.T) {
	f := newFake(t)
	x := f.open(t)
	var ids []string
	for i := range 2*maxBulkOps + 500 {
		ids = append(ids, fmt.Sprintf("d%05d", i))
	}
	if _, err := x.Apply(t.Context(), puts(ids...)); err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, request := range f.requests() {
		sizes = append(sizes, len(strings.Fields(request)))
	}
	if !slices.Equal(sizes, []int{maxBulkOps, maxBulkOps, 500}) {
		t.Errorf("requests of %v operations", sizes)
	}
	f.bulks = nil
	batch := puts("a", "b", "c", "d", "e")
	for i, mb := range []int{3, 4, 2, 9, 1} {
		batch[i].Doc.Source = bytes.Repeat([]byte("x"), mb<<20)
	}
	if _, err := x.Apply(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if got := f.requests(); !slices.Equal(got, []string{"a b", "c", "d", "e"}) {
		t.Errorf("requests %q", got)
	}
}

// TestSameDocumentTwice: when the first of two writes with one version has to be
// sent again, it does not undo the second.
func TestSameDocumentTwice(t *testing.T) {
	f := newFake(t)
	x := f.open(t)
	f.faults = []*fault{refuseItems(429, "es_rejected_execution_exception", "a")}
	batch := puts("a", "b", "a", "c", "a")
	batch[0].Doc.Source, batch[2].Doc.Source = []byte("first"), []byte("second")
	batch[4].Doc = nil
	outcomes, err := x.Apply(t.Context(), batch)
	if err != nil || show(outcomes) != "ddddd" {
		t.Fatalf("Apply: %s, %v", show(outcomes), err)
	}
	if got, want := f.requests(), []string{"a b c", "a", "a", "a"}; !slices.Equal(got, want) {
		t.Errorf("requests %q, want %q", got, want)
	}
	if got := f.ids(); got != "b c" {
		t.Errorf("%q are there, want b c: a was deleted last", got)
	}
}

// TestRefusedBeforehand: what would spoil the whole request is not sent.
func TestRefusedBeforehand(t *testing.T) {
	f := newFake(t)
	x := f.open(t)
	batch := puts("", "a", strings.Repeat("x", 600), "b/c", "d")
	batch[4].Version = -1
	outcomes, err := x.Apply(t.Context(), batch)
	if err != nil || show(outcomes) != "RdRRR" {
		t.Errorf("Apply: %s, %v; want all but the second refused", show(outcomes), err)
	}
	if got := f.requests(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("requests %q, want a alone", got)
	}
}

// TestOlderAndMissing: an older version and a deletion of what is not there count
// as done.
func TestOlderAndMissing(t *testing.T) {
	f := newFake(t)
	x := f.open(t)
	f.docs["a"] = fakeDoc{version: 6}
	batch := puts("a", "b", "c")
	batch[1].Doc = nil
	outcomes, err := x.Apply(t.Context(), batch)
	if err != nil || show(outcomes) != "Sdd" || len(f.requests()) != 1 {
		t.Errorf("Apply: %s, %v in %q", show(outcomes), err, f.requests())
	}
	if f.docs["a"].version != 6 {
		t.Error("an older version was written over a newer one")
	}
}

// TestApplyStops: the caller's context ends the waiting.
func TestApplyStops(t *testing.T) {
	f := newFake(t)
	x := f.open(t)
	x.writing = patience{tries: 100, first: time.Hour, most: time.Hour}
	ctx, cancel := context.WithCancel(t.Context())
	f.always = &fault{instead: func(w http.ResponseWriter, _ string) bool {
		w.WriteHeader(http.StatusTooManyRequests)
		time.AfterFunc(20*time.Millisecond, cancel)
		return true
	}}
	if _, err := x.Apply(ctx, puts("a")); !errors.Is(err, context.Canceled) || errors.Is(err, indexer.ErrUnavailable) {
		t.Errorf("Apply with a context that ends: %v, want context.Canceled alone", err)
	}
}

// TestGone: a server that is not there any more is unavailable, to writers and to
// readers.
func TestGone(t *testing.T) {
	f := newFake(t)
	x := f.open(t)
	f.Close()
	_, err := x.Apply(t.Context(), puts("a"))
	if !errors.Is(err, indexer.ErrUnavailable) {
		t.Errorf("Apply: %v, want unavailable", err)
	}
	if _, err := x.Find(t.Context(), indexer.Plan{Query: indexer.All{}, Size: 1}); !errors.Is(err, indexer.ErrUnavailable) {
		t.Errorf("Find: %v, want unavailable", err)
	}
	if _, err := x.Count(t.Context()); !errors.Is(err, indexer.ErrUnavailable) {
		t.Errorf("Count: %v, want unavailable", err)
	}
}

// TestLastWaits: what went into another document is deleted when that is written, and
// not before.
func TestLastWaits(t *testing.T) {
	f := newFake(t)
	x := f.open(t)
	f.docs["old"] = fakeDoc{version: 4}
	batch := append([]indexer.Op{{ID: "old", Version: 5, Last: true}}, puts("a", "b")...)
	f.always = refuseItems(429, "es_rejected_execution_exception", "b")
	if _, err := x.Apply(t.Context(), batch); !errors.Is(err, indexer.ErrUnavailable) {
		t.Fatalf("Apply: %v, want unavailable", err)
	}
	if got := f.ids(); got != "a old" {
		t.Errorf("%q are there, want old until b is written", got)
	}
	f.always, f.bulks = nil, nil
	outcomes, err := x.Apply(t.Context(), batch)
	if err != nil || show(outcomes) != "ddd" || f.ids() != "a b" {
		t.Errorf("Apply: %s, %v; %q are there", show(outcomes), err, f.ids())
	}
	if got := f.requests(); !slices.Equal(got, []string{"a b", "old"}) {
		t.Errorf("requests %q", got)
	}
	f.docs["old"] = fakeDoc{version: 4}
	f.faults = []*fault{refuseItems(400, "document_parsing_exception", "b")}
	if outcomes, err := x.Apply(t.Context(), batch); err != nil || !outcomes[0].Undone || f.ids() != "a b old" {
		t.Errorf("Apply: %+v, %v; %q are there", outcomes, err, f.ids())
	}
}
