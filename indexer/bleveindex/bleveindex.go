// Package bleveindex is the embedded index: indexer.Index over Bleve's storage
// engine scorch, in one directory and without a server.
//
// It uses scorch's segments directly rather than Bleve's query layer. Documents
// arrive analysed, so no mapping is needed; and a plan is small enough to be
// evaluated on the posting bitmaps of each segment, which gives exact counts,
// facets without a column of values, and the same scores as Elasticsearch's BM25
// but for the average field length (see score.go).
package bleveindex

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	bolterrors "go.etcd.io/bbolt/errors"

	"polyglean/indexer"
)

// errClosed is what every call gets after Close.
var errClosed = errors.New("the index is closed")

// Index is an index in a directory.
type Index struct {
	store *scorch.Scorch
	guard *guard
	queue *index.AnalysisQueue
	// filters of the segments.
	filters filters

	// writing lets one batch at a time compare versions and write.
	writing sync.Mutex
	applied atomic.Uint64
	// rest runs Compact when nothing has been written for a while.
	rest       *time.Timer
	compacting sync.Mutex
	// mu guards closed; a snapshot outlives Close.
	mu     sync.RWMutex
	closed bool
}

var (
	_ indexer.Index   = (*Index)(nil)
	_ indexer.Counter = (*Index)(nil)
)

// ErrInUse means that another process has the index open.
var ErrInUse = errors.New("is in use by another process")

// Open opens the index in dir and creates it when dir is missing or empty. The
// error is a *indexer.VersionError when another version of the program wrote it.
// One process at a time can have an index open; for another the error is ErrInUse.
func Open(dir string) (*Index, error) {
	if err := checkFormat(dir); err != nil {
		return nil, err
	}
	queue := index.NewAnalysisQueue(runtime.GOMAXPROCS(0))
	store, guard, err := openStore(filepath.Join(dir, storeName), queue)
	if err != nil {
		queue.Close()
		if errors.Is(err, bolterrors.ErrTimeout) {
			return nil, fmt.Errorf("index %s %w: stop it, or ask it instead", dir, ErrInUse)
		}
		return nil, fmt.Errorf("open index %s: %w (if it is damaged, `polyglean reindex` builds it anew from the log)", dir, err)
	}
	x := &Index{store: store, guard: guard, queue: queue, filters: filters{of: make(map[filterKey]*filter)}}
	x.rest = time.AfterFunc(restAfter, func() {
		// What could not be merged is found and searched all the same, and merged another time.
		_ = x.Compact(context.Background())
	})
	return x, nil
}

// Count implements indexer.Index.
func (x *Index) Count(ctx context.Context) (int, error) {
	snap, err := x.snapshot(ctx)
	if err != nil {
		return 0, err
	}
	defer snap.close()
	n, err := snap.root.DocCount()
	return int(n), err
}

func (x *Index) isClosed() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.closed
}

// Close implements indexer.Index. Searches under way end undisturbed.
func (x *Index) Close() error {
	x.writing.Lock()
	defer x.writing.Unlock()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil
	}
	x.closed = true
	x.rest.Stop()
	x.guard.close()
	err := x.store.Close()
	x.queue.Close()
	return err
}
