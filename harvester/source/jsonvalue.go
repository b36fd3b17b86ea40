package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"polyglean/harvester"
	"polyglean/internal/record"
)

// jsonTypes are the media types a JSON answer may have.
var jsonTypes = []string{"application/json", "text/json"}

// checkJSON refuses a body that is not one whole JSON value: cut short, or with
// something behind it.
func checkJSON(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return errors.New("the answer is empty")
	}
	if !json.Valid(body) {
		return errors.New("the answer is not whole JSON")
	}
	return nil
}

// decodeAll decodes each record of a page alone, so that one that cannot be read
// is set aside with its reason and the others live.
func decodeAll(raws []json.RawMessage, decode func(json.RawMessage) (record.Candidate, error)) ([]record.Candidate, []harvester.Bad) {
	records := make([]record.Candidate, 0, len(raws))
	var bad []harvester.Bad
	for _, raw := range raws {
		c, err := decode(raw)
		if err != nil {
			bad = append(bad, harvester.Bad{SourceID: c.SourceID, Reason: err.Error(), Raw: raw})
			continue
		}
		records = append(records, c)
	}
	return records, bad
}

// decodeRecord decodes one record, with an error for people.
func decodeRecord(raw json.RawMessage, into any) error {
	if t := bytes.TrimSpace(raw); len(t) == 0 || t[0] != '{' {
		return fmt.Errorf("the record is %s instead of an object", kindOf(t))
	}
	err := json.Unmarshal(raw, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("field %s is %s: this program expects another type", wrong.Field, wrong.Value)
	}
	return err
}

// kindOf names the kind of a JSON value.
func kindOf(raw []byte) string {
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "bool"
	case 'n':
		return "null"
	}
	return "number"
}

// jsonText is a string; a number, a boolean and null are taken for one too, since
// that harms nobody.
type jsonText string

// UnmarshalJSON implements json.Unmarshaler.
func (t *jsonText) UnmarshalJSON(raw []byte) error {
	switch kindOf(raw) {
	case "string":
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*t = jsonText(s)
	case "null":
		*t = ""
	case "number", "bool":
		*t = jsonText(raw)
	default:
		return &json.UnmarshalTypeError{Value: kindOf(raw)}
	}
	return nil
}

// line is the text on one line, without markup.
func (t jsonText) line() string { return plainLine(string(t)) }

// jsonInt is a whole number, also one written as a string; anything else is 0.
type jsonInt int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *jsonInt) UnmarshalJSON(raw []byte) error {
	*n = 0
	s := strings.Trim(string(raw), `" `)
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		*n = jsonInt(v)
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f > -1e15 && f < 1e15 {
		*n = jsonInt(f)
	}
	return nil
}

// jsonBool is true, also as "true", "Y" or 1; anything else is false.
type jsonBool bool

// UnmarshalJSON implements json.Unmarshaler.
func (b *jsonBool) UnmarshalJSON(raw []byte) error {
	switch strings.ToLower(strings.Trim(string(raw), `"`)) {
	case "true", "y", "yes", "1":
		*b = true
	default:
		*b = false
	}
	return nil
}

// jsonList is an array; null is an empty one, and a single value an array of one.
type jsonList[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (l *jsonList[T]) UnmarshalJSON(raw []byte) error {
	switch kindOf(raw) {
	case "null":
		*l = nil
		return nil
	case "array":
		return json.Unmarshal(raw, (*[]T)(l))
	}
	var one T
	if err := json.Unmarshal(raw, &one); err != nil {
		return err
	}
	*l = jsonList[T]{one}
	return nil
}

// addText appends a text unless it is empty or there already.
func addText(list []record.Text, text, lang string) []record.Text {
	if text == "" {
		return list
	}
	for _, have := range list {
		if have.Text == text {
			return list
		}
	}
	return append(list, record.Text{Text: text, Lang: lang})
}

// stamp reads a source's datestamp as Unix milliseconds, 0 when it is none.
func stamp(s string) int64 {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1970 {
			return t.UnixMilli()
		}
	}
	return 0
}

// pageRange joins first and last page.
func pageRange(first, last string) string {
	if first == "" || last == "" || first == last {
		return first + strings.TrimPrefix(last, first)
	}
	return first + "-" + last
}
