package stream

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"polyglean/internal/record"
)

// EnvelopeBytes is the size at which an envelope is split, in bytes. One synced
// write then carries a page of records instead of one.
const EnvelopeBytes = 512 << 10

// Envelope is the wire form of candidate and classified messages: the records of
// one page of one query.
type Envelope struct {
	Schema int    `json:"v"`
	Run    string `json:"run"`
	Source string `json:"source"`
	Query  string `json:"query"`
	// Records are record.Candidate or record.Classified as JSON.
	Records []json.RawMessage `json:"records"`
}

// The headers of a message.
const (
	headerRun   = "Polyglean-Run"
	headerQuery = "Polyglean-Query"
	// headerSeen lists the records of an envelope as 16 bytes each, hash of ID and
	// of content, in base64: enough to know what is in the log without reading it.
	headerSeen = "Polyglean-Seen"
)

// Mark identifies a record and its content by 64 bits each.
type Mark struct{ ID, Content uint64 }

// MarkOf makes the mark of a candidate.
func MarkOf(c *record.Candidate) Mark {
	return Mark{ID: record.Hash64(c.ID), Content: c.ContentHash()}
}

func encodeMarks(marks []Mark) string {
	raw := make([]byte, 0, 16*len(marks))
	for _, m := range marks {
		raw = binary.BigEndian.AppendUint64(raw, m.ID)
		raw = binary.BigEndian.AppendUint64(raw, m.Content)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func decodeMarks(s string) ([]Mark, error) {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(raw)%16 != 0 {
		return nil, fmt.Errorf("header %s is damaged", headerSeen)
	}
	marks := make([]Mark, len(raw)/16)
	for i := range marks {
		marks[i].ID = binary.BigEndian.Uint64(raw[16*i:])
		marks[i].Content = binary.BigEndian.Uint64(raw[16*i+8:])
	}
	return marks, nil
}

// decodeEnvelope reads a message body. A body that is no envelope, or one of a
// newer format, can never be handled and is to be parked.
func decodeEnvelope(raw []byte) (Envelope, error) {
	var e Envelope
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, fmt.Errorf("not an envelope: %w", err)
	}
	if e.Schema > record.Schema {
		return e, &record.SchemaError{Got: e.Schema}
	}
	return e, nil
}
