package harvester

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"polyglean/internal/protocol"
	"polyglean/internal/stream"
)

// memory is a board without a stream, for tests in which days pass: a NATS server's
// own timers would have to be passed one by one.
type memory struct {
	mu     sync.Mutex
	states map[string][]byte
	leases map[string]chan struct{}
	// full makes it refuse to be written to.
	full bool
}

func newMemory() *memory {
	return &memory{states: map[string][]byte{}, leases: map[string]chan struct{}{}}
}

func (m *memory) LoadState(_ context.Context, key string, v any) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	raw, found := m.states[key]
	if !found {
		return false, nil
	}
	return true, json.Unmarshal(raw, v)
}

func (m *memory) SaveState(ctx context.Context, key string, v any) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full {
		return errors.New("no room")
	}
	raw, err := json.Marshal(v)
	m.states[key] = raw
	return errors.Join(err, ctx.Err())
}

func (m *memory) Lease(ctx context.Context, role, _ string, work func(context.Context) error) error {
	m.mu.Lock()
	if m.leases[role] == nil {
		m.leases[role] = make(chan struct{}, 1)
	}
	lease := m.leases[role]
	m.mu.Unlock()
	select {
	case lease <- struct{}{}:
		defer func() { <-lease }()
		return work(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// diary notes when which source was harvested.
type diary struct {
	mu   sync.Mutex
	runs []string
	// takes is how long a run takes; fail, if set, is what it ends with.
	takes map[string]time.Duration
	fail  func() error
}

func (d *diary) begin() func(context.Context, Source) (Run, error) { return d.harvest }

func (d *diary) harvest(ctx context.Context, s Source) (Run, error) {
	began := time.Now()
	d.mu.Lock()
	d.runs = append(d.runs, began.UTC().Format("02 15:04 ")+s.Name())
	d.mu.Unlock()
	select {
	case <-ctx.Done():
		return Run{Started: began}, ctx.Err()
	case <-time.After(d.takes[s.Name()]):
	}
	if d.fail != nil {
		if err := d.fail(); err != nil {
			return Run{Started: began}, err
		}
	}
	return Run{Started: began}, nil
}

func (d *diary) check(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.runs, want) {
		t.Errorf("harvested at\n%q, want\n%q", d.runs, want)
	}
}

// scheduled makes a scheduler whose clock begins on Saturday, 1 January 2000, in a
// bubble of package synctest.
func scheduled(t *testing.T, b board, d *diary, texts map[string]string) *Scheduler {
	s := &Scheduler{board: b, begin: d.begin, log: slog.New(slog.DiscardHandler)}
	for name, text := range texts {
		s.entries = append(s.entries, Entry{shelfOf(name, 1), mustParse(t, text, time.UTC)})
	}
	return s
}

// runFor runs a scheduler for a while and stops it.
func runFor(t *testing.T, s *Scheduler, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := s.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the scheduler ended with %v", err)
	}
}

const oneDay = 24 * time.Hour

func TestSchedulerHarvestsAtItsWindows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		runFor(t, scheduled(t, newMemory(), &d, map[string]string{"a": "0 3 * * *", "b": "30 12 * * 0", "c": "@every 36h"}), 3*oneDay-time.Minute)
		// The beats of the interval are counted from a Monday long ago.
		slices.Sort(d.runs)
		d.check(t, "01 03:00 a", "02 03:00 a", "02 12:00 c", "02 12:30 b", "03 03:00 a")
	})
}

func TestMissedWindowsAreMadeUpForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		m := newMemory()
		texts := map[string]string{"a": "0 3 * * *"}
		runFor(t, scheduled(t, m, &d, texts), time.Hour)
		time.Sleep(4*oneDay + 6*time.Hour)
		runFor(t, scheduled(t, m, &d, texts), oneDay)
		d.check(t, "05 07:00 a", "06 03:00 a")
	})
}

func TestLongRunHoldsUpNoOtherAndItsOwnWindowsAreServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := diary{takes: map[string]time.Duration{"slow": 50 * time.Hour}}
		runFor(t, scheduled(t, newMemory(), &d, map[string]string{"slow": "0 3 * * *", "b": "0 4 * * *"}), 4*oneDay)
		d.check(t, "01 03:00 slow", "01 04:00 b", "02 04:00 b", "03 04:00 b", "04 03:00 slow", "04 04:00 b")
	})
}

