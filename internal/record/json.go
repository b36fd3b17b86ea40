package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// SchemaError says that a value was written by a newer program than this one.
type SchemaError struct{ Got int }

func (e *SchemaError) Error() string {
	return fmt.Sprintf("written in format %d, this program reads up to %d: update polyglean", e.Got, Schema)
}

// The aliases shed the methods, so that encoding/json does not recurse.
type (
	plainCandidate  Candidate
	plainClassified Classified
	plainDecision   Decision
)

// UnmarshalJSON implements json.Unmarshaler; fields this program does not know
// go to Unknown.
func (c *Candidate) UnmarshalJSON(raw []byte) error {
	if readWritten(raw, c, (*reader).candidate) {
		return nil
	}
	unknown, err := decode(raw, (*plainCandidate)(c))
	if err != nil {
		return err
	}
	c.Unknown = unknown
	if c.Schema > Schema {
		return &SchemaError{Got: c.Schema}
	}
	return nil
}

// MarshalJSON implements json.Marshaler; unknown fields follow the known ones.
func (c Candidate) MarshalJSON() ([]byte, error) {
	raw, _, err := c.append(nil)
	return raw, err
}

// UnmarshalJSON implements json.Unmarshaler; see Candidate.
func (c *Classified) UnmarshalJSON(raw []byte) error {
	if readWritten(raw, c, (*reader).classified) {
		return nil
	}
	unknown, err := decode(raw, (*plainClassified)(c))
	if err != nil {
		return err
	}
	c.Unknown = unknown
	return nil
}

// MarshalJSON implements json.Marshaler; see Candidate.
func (c Classified) MarshalJSON() ([]byte, error) {
	return c.Append(nil)
}

// UnmarshalJSON implements json.Unmarshaler; see Candidate.
func (d *Decision) UnmarshalJSON(raw []byte) error {
	unknown, err := decode(raw, (*plainDecision)(d))
	if err != nil {
		return err
	}
	d.Unknown = unknown
	if d.Schema > Schema {
		return &SchemaError{Got: d.Schema}
	}
	return nil
}

// MarshalJSON implements json.Marshaler; see Candidate.
func (d Decision) MarshalJSON() ([]byte, error) {
	return encode(plainDecision(d), d.Unknown)
}

func decode(raw []byte, into any) (map[string]json.RawMessage, error) {
	if err := json.Unmarshal(raw, into); err != nil {
		return nil, err
	}
	// A second look at the top level alone finds the names nobody claimed.
	known := knownFields(reflect.TypeOf(into).Elem())
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	var unknown map[string]json.RawMessage
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := tok.(string)
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		// encoding/json matches names without regard to case.
		if known[strings.ToLower(name)] {
			continue
		}
		if unknown == nil {
			unknown = make(map[string]json.RawMessage)
		}
		unknown[name] = value
	}
	return unknown, nil
}

func encode(plain any, unknown map[string]json.RawMessage) ([]byte, error) {
	raw, err := json.Marshal(plain)
	if err != nil || len(unknown) == 0 {
		return raw, err
	}
	more, err := json.Marshal(unknown) // sorts the names
	if err != nil {
		return nil, err
	}
	return append(append(raw[:len(raw)-1], ','), more[1:]...), nil
}

var fieldCache sync.Map // reflect.Type → map[string]bool

func knownFields(t reflect.Type) map[string]bool {
	if known, ok := fieldCache.Load(t); ok {
		return known.(map[string]bool)
	}
	known := make(map[string]bool, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			known[strings.ToLower(name)] = true
		}
	}
	fieldCache.Store(t, known)
	return known
}
