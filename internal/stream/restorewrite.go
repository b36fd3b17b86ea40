package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// sent is a message whose acknowledgement has not been seen.
type sent struct {
	jetstream.PubAckFuture
	stream string
	seq    uint64
	size   int
}

const (
	// dedupWindow is the shortest that a server takes.
	dedupWindow = 100 * time.Millisecond
	// A restore has so much on its way at a time.
	sentMessages, sentBytes = 64, 8 << 20
)

// Begin makes the streams anew and marks them with the name of the file. It is an
// error, and nothing is changed, when they cannot take what they are to hold.
func (r *Restore) Begin(ctx context.Context, file string, want []Restored) error {
	configs := streamConfigs(r.config)
	logs, others := r.config.limits()
	for _, name := range Whole() {
		r.next[name] = 1 // of one that is not in the backup
	}
	for _, w := range want {
		r.want[w.Name] = w
		if KeepsPositions(w.Name) {
			r.next[w.Name] = max(w.First, 1)
		}
		if most := r.bus.nc.MaxPayload(); w.Largest > most {
			return fmt.Errorf("%s of the backup has a message of %d bytes, and the server takes %d: set its max_payload higher", w.Name, w.Largest, most)
		}
		limit := others
		if w.Name == Candidates || w.Name == Classified {
			limit = logs
		}
		if limit > 0 && w.Bytes > limit {
			return fmt.Errorf("%s of the backup has %d bytes, and the stream would take %d: raise nats.max_bytes", w.Name, w.Bytes, limit)
		}
	}
	// The mark of an interrupted restore goes when nothing of it is left.
	if err := r.remove(ctx, Runs); err != nil {
		return err
	}
	for _, sc := range slices.Backward(configs) { // candidates are the first of them
		if err := r.remove(ctx, sc.Name); err != nil {
			return err
		}
	}
	for _, sc := range configs {
		sc.FirstSeq = r.next[sc.Name]
		if !KeepsPositions(sc.Name) {
			sc.FirstSeq = 0
		}
		sc.Duplicates = dedupWindow
		if sc.Name == Candidates {
			sc.Metadata = map[string]string{restoring: file}
		}
		err := r.anew(ctx, sc.Name, func() error {
			_, err := r.js.CreateStream(ctx, sc)
			return err
		})
		if err != nil {
			return err
		}
	}
	return r.anew(ctx, Runs, func() error {
		_, err := r.js.CreateKeyValue(ctx, runsConfig(r.config))
		return err
	})
}

// anew makes a stream that holds nothing. A server writes what a stream is into two
// files; killed between them, it passes over the stream at its next start, without a
// word, and the next stream of that name takes up the messages that lie there. Those
// go with it when it is removed.
func (r *Restore) anew(ctx context.Context, name string, create func() error) error {
	if err := create(); err != nil {
		return fmt.Errorf("stream %s: %w", name, err)
	}
	s, err := r.js.Stream(ctx, name)
	if err != nil {
		return fmt.Errorf("stream %s: %w", name, err)
	}
	if s.CachedInfo().State.LastSeq < r.next[name] {
		return nil
	}
	if err := r.remove(ctx, name); err != nil {
		return err
	}
	if err := create(); err != nil {
		return fmt.Errorf("stream %s: %w", name, err)
	}
	return nil
}

func (r *Restore) remove(ctx context.Context, name string) error {
	err := r.js.DeleteStream(ctx, name)
	if err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("stream %s: %w", name, err)
	}
	return nil
}

// Append writes the next message of a stream. It may return before the message is on
// disk; an error may be one of a message before.
func (r *Restore) Append(ctx context.Context, name string, m Message) error {
	// Of a message whose position means nothing the place among the others does: the
	// last of its subject is the one that stays.
	seq := r.next[name]
	if KeepsPositions(name) {
		if m.Seq < seq || m.Seq > r.want[name].Last {
			return fmt.Errorf("message %d of %s is not in order", m.Seq, name)
		}
		if err := r.fill(ctx, name, m.Seq); err != nil {
			return err
		}
		seq = m.Seq
	}
	r.next[name] = seq + 1
	msg := &nats.Msg{Subject: m.Subject, Header: nats.Header{}, Data: m.Data}
	for k, v := range m.Header {
		// What its writer expected of the stream it was written to is not so here.
		if !strings.HasPrefix(k, "Nats-Expected-") {
			msg.Header[k] = v
		}
	}
	return r.send(ctx, name, seq, msg)
}

// gapSubject is the subject of messages that hold a position until the restore ends.
func gapSubject(name string) string {
	for _, sc := range streamConfigs(Config{}) {
		if sc.Name == name {
			return strings.ReplaceAll(sc.Subjects[0], "*", "polyglean-restore-gap")
		}
	}
	return ""
}

// fill puts messages where the stream had none any more, before a position: the only
// way to let a server leave positions out. Finish removes them.
func (r *Restore) fill(ctx context.Context, name string, before uint64) error {
	for ; r.next[name] < before; r.next[name]++ {
		r.gaps[name] = true
		if err := r.send(ctx, name, r.next[name], &nats.Msg{Subject: gapSubject(name)}); err != nil {
			return err
		}
	}
	return nil
}

