package classifier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// Stage is the name of the classifier's reader of the candidate log.
const Stage = "classifier"

// Runner feeds a Classifier from the candidate log and hands on to the
// classified log.
type Runner struct {
	bus      *stream.Bus
	classify func(record.Candidate) record.Classified
	version  string
	log      *slog.Logger

	// Classified and Parked count records since the start.
	Classified, Parked atomic.Int64
}

// NewRunner makes a runner; a nil log is silent.
func NewRunner(bus *stream.Bus, c *Classifier, log *slog.Logger) *Runner {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	v := c.versions
	return &Runner{bus: bus, classify: c.Classify, version: strings.Join([]string{v.Protocol, v.Lexicon, v.Classifier}, "-"), log: log}
}

// Run handles envelopes, as many side by side as there are processors, until ctx
// ends (nil) or the log takes no more (the error). An envelope is acknowledged
// when all its records are classified and on disk, or parked with their reason.
func (r *Runner) Run(ctx context.Context) error {
	workers := runtime.GOMAXPROCS(0)
	sub, err := r.bus.Subscribe(ctx, stream.Candidates, Stage, 4*workers)
	if err != nil {
		return err
	}
	defer sub.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan *stream.Delivery)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for d := range work {
				if err := r.handle(ctx, d); err != nil {
					cancel(err)
				}
			}
		})
	}
	err = r.feed(ctx, sub, work, workers)
	close(work)
	wait.Wait()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (r *Runner) feed(ctx context.Context, sub *stream.Subscription, work chan<- *stream.Delivery, n int) error {
	for ctx.Err() == nil {
		deliveries, err := sub.Fetch(ctx, n, time.Second)
		if err != nil {
			return err
		}
		for _, d := range deliveries {
			select {
			case work <- d:
			case <-ctx.Done():
				return nil
			}
		}
	}
	return nil
}

func (r *Runner) handle(ctx context.Context, d *stream.Delivery) error {
	out := make([]record.Classified, 0, len(d.Records))
	for i, raw := range d.Records {
		c, err := r.one(raw)
		if err != nil {
			if err := r.park(ctx, d, i, raw, err); err != nil {
				return err
			}
			continue
		}
		out = append(out, c)
	}
	if err := r.bus.PublishClassified(ctx, d.Origin(), d.Seq, r.version, out); err != nil {
		return err
	}
	if err := d.Done(ctx); err != nil {
		return err
	}
	r.Classified.Add(int64(len(out)))
	return nil
}

// one classifies a record. What makes it fail, even by a panic, would make it fail
// again: the record is to be parked, and the others of its envelope go on.
func (r *Runner) one(raw json.RawMessage) (out record.Classified, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("classifier panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("the classifier failed on this record: %v", p)
		}
	}()
	var c record.Candidate
	if err := c.UnmarshalJSON(raw); err != nil { // looks through raw once, json.Unmarshal twice
		return out, fmt.Errorf("not a readable candidate: %w", err)
	}
	return r.classify(c), nil
}

func (r *Runner) park(ctx context.Context, d *stream.Delivery, i int, raw json.RawMessage, why error) error {
	var id struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(raw, &id) // the ID is wanted even where the rest is broken
	key := id.ID
	if key == "" {
		key = fmt.Sprintf("%s-%d-%d", stream.Candidates, d.Seq, i)
	}
	r.Parked.Add(1)
	return r.bus.Park(ctx, record.Parked{
		Key: key, Stage: Stage, Source: d.Source, RecordID: id.ID, Run: d.Run,
		Reason: why.Error(), Raw: raw, Attempts: d.Attempt,
	})
}
