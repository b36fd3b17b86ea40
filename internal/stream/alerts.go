package stream

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// alertSubject is where the ledger of an alert lies.
func alertSubject(review, alert string) string {
	return "alert." + token(review) + "." + token(alert)
}

// AppendAlert writes an entry to the ledger of an alert and returns its position when it
// is on disk. After is the position of the last entry that the writer has read, 0 for
// none: where another one has been written since, the error is ErrChanged and nothing is
// written.
func (b *Bus) AppendAlert(ctx context.Context, review, alert string, after uint64, raw []byte) (uint64, error) {
	msg := nats.NewMsg(alertSubject(review, alert))
	msg.Data = raw
	msg.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(after, 10))
	seq, err := b.store(ctx, msg)
	if err != nil {
		return 0, fmt.Errorf("ledger of alert %s: %w", alert, orChanged(err))
	}
	return seq, nil
}

// EachAlertEntry calls fn with the entries of an alert's ledger behind a position through
// another, oldest first. They are asked for one by one: there are few, and many ledgers.
func (b *Bus) EachAlertEntry(ctx context.Context, review, alert string, after, through uint64, fn func(seq uint64, raw []byte) error) error {
	subject := alertSubject(review, alert)
	for after < through {
		msg, err := messageAt(ctx, b.streams[Alerts], after+1, jetstream.WithGetMsgSubject(subject))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("ledger of alert %s: %w", alert, err)
		}
		if msg.Sequence > through {
			return nil
		}
		if err := fn(msg.Sequence, msg.Data); err != nil {
			return err
		}
		after = msg.Sequence
	}
	return nil
}
