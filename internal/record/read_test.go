package record

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sameAsEncodingJSON compares what is read of raw with what encoding/json reads, and
// says whether raw was in the form that this program writes.
func sameAsEncodingJSON(t *testing.T, raw []byte) (written bool) {
	t.Helper()
	var c, wantC Candidate
	if written = readWritten(raw, &c, (*reader).candidate); written {
		unknown, err := decode(raw, (*plainCandidate)(&wantC))
		if diff := cmp.Diff(wantC, c); diff != "" || err != nil || unknown != nil || c.Schema > Schema {
			t.Fatalf("candidate %s:\nerror %v, unknown %v\n%s", raw, err, unknown, diff)
		}
	}
	var r, wantR Classified
	if readWritten(raw, &r, (*reader).classified) {
		written = true
		// The candidate inside is read by what is tested above; the rest is not.
		unknown, err := decode(raw, (*plainClassified)(&wantR))
		if diff := cmp.Diff(wantR, r); diff != "" || err != nil || unknown != nil {
			t.Fatalf("classified %s:\nerror %v, unknown %v\n%s", raw, err, unknown, diff)
		}
	}
	return written
}

// byTags holds a classified record by its fields alone, so that encoding/json writes
// all of it by reflection.
type byTags struct {
	Candidate plainCandidate `json:"candidate"`
	Language  LanguageLedger `json:"language"`
	Strategy  StrategyMatch  `json:"strategy"`
	Concepts  []ConceptHit   `json:"concepts,omitempty"`
	Findings  []Finding      `json:"findings,omitempty"`
	Selection Selection      `json:"selection"`
	Seed      int            `json:"seed,omitempty"`
	Versions  Versions       `json:"versions"`
}

func classifiedByReflection(c Classified) ([]byte, error) {
	return json.Marshal(byTags{
		plainCandidate(c.Candidate), c.Language, c.Strategy, c.Concepts, c.Findings, c.Selection, c.Seed, c.Versions,
	})
}

func sameClassified(t *testing.T, c Classified) {
	t.Helper()
	want, wantErr := classifiedByReflection(c)
	got, err := c.Append([]byte("before"))
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("error %v, want %v", err, wantErr)
	}
	if err != nil {
		if string(got) != "before" {
			t.Errorf("after an error the buffer holds %q", got)
		}
		return
	}
	if diff := cmp.Diff("before"+string(want), string(got)); diff != "" {
		t.Fatalf("not what encoding/json writes:\n%s", diff)
	}
	if !sameAsEncodingJSON(t, want) {
		t.Errorf("what was written is odd to the reader: %s", want)
	}
}

// Each field alone, filled and empty, so that a field that is added to a struct and not
// to its writer and reader shows.
func TestClassifiedHasEveryField(t *testing.T) {
	sameClassified(t, full())
	sameClassified(t, Classified{})
	whole := full()
	for _, part := range []struct {
		name string
		in   func(*Classified) any
	}{
		{"classified", func(c *Classified) any { return c }},
		{"ledger", func(c *Classified) any { return &c.Language }},
		{"detection", func(c *Classified) any { return &c.Language.Detected[1] }},
		{"strategy", func(c *Classified) any { return &c.Strategy }},
		{"block", func(c *Classified) any { return &c.Strategy.Blocks[0] }},
		{"concept", func(c *Classified) any { return &c.Concepts[0] }},
		{"finding", func(c *Classified) any { return &c.Findings[0] }},
		{"evidence", func(c *Classified) any { return &c.Concepts[0].Evidence[0] }},
		{"versions", func(c *Classified) any { return &c.Versions }},
	} {
		filled := reflect.ValueOf(part.in(&whole)).Elem()
		for i := range filled.NumField() {
			t.Run(part.name+"/"+filled.Type().Field(i).Name, func(t *testing.T) {
				without := full()
				reflect.ValueOf(part.in(&without)).Elem().Field(i).SetZero()
				sameClassified(t, without)
				alone := full()
				v := reflect.ValueOf(part.in(&alone)).Elem()
				v.SetZero()
				v.Field(i).Set(filled.Field(i))
				sameClassified(t, alone)
			})
		}
	}
	for _, confidence := range []float64{0, 1, 1e-7, -1e-7, 1e21, 1.0 / 3, math.NaN(), math.Inf(1)} {
		c := full()
		c.Language.Detected[0].Confidence = confidence
		sameClassified(t, c)
	}
	c := full()
	c.Candidate.Harvested = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	sameClassified(t, c)
	for _, c := range []Classified{full(), full()} {
		c.Unknown = map[string]json.RawMessage{"bad": []byte(`{`)}
		if got, err := c.Append([]byte("before")); err == nil || string(got) != "before" {
			t.Errorf("what is no JSON was written: %q, %v", got, err)
		}
	}
}

