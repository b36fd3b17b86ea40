package alerts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/internal/backup"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// A process that ends between sending and noting sends the same message again, under the
// same ID, and nothing is told in another one.
func TestCrashBetweenSendingAndNoting(t *testing.T) {
	d := newDesk(t, nil)
	a := d.alert("all", nil)
	d.put(newWork("a:1"))
	if _, err := d.service.Evaluate(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	l := d.service.ledger(a)
	digests := l.waiting("mail-1")
	if len(digests) != 1 {
		t.Fatalf("%d digests wait, want 1", len(digests))
	}
	items, err := l.load(t.Context(), digests[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := d.opts.Mail.send(t.Context(), d.service.message(a, digests[0], items), a.Targets[0]); err != nil {
		t.Fatal(err)
	}
	// Meanwhile the study changes; the message that is sent again does not.
	d.put(newWork("a:1").title("Another title", "en"))
	d.restart()
	d.ranNow("all")
	got := d.mail.received("")
	if len(got) != 3 || got[0].text != got[1].text {
		t.Fatalf("%d letters, the second is not the first:\n%s\n%s", len(got), got[0].text, got[min(1, len(got)-1)].text)
	}
	d.wantTold(a, "new a:1", "changed a:1")
	if ran := d.ranNow("all"); ran.Sent != 0 {
		t.Errorf("ran again: %+v", ran)
	}
}

// Processes that look at the same time tell each study once between them, also when a
// digest takes several messages of the log.
func TestSeveralProcesses(t *testing.T) {
	d := newDesk(t, nil)
	a := d.alert("all", func(a *Alert) { a.Targets = nil })
	var works []*work
	for i := range 600 {
		works = append(works, newWork(fmt.Sprintf("a:%d", i)).title(strings.Repeat(fmt.Sprintf("w%d ", i), 100), "en").abstract(strings.Repeat(fmt.Sprintf("x%d ", i), 200)))
	}
	for chunk := range slices.Chunk(works, 100) {
		d.log(chunk...)
	}
	d.settle()
	var wait sync.WaitGroup
	for range 4 {
		s := New(d.bus, indexer.NewLibrary(d.index), d.opts)
		wait.Go(func() {
			if _, err := s.Evaluate(t.Context(), a); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	d.restart()
	told := d.told(a)
	slices.Sort(told)
	if n := len(told); n != 600 || len(slices.Compact(told)) != 600 {
		t.Errorf("%d told, %d of them distinct; want 600", n, len(slices.Compact(told)))
	}
	digests, _, err := d.service.Digests(t.Context(), a)
	if err != nil || len(digests) != 2 || digests[0].Studies != digestStudies {
		t.Errorf("digests %+v, error %v; want one of %d and one of the rest", digests, err, digestStudies)
	}
	if first := d.service.ledger(a).digests[0]; first.first == first.last {
		t.Error("the digest is in one message of the log, and tests nothing")
	}
}

// A digest that was begun and not ended when its process died is gone on with under the same
// number, and is not sent before it is whole.
func TestDigestCutOff(t *testing.T) {
	d := newDesk(t, nil)
	a := d.alert("all", nil)
	d.put(newWork("a:1"), newWork("a:2"))
	l := d.service.ledger(a)
	v, err := l.look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	items, _, err := d.service.find(t.Context(), a, v)
	if err != nil || len(items) != 2 {
		t.Fatalf("%d items, error %v", len(items), err)
	}
	if err := l.write(t.Context(), &entry{Digest: 1, Items: items[:1]}); err != nil {
		t.Fatal(err)
	}
	if n := len(l.waiting("mail-1")); n != 0 {
		t.Errorf("%d digests wait before one is whole", n)
	}
	d.restart()
	d.ranNow("all")
	if got := d.mail.received(""); len(got) != 1 || !strings.Contains(got[0].text, "all-") || !strings.Contains(got[0].text, "-1.mail-1@") {
		t.Errorf("%d letters", len(got))
	}
	if told := d.told(a); len(told) != 2 {
		t.Errorf("told %q", told)
	}
}

// While an index is made anew nothing is looked at; when it is done nothing is new, whatever
// of it had come first.
func TestRebuildTellsNothing(t *testing.T) {
	d := newDesk(t, nil)
	a := d.alert("all", nil)
	d.put(newWork("a:1").doi("10.5555/1"))
	d.put(newWork("b:1").doi("10.5555/1").abstract(firstAbstract))
	d.rule(record.Join, []string{"a:1"}, []string{"b:1"})
	d.ranNow("all")
	d.put(newWork("a:2"))
	d.ranNow("all")
	told := d.told(a)
	d.stop()
	if err := indexer.BeginRebuild(t.Context(), d.bus); err != nil {
		t.Fatal(err)
	}
	d.index = d.openBleve(t.TempDir())
	d.restart()
	notNow := func(what string) {
		t.Helper()
		if _, err := d.service.RunNow(t.Context(), "all", "test"); !errors.Is(err, ErrNotNow) {
			t.Errorf("%s: error %v, want ErrNotNow", what, err)
		}
	}
	notNow("while the index is made anew")
	// The flag has gone, and the logs are not read yet.
	for _, log := range logs {
		if err := d.bus.Rewind(t.Context(), log, indexer.Stage); err != nil {
			t.Fatal(err)
		}
	}
	if err := indexer.EndRebuild(t.Context(), d.bus); err != nil {
		t.Fatal(err)
	}
	notNow("while the logs are read again")
	d.run()
	d.settle()
	d.ranNow("all")
	d.wantTold(a, told...)
	if len(told) != 2 {
		t.Errorf("told %q, want two studies", told)
	}
}

// An index that was removed is not taken for one in which nothing matches.
func TestRemovedIndexIsNoBaseline(t *testing.T) {
	d := newDesk(t, nil)
	d.put(newWork("a:1"))
	d.stop()
	d.index = d.openBleve(t.TempDir())
	d.restart()
	a, err := NewAlert("all", "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.Kinds = Kinds
	if _, err := d.service.Evaluate(t.Context(), &a); !errors.Is(err, ErrNotNow) {
		t.Errorf("error %v, want ErrNotNow", err)
	}
}

// What is told is in a backup, also on another kind of server, and is not told again.
func TestBackupKeepsWhatWasTold(t *testing.T) {
	d := newDesk(t, nil)
	a := d.alert("all", nil)
	d.put(newWork("a:1"))
	d.ranNow("all")
	path := filepath.Join(t.TempDir(), "review.tar")
	if _, err := backup.Save(t.Context(), path, d.bus, "test"); err != nil {
		t.Fatal(err)
	}
	d.stop()
	f, err := backup.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dir := t.TempDir()
	if err := f.Restore(t.Context(), stream.Config{Dir: dir}, func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if d.bus, err = stream.Open(t.Context(), stream.Config{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.bus.Close)
	d.index = d.openBleve(t.TempDir())
	d.run()
	d.settle()
	if ran := d.ranNow("all"); ran.Matching != 1 || ran.Sent != 0 {
		t.Errorf("ran: %+v", ran)
	}
	d.wantTold(a, "new a:1")
	d.put(newWork("a:2"))
	d.ranNow("all")
	d.wantTold(a, "new a:1", "new a:2")
}

// News that are told at once come when the logs are quiet, and in spite of logs that never
// are.
func TestAtOnce(t *testing.T) {
	d := newDesk(t, nil)
	d.alert("all", nil)
	end := d.serve()
	d.put(newWork("a:1"))
	d.wait("a message", func() bool { return len(d.mail.received("")) == 1 })
	end()

	d.service.pace.settle, d.service.pace.longest = time.Hour, 300*time.Millisecond
	end = d.serve()
	d.put(newWork("a:2"))
	d.wait("a message while the logs are not quiet", func() bool { return len(d.mail.received("")) == 2 })
	end()
}

// A daily digest waits for its hour; one that was missed is made up for, once.
func TestDaily(t *testing.T) {
	d := newDesk(t, nil)
	hour := time.Now().UTC().Add(12 * time.Hour).Hour() // half a day off
	a := d.alert("daily", func(a *Alert) { a.Daily, a.Hour = true, hour })
	d.put(newWork("a:1"))
	end := d.serve()
	time.Sleep(500 * time.Millisecond) // of fifty looks
	end()
	d.wantTold(a)
	// As if the last digest were three days old, and nothing had run since.
	st, err := d.service.Status(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	a.Made, st.Served = a.Made.AddDate(0, 0, -9), st.Served.AddDate(0, 0, -3)
	if err := errors.Join(d.service.saveStatus(t.Context(), a, st), d.bus.SaveState(t.Context(), savedKeys+a.Name, a)); err != nil {
		t.Fatal(err)
	}
	d.restart()
	end = d.serve()
	d.wait("what was missed", func() bool { return len(d.mail.received("")) == 1 })
	d.put(newWork("a:2"))
	time.Sleep(500 * time.Millisecond)
	end()
	d.wantTold(a, "new a:1")
}

func TestNextDaily(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		hour        int
		after, want string
	}{
		{7, "2026-03-01T05:59:00Z", "2026-03-01T07:00:00+01:00"},
		{7, "2026-03-01T06:00:00Z", "2026-03-02T07:00:00+01:00"},
		{0, "2026-12-31T22:59:59Z", "2027-01-01T00:00:00+01:00"},
		// Clocks are put forward at two and back at three.
		{7, "2026-03-28T12:00:00Z", "2026-03-29T07:00:00+02:00"},
		{2, "2026-03-28T12:00:00Z", "2026-03-29T03:00:00+02:00"},
		// What they show twice is one hour of the day.
		{2, "2026-10-24T12:00:00Z", "2026-10-25T02:00:00+01:00"},
		{2, "2026-10-25T01:00:00Z", "2026-10-26T02:00:00+01:00"},
	} {
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextDaily(c.hour, berlin, after).Format(time.RFC3339); got != c.want {
			t.Errorf("hour %d after %s: %s, want %s", c.hour, c.after, got, c.want)
		}
	}
}

// Addresses are in the saved search alone, and nothing of them is left when it is removed.
func TestAddressesAreForgotten(t *testing.T) {
	d := newDesk(t, nil)
	a := d.alert("all", nil)
	d.mail.set(func(to string) error { return errors.New("no mailbox " + to) })
	d.put(newWork("a:1"))
	d.ranNow("all")
	with := func(name string) (n int) {
		t.Helper()
		err := d.bus.EachMessage(t.Context(), name, 0, math.MaxUint64, func(m stream.Message) error {
			if bytes.Contains(m.Data, []byte("reader@")) {
				n++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := with(stream.Alerts); n != 0 {
		t.Errorf("%d entries of the ledger have the address", n)
	}
	if n := with(stream.Runs); n != 1 {
		t.Errorf("%d states have the address, want the saved search alone", n)
	}
	if err := d.service.Remove(t.Context(), "all"); err != nil {
		t.Fatal(err)
	}
	if n := with(stream.Runs); n != 0 {
		t.Errorf("%d states have the address of an alert that was removed", n)
	}
	if _, err := d.service.Alert(t.Context(), "all"); !errors.Is(err, ErrNoAlert) {
		t.Errorf("error %v, want ErrNoAlert", err)
	}
	// Another alert of the name begins anew.
	d.mail.set(nil)
	b := d.alert("all", func(a *Alert) { a.All = true })
	if b.ID == a.ID {
		t.Error("the new alert has the ledger of the old one")
	}
	d.wantTold(b, "new a:1")
}

// An index that is away is no reason to miss a day: it is looked at again.
func TestIndexAway(t *testing.T) {
	d := newDesk(t, nil)
	a := d.alert("all", func(a *Alert) { a.Daily = true })
	a.Made = a.Made.AddDate(0, 0, -2)
	if err := errors.Join(d.service.saveStatus(t.Context(), a, Status{}), d.bus.SaveState(t.Context(), savedKeys+a.Name, a)); err != nil {
		t.Fatal(err)
	}
	d.put(newWork("a:1"))
	away := &sometimes{Searcher: indexer.NewLibrary(d.index)}
	away.down.Store(true)
	d.restart()
	d.service.searcher = away
	end := d.serve()
	d.wait("two tries", func() bool {
		st, err := d.service.Status(t.Context(), a)
		return err == nil && st.Failure != nil && st.Failure.Tries >= 2
	})
	away.down.Store(false)
	d.wait("a message", func() bool { return len(d.mail.received("")) == 1 })
	end()
	if st, err := d.service.Status(t.Context(), a); err != nil || st.Failure != nil || st.Matching != 1 {
		t.Errorf("status %+v, error %v", st, err)
	}
}
