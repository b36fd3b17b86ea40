package stream

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"
)

// mostAhead is how far a reader may be ahead of its log. One that is, because the log
// lost its end, is put back by the server, which steps through what is between.
const mostAhead = 1 << 16

// mendPosition makes good the file that says how far a reader has come, when that cannot
// be true of a log that ends at last. The server makes room for as many messages as it
// says are unacknowledged, and steps from its first position to its last. Without the
// file the reader begins at the start of the log, or where a restore let it begin. There
// is no checksum: a position that is wrong and possible is found by a verification.
func mendPosition(path string, last uint64) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("embedded NATS: %w", err)
	}
	p, err := readPosition(raw, last)
	switch {
	case err != nil:
		slog.Warn("damaged file: the reader reads its log again from the start", "file", path)
		err = os.Remove(path)
	case p.doubtful(time.Now()):
		slog.Warn("damaged file: the reader reads its log again from the last message that is surely done", "file", path, "message", p.done)
		err = os.WriteFile(path, p.allDone(), 0o600)
	}
	if err != nil {
		return fmt.Errorf("embedded NATS: %w", err)
	}
	return nil
}

// position is how far a reader has come, in messages of its log and in deliveries.
type position struct {
	done, delivered            uint64
	doneDeliveries, deliveries uint64
	pending                    []inHand
}

// inHand is a message that was delivered and not acknowledged: its position in the log
// and the delivery, and when that was, in seconds since 1970.
type inHand struct {
	seq, delivery uint64
	at            int64
}

// doubtful says that a reader would wait for ever: nothing is in hand, and yet not all
// is done; or what is in hand was not delivered, or not yet, and is not delivered again.
func (p position) doubtful(now time.Time) bool {
	if len(p.pending) == 0 {
		return p.done < p.delivered
	}
	soon := now.Add(time.Minute).Unix() // clocks are put right
	return slices.ContainsFunc(p.pending, func(m inHand) bool {
		return m.seq <= p.done || m.seq > p.delivered || m.delivery <= p.doneDeliveries || m.delivery > p.deliveries || m.at > soon
	})
}

// The server's format, of its second version.
var positionMagic = []byte{22, 2}

// readPosition reads what the server's encodeConsumerState writes.
func readPosition(raw []byte, last uint64) (p position, err error) {
	n := numbers{rest: bytes.TrimPrefix(raw, positionMagic)}
	p.doneDeliveries, p.done = n.next(), n.next()
	p.deliveries, p.delivered = n.next(), n.next()
	possible := bytes.HasPrefix(raw, positionMagic) && p.done <= p.delivered && p.delivered <= last+mostAhead &&
		p.doneDeliveries <= p.deliveries && p.deliveries < 1<<53
	if count := n.count(3); count > 0 {
		base := n.signed()
		p.pending = make([]inHand, count)
		for i := range p.pending {
			// Counted from what is done, modulo 2^64, and back from the base.
			m := inHand{seq: p.done + n.next(), delivery: p.doneDeliveries + n.next()}
			m.at = base - n.signed()
			p.pending[i] = m
			possible = possible && m.seq <= last+mostAhead
		}
	}
	for range n.count(2) { // of redelivered messages
		n.next()
		n.next()
	}
	if !possible || n.short || len(n.rest) > 0 {
		return position{}, errDamaged
	}
	return p, nil
}

// allDone is the file of a reader that has nothing in hand.
func (p position) allDone() []byte {
	raw := slices.Clone(positionMagic)
	for _, n := range []uint64{p.doneDeliveries, p.done, p.doneDeliveries, p.done, 0, 0} {
		raw = binary.AppendUvarint(raw, n)
	}
	return raw
}

// numbers are read one after the other, of seven bits a byte.
type numbers struct {
	rest  []byte
	short bool
}

func (n *numbers) next() uint64 {
	v, size := binary.Uvarint(n.rest)
	if size <= 0 {
		n.short, n.rest = true, nil
		return 0
	}
	n.rest = n.rest[size:]
	return v
}

// signed is next for a number that may be negative.
func (n *numbers) signed() int64 {
	v := n.next()
	return int64(v>>1) ^ -int64(v&1)
}

// count is how many groups of the given size follow, of which each number takes a byte
// or more.
func (n *numbers) count(size int) int {
	v := n.next()
	if v > uint64(len(n.rest)/size) {
		n.short, n.rest = true, nil
		return 0
	}
	return int(v)
}
