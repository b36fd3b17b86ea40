package stream

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"

	"polyglean/internal/record"
)

// Whatever an envelope holds, it is read as encoding/json reads it.
func FuzzEnvelope(f *testing.F) {
	for _, s := range []string{"", "plain", `\`, `"`, `{"}`, `],"records":[`, ",", "}{", "日本語", "\xff"} {
		f.Add(s, s, `{"a":"`+`\"}`+`"}`)
		f.Add(s, "query", `[{}]`)
	}
	f.Fuzz(func(t *testing.T, a, b, raw string) {
		items := make([]Item, 3)
		for i, v := range []any{map[string]any{a: b, "list": []any{a, map[string]string{b: a}}}, map[string]string{}, record.Candidate{ID: a, Query: b}} {
			var err error
			if items[i].raw, err = json.Marshal(v); err != nil {
				t.Fatal(err)
			}
		}
		whole, err := appendEnvelope(nil, Origin{Run: a, Source: b, Query: a}, items)
		if err != nil {
			t.Fatal(err)
		}
		if !splitEnvelope(whole, &Envelope{}) {
			t.Errorf("what was written is not split: %s", whole)
		}
		sameEnvelope(t, whole)
		for _, odd := range []string{
			raw, string(whole) + raw, fmt.Sprintf(`{"v":1,"run":"","source":"","query":%s,"records":[%s]}`, quote(t, a), raw),
		} {
			sameEnvelope(t, []byte(odd))
		}
	})
}

func quote(t *testing.T, s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// sameEnvelope compares with encoding/json what is read of an envelope. Of one that is
// no JSON each record may be read that is whole by itself.
func sameEnvelope(t *testing.T, raw []byte) {
	t.Helper()
	got, err := decodeEnvelope(nats.Header{}, raw)
	var want Envelope
	wantErr := json.Unmarshal(raw, &want)
	if wantErr != nil {
		for _, r := range got.Records {
			if err == nil && !json.Valid(r) {
				return // its reader will say so
			}
		}
	}
	if want.Schema > record.Schema {
		return
	}
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("%s: error %v, want %v", raw, err, wantErr)
	}
	if diff := cmp.Diff(want, got); err == nil && diff != "" {
		t.Errorf("%s:\n%s", raw, diff)
	}
}
