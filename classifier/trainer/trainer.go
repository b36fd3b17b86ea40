// Package trainer is the part of the classifier that learns: it trains the relevance
// model (package relevance) on the log of classified records and on reviewers'
// decisions, scores every record, and hands the scores on by themselves. In steps:
//
//  1. It learns from the protocol's seed studies that were found and from what reviewers
//     included, against what they excluded and a sample of the rest (gather.go).
//  2. It scores every record of the log, with the words, concepts and studies that the
//     score rests on, and with the citations that link the record to included studies
//     (scorer.go, cite.go).
//  3. When all scores of a new model are on disk, it notes that the model is in force
//     and removes the scores of older ones, which the new ones replace one by one.
//  4. New records get their score from the model in force, until decisions change or the
//     log has grown by a tenth: then it trains anew.
//
// A model is a function of the two logs up to a position and of the threshold of the
// protocol. A process that goes on from another makes the same model anew from those;
// one that was killed while it published begins again, and what it had published is
// replaced.
package trainer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"polyglean/classifier/relevance"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// Options adjust a Runner.
type Options struct {
	// Review is the name of the protocol, Threshold the cut that it flags by: "strict",
	// "balanced" or "wide".
	Review, Threshold string
	// Owner names this process among others that may want to train.
	Owner string
	// Quiet is how long nothing must have changed before a training (default 5 s), and
	// Patience how long a training is put off at most while something does (default 1
	// minute). Trainings and the indexing of their scores take a tenth of the time.
	Quiet, Patience time.Duration
	// Log is silent when it is nil.
	Log *slog.Logger
}

// Runner keeps the scores of a review up to date.
type Runner struct {
	bus  *stream.Bus
	opts Options
	// scorer is that of the model in force, when this process has made it.
	scorer *scorer
}

// New makes a runner.
func New(bus *stream.Bus, opts Options) *Runner {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Quiet == 0 {
		opts.Quiet = 5 * time.Second
	}
	if opts.Patience == 0 {
		opts.Patience = time.Minute
	}
	return &Runner{bus: bus, opts: opts}
}

const (
	// growth is the part by which the log may grow before the model is trained anew.
	growth = 0.1
	// rest is how many times as long as a training took there is none after it. It ends
	// when its scores are indexed, which takes longer than the training itself.
	rest = 10
	// poll is how often the logs are looked at.
	poll = time.Second
	// batch is how many scores are published at a time.
	batch = 5_000
)

