// Package indexer is stage 3 of 3: it takes classified records, their scores and
// reviewers' decisions from their logs, joins the copies of one study, and keeps an
// index of studies that readers search.
//
// The index is a projection: everything in it comes from the logs, and reading
// them again from the start makes the same documents. A message is acknowledged
// when its effect is durable in the index or parked. One process at a time writes;
// the versions of documents keep a writer that lost its turn from undoing the
// work of the next.
//
// Two backends fulfil one contract (Index): bleveindex in the process,
// elasticindex on a server. What is language, merging or query syntax is settled
// here, above them, so that both give the same answers.
package indexer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// Stage is the name of the indexer's readers of the logs.
const Stage = "indexer"

// The indexer works in batches of up to batchRecords records, or of one envelope; a
// larger batch costs memory, a smaller one a sync of the index each. Twice as many
// records take half as much memory more and are no faster.
const (
	batchRecords = 1000
	// fetchEnvelopes are asked for at a time, inHand held at most.
	fetchEnvelopes = 16
	inHand         = 256
)

// Runner keeps an index up to date.
type Runner struct {
	bus   *stream.Bus
	index Index
	owner string
	log   *slog.Logger

	// Indexed and Parked count records since the start.
	Indexed, Parked atomic.Int64
	// waiting is why nothing can be written at present, nil when it can.
	waiting atomic.Pointer[error]
	// late are parked decisions by the studies they are on.
	late map[string][]LoggedDecision
	// begun is closed when the logs are read from their start; nil when they are to be
	// read from where they were left.
	begun chan struct{}
}

// NewRunner makes a runner. The owner names this process among others that may
// want to write; a nil log is silent.
func NewRunner(bus *stream.Bus, index Index, owner string, log *slog.Logger) *Runner {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Runner{bus: bus, index: index, owner: owner, log: log}
}

// Ready says why the runner cannot write to the index now, and what helps; nil when it
// can, or has nothing to write. Nothing is lost meanwhile: what cannot be written stays
// in the logs.
func (r *Runner) Ready() error {
	if why := r.waiting.Load(); why != nil {
		return *why
	}
	return nil
}

// note keeps whether the index took a batch, and logs when that changes.
func (r *Runner) note(err error) {
	switch {
	case errors.Is(err, ErrUnavailable):
		r.waiting.Store(&err)
	case err == nil && r.waiting.Swap(nil) != nil:
		r.log.Warn("index available again")
	}
}

