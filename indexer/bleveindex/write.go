package bleveindex

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"runtime/metrics"
	"slices"
	"time"

	index "github.com/blevesearch/bleve_index_api"

	"polyglean/indexer"
	"polyglean/internal/sidebyside"
)

// minPart is how many documents make a segment of their own worth while, where a
// processor has nothing else to do.
const minPart = 250

// Apply implements indexer.Index. It returns when scorch has synced the batch to
// disk. A batch that deletes is there as a whole or not at all.
func (x *Index) Apply(ctx context.Context, ops []indexer.Op) ([]indexer.Outcome, error) {
	x.writing.Lock()
	defer x.writing.Unlock()
	defer x.applied.Add(1) // behind all that it does, and before another one begins
	if err := x.guard.err(); err != nil {
		return nil, fmt.Errorf("write to the index: %w", err)
	}
	snap, err := x.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snap.close()
	x.filters.keep(snap.segments)

	there, err := snap.versions(ops)
	if err != nil {
		return nil, err
	}
	outcomes := make([]indexer.Outcome, len(ops))
	last := make(map[string]int, len(ops)) // ID → the operation that stands at the end
	whole := true
	sidebyside.Do(len(ops), 16, func(i int) { outcomes[i].Err = ops[i].Check() })
	settle := func(i int) {
		op, now := ops[i], there[i]
		if j, ok := last[op.ID]; ok {
			now = present{ops[j].Version, ops[j].Doc != nil}
		}
		switch {
		case outcomes[i].Err != nil:
		case op.Last && !whole:
			outcomes[i].Undone = true
		case now.exists && (op.Version < now.version || op.Next && op.Version == now.version):
			outcomes[i].Stale = true
		default:
			last[op.ID] = i
		}
	}
	for _, held := range []bool{false, true} {
		for i, op := range ops {
			if op.Last != held {
				continue
			}
			settle(i)
			whole = whole && (held || outcomes[i] == indexer.Outcome{})
		}
	}
	if len(last) == 0 {
		return outcomes, nil
	}
	all := parts(ops, slices.Sorted(maps.Values(last)))
	errs := make([]error, len(all))
	sidebyside.Do(len(all), 1, func(i int) { errs[i] = x.store.Batch(newBatch(ops, all[i])) })
	x.rest.Reset(restAfter)
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("write to the index: %w: %w", indexer.ErrUnavailable, err)
	}
	return outcomes, nil
}

// Applied implements indexer.Counter.
func (x *Index) Applied() uint64 { return x.applied.Load() }

// parts divides operations among processors: scorch makes a segment on one alone. One large
// segment takes less work than two small ones, so those that are busy get none.
func parts(ops []indexer.Op, chosen []int) [][]int {
	n := len(chosen) / minPart
	if n < 2 || slices.ContainsFunc(chosen, func(i int) bool { return ops[i].Doc == nil }) {
		return [][]int{chosen}
	}
	n = min(n, free())
	return slices.Collect(slices.Chunk(chosen, (len(chosen)+n-1)/n))
}

// free is how many processors this goroutine can have for a while: what runs but for a
// moment does not count, and one other may run, which most often is the collector of garbage.
func free() int {
	sample := []metrics.Sample{{Name: "/sched/goroutines/running:goroutines"}, {Name: "/sched/goroutines/runnable:goroutines"}}
	least := math.MaxInt
	for range 2 {
		time.Sleep(500 * time.Microsecond)
		metrics.Read(sample)
		least = min(least, int(sample[0].Value.Uint64()+sample[1].Value.Uint64())-1)
	}
	return max(1, runtime.GOMAXPROCS(0)-max(0, least-1))
}

// newBatch lays operations out; documents are compressed on all processors.
func newBatch(ops []indexer.Op, chosen []int) *index.Batch {
	docs := make([]index.Document, len(chosen))
	sidebyside.Do(len(chosen), 1, func(i int) {
		if op := ops[chosen[i]]; op.Doc != nil {
			docs[i] = newDocument(op)
		}
	})
	batch := index.NewBatch()
	for i, doc := range docs {
		if doc == nil {
			batch.Delete(ops[chosen[i]].ID)
		} else {
			batch.Update(doc)
		}
	}
	return batch
}
