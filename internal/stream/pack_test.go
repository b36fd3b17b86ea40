package stream

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestPackedBodiesAreUnpacked(t *testing.T) {
	var memory packing
	for _, body := range []string{`{}`, strings.Repeat(`{"synthetic":"запись"}`, 1000), strings.Repeat("x", 10_000)} {
		msg := &nats.Msg{Header: nats.Header{}}
		memory.body = append(memory.body[:0], body...)
		memory.pack(msg)
		if len(msg.Data) > len(body) || len(body) > 100 && len(msg.Data) > len(body)/2 {
			t.Errorf("%d bytes are packed in %d", len(body), len(msg.Data))
		}
		if got, err := unpack(msg.Header, msg.Data); err != nil || string(got) != body {
			t.Errorf("%.20s became %.20s, %v", body, got, err)
		}
	}
}

func TestBadPackingIsRefused(t *testing.T) {
	packed := s2.Encode(nil, []byte(strings.Repeat("x", 1000)))
	huge := append(binary.AppendUvarint(nil, 1<<31), packed...)
	for name, c := range map[string]struct {
		encoding string
		data     []byte
		want     string
	}{
		"damaged":           {"s2", packed[:len(packed)-1], "corrupt"},
		"empty":             {"s2", nil, "corrupt"},
		"huge":              {"s2", huge, "more than"},
		"of a later format": {"later", packed, "update polyglean"},
	} {
		if _, err := decodeEnvelope(nats.Header{headerEncoding: {c.encoding}}, c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

// Logs that the server compressed, and bodies without a header, stay readable.
func TestLogOfBeforeIsRead(t *testing.T) {
	dir := t.TempDir()
	b := open(t, Config{Dir: dir})
	config := b.streams[Candidates].CachedInfo().Config
	config.Compression = jetstream.S2Compression
	if _, err := b.js.UpdateStream(t.Context(), config); err != nil {
		t.Fatal(err)
	}
	cs := candidates(3, "")
	body, err := appendEnvelope(nil, Origin{Run: "r0", Source: "test"}, encoded(t, b, cs))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.js.Publish(t.Context(), "candidate.test", body); err != nil {
		t.Fatal(err)
	}
	b.Close()
	b = open(t, Config{Dir: dir})
	if c, found, err := b.CandidateAt(t.Context(), 1, cs[2].ID); err != nil || !found || c.Title() != cs[2].Title() {
		t.Errorf("%v %v %v", c.Title(), found, err)
	}
	if compression := b.streams[Candidates].CachedInfo().Config.Compression; compression != jetstream.NoCompression {
		t.Errorf("the stream is compressed with %v once more", compression)
	}
}