// What this program does not write is not taken by the short way, and read all the same.
func TestOddRecordsAreLeftToEncodingJSON(t *testing.T) {
	const plain = `{"v":1,"id":"a:1","titles":[{"text":"t"}],"ids":{},"harvested":"2026-01-02T03:04:05Z","version":5}`
	if !sameAsEncodingJSON(t, []byte(plain)) {
		t.Fatal("the plain record is odd")
	}
	for name, edit := range map[string][2]string{
		"space":             {`"v":1`, `"v": 1`},
		"another order":     {`"v":1,"id":"a:1"`, `"id":"a:1","v":1`},
		"twice":             {`"v":1`, `"v":0,"v":1`},
		"another case":      {`"id"`, `"ID"`},
		"unknown":           {`"v":1`, `"v":1,"mood":{}`},
		"null":              {`{"text":"t"}`, `null`},
		"not UTF-8":         {`"t"`, "\"t\xff\""},
		"newer":             {`"v":1`, `"v":2`},
		"control character": {`"t"`, "\"t\n\""},
		"lone escape":       {`"t"`, `"\x"`},
		"cut short":         {`"t"}`, `"t`},
		"a comma too many":  {`{"v":1`, `{,"v":1`},
		"a comma too few":   {`,"id"`, `"id"`},
		"list with a comma": {`"t"}]`, `"t"},]`},
		"fraction":          {`"version":5`, `"version":5.0`},
		"leading zero":      {`"version":5`, `"version":05`},
		"escaped time":      {`"2026-`, `"2026\u002d`},
		"more behind it":    {`:5}`, `:5}}`},
	} {
		raw := strings.Replace(plain, edit[0], edit[1], 1)
		if raw == plain {
			t.Fatalf("%s: nothing was replaced", name)
		}
		if sameAsEncodingJSON(t, []byte(raw)) {
			t.Errorf("%s is taken for written by this program", name)
		}
		var got, want Candidate
		err := json.Unmarshal([]byte(raw), &got)
		unknown, wantErr := decode([]byte(raw), (*plainCandidate)(&want))
		if want.Unknown = unknown; wantErr == nil && want.Schema > Schema {
			wantErr = &SchemaError{Got: want.Schema}
		}
		if (err != nil) != (wantErr != nil) {
			t.Errorf("%s: error %v, want %v", name, err, wantErr)
		}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func FuzzClassified(f *testing.F) {
	for _, s := range []string{"", "plain", "<b>&\"\\/", "\b\f\n\r\t\x00\x1f\x7f", "\u2028\u2029\u2027", "caf\xe9 \xff", "日本語 🙂 é"} {
		f.Add(s, s, int64(1_700_000_000_123_456_789), 1<<20-1)
	}
	f.Fuzz(func(t *testing.T, a, b string, nanos int64, bits int) {
		sameClassified(t, classifiedOf(a, b, nanos, bits))
	})
}

// classifiedOf fills those fields that bits chooses.
func classifiedOf(a, b string, nanos int64, bits int) Classified {
	rng := rand.New(rand.NewPCG(uint64(bits), uint64(nanos)))
	text := func() string { return []string{"", a, b, a + b}[rng.IntN(4)] }
	evidence := func() (list []Evidence) {
		for range rng.IntN(3) {
			list = append(list, Evidence{Field: Field(text()), Index: rng.IntN(3), Start: rng.IntN(30) - 2, End: rng.Int(), Words: text(), Concept: text(), Lang: text()})
		}
		return list
	}
	c := Classified{
		Candidate: candidateOf(a, b, nanos, bits),
		Language:  LanguageLedger{Languages: []string{text()}, Work: text(), WorkFrom: WorkGround(text()), Class: LanguageClass(text()), Conflict: rng.IntN(2) == 0},
		Strategy:  StrategyMatch{Matched: rng.IntN(2) == 0, Mode: text()},
		Selection: Selection(text()), Seed: rng.IntN(3), Versions: Versions{text(), text(), text()},
	}
	c.Candidate.Unknown, c.Candidate.Schema = nil, Schema // a newer one is refused
	for range rng.IntN(3) {
		c.Language.Declared = append(c.Language.Declared, text())
		c.Language.Detected = append(c.Language.Detected, Detection{Field: Field(text()), Index: rng.IntN(2), Start: rng.Int(), End: 3, Lang: text(), Tag: text(), Confidence: rng.NormFloat64() * math.Pow10(rng.IntN(60)-30), How: text(), Why: text()})
		c.Strategy.Blocks = append(c.Strategy.Blocks, BlockMatch{text(), rng.IntN(2) == 0, evidence()})
		c.Concepts = append(c.Concepts, ConceptHit{text(), text(), rng.IntN(2) == 0, evidence()})
		c.Findings = append(c.Findings, Finding{Flag(text()), Reason(text()), text(), evidence(), text()})
	}
	return c
}

// Whatever bytes come: what is read the short way is what encoding/json reads.
func FuzzRead(f *testing.F) {
	c := full()
	for _, v := range []any{c, c.Candidate, Classified{}, Candidate{}} {
		raw, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"v":-0,"ids":{"other":{"a":"\ud83d\ude42","a":"\/"}},"harvested":"2026-01-02T03:04:05.5+02:00"}`))
	f.Fuzz(func(t *testing.T, raw []byte) { sameAsEncodingJSON(t, raw) })
}

func BenchmarkClassified(b *testing.B) {
	c := full()
	c.Candidate.Abstracts[0].Text = strings.Repeat("A sentence of a synthetic abstract. ", 40)
	raw, err := json.Marshal(c)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(len(raw)))
		var buf []byte
		for b.Loop() {
			buf, _ = c.Append(buf[:0])
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(raw)))
		b.ReportAllocs()
		for b.Loop() {
			var got Classified
			if err := got.UnmarshalJSON(raw); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read by encoding/json", func(b *testing.B) {
		b.SetBytes(int64(len(raw)))
		b.ReportAllocs()
		for b.Loop() {
			var got plainClassified
			if _, err := decode(raw, &got); err != nil {
				b.Fatal(err)
			}
		}
	})
}
