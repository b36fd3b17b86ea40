package elasticindex

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
)

// TestReading: a reader is given the whole answer or an error, after a busy moment
// has been waited for.
func TestReading(t *testing.T) {
	const hits = `{"timed_out":false,"hits":{"total":{"value":1},"hits":[{"_id":"a","_version":3,"_score":1.5,"_source":{"source":"{}"},"sort":["a"]}]}}`
	for name, test := range map[string]struct {
		// statuses of the answers, in order; the body of 200 is hits, cut at cut.
		statuses []int
		cut      int
		requests int
		// says is a part of the error; empty means that there is none.
		says        string
		unavailable bool
	}{
		"at once":             {statuses: []int{200}, requests: 1},
		"busy twice":          {statuses: []int{429, 503, 200}, requests: 3},
		"a shard is missing":  {statuses: []int{503, 503, 503, 503, 503}, requests: impatient.tries, says: "as asked", unavailable: true},
		"a query it refuses":  {statuses: []int{400}, requests: 1, says: "as asked"},
		"an answer that ends": {statuses: []int{200, 200, 200, 200}, cut: 40, requests: impatient.tries, says: "cannot be read", unavailable: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			var asked []string
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/polyglean/_search" {
					f.ServeHTTP(w, r)
					return
				}
				asked = append(asked, r.URL.Query().Get("allow_partial_search_results"))
				w.Header().Set("X-Elastic-Product", "Elasticsearch")
				status := test.statuses[len(asked)-1]
				w.WriteHeader(status)
				if status != http.StatusOK {
					fmt.Fprintf(w, `{"error":{"type":"x","reason":"as asked"},"status":%d}`, status)
					return
				}
				io.WriteString(w, hits[:len(hits)-test.cut])
			}))
			t.Cleanup(s.Close)
			x, err := open(t.Context(), Config{Addresses: []string{s.URL}}, impatient, impatient)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { x.Close() })
			found, err := x.Find(t.Context(), indexer.Plan{Query: indexer.All{}, Size: 5})
			switch {
			case test.says == "" && (err != nil || found.Total != 1 || len(found.Hits) != 1 || found.Hits[0].Version != 3 || string(found.Hits[0].Source) != "{}"):
				t.Errorf("Find: %+v, %v", found, err)
			case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says) || errors.Is(err, indexer.ErrUnavailable) != test.unavailable):
				t.Errorf("Find: %v, want %q, unavailable %v", err, test.says, test.unavailable)
			}
			if len(asked) != test.requests || slices.Contains(asked, "") || slices.Contains(asked, "true") {
				t.Errorf("%d requests, partial answers allowed %q; want %d, never", len(asked), asked, test.requests)
			}
		})
	}
}
