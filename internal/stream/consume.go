package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"polyglean/internal/record"
)

// ackWait is how long the server waits for an acknowledgement before it delivers
// a message again. Work that takes longer says so with Progress.
const ackWait = 60 * time.Second

// Delivery is an envelope on its way through a stage. Exactly one of Done and
// Retry is called for it.
type Delivery struct {
	Envelope
	// Seq is its position in the log.
	Seq uint64
	// Attempt is 1 for the first delivery.
	Attempt int
	msg     jetstream.Msg
}

// Origin of the records in the envelope.
func (d *Delivery) Origin() Origin {
	return Origin{Run: d.Run, Source: d.Source, Query: d.Query}
}

// Done acknowledges: the effect of the envelope is durable in the next place. It
// returns when the server has taken note.
func (d *Delivery) Done(ctx context.Context) error {
	if err := d.msg.DoubleAck(ctx); err != nil && !errors.Is(err, jetstream.ErrMsgAlreadyAckd) {
		return fmt.Errorf("acknowledge envelope %d: %w", d.Seq, err)
	}
	return nil
}

// Retry asks for the envelope again after a while.
func (d *Delivery) Retry(after time.Duration) { _ = d.msg.NakWithDelay(after) }

// Progress tells the server that the envelope is still being worked on.
func (d *Delivery) Progress() { _ = d.msg.InProgress() }

// Subscription is a durable reader of a log: it goes on where it stopped.
type Subscription struct {
	bus      *Bus
	stream   string
	consumer jetstream.Consumer
	stage    string
}

// Subscribe opens the durable reader of the named stage on a log, at most
// pending envelopes unacknowledged at a time.
func (b *Bus) Subscribe(ctx context.Context, log, stage string, pending int) (*Subscription, error) {
	c, err := b.js.CreateOrUpdateConsumer(ctx, log, jetstream.ConsumerConfig{
		Durable:       stage,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       ackWait,
		MaxDeliver:    -1,
		MaxAckPending: pending,
	})
	if err != nil {
		return nil, fmt.Errorf("reader %s of %s: %w", stage, log, err)
	}
	return &Subscription{bus: b, stream: log, consumer: c, stage: stage}, nil
}

// Rewind makes the stage read the log again from its start.
func (b *Bus) Rewind(ctx context.Context, log, stage string) error {
	err := b.js.DeleteConsumer(ctx, log, stage)
	if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("rewind %s of %s: %w", stage, log, err)
	}
	return nil
}

// Fetch returns up to n envelopes, waiting up to wait for the first. Messages that
// are no envelopes are parked and acknowledged on the way.
func (s *Subscription) Fetch(ctx context.Context, n int, wait time.Duration) ([]*Delivery, error) {
	msgs, err := s.fetch(ctx, n, wait)
	if err != nil {
		return nil, err
	}
	var out []*Delivery
	for _, m := range msgs {
		meta, err := m.Metadata()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", s.stream, err)
		}
		env, err := decodeEnvelope(m.Data())
		if err != nil {
			if err := s.parkMessage(ctx, m, meta, err); err != nil {
				return nil, err
			}
			continue
		}
		out = append(out, &Delivery{Envelope: env, Seq: meta.Sequence.Stream, Attempt: int(meta.NumDelivered), msg: m})
	}
	return out, nil
}

func (s *Subscription) parkMessage(ctx context.Context, m jetstream.Msg, meta *jetstream.MsgMetadata, why error) error {
	p := record.Parked{
		Key: fmt.Sprintf("%s-%d", s.stream, meta.Sequence.Stream), Stage: s.stage,
		Source: m.Subject(), Reason: why.Error(), Raw: m.Data(), Attempts: int(meta.NumDelivered),
	}
	if err := s.bus.Park(ctx, p); err != nil {
		return err
	}
	return m.DoubleAck(ctx)
}

func (s *Subscription) fetch(ctx context.Context, n int, wait time.Duration) ([]jetstream.Msg, error) {
	fetching, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	batch, err := s.consumer.Fetch(n, jetstream.FetchContext(fetching))
	if err != nil {
		return nil, s.fetchError(ctx, err)
	}
	var msgs []jetstream.Msg
	for m := range batch.Messages() {
		msgs = append(msgs, m)
	}
	if err := batch.Error(); err != nil && len(msgs) == 0 {
		return nil, s.fetchError(ctx, err)
	}
	return msgs, nil
}

// fetchError lets the ordinary reasons for getting nothing pass.
func (s *Subscription) fetchError(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout),
		errors.Is(err, jetstream.ErrNoHeartbeat), errors.Is(err, nats.ErrNoResponders),
		errors.Is(err, nats.ErrDisconnected), errors.Is(err, nats.ErrConnectionReconnecting):
		return nil
	}
	return fmt.Errorf("read %s: %w", s.stream, err)
}

// DecisionDelivery is a decision on its way into the index.
type DecisionDelivery struct {
	Seq      uint64
	Decision record.Decision
	Attempt  int
	msg      jetstream.Msg
}

// Done acknowledges; see Delivery.Done.
func (d *DecisionDelivery) Done(ctx context.Context) error {
	if err := d.msg.DoubleAck(ctx); err != nil && !errors.Is(err, jetstream.ErrMsgAlreadyAckd) {
		return fmt.Errorf("acknowledge decision %d: %w", d.Seq, err)
	}
	return nil
}

// Retry asks for the decision again after a while.
func (d *DecisionDelivery) Retry(after time.Duration) { _ = d.msg.NakWithDelay(after) }

// FetchDecisions is Fetch for the decision log.
func (s *Subscription) FetchDecisions(ctx context.Context, n int, wait time.Duration) ([]*DecisionDelivery, error) {
	msgs, err := s.fetch(ctx, n, wait)
	if err != nil {
		return nil, err
	}
	var out []*DecisionDelivery
	for _, m := range msgs {
		meta, err := m.Metadata()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", s.stream, err)
		}
		var d record.Decision
		if err := json.Unmarshal(m.Data(), &d); err != nil {
			if err := s.parkMessage(ctx, m, meta, err); err != nil {
				return nil, err
			}
			continue
		}
		out = append(out, &DecisionDelivery{Seq: meta.Sequence.Stream, Decision: d, Attempt: int(meta.NumDelivered), msg: m})
	}
	return out, nil
}

// Lag is how far a reader is behind its log.
type Lag struct {
	// Waiting envelopes have not been delivered, Unacknowledged ones are being
	// worked on.
	Waiting, Unacknowledged int
}

// Empty says that the reader has handled everything.
func (l Lag) Empty() bool { return l.Waiting == 0 && l.Unacknowledged == 0 }

// Lag of the named stage on a log. A stage that has never read the log is behind
// by all of it.
func (b *Bus) Lag(ctx context.Context, log, stage string) (Lag, error) {
	c, err := b.js.Consumer(ctx, log, stage)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		info, err := b.streams[log].Info(ctx)
		if err != nil {
			return Lag{}, fmt.Errorf("stream %s: %w", log, err)
		}
		return Lag{Waiting: int(info.State.Msgs)}, nil
	}
	if err != nil {
		return Lag{}, fmt.Errorf("reader %s of %s: %w", stage, log, err)
	}
	info := c.CachedInfo()
	return Lag{Waiting: int(info.NumPending), Unacknowledged: info.NumAckPending}, nil
}
