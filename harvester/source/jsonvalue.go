package source

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"polyglean/harvester"
	"polyglean/internal/record"
)

// jsonTypes are the media types a JSON answer may have.
var jsonTypes = []string{"application/json", "text/json"}

// asSent takes JSON as sources send it: of a name that is given twice the last value
// counts, and half a surrogate or a byte that is not UTF-8 is U+FFFD. A name that is
// written in other letters than the field's is another name.
var asSent = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// checkJSON refuses a body that is not one whole JSON value: cut short, or with
// something behind it.
func checkJSON(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return errors.New("the answer is empty")
	}
	if !jsontext.Value(body).IsValid(asSent) {
		return errors.New("the answer is not whole JSON")
	}
	return nil
}

// readJSON decodes an answer, with an error for people.
func readJSON(body []byte, into any) error {
	return misfit("the answer", json.Unmarshal(body, into, asSent))
}

// decodeAll decodes each record of a page alone, so that one that cannot be read
// is set aside with its reason and the others live.
func decodeAll(raws []jsontext.Value, decode func(jsontext.Value) (record.Candidate, error)) ([]record.Candidate, []harvester.Bad) {
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
func decodeRecord(raw jsontext.Value, into any) error {
	if kind := raw.Kind(); kind != jsontext.KindBeginObject {
		return fmt.Errorf("the record is %s instead of an object", kindName(kind))
	}
	err := json.Unmarshal(raw, into, asSent)
	if err != nil {
		// It stopped at that field. What can be read behind it is read all the same: it
		// may be what tells which record this is.
		_ = json.Unmarshal(raw, into, asSent, jsonv1.ReportErrorsWithLegacySemantics(true))
	}
	return misfit("the record", err)
}

// misfit makes an error for people of one that says that JSON does not fit its Go type.
func misfit(whole string, err error) error {
	wrong, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return err
	case wrong.Err != nil: // it was a type of this program that refused the value
		return wrong.Err
	}
	var names []string
	for name := range wrong.JSONPointer.Tokens() {
		if strings.Trim(name, "0123456789") != "" { // an element's place in its list tells nobody anything
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		whole = "field " + strings.Join(names, ".")
	}
	return fmt.Errorf("%s is %s: this program expects another type", whole, kindName(wrong.JSONKind))
}

// kindName names the kind of a JSON value.
func kindName(kind jsontext.Kind) string {
	switch kind {
	case jsontext.KindBeginObject:
		return "object"
	case jsontext.KindBeginArray:
		return "array"
	case jsontext.KindString:
		return "string"
	case jsontext.KindNumber:
		return "number"
	case jsontext.KindTrue, jsontext.KindFalse:
		return "bool"
	case jsontext.KindNull:
		return "null"
	}
	return "nothing"
}

// jsonText is a string; a number, a boolean and null are taken for one too, since
// that harms nobody.
type jsonText string

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (t *jsonText) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if kind := dec.PeekKind(); kind == jsontext.KindBeginObject || kind == jsontext.KindBeginArray {
		if err := dec.SkipValue(); err != nil {
			return err
		}
		return &json.SemanticError{JSONKind: kind}
	}
	token, err := dec.ReadToken()
	switch {
	case err != nil:
		return err
	case token.Kind() == jsontext.KindNull:
		*t = ""
	default:
		*t = jsonText(token.String())
	}
	return nil
}

// line is the text on one line, without markup.
func (t jsonText) line() string { return plainLine(string(t)) }

// jsonInt is a whole number, also one written as a string; anything else is 0.
type jsonInt int64

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (n *jsonInt) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
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

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (b *jsonBool) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
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

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (l *jsonList[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case jsontext.KindNull, jsontext.KindBeginArray:
		return json.UnmarshalDecode(dec, (*[]T)(l))
	}
	*l = make(jsonList[T], 1)
	return json.UnmarshalDecode(dec, &(*l)[0])
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
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05", time.DateOnly} {
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
