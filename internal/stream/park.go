package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"polyglean/internal/record"
)

// Park keeps what could not be handled, with its reason, and returns when it is
// on disk. The same Key parked again by the same stage replaces it.
func (b *Bus) Park(ctx context.Context, p record.Parked) error {
	p.Schema = record.Schema
	if len(p.Raw) > record.RawLimit {
		p.Raw = p.Raw[:record.RawLimit]
	}
	if p.At.IsZero() {
		p.At = time.Now().UTC()
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("park %s: %w", p.Key, err)
	}
	if _, err := b.store(ctx, &nats.Msg{Subject: parkedSubject(p.Stage, p.Key), Data: raw}); err != nil {
		return fmt.Errorf("park %s: %w", p.Key, err)
	}
	return nil
}

// parkedSubject is where what a stage parked under a key lies.
func parkedSubject(stage, key string) string {
	return parkedBy(stage) + record.StudyID(key)
}

// parkedBy begins the subjects of all that a stage parked.
func parkedBy(stage string) string { return "parked." + token(stage) + "." }

// Unpark removes what a stage parked under a key, once it was handled after all. That
// nothing is there is no error.
func (b *Bus) Unpark(ctx context.Context, stage, key string) error {
	if err := purge(ctx, b.streams[Parked], jetstream.WithPurgeSubject(parkedSubject(stage, key))); err != nil {
		return fmt.Errorf("take %s from what is parked: %w", key, err)
	}
	return nil
}

// EachParked calls fn with everything parked, oldest first.
func (b *Bus) EachParked(ctx context.Context, fn func(record.Parked) error) error {
	return b.eachParked(ctx, "", fn)
}

// EachParkedBy is EachParked for what one stage parked; nothing else is read.
func (b *Bus) EachParkedBy(ctx context.Context, stage string, fn func(record.Parked) error) error {
	return b.eachParked(ctx, parkedBy(stage)+">", fn)
}

func (b *Bus) eachParked(ctx context.Context, subject string, fn func(record.Parked) error) error {
	return b.eachIn(ctx, Parked, passage{through: math.MaxUint64, subject: subject}, func(m jetstream.Msg, _ uint64) error {
		var p record.Parked
		if err := json.Unmarshal(m.Data(), &p); err != nil {
			return fmt.Errorf("parked item at %s: %w", m.Subject(), err)
		}
		return fn(p)
	})
}

// EachMark calls fn with the mark of every candidate in the log, the run and
// query that brought it and its envelope's position, oldest first. It reads
// headers alone.
func (b *Bus) EachMark(ctx context.Context, fn func(m Mark, o Origin, seq uint64)) error {
	return b.each(ctx, Candidates, true, func(msg jetstream.Msg, seq uint64) error {
		marks, err := decodeMarks(msg.Headers().Get(headerSeen))
		if err != nil {
			return fmt.Errorf("candidate envelope %d: %w", seq, err)
		}
		o := Origin{Run: msg.Headers().Get(headerRun), Query: msg.Headers().Get(headerQuery)}
		o.Source = msg.Subject()[len("candidate."):]
		for _, m := range marks {
			fn(m, o, seq)
		}
		return nil
	})
}

// NameCandidates finds the IDs of up to limit records of the candidate log by the
// hashes of their IDs.
func (b *Bus) NameCandidates(ctx context.Context, hashes map[uint64]bool, limit int) ([]string, error) {
	found := map[string]bool{}
	err := b.each(ctx, Candidates, false, func(m jetstream.Msg, _ uint64) error {
		env, err := decodeEnvelope(m.Headers(), m.Data())
		if err != nil {
			return nil // parked by the classifier, and named there
		}
		for _, raw := range env.Records {
			var c struct {
				ID string `json:"id"`
			}
			if json.Unmarshal(raw, &c) == nil && hashes[record.Hash64(c.ID)] {
				found[c.ID] = true
			}
		}
		if len(found) >= limit {
			return errStop
		}
		return nil
	})
	if err != nil && !errors.Is(err, errStop) {
		return nil, err
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// CandidateAt returns the candidate of the given ID from the envelope at a position of
// the log; false when it is not in it.
func (b *Bus) CandidateAt(ctx context.Context, seq uint64, id string) (record.Candidate, bool, error) {
	var c record.Candidate
	msg, err := messageAt(ctx, b.streams[Candidates], seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("candidate envelope %d: %w", seq, err)
	}
	env, err := decodeEnvelope(msg.Header, msg.Data)
	if err != nil {
		return c, false, fmt.Errorf("candidate envelope %d: %w", seq, err)
	}
	for _, raw := range slices.Backward(env.Records) {
		var name struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(raw, &name) == nil && name.ID == id {
			err := json.Unmarshal(raw, &c)
			return c, err == nil, err
		}
	}
	return c, false, nil
}

// errStop ends a walk early without being an error.
var errStop = errors.New("stop")

// CountParked is how many things are parked.
func (b *Bus) CountParked(ctx context.Context) (int, error) {
	info, err := infoOf(ctx, b.streams[Parked])
	if err != nil {
		return 0, err
	}
	return int(info.State.Msgs), nil
}
