package stream

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"

	"polyglean/internal/record"
)

// TooLargeError says that a record does not fit into a message.
type TooLargeError struct {
	ID          string
	Size, Limit int
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("record %s has %d bytes, a message takes %d", e.ID, e.Size, e.Limit)
}

// Origin says where the records of an envelope come from.
type Origin struct{ Run, Source, Query string }

// Item is a record in its wire form, on its way into an envelope.
type Item struct {
	raw []byte
	// Mark is that of a candidate.
	Mark Mark
}

// Encode makes the wire form of a candidate and its mark from the same bytes. A
// *TooLargeError says that it cannot be published.
func (b *Bus) Encode(c *record.Candidate) (Item, error) {
	scratch := encodeBuffers.Get().(*[]byte)
	defer encodeBuffers.Put(scratch)
	raw, content, err := c.Encode((*scratch)[:0])
	if err != nil {
		return Item{}, fmt.Errorf("record %s: %w", c.ID, err)
	}
	if limit := b.recordLimit(); len(raw) > limit {
		return Item{}, &TooLargeError{ID: c.ID, Size: len(raw), Limit: limit}
	}
	*scratch = raw
	return Item{raw: bytes.Clone(raw), Mark: Mark{ID: record.Hash64(c.ID), Content: content}}, nil
}

// encodeBuffers hold records while their length is not known.
var encodeBuffers = sync.Pool{New: func() any { return new([]byte) }}

// PublishCandidates writes candidates to the log and returns when they are on disk.
// Stored is called after each envelope with how many more candidates are on disk and
// its position, so that a caller knows how far an error came.
func (b *Bus) PublishCandidates(ctx context.Context, o Origin, candidates []Item, stored func(n int, seq uint64)) error {
	return b.publish(ctx, "candidate."+token(o.Source), o, candidates, true, "", stored)
}

// PublishClassified writes what became of the candidate envelope at position
// from, and returns when it is on disk.
func (b *Bus) PublishClassified(ctx context.Context, o Origin, from uint64, version string, records []record.Classified) error {
	scratch := encodeBuffers.Get().(*[]byte)
	defer encodeBuffers.Put(scratch)
	all := (*scratch)[:0]
	ends := make([]int, len(records))
	for i := range records {
		var err error
		if all, err = records[i].Append(all); err != nil {
			return fmt.Errorf("record %s: %w", records[i].Candidate.ID, err)
		}
		ends[i] = len(all)
	}
	*scratch = all
	items := make([]Item, len(records))
	start := 0
	for i, end := range ends {
		items[i].raw = all[start:end]
		start = end
	}
	// The same candidates classified twice by the same version make one message.
	id := fmt.Sprintf("classified-%d-%s", from, version)
	return b.publish(ctx, "classified."+token(o.Source), o, items, false, id, func(int, uint64) {})
}

// recordLimit leaves room for the envelope and headers round a single record.
func (b *Bus) recordLimit() int { return int(b.nc.MaxPayload()) - 16<<10 }

// RecordLimit is the size of the largest record that can be published, in bytes.
func (b *Bus) RecordLimit() int { return b.recordLimit() }

func (b *Bus) publish(ctx context.Context, subject string, o Origin, items []Item, marked bool, id string, stored func(int, uint64)) error {
	target := min(EnvelopeBytes, b.recordLimit())
	memory := packings.Get().(*packing)
	defer packings.Put(memory)
	for part := 0; len(items) > 0; part++ {
		n, size := 0, 0
		for n < len(items) && (n == 0 || size+len(items[n].raw) < target) {
			size += len(items[n].raw) + 1
			n++
		}
		var err error
		if memory.body, err = appendEnvelope(memory.body[:0], o, items[:n]); err != nil {
			return err
		}
		msg := &nats.Msg{Subject: subject, Header: nats.Header{}}
		memory.pack(msg)
		msg.Header.Set(headerRun, o.Run)
		msg.Header.Set(headerQuery, o.Query)
		if marked {
			msg.Header.Set(headerSeen, encodeMarks(items[:n]))
		}
		if id != "" {
			msg.Header.Set(nats.MsgIdHdr, id+"-"+strconv.Itoa(part))
		}
		seq, err := b.store(ctx, msg)
		if err != nil {
			return err
		}
		stored(n, seq)
		items = items[n:]
	}
	return nil
}

// store publishes and waits for the acknowledgement, which an embedded server
// gives after the sync. What passes by itself, a leader election or a moment
// without connection, is waited for; a full stream or disk is not.
func (b *Bus) store(ctx context.Context, msg *nats.Msg) (seq uint64, err error) {
	err = patiently(ctx, func(ctx context.Context) error {
		ack, err := b.js.PublishMsg(ctx, msg)
		if err == nil {
			seq = ack.Sequence
			return nil
		}
		if health := b.Healthy(); b.embedded != nil && health != nil {
			return fmt.Errorf("%v: %w: free disk space and start again; nothing acknowledged is lost", err, health) //nolint:errorlint // this does not pass
		}
		return err
	})
	switch {
	case err == nil:
		return seq, nil
	case ctx.Err() != nil:
		return 0, ctx.Err()
	}
	return 0, fmt.Errorf("publish to %s: %w%s", msg.Subject, err, fullHint(err))
}

func fullHint(err error) string {
	if strings.Contains(err.Error(), "maximum bytes") || strings.Contains(err.Error(), "insufficient") {
		return ": the stream is full; raise nats.max_bytes or free disk space, then run again to go on where it stopped"
	}
	return ""
}

// token makes a name fit for one token of a subject.
func token(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '.', r == '*', r == '>', r <= ' ', r == 0x7f:
			return '_'
		}
		return r
	}, name)
}

// Decide appends a decision to the log and returns its position when it is on
// disk.
func (b *Bus) Decide(ctx context.Context, d record.Decision) (uint64, error) {
	d.Schema = record.Schema
	raw, err := json.Marshal(d)
	if err != nil {
		return 0, fmt.Errorf("decision: %w", err)
	}
	return b.store(ctx, &nats.Msg{Subject: "decision." + token(d.Review), Data: raw})
}
