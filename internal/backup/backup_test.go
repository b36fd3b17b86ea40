package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nats-io/nats.go/jetstream"

	"polyglean/internal/natstest"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

func open(t *testing.T, c stream.Config) *stream.Bus {
	t.Helper()
	b, err := stream.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// fill writes what a review has: candidates of two sources in several scripts, what
// became of some of them, decisions, things parked twice, states saved again, and what
// alerts told.
func fill(t *testing.T, b *stream.Bus) {
	t.Helper()
	ctx := t.Context()
	told := map[string]uint64{} // the last entry of each alert
	for i := range 40 {
		var items []stream.Item
		for k := range 5 {
			c := record.Candidate{
				Schema: record.Schema, ID: fmt.Sprintf("made-up:%d-%d", i, k), Source: "made-up",
				Titles: []record.Text{{Text: fmt.Sprintf("A synthetic record %d, выход из, 被拐卖, ทดสอบ %d\u2028<&>", i, k)}},
			}
			item, err := b.Encode(&c)
			if err != nil {
				t.Fatal(err)
			}
			items = append(items, item)
		}
		o := stream.Origin{Run: "r1", Source: fmt.Sprintf("source%d", i%2), Query: "q"}
		if err := b.PublishCandidates(ctx, o, items, func(int, uint64) {}); err != nil {
			t.Fatal(err)
		}
		classified := []record.Classified{{Candidate: record.Candidate{ID: fmt.Sprintf("made-up:%d-0", i), Source: "made-up"}}}
		if err := b.PublishClassified(ctx, o, uint64(i+1), "v1", classified); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Decide(ctx, record.Decision{Review: "made-up", Study: "s1", Verdict: record.Exclude, Reason: "не по теме"}); err != nil {
			t.Fatal(err)
		}
		park := record.Parked{Key: fmt.Sprint(i % 7), Stage: "classifier", Raw: []byte{0xff, 0, '\n', byte(i)}, At: time.Unix(int64(i), 0).UTC()}
		if err := b.Park(ctx, park); err != nil {
			t.Fatal(err)
		}
		if err := b.SaveState(ctx, fmt.Sprintf("cursor/%d", i%3), i); err != nil {
			t.Fatal(err)
		}
		alert := fmt.Sprintf("alert-%d", i%3)
		var err error
		if told[alert], err = b.AppendAlert(ctx, "made-up", alert, told[alert], []byte(`{"v":1,"items":[{"study":"выход"}]}`)); err != nil {
			t.Fatal(err)
		}
	}
	// States that are written on a condition.
	revision, err := b.UpdateState(ctx, "condition", 1, 0)
	if err == nil {
		_, err = b.UpdateState(ctx, "condition", 2, revision)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// remove makes gaps: at the beginning, in the middle, and at the end.
func remove(t *testing.T, b *stream.Bus, name string, positions ...uint64) {
	t.Helper()
	js, err := jetstream.New(b.Conn())
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	for _, seq := range positions {
		if err := s.DeleteMsg(t.Context(), seq); err != nil {
			t.Fatal(err)
		}
	}
}

// content is everything in the streams, with positions where they mean something.
func content(t *testing.T, b *stream.Bus) map[string][]stream.Message {
	t.Helper()
	all := map[string][]stream.Message{}
	for _, name := range stream.Whole() {
		patiently(t, func() error {
			all[name] = nil
			return b.EachMessage(t.Context(), name, 0, math.MaxUint64, func(m stream.Message) error {
				if !stream.KeepsPositions(name) {
					m.Seq = 0
				}
				m.Data = bytes.Clone(m.Data)
				// Of use while a message is written, and not restored.
				m.Header.Del("Nats-Expected-Last-Subject-Sequence")
				all[name] = append(all[name], m)
				return nil
			})
		})
		if len(all[name]) == 0 && name != stream.Scores {
			t.Fatalf("%s is empty", name)
		}
	}
	return all
}

var sameMessages = cmp.Options{cmpopts.IgnoreFields(stream.Message{}, "Time"), cmpopts.EquateEmpty()}

func save(t *testing.T, b *stream.Bus) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "review.tar")
	if _, err := Save(t.Context(), path, b, "polyglean test"); err != nil {
		t.Fatal(err)
	}
	return path
}

func restore(t *testing.T, path string, c stream.Config) error {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Restore(t.Context(), c, func(context.Context) error { return nil })
}

// fetch fetches until it has n envelopes, however slow the server is. Those that come
// again because the test stood still are left out.
func fetch(t *testing.T, sub *stream.Subscription, n int) []*stream.Delivery {
	t.Helper()
	var got []*stream.Delivery
	for end := time.Now().Add(time.Minute); len(got) < n && time.Now().Before(end); {
		batch, err := sub.Fetch(t.Context(), n-len(got), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range batch {
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

// Every message comes back at its place, from the embedded store to a server and from
// there to the embedded store, and the readers go on where they were.
func TestThereAndBack(t *testing.T) {
	dirs := []stream.Config{{Dir: t.TempDir()}, {URL: natstest.URL(t)}, {Dir: t.TempDir()}}
	b := open(t, dirs[0])
	fill(t, b)
	remove(t, b, stream.Candidates, 1, 2, 17, 18, 30)
	remove(t, b, stream.Decisions, 39, 40)
	remove(t, b, stream.Alerts, 1, 20, 40)
	sub, err := b.Subscribe(t.Context(), stream.Candidates, "classifier", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range fetch(t, sub, 7) {
		if err := d.Done(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sub.Close()
	lag := func(b *stream.Bus) int {
		n, err := b.Lag(t.Context(), stream.Candidates, "classifier")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	want, behind := content(t, b), lag(b)
	for _, to := range dirs[1:] {
		path := save(t, b)
		b.Close()
		if err := restore(t, path, to); err != nil {
			t.Fatal(err)
		}
		b = open(t, to)
		if diff := cmp.Diff(want, content(t, b), sameMessages); diff != "" {
			t.Fatalf("restored to %+v (-want +got):\n%s", to, diff)
		}
		if got := lag(b); got != behind {
			t.Errorf("the classifier is behind by %d, was by %d", got, behind)
		}
		for _, name := range []string{stream.Candidates, stream.Decisions} {
			if e, err := b.Extent(t.Context(), name); err != nil || e.Last != 40 {
				t.Errorf("%s ends at %d, error %v; want 40", name, e.Last, err)
			}
		}
		// What comes next comes behind.
		sub, err := b.Subscribe(t.Context(), stream.Candidates, "classifier", 100)
		if err != nil {
			t.Fatal(err)
		}
		if next := fetch(t, sub, 1)[0]; next.Seq != 10 {
			t.Fatalf("next %+v, want position 10", next)
		}
		sub.Close()
	}
}

// Three servers that keep every stream three times take a backup as one does.
func TestCluster(t *testing.T) {
	b := open(t, stream.Config{Dir: t.TempDir()})
	fill(t, b)
	remove(t, b, stream.Classified, 3, 4, 40)
	want, path := content(t, b), save(t, b)
	to := stream.Config{URL: natstest.StartCluster(t).URL(), Replicas: 3}
	patiently(t, func() error { return restore(t, path, to) })
	var there *stream.Bus
	patiently(t, func() (err error) {
		there, err = stream.Open(t.Context(), to)
		return err
	})
	t.Cleanup(there.Close)
	if diff := cmp.Diff(want, content(t, there), sameMessages); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	js, err := jetstream.New(there.Conn())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range stream.Whole() {
		patiently(t, func() error {
			s, err := js.Stream(t.Context(), name)
			if err == nil && s.CachedInfo().Config.Replicas != 3 {
				t.Errorf("%s has %d replicas, want 3", name, s.CachedInfo().Config.Replicas)
			}
			return err
		})
	}
	path = filepath.Join(t.TempDir(), "back.tar")
	patiently(t, func() error {
		_, err := Save(t.Context(), path, there, "polyglean test")
		return err
	})
	to = stream.Config{Dir: t.TempDir()}
	if err := restore(t, path, to); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, content(t, open(t, to)), sameMessages); diff != "" {
		t.Errorf("back again (-want +got):\n%s", diff)
	}
}

// A backup that is made while others write can be restored: every cursor in it is one
// whose candidates are in it too.
func TestWhileOthersWrite(t *testing.T) {
	b := open(t, stream.Config{Dir: t.TempDir()})
	fill(t, b)
	ctx, stop := context.WithCancel(t.Context())
	begun, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for n := 0; ctx.Err() == nil; n++ {
			c := record.Candidate{ID: fmt.Sprintf("late:%d", n), Source: "late"}
			item, err := b.Encode(&c)
			if err == nil {
				err = b.PublishCandidates(t.Context(), stream.Origin{Source: "late"}, []stream.Item{item}, func(int, uint64) {})
			}
			if err == nil {
				err = b.SaveState(t.Context(), "late", n)
			}
			if err != nil {
				t.Error(err)
				return
			}
			if n == 0 {
				close(begun)
			}
		}
	}()
	select {
	case <-begun:
	case <-ended:
		t.Fatal("nothing was written")
	}
	path := save(t, b)
	stop()
	<-ended
	b.Close()
	to := stream.Config{Dir: t.TempDir()}
	if err := restore(t, path, to); err != nil {
		t.Fatal(err)
	}
	b = open(t, to)
	late, ids := -1, map[uint64]bool{}
	if _, err := b.LoadState(t.Context(), "late", &late); err != nil {
		t.Fatal(err)
	}
	if err := b.EachMark(t.Context(), func(m stream.Mark, _ stream.Origin, _ uint64) { ids[m.ID] = true }); err != nil {
		t.Fatal(err)
	}
	for n := range late + 1 {
		if !ids[record.Hash64(fmt.Sprintf("late:%d", n))] {
			t.Fatalf("the cursor is at %d, and candidate %d is not in the backup", late, n)
		}
	}
	var state int
	if there, err := b.LoadState(t.Context(), "cursor/2", &state); !there || err != nil || state != 38 {
		t.Errorf("cursor %d, %v, error %v", state, there, err)
	}
}

// A server takes the same message ID again when it is old enough; both come back.
func TestSameMessageIDTwice(t *testing.T) {
	from := stream.Config{Dir: t.TempDir()}
	b := open(t, from)
	fill(t, b)
	js, err := jetstream.New(b.Conn())
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(t.Context(), stream.Classified)
	if err != nil {
		t.Fatal(err)
	}
	config, want := s.CachedInfo().Config, content(t, b)
	again := []record.Classified{{Candidate: record.Candidate{ID: "made-up:0-0", Source: "made-up"}}}
	// A server that is told of a shorter window may look once more with the old one, so it is told until it has heard.
	for deadline := time.Now().Add(time.Minute); len(want[stream.Classified]) == 40 && time.Now().Before(deadline); want = content(t, b) {
		config.Duplicates = 100*time.Millisecond + (config.Duplicates+time.Millisecond)%(10*time.Millisecond)
		if _, err := js.UpdateStream(t.Context(), config); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
		if err := b.PublishClassified(t.Context(), stream.Origin{Source: "s"}, 1, "v1", again); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(want[stream.Classified]); n != 41 {
		t.Fatalf("%d classified messages, want 41", n)
	}
	path, to := save(t, b), stream.Config{Dir: t.TempDir()}
	if err := restore(t, path, to); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, content(t, open(t, to)), sameMessages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRefusals(t *testing.T) {
	full := stream.Config{Dir: t.TempDir()}
	b := open(t, full)
	fill(t, b)
	path := save(t, b)
	if _, err := Save(t.Context(), path, b, ""); !errors.Is(err, fs.ErrExist) {
		t.Errorf("onto a file: %v", err)
	}
	staying := stream.Config{Dir: t.TempDir(), Stays: true}
	open(t, staying)
	b.Close()
	server := stream.Config{URL: natstest.URL(t)}
	serving := open(t, server)
	err := serving.Lease(t.Context(), stream.RoleHarvester, "test", func(context.Context) error {
		if err := restore(t, path, server); err == nil || !strings.Contains(err.Error(), "harvester is at work") {
			t.Errorf("a harvester at work: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		to   stream.Config
		want string
	}{
		{full, "is not empty"},
		{staying, "stop it first"},
		{stream.Config{Dir: t.TempDir(), MaxBytes: 1000}, "raise nats.max_bytes"},
	} {
		if err := restore(t, path, c.to); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	if n := len(content(t, open(t, full))[stream.Candidates]); n != 40 {
		t.Errorf("a restore that was refused left %d candidate messages of 40", n)
	}
}

// begin begins a restore of a log of 40 messages from a file.
func begin(t *testing.T, path string, to stream.Config, log string) *stream.Restore {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	r, err := stream.OpenRestore(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Begin(t.Context(), f.Name(), []stream.Restored{{Name: log, Extent: stream.Extent{First: 1, Last: 40, Messages: 40}}}); err != nil {
		t.Fatal(err)
	}
	return r
}

// What a restore was killed in the middle of is refused by everything else, and begun
// anew by the next restore.
func TestInterruptedRestore(t *testing.T) {
	b := open(t, stream.Config{Dir: t.TempDir()})
	fill(t, b)
	want, path, to := content(t, b), save(t, b), stream.Config{Dir: t.TempDir()}
	r := begin(t, path, to, stream.Candidates)
	for _, m := range want[stream.Candidates][:3] {
		if err := r.Append(t.Context(), stream.Candidates, m); err != nil {
			t.Fatal(err)
		}
	}
	r.Close()
	if _, err := stream.Open(t.Context(), to); err == nil || !strings.Contains(err.Error(), "run polyglean restore again") {
		t.Fatalf("opened: %v", err)
	}
	if err := restore(t, path, to); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, content(t, open(t, to)), sameMessages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A server that is killed between the two files that say what a stream is passes over
// the stream when it starts again. A restore that is begun anew there still begins with
// nothing, and what was whole is as it was.
func TestKilledBetweenTwoFiles(t *testing.T) {
	b := open(t, stream.Config{Dir: t.TempDir()})
	fill(t, b)
	remove(t, b, stream.Decisions, 1, 2)
	want, path, to := content(t, b), save(t, b), stream.Config{Dir: t.TempDir()}
	kill := func(name string) {
		t.Helper()
		sums, err := filepath.Glob(filepath.Join(to.Dir, "stream", "jetstream", "*", "streams", name, "meta.sum"))
		if err != nil || len(sums) != 1 {
			t.Fatalf("the sums of %s: %q, error %v", name, sums, err)
		}
		if err := os.WriteFile(sums[0], []byte("0123456789abcdef"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := begin(t, path, to, stream.Classified)
	for _, name := range []string{stream.Runs, stream.Classified} {
		// Not what is to lie there in the end: it would not be seen.
		m := want[name][0]
		m.Header = nil
		if err := r.Append(t.Context(), name, m); err != nil {
			t.Fatal(err)
		}
	}
	r.Close()
	kill(stream.Runs)
	kill(stream.Classified)
	same := func(when string) {
		t.Helper()
		b := open(t, to)
		defer b.Close()
		if diff := cmp.Diff(want, content(t, b), sameMessages); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	if err := restore(t, path, to); err != nil {
		t.Fatal(err)
	}
	same("restored")
	kill(stream.Candidates) // where a restore takes the mark away, its last step
	same("killed at the end of a restore")
}

// A file that is cut off or has a wrong byte is refused before anything is written,
// and the part is named.
func TestDamagedFile(t *testing.T) {
	b := open(t, stream.Config{Dir: t.TempDir()})
	fill(t, b)
	whole, err := os.ReadFile(save(t, b))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "damaged")
	refused := func(what string, raw []byte) string {
		t.Helper()
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err == nil {
			f.Close()
			t.Errorf("%s: accepted", what)
			return ""
		}
		return err.Error()
	}
	named := map[string]bool{}
	for at := 0; at < len(whole); at += 7 {
		changed := bytes.Clone(whole)
		changed[at] ^= 0x20 // of which a tolerant reader of numbers takes no note
		message := refused(fmt.Sprintf("byte %d of %d", at, len(whole)), changed)
		for _, name := range append(stream.Whole(), manifestName, headName) {
			if strings.Contains(message, name) {
				named[name] = true
			}
		}
	}
	for n := 0; n < len(whole); n += 101 {
		refused(fmt.Sprintf("cut off at byte %d of %d", n, len(whole)), whole[:n])
	}
	refused("empty", nil)
	if message := refused("something else", []byte("TY  - JOUR\n")); !strings.Contains(message, "not a backup") {
		t.Errorf("something else: %s", message)
	}
	for _, name := range []string{stream.Runs, stream.Decisions, stream.Classified, stream.Candidates, stream.Parked, manifestName, headName} {
		if !named[name] {
			t.Errorf("no damage was found in %s: %v", name, named)
		}
	}
}

// The file says what it is in a way that any program of the same format understands.
func TestNewerFormat(t *testing.T) {
	for _, head := range []Head{{Format: Format + 1, Program: "polyglean v99"}, {Format: Format, Records: record.Schema + 1, Program: "polyglean v99"}} {
		raw, err := json.Marshal(head)
		if err != nil {
			t.Fatal(err)
		}
		file := archive(t, headName, raw)
		_, _, err = check(bytes.NewReader(file), int64(len(file)))
		if err == nil || !strings.Contains(err.Error(), "polyglean v99") || !strings.Contains(err.Error(), "update polyglean") {
			t.Errorf("%+v: %v", head, err)
		}
	}
}
