package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"polyglean/internal/stream"
)

// Item is a study in the ledger: what is told of it, or that it is noted without a word.
type Item struct {
	// Kinds are the news; none where the study is only noted.
	Kinds []Kind `json:"kinds,omitempty"`
	// Study is the ID of the study when it was written.
	Study string `json:"study"`
	// Records are all that belonged to the study, as they were then.
	Records []Print `json:"records"`
	// Story is what the message says, nil where the study is only noted.
	Story *Story `json:"story,omitempty"`
}

// entry is a message of the ledger. A digest may take several, of which the last is closed.
type entry struct {
	Schema int `json:"v"`
	// Digest counts from 1; 0 is what is noted and told to nobody.
	Digest int       `json:"digest,omitempty"`
	At     time.Time `json:"at"`
	Items  []Item    `json:"items,omitempty"`
	// Closed ends a digest, or else what is noted when the alert is made.
	Closed bool `json:"closed,omitempty"`
	// Sent is the ID of a target that the digest was delivered to.
	Sent string `json:"sent,omitempty"`
}

// Digest is what is told at a time.
type Digest struct {
	// Number counts the digests of an alert from 1.
	Number int
	// At is when it was closed.
	At time.Time
	// Studies are how many it tells of.
	Studies int
	// Sent are the targets that it was delivered to, and when.
	Sent map[string]time.Time

	closed      bool
	first, last uint64 // positions of its entries
}

// ledger is what one alert has told, as far as it was read. It may be used by several
// goroutines at once.
type ledger struct {
	bus           *stream.Bus
	review, alert string

	mu      sync.Mutex
	last    uint64 // position of the last entry that was read
	items   uint64 // that of the last one with items
	prints  map[string]Print
	based   bool // what matched when the alert was made is noted
	digests []*Digest
}

func newLedger(bus *stream.Bus, review, alert string) *ledger {
	return &ledger{bus: bus, review: review, alert: alert, prints: map[string]Print{}}
}

// read reads what has been written since.
func (l *ledger) read(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.catchUp(ctx)
}

func (l *ledger) catchUp(ctx context.Context) error {
	return l.bus.EachAlertEntry(ctx, l.review, l.alert, l.last, math.MaxUint64, func(seq uint64, raw []byte) error {
		var e entry
		if err := json.Unmarshal(raw, &e); err != nil {
			return fmt.Errorf("entry %d in the ledger of alert %s: %w", seq, l.alert, err)
		}
		l.apply(seq, &e)
		return nil
	})
}

// apply takes an entry over. The items of digests are left in the log.
func (l *ledger) apply(seq uint64, e *entry) {
	l.last = seq
	for _, item := range e.Items {
		for _, p := range item.Records {
			l.prints[p.Record] = p
		}
	}
	if len(e.Items) > 0 || e.Closed {
		l.items = seq
	}
	if e.Digest == 0 {
		l.based = l.based || e.Closed
		return
	}
	d := l.digest(e.Digest)
	if e.Sent != "" {
		if d != nil {
			d.Sent[e.Sent] = e.At
		}
		return
	}
	if d == nil {
		d = &Digest{Number: e.Digest, first: seq, Sent: map[string]time.Time{}}
		l.digests = append(l.digests, d)
	}
	d.last, d.At, d.closed = seq, e.At, d.closed || e.Closed
	d.Studies += len(e.Items)
}

func (l *ledger) digest(number int) *Digest {
	for _, d := range slices.Backward(l.digests) {
		if d.Number == number {
			return d
		}
	}
	return nil
}

// write appends an entry and takes it over.
func (l *ledger) write(ctx context.Context, e *entry) error {
	e.Schema, e.At = 1, time.Now().UTC().Truncate(time.Second)
	raw, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("ledger of alert %s: %w", l.alert, err)
	}
	seq, err := l.bus.AppendAlert(ctx, l.review, l.alert, l.last, raw)
	if err != nil {
		return err
	}
	l.apply(seq, e)
	return nil
}

// view is what an evaluation compares with.
type view struct {
	ledger *ledger
	// at is the entry up to which the ledger was read.
	at    uint64
	based bool
}

// look reads the ledger to its end for an evaluation.
func (l *ledger) look(ctx context.Context) (view, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.catchUp(ctx)
	return view{l, l.items, l.based}, err
}

