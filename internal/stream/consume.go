package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"polyglean/internal/record"
)

// ackWait is how long the server waits for an acknowledgement, or a sign of life,
// before it delivers a message again: what a killed process had in hand comes back
// this soon. Messages in the hands of a living one are kept by their subscription,
// however long the work on them takes.
const ackWait = 5 * time.Second

// delivery is a message in hand.
type delivery struct {
	// Seq is its position in the log.
	Seq uint64
	// Attempt is 1 for the first delivery.
	Attempt int
	msg     jetstream.Msg
	sub     *Subscription
}

// Done acknowledges: the effect of the message is durable in the next place. It
// returns when the server has taken note. What passes by itself is waited for.
func (d *delivery) Done(ctx context.Context) error {
	defer d.sub.release(d.Seq)
	err := patiently(ctx, func(ctx context.Context) error { return d.msg.DoubleAck(ctx) })
	if err != nil && !errors.Is(err, jetstream.ErrMsgAlreadyAckd) {
		return fmt.Errorf("acknowledge message %d of %s: %w", d.Seq, d.sub.stream, err)
	}
	return nil
}

// Retry asks for the message again after a while.
func (d *delivery) Retry(after time.Duration) {
	d.sub.release(d.Seq)
	_ = d.msg.NakWithDelay(after) // if it is lost, ackWait does the same
}

// Delivery is an envelope on its way through a stage. One of Done and Retry is
// called for it, or neither when the stage ends before.
type Delivery struct {
	Envelope
	delivery
}

// Origin of the records in the envelope.
func (d *Delivery) Origin() Origin {
	return Origin{Run: d.Run, Source: d.Source, Query: d.Query}
}

// Subscription is a durable reader of a log: it goes on where it stopped.
type Subscription struct {
	bus      *Bus
	stream   string
	consumer jetstream.Consumer
	stage    string

	mu     sync.Mutex
	inHand map[uint64]jetstream.Msg
	closed chan struct{}
}

// Subscribe opens the durable reader of the named stage on a log, at most
// pending envelopes unacknowledged at a time.
func (b *Bus) Subscribe(ctx context.Context, log, stage string, pending int) (*Subscription, error) {
	config := jetstream.ConsumerConfig{
		Durable:       stage,
		AckPolicy:     jetstream.AckExplicitPolicy,
		AckWait:       ackWait,
		MaxDeliver:    -1,
		MaxAckPending: pending,
	}
	// A restored reader began where the one it stands for had come to, and where a
	// reader began cannot be changed.
	if there, err := b.reader(ctx, log, stage); err == nil {
		was := there.CachedInfo().Config
		config.DeliverPolicy, config.OptStartSeq = was.DeliverPolicy, was.OptStartSeq
	}
	c, err := ask(ctx, func(ctx context.Context) (jetstream.Consumer, error) {
		return b.js.CreateOrUpdateConsumer(ctx, log, config)
	})
	if err != nil {
		return nil, fmt.Errorf("reader %s of %s: %w", stage, log, err)
	}
	s := &Subscription{
		bus: b, stream: log, consumer: c, stage: stage,
		inHand: map[uint64]jetstream.Msg{}, closed: make(chan struct{}),
	}
	go s.keep()
	return s, nil
}

// keep gives a sign of life for every message in hand.
func (s *Subscription) keep() {
	tick := time.NewTicker(ackWait / 3)
	defer tick.Stop()
	for {
		select {
		case <-s.closed:
			return
		case <-tick.C:
		}
		s.mu.Lock()
		for _, m := range s.inHand {
			_ = m.InProgress() // the next tick tries again
		}
		s.mu.Unlock()
	}
}

func (s *Subscription) release(seq uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.inHand, seq)
}

// Close gives back what is in hand, so that the next reader need not wait for it.
// It is called once.
func (s *Subscription) Close() {
	close(s.closed)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.inHand {
		_ = m.Nak() // if it is lost, ackWait does the same
	}
	clear(s.inHand)
	_ = s.bus.nc.FlushTimeout(time.Second)
}

// take notes that a message is in hand.
func (s *Subscription) take(m jetstream.Msg, meta *jetstream.MsgMetadata) delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inHand[meta.Sequence.Stream] = m
	return delivery{Seq: meta.Sequence.Stream, Attempt: int(meta.NumDelivered), msg: m, sub: s}
}

// Rewind makes the stage read the log again from its start.
func (b *Bus) Rewind(ctx context.Context, log, stage string) error {
	err := patiently(ctx, func(ctx context.Context) error { return b.js.DeleteConsumer(ctx, log, stage) })
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
		env, err := decodeEnvelope(m.Headers(), m.Data())
		if err != nil {
			if err := s.parkMessage(ctx, m, meta, err); err != nil {
				return nil, err
			}
			continue
		}
		out = append(out, &Delivery{Envelope: env, delivery: s.take(m, meta)})
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
	return patiently(ctx, func(ctx context.Context) error { return m.DoubleAck(ctx) })
}

func (s *Subscription) fetch(ctx context.Context, n int, wait time.Duration) ([]jetstream.Msg, error) {
	fetching, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	batch, err := s.consumer.Fetch(n, jetstream.FetchContext(fetching))
	if err != nil {
		if fetching.Err() != nil && ctx.Err() == nil {
			// On a busy machine the wait can be over before it has begun, which the client
			// takes for a mistake of the caller.
			return nil, nil
		}
		return nil, s.fetchError(ctx, fetching, err)
	}
	var msgs []jetstream.Msg
	for m := range batch.Messages() {
		msgs = append(msgs, m)
	}
	if err := batch.Error(); err != nil && len(msgs) == 0 {
		return nil, s.fetchError(ctx, fetching, err)
	}
	return msgs, nil
}

// fetchError lets the ordinary reasons for getting nothing pass, when the fetch would have
// been over: servers that refuse at once would be asked without a pause.
func (s *Subscription) fetchError(ctx, fetching context.Context, err error) error {
	if ctx.Err() == nil && Passes(err) {
		<-fetching.Done()
		err = nil
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("read %s: %w", s.stream, err)
	}
	return nil
}

// DecisionDelivery is a decision on its way into the index; see Delivery.
type DecisionDelivery struct {
	Decision record.Decision
	delivery
}

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
		out = append(out, &DecisionDelivery{Decision: d, delivery: s.take(m, meta)})
	}
	return out, nil
}

// Lag is how many messages of a log the named stage has yet to acknowledge. It is
// reckoned from the positions in the log, which are right at once: the server's own
// count of what is pending may be a moment old. A stage that has never read the log
// is behind by all of it.
func (b *Bus) Lag(ctx context.Context, log, stage string) (int, error) {
	info, err := infoOf(ctx, b.streams[log])
	if err != nil {
		return 0, err
	}
	last := info.State.LastSeq
	c, err := b.reader(ctx, log, stage)
	if errors.Is(err, jetstream.ErrConsumerNotFound) {
		return int(info.State.Msgs), nil
	}
	if err != nil {
		return 0, fmt.Errorf("reader %s of %s: %w", stage, log, err)
	}
	reader := c.CachedInfo()
	floor := reader.AckFloor.Stream
	if floor < last && reader.NumAckPending == 0 {
		// What cannot be read any more is never delivered: waiting for it would be for ever.
		if last, err = lastReadable(ctx, b.streams[log], passage{through: last}); err != nil {
			return 0, err
		}
	}
	return int(last - min(floor, last)), nil
}