func TestFailedRunIsGoneOnWithAfterLongerAndLongerPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left := 4
		d := diary{fail: func() error {
			if left--; left >= 0 {
				return errors.New("the stream is full")
			}
			return nil
		}}
		runFor(t, scheduled(t, newMemory(), &d, map[string]string{"a": "0 3 * * *"}), 2*oneDay)
		d.check(t, "01 03:00 a", "01 03:01 a", "01 03:03 a", "01 03:07 a", "01 03:15 a", "02 03:00 a")
	})
}

// A run that was stopped is gone on with, and does not pass for the one of a window
// that came meanwhile.
func TestStoppedRunIsGoneOnWithAndThenTheMissedWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := diary{takes: map[string]time.Duration{"a": time.Hour}}
		m := newMemory()
		texts := map[string]string{"a": "0 3 * * *"}
		runFor(t, scheduled(t, m, &d, texts), 3*time.Hour+30*time.Minute)
		began := time.Now().Add(-30 * time.Minute)
		time.Sleep(oneDay)

		again := scheduled(t, m, &d, texts)
		first := true
		again.begin = func() func(context.Context, Source) (Run, error) {
			return func(ctx context.Context, s Source) (Run, error) {
				run, err := d.harvest(ctx, s)
				if first { // the ledger gives back the unfinished run
					run.Started, first = began, false
				}
				return run, err
			}
		}
		runFor(t, again, oneDay)
		d.check(t, "01 03:00 a", "02 03:30 a", "02 04:30 a", "03 03:00 a")
	})
}

// A process that its run takes down with it is not sent into the same run at once.
func TestCrashingRunDoesNotLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := diary{takes: map[string]time.Duration{"a": oneDay}}
		m := newMemory()
		// Not a divisor of the pauses: what comes at the moment of a crash may be lost to it.
		const life = 7*time.Second + time.Millisecond
		for range 6 * time.Hour / life {
			runFor(t, scheduled(t, m, &d, map[string]string{"a": "0 3 * * *"}), life)
		}
		if n := len(d.runs); n < 7 || n > 10 {
			t.Errorf("begun %d times in three hours: %q", n, d.runs)
		}
	})
}

func TestRunIsNotBegunWhenItCannotBeWrittenDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		m := newMemory()
		texts := map[string]string{"a": "0 3 * * *"}
		runFor(t, scheduled(t, m, &d, texts), time.Hour)
		m.full = true
		runFor(t, scheduled(t, m, &d, texts), 5*time.Hour)
		d.check(t)
		m.full = false
		runFor(t, scheduled(t, m, &d, texts), time.Hour)
		d.check(t, "01 06:00 a")
	})
}

func TestOfTwoSchedulersOneIsAtWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := diary{takes: map[string]time.Duration{"a": 20 * time.Minute}}
		m := newMemory()
		texts := map[string]string{"a": "0 * * * *"}
		var both sync.WaitGroup
		// One is gone in the middle of its second run, and the other goes on with it.
		for _, d2 := range []time.Duration{2*time.Hour + 10*time.Minute, 4*time.Hour - time.Minute} {
			both.Go(func() { runFor(t, scheduled(t, m, &d, texts), d2) })
			time.Sleep(time.Second)
		}
		both.Wait()
		d.check(t, "01 01:00 a", "01 02:00 a", "01 02:10 a", "01 03:00 a")
	})
}

func TestHarvestByHandIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		m := newMemory()
		go func() {
			_ = m.Lease(t.Context(), stream.RoleHarvester, "by hand", func(context.Context) error {
				time.Sleep(5 * time.Hour)
				return nil
			})
		}()
		runFor(t, scheduled(t, m, &d, map[string]string{"a": "0 3 * * *"}), oneDay)
		d.check(t, "01 05:00 a")
	})
}

