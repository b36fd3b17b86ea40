package indexer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

const (
	// fetchWait is short, so that a decision shows soon where there are no records.
	fetchWait = 200 * time.Millisecond
	// moreWait is how long a record waits for the next one, fillWait for others at most.
	moreWait = 50 * time.Millisecond
	fillWait = time.Second
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
		var waiting []*stream.Delivery // for a lot of their own
		for ctx.Err() == nil {
			var err error
			waiting, err = fill(ctx, sub, waiting)
			if ctx.Err() != nil {
				return
			}
			n := lotSize(waiting)
			l := lot{deliveries: waiting[:n:n], err: err}
			waiting = slices.Clone(waiting[n:]) // without those that go
			if err == nil {
				l.members, l.err = r.members(ctx, l.deliveries)
			}
			if !give(l) {
				return
			}
		}
	}()
	return lots
}

// fill fetches envelopes until they make a lot, nothing comes any more, or the first
// has waited for long.
func fill(ctx context.Context, sub *stream.Subscription, held []*stream.Delivery) ([]*stream.Delivery, error) {
	start, wait := time.Now(), fetchWait
	for countRecords(held) < batchRecords && (len(held) == 0 || time.Since(start) < fillWait) {
		if len(held) > 0 {
			wait = moreWait
		}
		batch, err := sub.Fetch(ctx, fetchEnvelopes, wait)
		if err != nil || len(batch) == 0 {
			return held, err
		}
		held = append(held, batch...)
	}
	return held, nil
}

func countRecords(envelopes []*stream.Delivery) (n int) {
	for _, d := range envelopes {
		n += len(d.Records)
	}
	return n
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
	if err := r.putLate(ctx, l.members); err != nil {
		return err
	}
	for _, d := range l.deliveries {
		if err := d.Done(ctx); err != nil {
			return err
		}
	}
	return nil
}
