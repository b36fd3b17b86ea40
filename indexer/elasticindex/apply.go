package elasticindex

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"polyglean/indexer"
)

// Limits of one bulk request. The bytes can be exceeded by a single operation
// that is longer; Elasticsearch takes 100 MB unless told otherwise.
const (
	maxBulkOps   = 1_000
	maxBulkBytes = 8 << 20
)

// Apply implements indexer.Index. The operations that are to be Last go out when the
// others have all taken effect.
func (x *Index) Apply(ctx context.Context, ops []indexer.Op) ([]indexer.Outcome, error) {
	outcomes := make([]indexer.Outcome, len(ops))
	sent := false
	whole := true
	for _, held := range []bool{false, true} {
		var queue []int
		for i, op := range ops {
			switch {
			case op.Last != held:
			case held && !whole:
				outcomes[i].Undone = true
			default:
				if outcomes[i].Err = checkOp(op); outcomes[i].Err == nil {
					queue = append(queue, i)
				}
			}
		}
		if len(queue) > 0 {
			sent = true
			if err := x.applyAll(ctx, ops, queue, outcomes); err != nil {
				return nil, err
			}
		}
		for i, op := range ops {
			whole = whole && (op.Last || outcomes[i] == indexer.Outcome{})
		}
	}
	if !sent {
		return outcomes, nil
	}
	// One refresh for the batch, not one for each request: a refresh writes a
	// segment, and after a batch of 500 takes a tenth to a fifth of its time.
	if err := x.refresh(ctx); err != nil {
		return nil, err
	}
	return outcomes, nil
}

// applyAll sends the operations of a queue in bulk requests, in order; those that are to
// be tried again stay in the queue, in order, and every other one leaves it with an
// outcome.
func (x *Index) applyAll(ctx context.Context, ops []indexer.Op, queue []int, outcomes []indexer.Outcome) error {
	for fruitless := 0; len(queue) > 0; {
		before := len(queue)
		var err error
		queue, err = x.applySome(ctx, ops, queue, outcomes)
		switch {
		case err == nil:
			fruitless = 0
			continue
		case ctx.Err() != nil:
			return fmt.Errorf("elasticsearch: write %d documents: %w", len(queue), ctx.Err())
		case len(queue) < before:
			fruitless = 0
		}
		if fruitless++; fruitless >= x.writing.tries || !passing(err) {
			return x.explain(fmt.Sprintf("write %d documents", len(queue)), err)
		}
		if err := x.writing.wait(ctx, fruitless); err != nil {
			return fmt.Errorf("elasticsearch: write %d documents: %w", len(queue), err)
		}
	}
	return nil
}

// applySome sends the first part of the queue and returns what is left of it. The
// error is the reason why something was left that was sent; it is nil when the
// server wants shorter requests.
func (x *Index) applySome(ctx context.Context, ops []indexer.Op, queue []int, outcomes []indexer.Outcome) ([]int, error) {
	req, rest, err := newBulk(ops, queue, int(x.bulkBytes.Load()))
	if err != nil {
		return queue, err
	}
	items, err := x.send(ctx, ops, req)
	if e, ok := errors.AsType[*refusal](err); ok && e.status == http.StatusRequestEntityTooLarge {
		if len(req.ops) == 1 {
			i := req.ops[0]
			outcomes[i].Err = fmt.Errorf("document %s is too long for elasticsearch at %d bytes: %w", ops[i].ID, len(req.body), err)
			return rest, nil
		}
		x.bulkBytes.Store(int64(len(req.body) / 2))
		return queue, nil
	}
	if err != nil {
		return queue, err
	}
	var again []int
	var last error
	for n, i := range req.ops {
		out, err := items[n].outcome(ops[i])
		if err == nil {
			outcomes[i] = out
			continue
		}
		if !passing(err) {
			return queue, err
		}
		again, last = append(again, i), err
	}
	return merge(again, rest), last
}

// merge puts two ascending lists together.
func merge(a, b []int) []int {
	if len(a) == 0 {
		return b
	}
	out := make([]int, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// checkOp finds what would make Elasticsearch refuse not the operation alone but the
// whole request.
func checkOp(op indexer.Op) error {
	if err := op.Check(); err != nil {
		return err
	}
	if op.Version < 0 {
		return fmt.Errorf("document %s: version %d is negative", op.ID, op.Version)
	}
	return nil
}
