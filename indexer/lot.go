package indexer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// lot is what is brought into the index at once. One without deliveries says that
// there is nothing to read at present.
type lot struct {
	deliveries []*stream.Delivery
	members    []Member
	err        error
}

// read makes lots of the log of classified records until ctx ends or there is an
// error, which is in the last of them. While one lot is brought into the index the
// next is read. The channel is closed when the reading has ended.
func (r *Runner) read(ctx context.Context, sub *stream.Subscription) <-chan lot {
	lots := make(chan lot)
	give := func(l lot) bool {
		select {
		case lots <- l:
			return l.err == nil
		case <-ctx.Done():
			return false
		}
	}
	go func() {
		defer close(lots)
		for ctx.Err() == nil {
			// Without records the wait is short, so that a decision shows soon.
			batch, err := sub.Fetch(ctx, batchEnvelopes, 200*time.Millisecond)
			if ctx.Err() != nil {
				return
			}
			if err != nil || len(batch) == 0 {
				if !give(lot{err: err}) {
					return
				}
				continue
			}
			for len(batch) > 0 {
				n := lotSize(batch)
				l := lot{deliveries: batch[:n]}
				l.members, l.err = r.members(ctx, l.deliveries)
				if !give(l) {
					return
				}
				batch = batch[n:]
			}
		}
	}()
	return lots
}

// lotSize is how many envelopes of a batch make a lot.
func lotSize(batch []*stream.Delivery) int {
	n, count := 0, 0
	for n < len(batch) && (n == 0 || count+len(batch[n].Records) <= batchRecords) {
		count += len(batch[n].Records)
		n++
	}
	return n
}

// members reads the records of envelopes. What is no record is parked.
func (r *Runner) members(ctx context.Context, deliveries []*stream.Delivery) ([]Member, error) {
	var members []Member
	for _, d := range deliveries {
		for i, raw := range d.Records {
			m := Member{Seq: d.Seq}
			err := m.Record.UnmarshalJSON(raw) // looks through raw once, json.Unmarshal twice
			if err == nil && m.Record.Candidate.ID == "" {
				err = errors.New("the record has no ID")
			}
			if err == nil {
				members = append(members, m)
				continue
			}
			err = r.park(ctx, record.Parked{
				Key: fmt.Sprintf("%s-%d-%d", stream.Classified, d.Seq, i), Source: d.Source,
				Reason: "not a readable classified record: " + err.Error(), Raw: raw, Run: d.Run, Attempts: d.Attempt,
			})
			if err != nil {
				return nil, err
			}
		}
		d.Records = nil // their memory is not needed while the lot waits
	}
	return members, nil
}

// putLot brings a lot into the index and acknowledges it.
func (r *Runner) putLot(ctx context.Context, l lot) error {
	if _, err := r.put(ctx, l.members, nil); err != nil {
		return err
	}
	for _, d := range l.deliveries {
		if err := d.Done(ctx); err != nil {
			return err
		}
	}
	return nil
}
