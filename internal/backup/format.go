package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/nats-io/nats.go"

	"polyglean/internal/stream"
)

// Format is the version of the layout that this program writes. It grows when an
// older program would read a file wrongly.
const Format = 1

// The names of what is not a part.
const (
	headName     = "backup.json"
	manifestName = "manifest.json"
	digestName   = "manifest.json.sha256"
)

// partBytes is the size at which a part ends, in bytes of JSON; maxPart is the size up
// to which a file in a backup is read, which has room for the largest message any server takes.
const (
	partBytes = 4 << 20
	maxPart   = 256 << 20
)

// Head is what a file says of itself, first.
type Head struct {
	Format int `json:"format"`
	// Records is the version of the records' wire form (record.Schema).
	Records int `json:"records"`
	// Program that wrote the file, and its version.
	Program string    `json:"program"`
	Created time.Time `json:"created"`
}

// Manifest is what is in a file, last.
type Manifest struct {
	Streams []Stream `json:"streams"`
	// Readers is how far the stages had come with the candidates.
	Readers []stream.Reader `json:"readers"`
	// Files are all that come before the manifest.
	Files []Entry `json:"files"`
}

// Stream is what a file has of a stream.
type Stream struct {
	Name string `json:"name"`
	// First and Last are positions; where the first messages had been removed, First is
	// that of the first that was left.
	First    uint64 `json:"first"`
	Last     uint64 `json:"last"`
	Messages int    `json:"messages"`
	// Bytes is about what the messages take on disk, and Largest the size of the largest.
	Bytes   int64 `json:"bytes"`
	Largest int64 `json:"largest"`
}

// Entry is a file in a backup, as it lies there.
type Entry struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func entryOf(name string, body []byte) Entry {
	sum := sha256.Sum256(body)
	return Entry{Name: name, Bytes: int64(len(body)), SHA256: hex.EncodeToString(sum[:])}
}

// digestOf is what sha256sum prints for a manifest.
func digestOf(manifest []byte) []byte {
	return fmt.Appendf(nil, "%s  %s\n", entryOf(manifestName, manifest).SHA256, manifestName)
}

// line is a message in a part.
type line struct {
	Seq     uint64      `json:"seq"`
	Time    time.Time   `json:"time"`
	Subject string      `json:"subject"`
	Header  nats.Header `json:"header,omitempty"`
	Text    string      `json:"text,omitempty"`
	Data    []byte      `json:"data,omitempty"`
}

func encodeLine(m stream.Message) ([]byte, error) {
	l := line{Seq: m.Seq, Time: m.Time.UTC(), Subject: m.Subject, Header: m.Header}
	if utf8.Valid(m.Data) {
		l.Text = string(m.Data)
	} else {
		l.Data = m.Data
	}
	for k, values := range m.Header {
		for _, v := range values {
			if !utf8.ValidString(k + v) { // JSON would change it
				return nil, fmt.Errorf("message %d: header %q is not UTF-8", m.Seq, k)
			}
		}
	}
	raw, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("message %d: %w", m.Seq, err)
	}
	return append(raw, '\n'), nil
}

func decodeLine(raw []byte) (stream.Message, error) {
	var l line
	if err := json.Unmarshal(raw, &l); err != nil {
		return stream.Message{}, err
	}
	m := stream.Message{Seq: l.Seq, Time: l.Time, Subject: l.Subject, Header: l.Header, Data: l.Data}
	if l.Text != "" {
		m.Data = []byte(l.Text)
	}
	return m, nil
}

// sizeOf is about what a message takes on disk, in bytes.
func sizeOf(m stream.Message) int64 {
	n := len(m.Subject) + len(m.Data) + 32
	for k, values := range m.Header {
		for _, v := range values {
			n += len(k) + len(v) + 4
		}
	}
	return int64(n)
}
