package command

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"polyglean/indexer"
)

// slow answers after a while, or when nobody waits any more.
type slow struct {
	indexer.Searcher
	takes time.Duration
}

func (s slow) Search(ctx context.Context, _ indexer.Query) (indexer.Result, error) {
	select {
	case <-time.After(s.takes):
		return indexer.Result{Total: 1}, nil
	case <-ctx.Done():
		return indexer.Result{}, fmt.Errorf("find: %w", ctx.Err())
	}
}

func TestSearchesAreTimely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if r, err := timely(t.Context(), slow{takes: 4 * time.Second}, indexer.Query{}); err != nil || r.Total != 1 {
			t.Errorf("in time: %+v, %v", r, err)
		}
		if _, err := timely(t.Context(), slow{takes: time.Minute}, indexer.Query{}); err == nil || !strings.Contains(err.Error(), "longer than 5s: use fewer words") {
			t.Errorf("too late: %v, want the limit and the way out", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := timely(ctx, slow{takes: time.Minute}, indexer.Query{}); err == nil || strings.Contains(err.Error(), "longer") {
			t.Errorf("called off: %v", err)
		}
	})
}
