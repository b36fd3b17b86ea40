package stream

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"polyglean/internal/record"
)

// PublishScores writes scores of a review to their log, and returns the position of
// the first when all are on disk; 0 for none.
func (b *Bus) PublishScores(ctx context.Context, review string, scores []record.Score) (first uint64, err error) {
	items := make([]Item, len(scores))
	for i := range scores {
		raw, err := json.Marshal(&scores[i])
		if err != nil {
			return 0, fmt.Errorf("score of %s: %w", scores[i].Record, err)
		}
		items[i] = Item{raw: raw}
	}
	err = b.publish(ctx, "score."+token(review), Origin{Source: review}, items, false, "", func(_ int, seq uint64) {
		if first == 0 {
			first = seq
		}
	})
	return first, err
}

// PurgeScores removes the scores before a position from their log. It is for those that
// others behind it replace; no other log loses a message.
func (b *Bus) PurgeScores(ctx context.Context, before uint64) error {
	info, err := infoOf(ctx, b.streams[Scores])
	if err != nil {
		return err
	}
	if info.State.Msgs == 0 || info.State.FirstSeq >= before {
		return nil
	}
	if err := purge(ctx, b.streams[Scores], jetstream.WithPurgeSequence(before)); err != nil {
		return fmt.Errorf("remove old messages of %s: %w", Scores, err)
	}
	return nil
}

// Unread is how many messages of a log the slowest of its readers has yet to
// acknowledge; 0 when nobody reads it.
func (b *Bus) Unread(ctx context.Context, log string) (int, error) {
	all, err := b.durable(ctx, log)
	most := 0
	for _, c := range all {
		most = max(most, int(c.NumPending)+c.NumAckPending)
	}
	return most, err
}

// End is how far a log reaches: the position of its last message, 0 for none, and its
// size in bytes.
type End struct{ Seq, Bytes uint64 }

// End of a log now.
func (b *Bus) End(ctx context.Context, log string) (End, error) {
	info, err := infoOf(ctx, b.streams[log])
	if err != nil {
		return End{}, err
	}
	return End{info.State.LastSeq, info.State.Bytes}, nil
}

// EachClassified calls fn with the records of each classified envelope from behind a
// position through another, or to the last there is now. What is no envelope is
// passed over: the indexer parks it.
func (b *Bus) EachClassified(ctx context.Context, after, through uint64, fn func(records []json.RawMessage) error) error {
	return b.eachIn(ctx, Classified, passage{after: after, through: through}, func(m jetstream.Msg, _ uint64) error {
		env, err := decodeEnvelope(m.Headers(), m.Data())
		if err != nil {
			return nil
		}
		return fn(env.Records)
	})
}

// EachDecision calls fn with each decision through a position, oldest first. What
// cannot be read is passed over: the indexer parks it.
func (b *Bus) EachDecision(ctx context.Context, through uint64, fn func(record.Decision) error) error {
	return b.eachIn(ctx, Decisions, passage{through: through}, func(m jetstream.Msg, _ uint64) error {
		var d record.Decision
		if err := json.Unmarshal(m.Data(), &d); err != nil {
			return nil
		}
		return fn(d)
	})
}
