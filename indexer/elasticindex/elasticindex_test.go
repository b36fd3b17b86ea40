package elasticindex

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/indexer/indextest"
)

// addressVariable names the Elasticsearch the tests may use.
const addressVariable = "POLYGLEAN_TEST_ELASTICSEARCH"

// realAddress is a running Elasticsearch 8.
func realAddress(tb testing.TB) string {
	tb.Helper()
	address := os.Getenv(addressVariable)
	if address == "" {
		tb.Skipf("The tests against a real Elasticsearch 8 were skipped: run .ci/run, or start one with ../shared/elasticsearch/start and set %s to its URL.", addressVariable)
	}
	return address
}

var prefixes atomic.Int64

// freshConfig names an index that no other test uses and that is deleted at the
// end.
func freshConfig(tb testing.TB) Config {
	tb.Helper()
	cfg := Config{
		Addresses: []string{realAddress(tb)},
		Index:     fmt.Sprintf("polyglean-test-%d-%d", time.Now().UnixNano(), prefixes.Add(1)),
	}
	tb.Cleanup(func() {
		if err := Remove(context.Background(), cfg); err != nil {
			tb.Errorf("remove the index of the test: %v", err)
		}
	})
	return cfg
}

func openFresh(tb testing.TB) (*Index, Config) {
	tb.Helper()
	cfg := freshConfig(tb)
	return mustOpen(tb, cfg), cfg
}

func mustOpen(tb testing.TB, cfg Config) *Index {
	tb.Helper()
	x, err := Open(tb.Context(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { x.Close() })
	return x
}

func TestConformance(t *testing.T) {
	realAddress(t)
	configs := map[indexer.Index]Config{}
	indextest.Run(t, indextest.Backend{
		Open: func(t *testing.T) indexer.Index {
			x, cfg := openFresh(t)
			configs[x] = cfg
			return x
		},
		Reopen: func(t *testing.T, closed indexer.Index) indexer.Index {
			return mustOpen(t, configs[closed])
		},
	})
}
