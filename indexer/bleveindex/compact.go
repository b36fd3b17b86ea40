package bleveindex

import (
	"context"
	"fmt"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"
)

// Scorch merges segments of like size, ten at a time, and takes all that are smaller than
// the floor of its plan to be of that size. With a high floor the segments of batches are
// merged two or three at a time, and a document of a harvest is written four times; with a
// low one, and more of them merged at once, there are more segments, which costs every
// search. So there are more while there is writing, and few when there has been none for a
// while. Nor is a segment merged again, while there is writing, that holds what twenty
// batches brought: two or three of them make the next, for which all is written anew.
const (
	// busySegment is the floor while there is writing, in documents, busyMerge how many
	// segments are then merged at once, and busyLargest how many documents they may have.
	// Scorch leaves alone what is larger than half of that.
	busySegment = 100
	busyMerge   = 20
	busyLargest = 20_000
	// maxSegment is how many documents a segment may have, which has room for three of the
	// largest of writing: what scorch needs of memory to merge grows with what it makes.
	maxSegment = 64_000
	// restAfter is how long nothing is written before segments are merged as for rest.
	restAfter = 2 * time.Second
)

// restPlan merges down to what scorch itself would leave.
func restPlan() *mergeplan.MergePlanOptions {
	plan := mergeplan.DefaultMergePlanOptions
	plan.MaxSegmentSize = maxSegment
	return &plan
}

// Compact merges the segments that writing has left, as is also done when nothing was
// written for a while. It changes nothing that is found. It returns when that is done,
// ctx has ended or the index is closed.
func (x *Index) Compact(ctx context.Context) error {
	x.compacting.Lock()
	defer x.compacting.Unlock()
	if x.isClosed() {
		return errClosed
	}
	if err := x.store.ForceMerge(ctx, restPlan()); err != nil {
		return fmt.Errorf("merge the segments of the index: %w", err)
	}
	if x.isClosed() {
		return errClosed
	}
	return ctx.Err()
}
