package stream

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
)

// mostAhead is how far a reader may be ahead of its log. One that is, because the log
// lost its end, is put back by the server, which steps through what is between.
const mostAhead = 1 << 16

// mendPosition removes the file that says how far a reader has come when it cannot be
// true of a log that ends at last. The server makes room for as many messages as it
// says are unacknowledged, and steps from its first position to its last. Without it
// the reader begins at the start of the log, or where a restore let it begin. There is
// no checksum: a position that is wrong and possible is found by a verification.
func mendPosition(path string, last uint64) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("embedded NATS: %w", err)
	}
	if possiblePosition(raw, last) {
		return nil
	}
	slog.Warn("damaged file: the reader reads its log again from the start", "file", path)
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("embedded NATS: %w", err)
	}
	return nil
}

// possiblePosition reads what the server's encodeConsumerState writes.
func possiblePosition(raw []byte, last uint64) bool {
	const magic, version = 22, 2
	if len(raw) < 2 || raw[0] != magic || raw[1] != version {
		return false
	}
	n := numbers{rest: raw[2:]}
	doneDeliveries, done := n.next(), n.next()
	deliveries, delivered := n.next(), n.next()
	if done > delivered || doneDeliveries > deliveries || delivered > last+mostAhead || deliveries > 1<<53 {
		return false
	}
	if pending := n.count(3); pending > 0 {
		n.next() // the time that those of the messages are counted from
		for range pending {
			ahead, deliveriesAhead := n.next(), n.next()
			n.next() // its time
			// Modulo 2^64, as the server writes them.
			if done+ahead > last+mostAhead || doneDeliveries+deliveriesAhead > deliveries {
				return false
			}
		}
	}
	for range n.count(2) { // of redelivered messages
		n.next()
		n.next()
	}
	return !n.short && len(n.rest) == 0
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
