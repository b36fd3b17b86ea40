package stream

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"

	"polyglean/internal/record"
)

// wornStore is the directory of a stopped server that has seen all of it: readers with
// messages in hand and delivered again, states and parked things that were replaced,
// messages that were deleted, records of which the last is in a block of its own.
func wornStore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	b := open(t, Config{Dir: dir})
	for _, c := range candidates(8, "") {
		publish(t, b, []record.Candidate{c})
	}
	for i := range 6 {
		for _, key := range []string{"cursor.a", "run." + string(rune('a'+i))} {
			if err := b.SaveState(t.Context(), key, map[string]int{"at": i}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Decide(t.Context(), record.Decision{Review: "t", Study: "s", Verdict: record.Maybe, By: "x", At: time.Unix(9, 0)}); err != nil {
			t.Fatal(err)
		}
		if err := b.Park(t.Context(), record.Parked{Key: string(rune('a' + i%3)), Stage: "s", Reason: "made up"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.streams[Decisions].DeleteMsg(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	if err := b.streams[Decisions].SecureDeleteMsg(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	sub, err := b.Subscribe(t.Context(), Candidates, "classifier", 100)
	if err != nil {
		t.Fatal(err)
	}
	for got := 0; got < 10; {
		batch, err := sub.Fetch(t.Context(), 8, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range batch {
			switch {
			case d.Attempt > 1:
			case i < 2 || i == 4:
				if err := d.Done(t.Context()); err != nil {
					t.Fatal(err)
				}
			case i == 3 || i == 5:
				d.Retry(time.Millisecond)
			}
		}
		got += len(batch)
	}
	b.Close() // with the messages in hand
	return dir
}

// storeFile is the path of a file of a stream.
func storeFile(t *testing.T, dir string, parts ...string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(append([]string{dir, "stream", "jetstream", "*", "streams"}, parts...)...))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v: %v, error %v", parts, found, err)
	}
	return found[0]
}

func copyStore(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func change(t *testing.T, path string, f func([]byte) []byte) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, f(raw), 0o600); err != nil {
		t.Fatal(err)
	}
}

// flipBit changes a bit of the byte at a place.
func flipBit(at, bit int) func([]byte) []byte {
	return func(b []byte) []byte { b[at] ^= 1 << bit; return b }
}

// recordAt is where the n-th record of a block begins.
func recordAt(t *testing.T, path string, n int) (at int) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		at += int(binary.LittleEndian.Uint32(raw[at:]) &^ withHeaders)
	}
	return at
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		all[path] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// messages counts what can be read of all streams.
func messages(t *testing.T, b *Bus) (n int) {
	t.Helper()
	for _, name := range Whole() {
		if err := b.EachMessage(t.Context(), name, 0, 1<<60, func(Message) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func TestSoundStoreIsLeftAlone(t *testing.T) {
	dir := wornStore(t)
	before := contents(t, dir)
	if err := mendStore(filepath.Join(dir, "stream")); err != nil {
		t.Fatal(err)
	}
	if after := contents(t, dir); !maps.Equal(before, after) {
		t.Errorf("files were changed: %d before, %d after", len(before), len(after))
	}
}

// Damage that would lead the server astray is refused, whichever bit it is, with the
// name of the file and the way out, and the way out is one.
func TestDamagedBlockIsRefused(t *testing.T) {
	sound := wornStore(t)
	for _, stream := range []string{Candidates, Decisions, Parked, Runs} {
		block := storeFile(t, sound, stream, "msgs", "1.blk")
		at := recordAt(t, block, 3)
		var places []int
		for i := range 12 { // length and position
			places = append(places, at+i)
		}
		if stream == Runs {
			places = append(places, at+12, at+20, at+recordHeader, at+recordHeader+20)
		}
		for _, place := range places {
			for bit := range 8 {
				if place-at < 4 && 8*(place-at)+bit == 31 && stream != Runs {
					continue // the flag of headers: such a message cannot be read, no more
				}
				dir := copyStore(t, sound)
				path := storeFile(t, dir, stream, "msgs", "1.blk")
				change(t, path, flipBit(place, bit))
				err := mendStore(filepath.Join(dir, "stream"))
				if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "polyglean restore") {
					t.Fatalf("bit %d of byte %d, %d of a record of %s: error %v", bit, place, place-at, stream, err)
				}
			}
		}
		dir := copyStore(t, sound)
		path := storeFile(t, dir, stream, "msgs", "1.blk")
		change(t, path, flipBit(at+9, 2))
		if b, err := Open(t.Context(), Config{Dir: dir}); err == nil {
			b.Close()
			t.Fatalf("%s was opened", stream)
		}
		if err := os.Rename(path, filepath.Join(dir, "away")); err != nil {
			t.Fatal(err)
		}
		b := open(t, Config{Dir: dir})
		was, err := b.Extent(t.Context(), stream)
		if err != nil || was.Messages != 0 || was.Last < 6 {
			t.Errorf("%s without the file: %+v, error %v", stream, was, err)
		}
		publish(t, b, candidates(1, "of after"))
		if err := b.SaveState(t.Context(), "cursor.a", 1); err != nil {
			t.Error(err)
		}
		b.Close()
	}
}

// A write that was broken off is no damage.
func TestBrokenWriteIsCutOff(t *testing.T) {
	dir := wornStore(t)
	b := open(t, Config{Dir: dir})
	want := messages(t, b)
	b.Close()
	block := storeFile(t, dir, Candidates, "msgs", "1.blk")
	change(t, block, func(raw []byte) []byte { return append(raw, raw[:len(raw)/9]...) })
	b = open(t, Config{Dir: dir})
	if got := messages(t, b); got != want {
		t.Errorf("%d messages, want %d", got, want)
	}
	publish(t, b, candidates(1, "of after"))
	if got := messages(t, b); got != want+1 {
		t.Errorf("%d messages after one more, want %d", got, want+1)
	}
}

// Whatever bit of a reader's files is flipped, the messages are there, and the reader
// comes to their end.
func TestDamagedReaderIsMadeAnew(t *testing.T) {
	sound := wornStore(t)
	for _, test := range []struct {
		file  string
		at    int
		bit   int
		reads int // messages; it had acknowledged three of eight
	}{
		{positionFile, 0, 3, 8}, // what kind of file it is
		{positionFile, 1, 0, 8}, // its version
		{positionFile, 2, 7, 8}, // a number that takes in the one behind it
		{positionFile, 5, 6, 5}, // delivered a little behind the end: the server puts it back
		{positionFile, 6, 4, 8}, // many unacknowledged
		{positionFile, 6, 7, 8},
		{metaFile, 30, 2, 5},
		{metaSumFile, 3, 1, 5},
	} {
		dir := copyStore(t, sound)
		path := storeFile(t, dir, Candidates, readersDir, "classifier", test.file)
		change(t, path, flipBit(test.at, test.bit))
		b := open(t, Config{Dir: dir})
		sub, err := b.Subscribe(t.Context(), Candidates, "classifier", 100)
		if err != nil {
			t.Fatal(err)
		}
		read := map[uint64]bool{}
		for deadline := time.Now().Add(30 * time.Second); len(read) < test.reads && time.Now().Before(deadline); {
			batch, err := sub.Fetch(t.Context(), 8, time.Second)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range batch {
				read[d.Seq] = true
				if err := d.Done(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		if lag, err := b.Lag(t.Context(), Candidates, "classifier"); lag != 0 || err != nil || len(read) != test.reads {
			t.Errorf("bit %d of byte %d of %s: %d messages were read, want %d; %d behind, error %v", test.bit, test.at, test.file, len(read), test.reads, lag, err)
		}
		b.Close()
	}
}

// A reader whose file is possible and yet would keep it waiting for ever goes back to
// what it surely has done.
func TestReaderGoesBack(t *testing.T) {
	sound := wornStore(t)
	year := binary.AppendVarint(nil, time.Now().Add(365*24*time.Hour).Unix())
	now := binary.AppendVarint(nil, time.Now().Unix())
	for name, raw := range map[string][]byte{
		"nothing is in hand and not all is done": {22, 2, 9, 6, 14, 8, 0, 0},
		"in hand is what was not delivered":      slices.Concat([]byte{22, 2, 9, 6, 14, 8, 1}, now, []byte{5, 1, 2, 0}),
		"in hand is what was done":               slices.Concat([]byte{22, 2, 9, 6, 14, 8, 1}, now, []byte{0, 1, 2, 0}),
		"it was delivered in a year":             slices.Concat([]byte{22, 2, 9, 6, 14, 8, 2}, year, []byte{1, 1, 2, 2, 2, 2, 0}),
	} {
		dir := copyStore(t, sound)
		change(t, storeFile(t, dir, Candidates, readersDir, "classifier", positionFile), func([]byte) []byte { return raw })
		b := open(t, Config{Dir: dir})
		sub, err := b.Subscribe(t.Context(), Candidates, "classifier", 100)
		if err != nil {
			t.Fatal(err)
		}
		batch, err := sub.Fetch(t.Context(), 8, 2*time.Second)
		if err != nil || len(batch) != 2 || batch[0].Seq != 7 {
			t.Errorf("%s: %d messages, error %v", name, len(batch), err)
		}
		for _, d := range batch {
			if err := d.Done(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if lag, err := b.Lag(t.Context(), Candidates, "classifier"); lag != 0 || err != nil {
			t.Errorf("%s: %d behind, error %v", name, lag, err)
		}
		b.Close()
	}
}

// A position is possible or not, whatever the bytes; what the server would make room
// for or step through is bounded by the log.
func TestImpossiblePositions(t *testing.T) {
	raw := []byte{22, 2}
	for _, n := range []uint64{1000, 900, 5000, 4900, 1} { // done, delivered, one unacknowledged
		raw = binary.AppendUvarint(raw, n)
	}
	raw = binary.AppendVarint(raw, 1_800_000_000)
	for _, n := range []uint64{3, 3} {
		raw = binary.AppendUvarint(raw, n)
	}
	raw = binary.AppendVarint(raw, 5)
	raw = append(raw, 1, 3, 2) // one delivered again
	possiblePosition := func(raw []byte, last uint64) bool {
		_, err := readPosition(raw, last)
		return err == nil
	}
	if p, err := readPosition(raw, 5000); err != nil || p.done != 900 || p.delivered != 4900 || len(p.pending) != 1 || p.pending[0] != (inHand{903, 1003, 1_799_999_995}) || p.doubtful(time.Unix(1_800_000_000, 0)) {
		t.Fatalf("a sound one: %+v, error %v", p, err)
	}
	if !possiblePosition(raw, 1) {
		t.Error("one a little ahead is refused: the server puts it back")
	}
	for end := range raw {
		if possiblePosition(raw[:end], 5000) {
			t.Errorf("possible when cut to %d bytes of %d", end, len(raw))
		}
	}
	for _, n := range []uint64{1 << 20, 1 << 40, 1<<64 - 1} {
		for field := range 5 {
			numbers := []uint64{1000, 900, 5000, 4900, 0}
			numbers[field] = n
			bad := []byte{22, 2}
			for _, v := range numbers {
				bad = binary.AppendUvarint(bad, v)
			}
			if field != 2 && possiblePosition(append(bad, 0), 5000) { // deliveries have no bound
				t.Errorf("field %d may be %d", field, n)
			}
		}
		if bad := append(binary.AppendUvarint([]byte{22, 2, 1, 1, 1, 1, 0}, n), 1, 1); possiblePosition(bad, 5000) {
			t.Errorf("%d redeliveries in 2 bytes", n)
		}
	}
}

// A stream whose description is damaged is made anew round its messages.
func TestDamagedStreamMeta(t *testing.T) {
	sound := wornStore(t)
	b := open(t, Config{Dir: sound})
	want := messages(t, b)
	b.Close()
	for _, file := range []string{metaFile, metaSumFile} {
		dir := copyStore(t, sound)
		change(t, storeFile(t, dir, Candidates, file), flipBit(10, 1))
		b := open(t, Config{Dir: dir})
		if got := messages(t, b); got != want {
			t.Errorf("%s: %d messages, want %d", file, got, want)
		}
		readers, err := b.Readers(t.Context(), Candidates)
		b.Close()
		if err != nil {
			t.Error(err)
		}
		b = open(t, Config{Dir: dir})
		again, err := b.Readers(t.Context(), Candidates)
		if err != nil || len(again) != 1 || again[0].Done != 2 {
			t.Errorf("%s: readers %v at first and %v at the second start, error %v", file, readers, again, err)
		}
		b.Close()
	}
}

// A block that the server compressed is read over too.
func TestCompressedBlock(t *testing.T) {
	raw, err := os.ReadFile(storeFile(t, wornStore(t), Candidates, "msgs", "1.blk"))
	if err != nil {
		t.Fatal(err)
	}
	compress := func(raw []byte) []byte {
		out := bytes.NewBuffer(binary.AppendUvarint([]byte("cmp\x01"), uint64(len(raw))))
		w := s2.NewWriter(out)
		if _, err := w.Write(raw[:len(raw)-checksumSize]); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return append(out.Bytes(), raw[len(raw)-checksumSize:]...)
	}
	path := filepath.Join(t.TempDir(), "1.blk")
	check := func(raw []byte) (uint64, error) {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return checkBlocks(filepath.Dir(path), Candidates)
	}
	if last, err := check(compress(raw)); err != nil || last != 8 {
		t.Fatalf("a sound one ends at %d, error %v", last, err)
	}
	if _, err := check(flipBit(100, 3)(compress(raw))); err == nil {
		t.Error("a damaged one is sound")
	}
	if _, err := check(compress(flipBit(9, 3)(raw))); err == nil {
		t.Error("one of a damaged one is sound")
	}
}
