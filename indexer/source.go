package indexer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// source is the study as JSON. Its members are nearly all of it and are written by
// themselves: encoding/json would look through what each of them wrote once more.
func (s *Study) source() ([]byte, error) {
	shell := *s
	shell.Members = nil
	raw, err := json.Marshal(&shell)
	if err != nil {
		return nil, err
	}
	// A quotation mark inside a string is behind a backslash: this is no part of one.
	head, tail, _ := bytes.Cut(raw, []byte(`"members":null`))
	out := make([]byte, 0, len(raw)+4096*len(s.Members))
	out = append(append(out, head...), `"members":[`...)
	for i := range s.Members {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = s.Members[i].append(out); err != nil {
			return nil, fmt.Errorf("record %s: %w", s.Members[i].Record.Candidate.ID, err)
		}
	}
	return append(append(out, ']'), tail...), nil
}

// append appends the member as JSON.
func (m *Member) append(b []byte) ([]byte, error) {
	b = strconv.AppendUint(append(b, `{"seq":`...), m.Seq, 10)
	b, err := m.Record.Append(append(b, `,"record":`...))
	if err != nil {
		return b, err
	}
	if m.Why != "" {
		why, err := json.Marshal(m.Why)
		if err != nil {
			return b, err
		}
		b = append(append(b, `,"why":`...), why...)
	}
	if m.Score != nil {
		score, err := json.Marshal(m.Score)
		if err != nil {
			return b, err
		}
		b = append(append(b, `,"score":`...), score...)
	}
	return append(b, '}'), nil
}
