package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"polyglean/internal/record"
)

// Extent is where a stream begins and ends.
type Extent struct {
	// First and Last are positions. Last stays when messages are removed, so that a
	// position is never given twice; an empty stream has First above Last.
	First, Last uint64
	Messages    int
	// Removed counts positions between First and Last that the stream knows to be
	// without a message.
	Removed int
	// Lost counts messages that the server itself found damaged when it started, and
	// cut off.
	Lost int
}

// Extent of a stream as it is now.
func (b *Bus) Extent(ctx context.Context, name string) (Extent, error) {
	s, err := b.stream(ctx, name)
	if err != nil {
		return Extent{}, err
	}
	return extentOf(s.CachedInfo()), nil
}

func extentOf(info *jetstream.StreamInfo) Extent {
	state := info.State
	e := Extent{First: state.FirstSeq, Last: state.LastSeq, Messages: int(state.Msgs), Removed: state.NumDeleted}
	if state.Lost != nil {
		e.Lost = len(state.Lost.Msgs)
	}
	if e.Messages == 0 {
		e.First = e.Last + 1
	}
	return e
}

// Reader is how far a stage has come with a log.
type Reader struct {
	Log  string `json:"log"`
	Name string `json:"name"`
	// Done is the position up to which everything is acknowledged.
	Done uint64 `json:"done"`
}

// Readers are the stages that read a log.
func (b *Bus) Readers(ctx context.Context, log string) ([]Reader, error) {
	all, err := b.durable(ctx, log)
	var readers []Reader
	for _, c := range all {
		readers = append(readers, Reader{Log: log, Name: c.Name, Done: c.AckFloor.Stream})
	}
	slices.SortFunc(readers, func(a, b Reader) int { return strings.Compare(a.Name, b.Name) })
	return readers, err
}

// durable are the readers of a log that outlive their processes.
func (b *Bus) durable(ctx context.Context, log string) (all []*jetstream.ConsumerInfo, err error) {
	err = patiently(ctx, func(ctx context.Context) error {
		all = nil
		list := b.streams[log].ListConsumers(ctx)
		for c := range list.Info() {
			if c.Config.Durable != "" {
				all = append(all, c)
			}
		}
		return list.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("readers of %s: %w", log, err)
	}
	return all, nil
}

// KeepsPositions says whether the positions of a stream's messages mean something to
// others. A study refers to them, and so do the stages; of what is parked and of the
// run ledger only the order counts.
func KeepsPositions(name string) bool { return name != Parked && name != Runs }

// Whole are the names of all streams that a copy of the log consists of, in an order
// that makes a copy of one after the other a sound one: what refers to another
// message comes before it, so that the other is in the copy too. Cursors come before
// the candidates they passed, decisions before the records they are about. What alerts
// told comes last, so that the copy knows of all that was told of the records in it.
func Whole() []string {
	return []string{Runs, Decisions, Scores, Classified, Candidates, Parked, Alerts}
}

// Message is a message as it lies in a stream.
type Message struct {
	// Seq is its position.
	Seq     uint64
	Time    time.Time
	Subject string
	Header  nats.Header
	Data    []byte
}

// EachMessage calls fn with the messages of a stream from behind a position through
// another, or to the last there is now, oldest first.
func (b *Bus) EachMessage(ctx context.Context, name string, after, through uint64, fn func(Message) error) error {
	return b.eachIn(ctx, name, passage{after: after, through: through}, func(m jetstream.Msg, seq uint64) error {
		meta, err := m.Metadata()
		if err != nil {
			return fmt.Errorf("read stream %s: %w", name, err)
		}
		return fn(Message{Seq: seq, Time: meta.Timestamp, Subject: m.Subject(), Header: m.Headers(), Data: m.Data()})
	})
}

// EachEnvelope calls fn with every envelope of a log, oldest first, or with the error
// why a message is none. A server passes over a message that is damaged on its disk
// without a word: a position that is missing between two others was lost.
func (b *Bus) EachEnvelope(ctx context.Context, log string, fn func(seq uint64, e Envelope, err error) error) error {
	return b.each(ctx, log, false, func(m jetstream.Msg, seq uint64) error {
		e, err := decodeEnvelope(m.Headers(), m.Data())
		return fn(seq, e, err)
	})
}

// EachLogged is EachEnvelope for the decision log.
func (b *Bus) EachLogged(ctx context.Context, fn func(seq uint64, d record.Decision, err error) error) error {
	return b.each(ctx, Decisions, false, func(m jetstream.Msg, seq uint64) error {
		var d record.Decision
		err := json.Unmarshal(m.Data(), &d)
		return fn(seq, d, err)
	})
}

// ClassifiedAt returns the records of the classified envelope at a position; false
// when there is none.
func (b *Bus) ClassifiedAt(ctx context.Context, seq uint64) (Envelope, bool, error) {
	return b.envelopeAt(ctx, Classified, seq)
}

func (b *Bus) envelopeAt(ctx context.Context, log string, seq uint64) (Envelope, bool, error) {
	msg, err := messageAt(ctx, b.streams[log], seq)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return Envelope{}, false, nil
	}
	var e Envelope
	if err == nil {
		e, err = decodeEnvelope(msg.Header, msg.Data)
	}
	if err != nil {
		return e, false, fmt.Errorf("envelope %d of %s: %w", seq, log, err)
	}
	return e, true, nil
}

