package stream

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go"

	"polyglean/internal/record"
)

// EnvelopeBytes is the size at which an envelope is split, in bytes. One synced
// write then carries one or more pages of records instead of one record.
const EnvelopeBytes = 512 << 10

// Envelope is the wire form of candidate and classified messages: records of one
// query, in the order in which they came.
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

func encodeMarks(items []Item) string {
	raw := make([]byte, 0, 16*len(items))
	for i := range items {
		raw = binary.BigEndian.AppendUint64(raw, items[i].Mark.ID)
		raw = binary.BigEndian.AppendUint64(raw, items[i].Mark.Content)
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

// appendEnvelope appends the envelope of records. They are put in as they are:
// encoding/json would look through each of them once more.
func appendEnvelope(dst []byte, o Origin, items []Item) ([]byte, error) {
	head, err := json.Marshal(Envelope{
		Schema: record.Schema, Run: o.Run, Source: o.Source, Query: o.Query, Records: []json.RawMessage{},
	})
	if err != nil {
		return dst, fmt.Errorf("envelope: %w", err)
	}
	const foot = "]}"
	dst = append(dst, head[:len(head)-len(foot)]...)
	for i := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, items[i].raw...)
	}
	return append(dst, foot...), nil
}

// decodeEnvelope reads a message body. A body that is no envelope, or one of a
// newer format, can never be handled and is to be parked.
func decodeEnvelope(header nats.Header, data []byte) (Envelope, error) {
	var e Envelope
	raw, err := unpack(header, data)
	if err != nil {
		return e, fmt.Errorf("not an envelope: %w", err)
	}
	if !splitEnvelope(raw, &e) {
		e = Envelope{}
		if err := json.Unmarshal(raw, &e); err != nil {
			return e, fmt.Errorf("not an envelope: %w", err)
		}
	}
	if e.Schema > record.Schema {
		return e, &record.SchemaError{Got: e.Schema}
	}
	return e, nil
}

// splitEnvelope reads an envelope as appendEnvelope makes it, without looking into its
// records: their readers do, and would do it a second time. It reports whether raw has
// that form; whatever else it may be is left to encoding/json.
func splitEnvelope(raw []byte, e *Envelope) bool {
	const list, foot = `,"records":[`, "]}"
	// A quotation mark inside a string is behind a backslash: this is no part of one.
	at := bytes.Index(raw, []byte(list))
	if at < 0 || !bytes.HasSuffix(raw, []byte(foot)) || at+len(list)+len(foot) > len(raw) {
		return false
	}
	if json.Unmarshal(append(slices.Clip(raw[:at]), '}'), e) != nil || e.Records != nil {
		return false
	}
	e.Records = []json.RawMessage{}
	rest := raw[at+len(list) : len(raw)-len(foot)]
	for len(rest) > 0 {
		n := objectLen(rest)
		if n == 0 {
			return false
		}
		e.Records = append(e.Records, rest[:n:n])
		if rest = rest[n:]; len(rest) > 0 {
			if rest[0] != ',' || len(rest) == 1 {
				return false
			}
			rest = rest[1:]
		}
	}
	return true
}

// objectLen is where the object at the beginning of b ends; 0 when there is none.
func objectLen(b []byte) int {
	if len(b) == 0 || b[0] != '{' {
		return 0
	}
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		}
	}
	return 0
}
