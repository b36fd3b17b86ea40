package bleveindex

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	index "github.com/blevesearch/bleve_index_api"

	"polyglean/indexer"
)

// Apply implements indexer.Index. It returns when scorch has synced the batch to
// disk; a batch is there as a whole or not at all.
func (x *Index) Apply(ctx context.Context, ops []indexer.Op) ([]indexer.Outcome, error) {
	x.writing.Lock()
	defer x.writing.Unlock()
	if err := x.guard.err(); err != nil {
		return nil, fmt.Errorf("write to the index: %w", err)
	}
	snap, err := x.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snap.close()

	outcomes := make([]indexer.Outcome, len(ops))
	last := make(map[string]int, len(ops)) // ID → the operation that stands at the end
	whole := true
	settle := func(i int) error {
		op := ops[i]
		if outcomes[i].Err = op.Check(); outcomes[i].Err != nil {
			return nil
		}
		if op.Last && !whole {
			outcomes[i].Undone = true
			return nil
		}
		stored, exists, err := snap.version(op.ID)
		if err != nil {
			return err
		}
		if j, ok := last[op.ID]; ok {
			stored, exists = ops[j].Version, ops[j].Doc != nil
		}
		if exists && (op.Version < stored || op.Next && op.Version == stored) {
			outcomes[i].Stale = true
			return nil
		}
		last[op.ID] = i
		return nil
	}
	for _, held := range []bool{false, true} {
		for i, op := range ops {
			if op.Last != held {
				continue
			}
			if err := settle(i); err != nil {
				return nil, err
			}
			whole = whole && (held || outcomes[i] == indexer.Outcome{})
		}
	}
	if len(last) == 0 {
		return outcomes, nil
	}
	if err := x.store.Batch(newBatch(ops, last)); err != nil {
		return nil, fmt.Errorf("write to the index: %w: %w", indexer.ErrUnavailable, err)
	}
	return outcomes, nil
}

// newBatch lays the operations out; documents are compressed on all processors.
func newBatch(ops []indexer.Op, last map[string]int) *index.Batch {
	batch := index.NewBatch()
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				doc := newDocument(ops[i])
				mu.Lock()
				batch.Update(doc)
				mu.Unlock()
			}
		})
	}
	for _, i := range last {
		if ops[i].Doc != nil {
			next <- i
		}
	}
	close(next)
	wg.Wait()
	for id, i := range last {
		if ops[i].Doc == nil {
			batch.Delete(id)
		}
	}
	return batch
}