const (
	// pulse is how often a server that has nothing to give says that it still waits. One
	// that is silent for two of them is asked anew: what asks it may be lost without a
	// word, as among several servers when the one asked has not heard of the other.
	pulse = 500 * time.Millisecond
	// quiet is how long nothing comes before it is looked whether anything will. It is
	// longer than two pulses, or a silent server would never be asked anew.
	quiet = 2 * time.Second
	// readAttempts is how often in a row a server that does not answer is asked anew, at
	// longer and longer intervals, before reading is an error.
	readAttempts = 5
)

// passage is the part of a stream that is read.
type passage struct {
	// after and through are the positions that it lies between; the second is in it.
	after, through uint64
	// subject is a pattern that what is read is under; empty for all.
	subject     string
	headersOnly bool
}

// each reads a stream from its first message to the last it has now.
func (b *Bus) each(ctx context.Context, name string, headersOnly bool, fn func(jetstream.Msg, uint64) error) error {
	return b.eachIn(ctx, name, passage{through: math.MaxUint64, headersOnly: headersOnly}, fn)
}

// eachIn reads a passage of a stream, or as much of it as there is now.
func (b *Bus) eachIn(ctx context.Context, name string, p passage, fn func(jetstream.Msg, uint64) error) error {
	s, err := b.stream(ctx, name)
	if err != nil {
		return err
	}
	last, err := lastReadable(ctx, s, p)
	if err != nil || last <= p.after {
		return err
	}
	config := jetstream.OrderedConsumerConfig{
		HeadersOnly: p.headersOnly, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: p.after + 1,
		FilterSubjects: p.subjects(), MaxResetAttempts: readAttempts,
	}
	c, err := ask(ctx, func(ctx context.Context) (jetstream.Consumer, error) { return s.OrderedConsumer(ctx, config) })
	if err != nil {
		return fmt.Errorf("read stream %s: %w", name, err)
	}
	it, err := c.Messages(jetstream.PullMaxBytes(b.readAhead()), jetstream.PullHeartbeat(pulse))
	if err != nil {
		return fmt.Errorf("read stream %s: %w", name, err)
	}
	defer it.Stop()
	stop := context.AfterFunc(ctx, it.Stop)
	defer stop()
	at := p.after
	for {
		m, err := it.Next(jetstream.NextMaxWait(quiet))
		if errors.Is(err, nats.ErrTimeout) && ctx.Err() == nil {
			// What was the last may have been removed, and nothing more may come.
			if last, err = lastReadable(ctx, s, p); err != nil || last <= at {
				return err
			}
			continue
		}
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("read stream %s: %w", name, err)
		}
		meta, err := m.Metadata()
		if err != nil {
			return fmt.Errorf("read stream %s: %w", name, err)
		}
		// What was the last may have been replaced by a later message.
		if meta.Sequence.Stream > p.through {
			return nil
		}
		at = meta.Sequence.Stream
		if err := fn(m, at); err != nil {
			return err
		}
		if at >= last || meta.NumPending == 0 {
			return nil
		}
	}
}

// subjects are what the server is to choose by; none for all.
func (p passage) subjects() []string {
	if p.subject == "" {
		return nil
	}
	return []string{p.subject}
}

// readAhead is how many bytes of a log are fetched ahead of who reads it. More are asked
// for when half of them are read, and the largest message has to fit into that.
func (b *Bus) readAhead() int { return 2*int(b.nc.MaxPayload()) + 1<<20 }

// lastReadable is the last position of a passage that has a message which can be read; 0
// when there is none. A reader that waits for a later one waits for ever.
func lastReadable(ctx context.Context, s jetstream.Stream, p passage) (uint64, error) {
	if p.subject != "" {
		return lastUnder(ctx, s, p.subject)
	}
	info, err := infoOf(ctx, s)
	if err != nil {
		return 0, err
	}
	e := extentOf(info)
	for seq := min(e.Last, p.through); seq >= e.First && seq > 0; seq-- {
		_, err := messageAt(ctx, s, seq)
		if err == nil {
			return seq, nil
		}
		if !errors.Is(err, jetstream.ErrMsgNotFound) {
			return 0, fmt.Errorf("stream %s: %w", info.Config.Name, err)
		}
	}
	return 0, nil
}

// lastUnder is the position of the last message under a subject; 0 when there is none.
func lastUnder(ctx context.Context, s jetstream.Stream, subject string) (uint64, error) {
	m, err := ask(ctx, func(ctx context.Context) (*jetstream.RawStreamMsg, error) {
		return s.GetLastMsgForSubject(ctx, subject)
	})
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("stream %s: %s: %w", s.CachedInfo().Config.Name, subject, err)
	}
	return m.Sequence, nil
}