// Run waits until it is this process's turn to write, then indexes until ctx ends
// (nil) or the streams fail (the error). An index that is away is waited for.
func (r *Runner) Run(ctx context.Context) error {
	err := r.bus.Lease(ctx, stream.RoleIndexer, r.owner, func(ctx context.Context) error {
		if err := r.begin(ctx); err != nil {
			return err
		}
		return r.work(ctx)
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (r *Runner) work(ctx context.Context) error {
	if err := r.findLate(ctx); err != nil {
		return err
	}
	records, err := r.bus.Subscribe(ctx, stream.Classified, Stage, inHand)
	if err != nil {
		return err
	}
	defer records.Close()
	decisions, err := r.bus.Subscribe(ctx, stream.Decisions, Stage, batchRecords)
	if err != nil {
		return err
	}
	defer decisions.Close()
	scores, err := r.bus.Subscribe(ctx, stream.Scores, Stage, inHand)
	if err != nil {
		return err
	}
	defer scores.Close()
	reading, stop := context.WithCancel(ctx)
	lots := r.read(reading, records)
	defer func() {
		stop()
		for range lots { // closed when the reading has ended
		}
	}()
	for l := range lots {
		err := l.err
		if err == nil {
			err = r.putLot(ctx, l)
		}
		if err == nil {
			err = r.putOthers(ctx, decisions, scores, len(l.deliveries) == 0)
		}
		if errors.Is(err, ErrUnavailable) {
			r.log.Warn("index unavailable, waiting", "error", err)
			for _, d := range l.deliveries {
				d.Retry(2 * time.Second)
			}
			select {
			case <-ctx.Done():
			case <-time.After(2 * time.Second):
			}
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// putOthers brings in what is no record. Decisions are waited for where there are no records,
// and looked for where there are, since a harvest may take hours; scores have time.
func (r *Runner) putOthers(ctx context.Context, decisions, scores *stream.Subscription, idle bool) error {
	if !idle {
		waiting, err := r.bus.Lag(ctx, stream.Decisions, Stage)
		if err != nil || waiting == 0 {
			return err
		}
		return r.putDecisions(ctx, decisions)
	}
	if err := r.putDecisions(ctx, decisions); err != nil {
		return err
	}
	return r.putScores(ctx, scores)
}

func (r *Runner) putDecisions(ctx context.Context, sub *stream.Subscription) error {
	batch, err := sub.FetchDecisions(ctx, batchRecords, 50*time.Millisecond)
	if err != nil || len(batch) == 0 {
		return err
	}
	logged := make([]LoggedDecision, len(batch))
	for i, d := range batch {
		logged[i] = LoggedDecision{Seq: d.Seq, Decision: d.Decision}
	}
	merged, err := r.put(ctx, nil, logged)
	homeless := merged.Homeless
	early := map[uint64]bool{}
	if err == nil && len(homeless) > 0 {
		// The records that they are on may have been held up.
		var lag int
		if lag, err = r.bus.Lag(ctx, stream.Classified, Stage); err == nil && lag == 0 {
			err = r.parkHomeless(ctx, homeless)
		}
		for _, d := range homeless {
			early[d.Seq] = lag > 0
		}
	}
	for _, d := range batch {
		if err != nil || early[d.Seq] {
			d.Retry(2 * time.Second)
			continue
		}
		err = d.Done(ctx)
	}
	return err
}

// putScores brings scores into the index. A score may be ahead of its record: it is
// asked for again while the log of records has not been read to its end. If the record
// is not there even then, it is parked, and so needs no score.
func (r *Runner) putScores(ctx context.Context, sub *stream.Subscription) error {
	deliveries, err := sub.Fetch(ctx, fetchEnvelopes/2, 50*time.Millisecond)
	if err != nil || len(deliveries) == 0 {
		return err
	}
	again := func(deliveries []*stream.Delivery) {
		for _, d := range deliveries {
			d.Retry(time.Second)
		}
	}
	var scores []LoggedScore
	for _, d := range deliveries {
		got, err := r.scores(ctx, d)
		if err != nil {
			again(deliveries)
			return err
		}
		scores = append(scores, got...)
	}
	done, err := Rescore(ctx, r.index, scores)
	r.note(err)
	if err == nil && len(done.Homeless) > 0 {
		var lag int
		if lag, err = r.bus.Lag(ctx, stream.Classified, Stage); lag > 0 {
			again(deliveries)
			return err
		}
	}
	for _, refused := range done.Refused {
		if err == nil {
			err = r.parkScore(ctx, refused)
		}
	}
	if err != nil {
		again(deliveries)
		return err
	}
	for _, d := range deliveries {
		if err := d.Done(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) scores(ctx context.Context, d *stream.Delivery) ([]LoggedScore, error) {
	scores := make([]LoggedScore, 0, len(d.Records))
	for i, raw := range d.Records {
		l := LoggedScore{Seq: d.Seq}
		err := json.Unmarshal(raw, &l.Score)
		if err == nil && l.Score.Record == "" {
			err = errors.New("the score names no record")
		}
		if err != nil {
			err = r.park(ctx, record.Parked{
				Key: fmt.Sprintf("%s-%d-%d", stream.Scores, d.Seq, i), Source: d.Source,
				Reason: "not a readable score: " + err.Error(), Raw: raw, Attempts: d.Attempt,
			})
			if err != nil {
				return nil, err
			}
			continue
		}
		scores = append(scores, l)
	}
	return scores, nil
}

// put brings records and decisions into the index and parks what it will not take.
func (r *Runner) put(ctx context.Context, members []Member, decisions []LoggedDecision) (Merged, error) {
	if len(members)+len(decisions) == 0 {
		return Merged{}, nil
	}
	merged, err := Merge(ctx, r.index, members, decisions)
	r.note(err)
	if err != nil {
		return Merged{}, err
	}
	for _, refused := range merged.Refused {
		if err := r.parkRecord(ctx, refused); err != nil {
			return Merged{}, err
		}
	}
	for _, refused := range merged.RefusedDecisions {
		if err := r.parkDecision(ctx, refused.What, fmt.Sprintf("the index refused study %s with this decision: %v", refused.What.Decision.Study, refused.Err)); err != nil {
			return Merged{}, err
		}
	}
	r.Indexed.Add(int64(max(0, len(members)-len(merged.Refused))))
	return merged, nil
}

func (r *Runner) parkRecord(ctx context.Context, refused Refused[Member]) error {
	rec := &refused.What.Record
	raw, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	return r.park(ctx, record.Parked{
		Key: rec.Candidate.ID, RecordID: rec.Candidate.ID, Source: rec.Candidate.Source, Raw: raw,
		Reason: "the index refused the study of this record: " + refused.Err.Error(),
	})
}

func (r *Runner) parkDecision(ctx context.Context, d LoggedDecision, reason string) error {
	raw, err := json.Marshal(d.Decision)
	if err != nil {
		return err
	}
	return r.park(ctx, record.Parked{
		Key: decisionKey(d.Seq), Source: "decision." + d.Decision.Review, Reason: reason, Raw: raw,
	})
}

func (r *Runner) parkScore(ctx context.Context, refused Refused[LoggedScore]) error {
	raw, err := json.Marshal(refused.What.Score)
	if err != nil {
		return err
	}
	return r.park(ctx, record.Parked{
		Key: fmt.Sprintf("%s-%d-%s", stream.Scores, refused.What.Seq, refused.What.Score.Record), Source: "score", Raw: raw,
		Reason: fmt.Sprintf("the index refused the study of record %s with this score: %v", refused.What.Score.Record, refused.Err),
	})
}

func (r *Runner) park(ctx context.Context, p record.Parked) error {
	p.Stage = Stage
	if err := r.bus.Park(ctx, p); err != nil {
		return err
	}
	r.Parked.Add(1)
	return nil
}