// Run waits until it is this process's turn, then keeps the scores up to date until ctx
// ends (nil) or the streams fail (the error).
func (r *Runner) Run(ctx context.Context) error {
	err := r.bus.Lease(ctx, stream.RoleTrainer, r.opts.Owner, r.work)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (r *Runner) work(ctx context.Context) error {
	tick := time.NewTicker(min(poll, r.opts.Quiet))
	defer tick.Stop()
	var (
		last         logs
		changed, due time.Time // of the last change; since when a training is due
		began        time.Time // of a training whose scores are on their way into the index
		free         time.Time // when the next training may be
	)
	for {
		now, err := r.look(ctx)
		if err != nil {
			return err
		}
		if !began.IsZero() {
			unread, err := r.bus.Unread(ctx, stream.Scores)
			if err != nil {
				return err
			}
			if unread == 0 {
				free, began = time.Now().Add(rest*time.Since(began)), time.Time{}
			}
		}
		if now != last {
			last, changed = now, time.Now()
		}
		state, err := Load(ctx, r.bus)
		if err != nil {
			return err
		}
		if !state.stale(now, r.opts.Threshold) {
			due = time.Time{}
			err = r.follow(ctx, state, now)
		} else {
			if due.IsZero() {
				due = time.Now()
			}
			settled := time.Since(changed) >= r.opts.Quiet || time.Since(due) >= r.opts.Patience
			if settled && began.IsZero() && time.Now().After(free) {
				began, due = time.Now(), time.Time{}
				err = r.train(ctx, state, now)
			}
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, stream.ErrChanged):
			r.opts.Log.Warn("another process has trained the relevance model in between")
		case err != nil:
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Settle brings the scores up to date now and returns when all are on disk. It is for a
// process that is alone and about to end, in the place of Run.
func (r *Runner) Settle(ctx context.Context) error {
	now, err := r.look(ctx)
	if err != nil {
		return err
	}
	state, err := Load(ctx, r.bus)
	if err != nil {
		return err
	}
	if state.stale(now, r.opts.Threshold) {
		return r.train(ctx, state, now)
	}
	return r.follow(ctx, state, now)
}

// logs are the ends of the logs that a training reads.
type logs struct {
	classified stream.End
	decisions  uint64
}

func (r *Runner) look(ctx context.Context) (logs, error) {
	classified, err := r.bus.End(ctx, stream.Classified)
	if err != nil {
		return logs{}, err
	}
	decisions, err := r.bus.End(ctx, stream.Decisions)
	return logs{classified, decisions.Seq}, err
}

// train makes a new model. If it is the one in force, new records alone are scored.
func (r *Runner) train(ctx context.Context, state State, now logs) error {
	began := time.Now()
	g, err := gather(ctx, r.bus, now.classified.Seq, now.decisions)
	if err != nil {
		return err
	}
	next := State{
		Training: state.Training + 1, Threshold: r.opts.Threshold, Method: method, Includes: len(g.includes), Excludes: g.excludes,
		Through: now.classified.Seq, Bytes: now.classified.Bytes, Decided: now.decisions, revision: state.revision,
	}
	s, err := newScorer(g, r.opts.Threshold)
	switch {
	case errors.Is(err, relevance.ErrNoIncludes):
		next.Why = err.Error()
	case err != nil:
		return fmt.Errorf("train the relevance model: %w", err)
	default:
		next.Model, next.Why, next.Unlearnt = s.version, s.why, s.model.Unlearnt()
	}
	if next.Model == state.Model {
		next.Training, next.Trained, next.Scored, next.First = state.Training, state.Trained, state.Scored, state.First
		next.Records, next.Flagged, next.Recall = state.Records, state.Flagged, state.Recall
		r.scorer = s
		if err := next.save(ctx, r.bus); err != nil {
			return err
		}
		return r.follow(ctx, next, now)
	}
	next.Trained = time.Now().UTC()
	if err := r.publish(ctx, s, &next, 0, now.classified.Seq); err != nil {
		return err
	}
	if err := next.save(ctx, r.bus); err != nil {
		return err
	}
	r.scorer = s
	r.opts.Log.Debug("relevance model trained", "model", next.Model, "includes", next.Includes, "records", next.Records, "took", time.Since(began))
	return r.bus.PurgeScores(ctx, next.First)
}

// follow scores what came since the model in force scored last.
func (r *Runner) follow(ctx context.Context, state State, now logs) error {
	// The process that published the model may have been killed before it did this.
	if err := r.bus.PurgeScores(ctx, state.First); err != nil {
		return err
	}
	if state.Scored >= now.classified.Seq {
		return nil
	}
	if state.Model != "" {
		if r.scorer == nil || r.scorer.version != state.Model {
			g, err := gather(ctx, r.bus, state.Through, state.Decided)
			if err != nil {
				return err
			}
			if r.scorer, err = newScorer(g, state.Threshold); err != nil {
				return fmt.Errorf("make the relevance model anew: %w", err)
			}
		}
		if err := r.publish(ctx, r.scorer, &state, state.Scored, now.classified.Seq); err != nil {
			return err
		}
	}
	state.Scored = now.classified.Seq
	return state.save(ctx, r.bus)
}

// publish scores the records from behind a position of the log through another, and
// counts them into state. Without a scorer it takes back the scores they had.
func (r *Runner) publish(ctx context.Context, s *scorer, state *State, after, through uint64) error {
	count := above{recall: make([]int, len(recalls))}
	var scores []record.Score
	flush := func() error {
		first, err := r.bus.PublishScores(ctx, r.opts.Review, scores)
		if state.First == 0 {
			state.First = first
		}
		scores = scores[:0]
		return err
	}
	err := r.bus.EachClassified(ctx, after, through, func(raws []json.RawMessage) error {
		readings := readAll(raws)
		state.Records += len(readings)
		if s != nil {
			scores = append(scores, s.score(r.opts.Review, state.Training, readings, &count)...)
		} else {
			for _, one := range readings {
				scores = append(scores, record.Score{Schema: record.Schema, Review: r.opts.Review, Record: one.Candidate.ID, Training: state.Training})
			}
		}
		if len(scores) < batch {
			return ctx.Err()
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	state.Scored = through
	state.Flagged += count.flagged
	if s != nil && len(s.recall) > 0 {
		if len(state.Recall) == 0 {
			for _, part := range recalls {
				state.Recall = append(state.Recall, Recall{Part: part})
			}
		}
		for i := range state.Recall {
			state.Recall[i].Records += count.recall[i]
		}
	}
	return nil
}

// grown says whether the log is so much larger than it was that a model of then is out
// of date.
func grown(was, is uint64) bool { return float64(is) > math.Ceil((1+growth)*float64(was)) }
