package record

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// byReflection is the wire form as encoding/json makes it from the struct's tags.
func byReflection(c Candidate) ([]byte, error) { return encode(plainCandidate(c), c.Unknown) }

// contentByReflection is the hash of the content, said in another way.
func contentByReflection(c Candidate) (uint64, error) {
	c.Route, c.Query, c.Paths, c.Harvested, c.Version = "", "", nil, time.Time{}, 0
	raw, err := byReflection(c)
	return Hash64(string(raw)), err
}

func sameAsReflection(t *testing.T, c Candidate) {
	t.Helper()
	want, wantErr := byReflection(c)
	got, content, err := c.Encode([]byte("before"))
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
	if want, err := contentByReflection(c); err != nil || content != want {
		t.Errorf("content %x, want %x, %v", content, want, err)
	}
}

// Each field alone, filled and empty, so that a field that is added to the struct and
// not to the encoder shows.
func TestEncodeHasEveryField(t *testing.T) {
	filled := reflect.ValueOf(full().Candidate)
	for i := range filled.NumField() {
		t.Run(filled.Type().Field(i).Name, func(t *testing.T) {
			var alone Candidate
			reflect.ValueOf(&alone).Elem().Field(i).Set(filled.Field(i))
			sameAsReflection(t, alone)
			without := full().Candidate
			reflect.ValueOf(&without).Elem().Field(i).SetZero()
			sameAsReflection(t, without)
		})
	}
	c := full().Candidate
	c.Unknown = map[string]json.RawMessage{"z": []byte(`{"a": "<b>"}`), "a": []byte("1")}
	sameAsReflection(t, c)
	c.Unknown["bad"] = []byte(`{`)
	sameAsReflection(t, c)
	c = full().Candidate
	c.Harvested = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	sameAsReflection(t, c)
}

// The hash stands in the logs of every review: another one would make all that is in
// them look changed.
func TestContentHashStaysAsItIs(t *testing.T) {
	c := Candidate{
		Schema: 1, ID: "demo:1", Source: "demo", SourceID: "1", Route: RouteSearch, Query: "es",
		Titles: []Text{{Text: "Un título <sintético>", Lang: "es"}}, Year: 2020,
		IDs: Identifiers{DOI: "10.5555/demo"}, Harvested: time.Unix(0, 0), Version: 1,
	}
	sameAsReflection(t, c)
	if got := fmt.Sprintf("%016x", c.ContentHash()); got != "8e92eb7df73bbda5" {
		t.Errorf("the content has the hash %s", got)
	}
}

func FuzzEncode(f *testing.F) {
	for _, s := range []string{"", "plain", "<b>&\"\\/", "\b\f\n\r\t\x00\x1f\x7f", "\u2028\u2029\u2027", "caf\xe9 \xff", "\xe2\x80", "日本語 🙂 é"} {
		f.Add(s, s, int64(0), 0)
		f.Add(s, strings.Repeat(s, 3), int64(1_700_000_000_123_456_789), 1<<20-1)
	}
	f.Fuzz(func(t *testing.T, a, b string, nanos int64, bits int) {
		sameAsReflection(t, candidateOf(a, b, nanos, bits))
	})
}

// candidateOf fills those fields that bits chooses.
func candidateOf(a, b string, nanos int64, bits int) Candidate {
	rng := rand.New(rand.NewPCG(uint64(bits), uint64(nanos)))
	text := func() string {
		switch rng.IntN(4) {
		case 0:
			return ""
		case 1:
			return a + b
		case 2:
			return a
		}
		return b
	}
	texts := func() (list []Text) {
		for range rng.IntN(4) {
			list = append(list, Text{Text: text(), Lang: text()})
		}
		return list
	}
	lines := func() (list []string) {
		for range rng.IntN(3) {
			list = append(list, text())
		}
		return list
	}
	c := Candidate{
		Schema: rng.IntN(3), ID: text(), Source: text(), SourceID: text(), Route: Route(text()), Query: text(),
		Titles: texts(), Abstracts: texts(), Keywords: texts(), Languages: lines(), Year: rng.IntN(3) - 1,
		Date: text(), Container: text(), Volume: text(), Issue: text(), Pages: text(), Publisher: text(), JournalCountry: text(), Type: text(),
		IDs:  Identifiers{DOI: text(), PMID: text(), PMCID: text(), OpenAlex: text()},
		ISSN: lines(), References: lines(), URL: text(), License: text(),
		Retracted: rng.IntN(2) == 0, Deleted: rng.IntN(2) == 0, Version: nanos,
		Harvested: time.Unix(0, nanos).In(time.FixedZone("", rng.IntN(3)*3600)),
	}
	for range rng.IntN(3) {
		c.Paths = append(c.Paths, Path{How: Citation(text()), Study: text(), Round: rng.IntN(2)})
		c.Relations = append(c.Relations, Relation{Type: RelationType(text()), ID: text()})
		c.Authors = append(c.Authors, Author{Name: text(), Family: text(), Given: text(), ORCID: text()})
	}
	for range rng.IntN(3) {
		c.Paths = append(c.Paths, Path{How: Citation(text()), Study: text(), Round: rng.IntN(3)})
		c.Relations = append(c.Relations, Relation{Type: RelationType(text()), ID: text()})
	}
	if rng.IntN(2) == 0 {
		c.IDs.Other = map[string]string{a: b, b: a, "k": text()}
	}
	if rng.IntN(4) == 0 {
		c.Unknown = map[string]json.RawMessage{a: []byte(`[1, 2]`), "b": []byte(b)}
	}
	return c
}

func BenchmarkEncode(b *testing.B) {
	c := full().Candidate
	c.Abstracts[0].Text = strings.Repeat("A sentence of a synthetic abstract. ", 40)
	b.Run("ours", func(b *testing.B) {
		var buf []byte
		for b.Loop() {
			buf, _, _ = c.Encode(buf[:0])
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		for b.Loop() {
			if _, err := byReflection(c); err != nil {
				b.Fatal(err)
			}
			if _, err := contentByReflection(c); err != nil {
				b.Fatal(err)
			}
		}
	})
}