func (v view) print(recordID string) (Print, bool) {
	v.ledger.mu.Lock()
	defer v.ledger.mu.Unlock()
	p, ok := v.ledger.prints[recordID]
	return p, ok
}

// digestStudies is how many studies a digest tells of at most: more become several.
const digestStudies = 500

// tell writes what an evaluation found: what is only noted first, then what is told, as
// digests. Where another process has written items in between, the error wraps
// stream.ErrChanged, and the evaluation is to be repeated.
func (l *ledger) tell(ctx context.Context, v view, items []Item) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.items != v.at {
		return fmt.Errorf("ledger of alert %s: %w", l.alert, stream.ErrChanged)
	}
	var noted, loud []Item
	for _, item := range items {
		if len(item.Kinds) > 0 {
			loud = append(loud, item)
		} else {
			noted = append(noted, item)
		}
	}
	if len(noted) > 0 || !l.based {
		if err := l.writeItems(ctx, 0, noted, !l.based); err != nil {
			return err
		}
	}
	// A digest that a crash left open is gone on with.
	if n := len(l.digests); n > 0 && !l.digests[n-1].closed {
		open := l.digests[n-1]
		more := min(max(digestStudies-open.Studies, 0), len(loud))
		if err := l.writeItems(ctx, open.Number, loud[:more], true); err != nil {
			return err
		}
		loud = loud[more:]
	}
	for chunk := range slices.Chunk(loud, digestStudies) {
		if err := l.writeItems(ctx, len(l.digests)+1, chunk, true); err != nil {
			return err
		}
	}
	return nil
}

// writeItems writes items into entries that fit into a message.
func (l *ledger) writeItems(ctx context.Context, digest int, items []Item, closed bool) error {
	limit := min(l.bus.RecordLimit(), stream.EnvelopeBytes)
	for first := true; first || len(items) > 0; first = false {
		n, size := 0, 0
		for n < len(items) {
			raw, err := json.Marshal(&items[n])
			if err != nil {
				return fmt.Errorf("ledger of alert %s: study %s: %w", l.alert, items[n].Study, err)
			}
			if size += len(raw) + 1; n > 0 && size > limit {
				break
			}
			n++
		}
		e := entry{Digest: digest, Items: items[:n], Closed: closed && n == len(items)}
		if err := l.write(ctx, &e); err != nil {
			return err
		}
		items = items[n:]
	}
	return nil
}

// sent notes that a digest was delivered.
func (l *ledger) sent(ctx context.Context, digest int, target string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		err := l.write(ctx, &entry{Digest: digest, Sent: target})
		if !errors.Is(err, stream.ErrChanged) {
			return err
		}
		if err := l.catchUp(ctx); err != nil {
			return err
		}
	}
}

// isBased says whether what matched when the alert was made is noted, as far as the ledger
// was read.
func (l *ledger) isBased() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.based
}

// waiting are the digests that a target has yet to get, oldest first.
func (l *ledger) waiting(target string) []Digest {
	l.mu.Lock()
	defer l.mu.Unlock()
	var waiting []Digest
	for _, d := range l.digests {
		if _, sent := d.Sent[target]; d.closed && !sent {
			waiting = append(waiting, *d)
		}
	}
	return waiting
}

// closedDigests are those that are whole, oldest first, with whom they were sent to.
func (l *ledger) closedDigests() []Digest {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Digest
	for _, d := range l.digests {
		if d.closed {
			copied := *d
			copied.Sent = map[string]time.Time{}
			for target, at := range d.Sent {
				copied.Sent[target] = at
			}
			all = append(all, copied)
		}
	}
	return all
}

// load reads the items of a digest from the log.
func (l *ledger) load(ctx context.Context, d Digest) ([]Item, error) {
	var items []Item
	err := l.bus.EachAlertEntry(ctx, l.review, l.alert, d.first-1, d.last, func(seq uint64, raw []byte) error {
		var e entry
		if err := json.Unmarshal(raw, &e); err != nil {
			return fmt.Errorf("entry %d in the ledger of alert %s: %w", seq, l.alert, err)
		}
		if e.Digest == d.Number {
			items = append(items, e.Items...)
		}
		return nil
	})
	if err == nil && len(items) != d.Studies {
		err = fmt.Errorf("digest %d of alert %s has %d studies in the log, and is to have %d: the log is damaged", d.Number, l.alert, len(items), d.Studies)
	}
	return items, err
}
