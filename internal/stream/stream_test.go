package stream

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"polyglean/internal/record"
)

func open(t *testing.T, c Config) *Bus {
	t.Helper()
	b, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func candidates(n int, text string) []record.Candidate {
	cs := make([]record.Candidate, n)
	for i := range cs {
		id := fmt.Sprintf("n%04d", i)
		cs[i] = record.Candidate{
			Schema: record.Schema, ID: record.MakeID("test", id), Source: "test", SourceID: id,
			Titles: []record.Text{{Text: fmt.Sprintf("Запись %d %s", i, text)}},
		}
	}
	return cs
}

func encoded(tb testing.TB, b *Bus, cs []record.Candidate) []Item {
	tb.Helper()
	items := make([]Item, len(cs))
	for i := range cs {
		var err error
		if items[i], err = b.Encode(&cs[i]); err != nil {
			tb.Fatal(err)
		}
	}
	return items
}

func publish(t *testing.T, b *Bus, cs []record.Candidate) (stored int) {
	t.Helper()
	o := Origin{Run: "r1", Source: "test", Query: "published"}
	err := b.PublishCandidates(t.Context(), o, encoded(t, b, cs), func(n int, _ uint64) { stored += n })
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// fetch fetches until it has n envelopes, however slow the server is. Those that come
// again because the test stood still are left out.
func fetch(t *testing.T, sub *Subscription, n int) []*Delivery {
	t.Helper()
	var got []*Delivery
	for end := time.Now().Add(time.Minute); len(got) < n && time.Now().Before(end); {
		ds, err := sub.Fetch(t.Context(), n-len(got), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range ds {
			if len(got) == 0 || d.Seq > got[len(got)-1].Seq {
				got = append(got, d)
			}
		}
	}
	if len(got) < n {
		t.Fatalf("%d envelopes, want %d", len(got), n)
	}
	return got
}

func TestWhatIsPublishedIsThereAfterReopening(t *testing.T) {
	dir := t.TempDir()
	b := open(t, Config{Dir: dir})
	cs := candidates(300, "")
	if n := publish(t, b, cs); n != 300 {
		t.Fatalf("%d of 300 stored", n)
	}
	b.Close()

	b = open(t, Config{Dir: dir})
	got := map[Mark]Origin{}
	if err := b.EachMark(t.Context(), func(m Mark, o Origin, _ uint64) { got[m] = o }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 300 {
		t.Fatalf("%d marks in the log, want 300", len(got))
	}
	want := Origin{Run: "r1", Source: "test", Query: "published"}
	if o := got[encoded(t, b, cs)[17].Mark]; o != want {
		t.Errorf("origin %+v, want %+v", o, want)
	}
	names, err := b.NameCandidates(t.Context(), map[uint64]bool{record.Hash64(cs[7].ID): true, record.Hash64(cs[299].ID): true}, 20)
	if err != nil || fmt.Sprint(names) != "[test:n0007 test:n0299]" {
		t.Errorf("names %v, error %v", names, err)
	}
}

func TestEnvelopesAreSplitAndReadInOrder(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	cs := candidates(50, strings.Repeat("широкий ", 4000)) // about 56 KB each
	publish(t, b, cs)
	sub, err := b.Subscribe(t.Context(), Candidates, "reader", 100)
	if err != nil {
		t.Fatal(err)
	}
	info, err := b.streams[Candidates].Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	records, envelopes := 0, int(info.State.Msgs)
	for _, d := range fetch(t, sub, envelopes) {
		size := 0
		for _, raw := range d.Records {
			size += len(raw)
			if want := fmt.Sprintf(`"n%04d"`, records); !strings.Contains(string(raw), want) {
				t.Fatalf("record %d is not %s", records, want)
			}
			records++
		}
		if size > EnvelopeBytes {
			t.Errorf("envelope %d holds %d bytes", d.Seq, size)
		}
		if err := d.Done(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if records != 50 {
		t.Errorf("%d records, want 50", records)
	}
	if envelopes < 5 {
		t.Errorf("50 records of 56 KB in %d envelopes", envelopes)
	}
	lag, err := b.Lag(t.Context(), Candidates, "reader")
	if err != nil || lag != 0 {
		t.Errorf("lag %d, error %v", lag, err)
	}
}

// A wait that is over before the server is asked, as happens where all processors are busy,
// is no failure.
func TestNothingComesInNoTime(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	publish(t, b, candidates(1, ""))
	sub, err := b.Subscribe(t.Context(), Candidates, "reader", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, wait := range []time.Duration{0, time.Nanosecond} {
		if got, err := sub.Fetch(t.Context(), 1, wait); err != nil || len(got) > 0 {
			t.Errorf("in %v came %d envelopes, error %v", wait, len(got), err)
		}
	}
	if got := fetch(t, sub, 1); len(got) != 1 {
		t.Errorf("then came %d envelopes", len(got))
	}
}

func TestUnacknowledgedEnvelopesComeAgainAfterReopening(t *testing.T) {
	dir := t.TempDir()
	b := open(t, Config{Dir: dir})
	cs := candidates(3, "")
	publish(t, b, cs)
	sub, err := b.Subscribe(t.Context(), Candidates, "reader", 10)
	if err != nil {
		t.Fatal(err)
	}
	fetch(t, sub, 1)
	lag, err := b.Lag(t.Context(), Candidates, "reader")
	if err != nil || lag != 1 {
		t.Fatalf("lag %d, error %v", lag, err)
	}
	b.Close()
	b = open(t, Config{Dir: dir})
	if lag, err = b.Lag(t.Context(), Candidates, "reader"); err != nil || lag == 0 {
		t.Errorf("the envelope is forgotten: lag %d, error %v", lag, err)
	}
}

func TestRecordLargerThanAMessageIsNamed(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	cs := candidates(3, "")
	cs[1].Titles[0].Text = strings.Repeat("x", maxPayload)
	_, err := b.Encode(&cs[1])
	var large *TooLargeError
	if !errors.As(err, &large) || large.ID != cs[1].ID {
		t.Fatalf("error %v", err)
	}
}

// What is read ahead is bounded, and the largest messages are read all the same.
func TestLargestMessagesAreRead(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	noise := make([]byte, maxPayload*5/8) // nothing that could be compressed, but by its alphabet
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	cs := candidates(6, "")
	for i := range cs {
		cs[i].Titles[0].Text = base64.StdEncoding.EncodeToString(noise)
	}
	if err := b.PublishCandidates(t.Context(), Origin{Source: "test"}, encoded(t, b, cs), func(int, uint64) {}); err != nil {
		t.Fatal(err)
	}
	read, largest := 0, 0
	err := b.EachMessage(t.Context(), Candidates, 0, math.MaxUint64, func(m Message) error {
		read++
		largest = max(largest, len(m.Data))
		return nil
	})
	if err != nil || read != len(cs) || largest < maxPayload/2 {
		t.Errorf("%d of %d messages are read, the largest of %d bytes: %v", read, len(cs), largest, err)
	}
}

func TestFullStreamRefusesInsteadOfDropping(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir(), MaxBytes: 256 << 10})
	noise := make([]byte, 10<<10) // nothing that could be compressed
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	cs := candidates(40, hex.EncodeToString(noise))
	stored := 0
	var err error
	for i := range cs {
		err = b.PublishCandidates(t.Context(), Origin{Source: "test"}, encoded(t, b, cs[i:i+1]), func(n int, _ uint64) { stored += n })
		if err != nil {
			break
		}
	}
	if err == nil || !strings.Contains(err.Error(), "nats.max_bytes") {
		t.Fatalf("error %v does not say the way out", err)
	}
	kept := 0
	if err := b.EachMark(t.Context(), func(Mark, Origin, uint64) { kept++ }); err != nil {
		t.Fatal(err)
	}
	if kept != stored || kept == 0 {
		t.Errorf("%d acknowledged, %d kept", stored, kept)
	}
}

func TestParkingTwiceLeavesOne(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	for _, reason := range []string{"first", "second"} {
		if err := b.Park(t.Context(), record.Parked{Key: "a:1", Stage: "harvester", Reason: reason, Raw: make([]byte, record.RawLimit+1)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Park(t.Context(), record.Parked{Key: "a:1", Stage: "indexer", Reason: "third"}); err != nil {
		t.Fatal(err)
	}
	var reasons []string
	err := b.EachParked(t.Context(), func(p record.Parked) error {
		reasons = append(reasons, p.Reason)
		if len(p.Raw) > record.RawLimit {
			t.Errorf("%d raw bytes kept", len(p.Raw))
		}
		return nil
	})
	if err != nil || fmt.Sprint(reasons) != "[second third]" {
		t.Errorf("parked %v, error %v", reasons, err)
	}
}

// What other stages parked is not delivered: not fetched and passed over, but left where
// it is.
func TestOneStageReadsWhatItParked(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	read := func(stage string) (keys []string) {
		t.Helper()
		before := b.nc.Stats().InMsgs
		if err := b.EachParkedBy(t.Context(), stage, func(p record.Parked) error { keys = append(keys, p.Key); return nil }); err != nil {
			t.Fatal(err)
		}
		// The server answers some requests besides.
		if n := int(b.nc.Stats().InMsgs - before); n > len(keys)+20 {
			t.Errorf("%s: %d messages delivered for %d parked", stage, n, len(keys))
		}
		return keys
	}
	if keys := read("indexer"); keys != nil {
		t.Errorf("nothing is parked, and %v was read", keys)
	}
	for i := range 300 {
		stage := "harvester"
		if i%100 == 42 {
			stage = "indexer"
		}
		if err := b.Park(t.Context(), record.Parked{Key: fmt.Sprint("a:", i), Stage: stage}); err != nil {
			t.Fatal(err)
		}
	}
	if keys := read("indexer"); fmt.Sprint(keys) != "[a:42 a:142 a:242]" {
		t.Errorf("read %v", keys)
	}
	// A stage whose name begins another's, and one that parked nothing.
	for _, stage := range []string{"index", "classifier"} {
		if keys := read(stage); keys != nil {
			t.Errorf("%s: read %v", stage, keys)
		}
	}
	// The last may go while the others are read.
	left := 0
	err := b.EachParkedBy(t.Context(), "indexer", func(record.Parked) error {
		left++
		return b.Unpark(t.Context(), "indexer", "a:242")
	})
	if err != nil || left < 2 {
		t.Errorf("%d read, error %v", left, err)
	}
}

func TestMessageThatIsNoEnvelopeIsParked(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	for _, body := range []string{"\x00\xff no JSON", `{"v":99,"records":[]}`} {
		if _, err := b.js.PublishMsg(t.Context(), &nats.Msg{Subject: "candidate.test", Data: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	cs := candidates(1, "")
	publish(t, b, cs)
	sub, err := b.Subscribe(t.Context(), Candidates, "reader", 10)
	if err != nil {
		t.Fatal(err)
	}
	if ds := fetch(t, sub, 1); len(ds[0].Records) != 1 {
		t.Fatalf("%d records in the envelope, want 1", len(ds[0].Records))
	}
	var reasons []string
	if err := b.EachParked(t.Context(), func(p record.Parked) error { reasons = append(reasons, p.Reason); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(reasons) != 2 || !strings.Contains(reasons[1], "update polyglean") {
		t.Errorf("parked: %q", reasons)
	}
}

func TestSecondProcessJoinsTheFirst(t *testing.T) {
	dir := t.TempDir()
	first := open(t, Config{Dir: dir, Stays: true})
	if first.embedded.server.Addr() != nil {
		t.Fatalf("the embedded server listens on %s", first.embedded.server.Addr())
	}
	if info, err := os.Stat(first.embedded.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("socket: %v, error %v", info.Mode(), err)
	}
	second := open(t, Config{Dir: dir})
	if first.Attached() || !second.Attached() {
		t.Fatalf("attached: first %v, second %v", first.Attached(), second.Attached())
	}
	cs := candidates(5, "")
	publish(t, second, cs)
	n := 0
	if err := first.EachMark(t.Context(), func(Mark, Origin, uint64) { n++ }); err != nil || n != 5 {
		t.Errorf("%d marks, error %v", n, err)
	}
}

// One that only passes through is waited for: joined, it would leave the other
// without a server.
func TestPassingProcessIsWaitedFor(t *testing.T) {
	dir := t.TempDir()
	first := open(t, Config{Dir: dir})
	closed := make(chan struct{})
	time.AfterFunc(500*time.Millisecond, func() { first.Close(); close(closed) })
	defer func() { <-closed }()
	second := open(t, Config{Dir: dir, Stays: true})
	if second.Attached() {
		t.Fatal("it was joined")
	}
	cs := candidates(5, "")
	publish(t, second, cs)
}

func TestLeaseIsHeldByOneAndHandedOn(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	var holders, most atomic.Int32
	work := func(ctx context.Context) error {
		if n := holders.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(50 * time.Millisecond)
		holders.Add(-1)
		return nil
	}
	done := make(chan error)
	for i := range 4 {
		go func() { done <- b.Lease(t.Context(), RoleIndexer, fmt.Sprint(i), work) }()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if most.Load() != 1 {
		t.Errorf("%d held the lease at once", most.Load())
	}
}

// A lease is kept when the answer to a renewal was late, and not when it is another's.
func TestRenewalWithoutAnswer(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	mine := []byte("one abc")
	first, err := b.leases.Create(t.Context(), RoleIndexer, mine)
	if err != nil {
		t.Fatal(err)
	}
	unseen, err := b.leases.Update(t.Context(), RoleIndexer, mine, first)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.renew(t.Context(), RoleIndexer, mine, first); err != nil || got != unseen {
		t.Errorf("revision %d, error %v; want %d", got, err, unseen)
	}
	if _, err := b.leases.Update(t.Context(), RoleIndexer, []byte("one xyz"), unseen); err != nil {
		t.Fatal(err)
	}
	if got, err := b.renew(t.Context(), RoleIndexer, mine, unseen); err == nil {
		t.Errorf("another's lease was renewed as revision %d", got)
	}
}

func TestStatesAreListedByPattern(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	for _, key := range []string{"run.b", "run.a", "query.b.1", "query.b.2", "query.a.1"} {
		if err := b.SaveState(t.Context(), key, key); err != nil {
			t.Fatal(err)
		}
	}
	var keys []string
	if err := b.EachState(t.Context(), "query.b.*", func(key string, _ []byte) error { keys = append(keys, key); return nil }); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(keys) != "[query.b.1 query.b.2]" {
		t.Errorf("keys %v", keys)
	}
	var v string
	if found, err := b.LoadState(t.Context(), "run.zzz", &v); found || err != nil {
		t.Errorf("found %v, error %v", found, err)
	}
}

func TestServerThatIsNotThereIsNamed(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := Open(ctx, Config{URL: "nats://user:geheim@127.0.0.1:1"})
	if err == nil {
		t.Fatal("no error")
	}
	if strings.Contains(err.Error(), "geheim") {
		t.Errorf("the password is in the error: %v", err)
	}
}

func TestUnpark(t *testing.T) {
	b := open(t, Config{Dir: t.TempDir()})
	for _, p := range []record.Parked{{Key: "a:1", Stage: "indexer"}, {Key: "a:1", Stage: "harvester"}, {Key: "b:2", Stage: "indexer"}, {Key: "c:3", Stage: "indexer"}} {
		if err := b.Park(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"a:1", "a:1", "nothing:1"} {
		if err := b.Unpark(t.Context(), "indexer", key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	// The last may go while the others are read.
	var left []string
	err := b.EachParked(t.Context(), func(p record.Parked) error {
		left = append(left, p.Stage+" "+p.Key)
		return b.Unpark(t.Context(), "indexer", "c:3")
	})
	if err != nil || len(left) < 2 || left[0] != "harvester a:1" || left[1] != "indexer b:2" {
		t.Errorf("left are %q, error %v", left, err)
	}
	if n, err := b.CountParked(t.Context()); err != nil || n != 2 {
		t.Errorf("%d left, error %v; want 2", n, err)
	}
}