func (r *Restore) send(ctx context.Context, name string, seq uint64, msg *nats.Msg) error {
	id := msg.Header.Get(nats.MsgIdHdr)
	if r.recent[id] {
		return r.repeat(ctx, name, seq, msg)
	}
	if err := r.remember(ctx, id); err != nil {
		return err
	}
	future, err := r.js.PublishMsgAsync(msg)
	if err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	r.waiting = append(r.waiting, sent{future, name, seq, len(msg.Data)})
	r.size += len(msg.Data)
	for len(r.waiting) > sentMessages || r.size > sentBytes && len(r.waiting) > 1 {
		if err := r.acknowledged(ctx); err != nil {
			return err
		}
	}
	return nil
}

// remember notes the ID of a message, and forgets all of them when they are many and
// the server has forgotten them too.
func (r *Restore) remember(ctx context.Context, id string) error {
	if len(r.recent) == 10_000 {
		if err := r.flush(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(3 * dedupWindow):
		}
		clear(r.recent)
	}
	if id != "" {
		r.recent[id] = true
	}
	return nil
}

// repeat sends a message with the ID of one before it until the server takes it, as it
// did when they were new: it forgets the first when its window has gone by and it gets
// round to it.
func (r *Restore) repeat(ctx context.Context, name string, seq uint64, msg *nats.Msg) error {
	if err := r.flush(ctx); err != nil {
		return err
	}
	for end := time.Now().Add(patience); ; {
		ack, err := r.js.PublishMsg(ctx, msg)
		if err != nil {
			return fmt.Errorf("restore %s: %w%s", name, err, fullHint(err))
		}
		if !ack.Duplicate || time.Now().After(end) {
			return compareAck(name, seq, ack)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(dedupWindow):
		}
	}
}

// acknowledged waits for the message that has been on its way for the longest.
func (r *Restore) acknowledged(ctx context.Context) error {
	s := r.waiting[0]
	r.waiting, r.size = r.waiting[1:], r.size-s.size
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-s.Err():
		return fmt.Errorf("restore %s: %w%s", s.stream, err, fullHint(err))
	case ack := <-s.Ok():
		return compareAck(s.stream, s.seq, ack)
	}
}

// compareAck is an error when a message did not come to where it belongs. Servers that
// choose a leader refuse some messages for a moment, which are then sent behind others.
func compareAck(name string, seq uint64, ack *jetstream.PubAck) error {
	if ack.Stream != name {
		return fmt.Errorf("restore: a message of %s came into %s", name, ack.Stream)
	}
	if ack.Sequence != seq || ack.Duplicate {
		return fmt.Errorf("restore: message %d of %s came to position %d: another process is writing, or the servers chose another leader; run the restore again when it alone is at work", seq, name, ack.Sequence)
	}
	return nil
}

func (r *Restore) flush(ctx context.Context) error {
	for len(r.waiting) > 0 {
		if err := r.acknowledged(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Finish puts the readers where they were, compares the streams with what they are to
// hold, and takes the mark away: from then on the streams are as any others.
func (r *Restore) Finish(ctx context.Context, readers []Reader) error {
	for _, name := range Whole() {
		if KeepsPositions(name) {
			if err := r.fill(ctx, name, r.want[name].Last+1); err != nil {
				return err
			}
		}
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	for _, name := range Whole() {
		if err := r.complete(ctx, name); err != nil {
			return err
		}
	}
	for _, reader := range readers {
		_, err := r.js.CreateConsumer(ctx, reader.Log, jetstream.ConsumerConfig{
			Durable: reader.Name, AckPolicy: jetstream.AckExplicitPolicy,
			DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: reader.Done + 1,
		})
		if err != nil {
			return fmt.Errorf("reader %s of %s: %w", reader.Name, reader.Log, err)
		}
	}
	for _, sc := range slices.Backward(streamConfigs(r.config)) {
		if _, err := r.js.UpdateStream(ctx, sc); err != nil {
			return fmt.Errorf("stream %s: %w", sc.Name, err)
		}
	}
	return nil
}

// complete removes what held positions, and compares.
func (r *Restore) complete(ctx context.Context, name string) error {
	s, err := r.js.Stream(ctx, name)
	if err == nil && r.gaps[name] {
		err = s.Purge(ctx, jetstream.WithPurgeSubject(gapSubject(name)))
	}
	var info *jetstream.StreamInfo
	if err == nil {
		info, err = s.Info(ctx)
	}
	if err != nil {
		return fmt.Errorf("stream %s: %w", name, err)
	}
	got, want := extentOf(info), r.want[name]
	if got.Messages != want.Messages || KeepsPositions(name) && got.Last != want.Last {
		return fmt.Errorf("stream %s has %d messages up to position %d after the restore, and is to have %d up to %d: run the restore again",
			name, got.Messages, got.Last, want.Messages, want.Last)
	}
	return nil
}