// A clock that jumps a day neither skips nor repeats a window; one that was wrong by
// more is not believed.
func TestClockThatIsSet(t *testing.T) {
	e := Entry{shelfOf("a", 1), mustParse(t, "0 3 * * *", time.UTC)}
	monday := at(t, "2026-01-05T12:00:00Z")
	served := turn{Served: at(t, "2026-01-05T03:00:00Z")}

	due := func(t turn, now time.Time) bool { return e.due(t.checked(now), 0, now) }
	serve := func(t turn, now time.Time) turn {
		return t.checked(now).begun(now).ended(Run{Started: now}, now.Add(time.Minute))
	}
	if due(served, monday) {
		t.Fatal("due twice in a day")
	}
	if !due(served, monday.Add(oneDay)) {
		t.Fatal("a day ahead, Tuesday's window is not due")
	}
	ahead := serve(served, monday.Add(oneDay))
	for hour := range 39 {
		if now := monday.Add(time.Duration(hour) * time.Hour); due(ahead, now) {
			t.Fatalf("set back, due again at %s, although Tuesday's window is served", now)
		}
	}
	if !due(ahead, at(t, "2026-01-07T03:00:00Z")) {
		t.Error("Wednesday's window is missed")
	}

	if due(served, monday.Add(-oneDay)) || !due(served, at(t, "2026-01-06T03:00:00Z")) {
		t.Error("set back by a day: served twice, or Tuesday's window is missed")
	}

	year := serve(served, monday.AddDate(1, 0, 0)).checked(monday)
	if !year.Served.Equal(monday) || !due(year, at(t, "2026-01-06T03:00:00Z")) {
		t.Errorf("a clock that was a year ahead ends the schedule: %+v", year)
	}
	if cut := served.begun(monday.Add(oneDay)); !due(cut, monday) {
		t.Error("set back, an unfinished run has to wait for the clock")
	}
}

// On the real streams: of two schedulers one harvests what is due, a stop leaves a
// run that the next one ends, and the ledger has both runs.
func TestSchedulerOnTheStreams(t *testing.T) {
	bus := openBus(t)
	p := &protocol.Protocol{Name: "test", Digest: "d"}
	yesterday := time.Now().Add(-oneDay)
	for _, name := range []string{"a", "b"} {
		if err := bus.SaveState(t.Context(), turnKey(name), turn{Served: yesterday}); err != nil {
			t.Fatal(err)
		}
	}
	a, b := shelfOf("a", 35), shelfOf("b", 5)
	ctx, stop := context.WithCancel(t.Context())
	reached, once := make(chan struct{}), sync.Once{}
	a.fail = func(page int) error {
		if page == 2 {
			once.Do(func() { close(reached) })
			<-ctx.Done()
		}
		return nil
	}
	twice := mustParse(t, "@every 12h", time.UTC)
	entries := []Entry{{a, twice}, {b, twice}}
	schedulers := func() *Scheduler {
		return NewScheduler(bus, p, entries, 0, "test", slog.New(slog.DiscardHandler))
	}
	turns, err := schedulers().Turns(ctx)
	if err != nil || len(turns) != 2 || turns[0].Source != "a" || turns[0].At.After(time.Now()) {
		t.Errorf("turns %+v, error %v", turns, err)
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := schedulers().Run(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("the scheduler ended with %v", err)
			}
		})
	}
	<-reached
	waitForRuns(t, bus, 1)
	stop()
	both.Wait()

	var cut turn
	if _, err := bus.LoadState(t.Context(), turnKey("a"), &cut); err != nil || cut.Tries != 1 {
		t.Fatalf("turn %+v, error %v", cut, err)
	}
	// The pause after a stop is over.
	cut.Tried = cut.Tried.Add(-firstPause)
	if err := bus.SaveState(t.Context(), turnKey("a"), cut); err != nil {
		t.Fatal(err)
	}
	a.fail = nil
	ctx, stop = context.WithCancel(t.Context())
	both.Go(func() { _ = schedulers().Run(ctx) })
	waitForRuns(t, bus, 2)
	stop()
	both.Wait()

	runs, err := NewLedger(bus).Runs(t.Context())
	if err != nil || len(runs) != 2 {
		t.Fatalf("%d runs, error %v", len(runs), err)
	}
	for _, run := range runs {
		want := map[string]int{"a": 35, "b": 5}[run.Sources[0]]
		if got := run.Totals(); len(run.Sources) != 1 || run.Partial() || got.New != want {
			t.Errorf("run of %s: %+v", run.Sources, got)
		}
	}
	turns, err = schedulers().Turns(t.Context())
	if err != nil || !turns[0].At.After(time.Now()) || !turns[1].At.After(time.Now()) {
		t.Errorf("turns %+v, error %v", turns, err)
	}
}

// waitForRuns waits until n runs have ended and the schedule knows.
func waitForRuns(t *testing.T, bus *stream.Bus, n int) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		ended := 0
		for _, name := range []string{"a", "b"} {
			var s turn
			if _, err := bus.LoadState(t.Context(), turnKey(name), &s); err != nil {
				t.Fatal(err)
			}
			if s.Tries == 0 && time.Since(s.Served) < time.Hour {
				ended++
			}
		}
		if ended >= n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d runs have ended, want %d", ended, n)
		}
	}
}
