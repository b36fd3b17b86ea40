package alerts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"polyglean/internal/stream"
)

// pace is how often things are done.
type pace struct {
	// tick is how often is looked for something to do.
	tick time.Duration
	// The logs are quiet when they have not grown for settle, and the index has read them;
	// longest is how long is waited for that.
	settle, longest time.Duration
	// A target that fails is tried again after retry, then after twice as long, and so on up
	// to mostRetry.
	retry, mostRetry time.Duration
}

var usual = pace{tick: 2 * time.Second, settle: 10 * time.Second, longest: 5 * time.Minute, retry: time.Minute, mostRetry: time.Hour}

// subjectRun asks the process that tells news to look at alerts now.
const subjectRun = "polyglean.alerts.run"

// Ran is what came of running an alert by hand.
type Ran struct {
	Alert string `json:"alert"`
	Evaluation
	// Sent are the digests that targets took, Failed what kept others from being sent, each
	// with its target.
	Sent   int               `json:"sent"`
	Failed map[string]string `json:"failed,omitempty"`
}

// watch is the work of the process that tells news.
type watch struct {
	*Service
	// quietSince is since when the logs have not grown, seen how far they reached then.
	quietSince time.Time
	seen       state
	// looked is how far the logs reached when each alert was last looked at, and due since
	// when it is to be looked at again.
	looked map[string]state
	due    map[string]time.Time

	mu     sync.Mutex // of what follows
	status map[string]Status
	busy   map[string]bool // targets that are being sent to, by alert and target
	wait   sync.WaitGroup
}

// Run tells news until ctx ends (nil) or the streams fail (the error). One process at a time
// is at work; others wait for their turn.
func (s *Service) Run(ctx context.Context, owner string) error {
	err := s.bus.Lease(ctx, stream.RoleAlerts, owner, func(ctx context.Context) error {
		w := s.newWatch()
		defer w.wait.Wait()
		asked, stop, err := s.listen()
		if err != nil {
			return err
		}
		defer stop()
		for said := ""; ; {
			why := ""
			if err := w.turn(ctx); err != nil && ctx.Err() == nil {
				why = err.Error()
			}
			if why != "" && why != said { // not at every tick
				s.log.Warn("alerts cannot be looked at", "error", why)
			}
			said = why
			select {
			case <-ctx.Done():
				return ctx.Err()
			case m := <-asked:
				w.answer(ctx, m)
			case <-time.After(s.pace.tick):
			}
		}
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (s *Service) newWatch() *watch {
	return &watch{
		Service: s, looked: map[string]state{}, due: map[string]time.Time{},
		status: map[string]Status{}, busy: map[string]bool{},
	}
}

// listen takes requests of other processes.
func (s *Service) listen() (<-chan *nats.Msg, func(), error) {
	asked := make(chan *nats.Msg, 16)
	sub, err := s.bus.Conn().ChanSubscribe(subjectRun, asked)
	if err != nil {
		return nil, nil, fmt.Errorf("alerts: %w", err)
	}
	return asked, func() { _ = sub.Unsubscribe() }, nil
}

// turn looks at the alerts that are due and sends what waits. An alert that fails does not
// hold up the others.
func (w *watch) turn(ctx context.Context) error {
	all, err := w.Alerts(ctx)
	if err != nil {
		return err
	}
	w.forget(all)
	now, err := w.Service.state(ctx)
	if err != nil {
		return err
	}
	clock := time.Now()
	if w.quietSince.IsZero() || now.moved(w.seen) || now.unread > 0 {
		w.quietSince, w.seen = clock, now
	}
	quiet := clock.Sub(w.quietSince) >= w.pace.settle
	for i := range all {
		a := &all[i]
		st, err := w.load(ctx, a)
		if err != nil {
			return err
		}
		if w.isDue(a, st, now, clock) && (quiet || clock.Sub(w.due[a.ID]) >= w.pace.longest) {
			if _, err := w.look(ctx, a, now); err != nil && !errors.Is(err, ErrNotNow) && ctx.Err() == nil {
				w.log.Warn("alert cannot be looked at", "alert", a.Name, "error", err)
			}
		}
		w.send(ctx, a, clock)
	}
	return ctx.Err()
}

// isDue says whether an alert is to be looked at, and remembers since when.
func (w *watch) isDue(a *Alert, st Status, now state, clock time.Time) bool {
	last, known := w.looked[a.ID]
	due := !known || now.moved(last)
	if a.Daily && w.ledger(a).isBased() {
		due = !nextDaily(a.Hour, w.zone, latest(st.Served, a.Made)).After(clock)
	}
	if !due {
		delete(w.due, a.ID)
		return false
	}
	if w.due[a.ID].IsZero() {
		w.due[a.ID] = clock
	}
	return st.Failure == nil || !st.Failure.next(w.pace).After(clock)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// nextDaily is when clocks of the zone next show an hour after a moment. A digest that was
// missed while nothing ran is due at once, and once.
func nextDaily(hour int, zone *time.Location, after time.Time) time.Time {
	y, m, d := after.In(zone).Date()
	for at := time.Date(y, m, d, hour, 0, 0, 0, zone); ; {
		if at.After(after) {
			return at
		}
		d++
		at = time.Date(y, m, d, hour, 0, 0, 0, zone)
	}
}

// look evaluates an alert and notes how that went.
func (w *watch) look(ctx context.Context, a *Alert, now state) (Evaluation, error) {
	e, err := w.Evaluate(ctx, a)
	switch {
	case errors.Is(err, ErrNotNow) || ctx.Err() != nil:
		return e, err // it stays due
	case err != nil:
		return e, errors.Join(err, w.note(ctx, a, func(st *Status) {
			var before Trouble
			if st.Failure != nil {
				before = *st.Failure
			}
			failure := before.again(plain(err.Error()))
			st.Failure = &failure
		}))
	}
	w.looked[a.ID] = now
	delete(w.due, a.ID)
	return e, w.note(ctx, a, func(st *Status) {
		st.Checked = time.Now().UTC().Truncate(time.Second)
		st.Served, st.Matching, st.Failure = st.Checked, e.Matching, nil
	})
}

// load is the status of an alert, read with its ledger when this process meets it first:
// what a process before it has not sent is sent now.
func (w *watch) load(ctx context.Context, a *Alert) (Status, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	st, known := w.status[a.ID]
	if known {
		return st, nil
	}
	if err := w.ledger(a).read(ctx); err != nil {
		return st, err
	}
	st, err := w.Status(ctx, a)
	if err == nil {
		w.status[a.ID] = st
	}
	return st, err
}

// note changes the status of an alert.
func (w *watch) note(ctx context.Context, a *Alert, change func(*Status)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	st := w.status[a.ID]
	troubles := make(map[string]Trouble, len(st.Targets)) // others hold the map of before
	for id, t := range st.Targets {
		troubles[id] = t
	}
	st.Targets = troubles
	change(&st)
	w.status[a.ID] = st
	// A process that is told to stop notes what it has done.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), notePatience)
	defer cancel()
	// Of an alert that was removed meanwhile nothing is to be left.
	if _, err := w.Alert(ctx, a.Name); errors.Is(err, ErrNoAlert) {
		return nil
	}
	return w.saveStatus(ctx, a, st)
}

// send begins to send to the targets of an alert that are not being sent to. It does not wait
// for them: a server that does not answer holds up nothing else.
func (w *watch) send(ctx context.Context, a *Alert, clock time.Time) {
	for _, t := range a.Targets {
		w.mu.Lock()
		trouble, failed := w.status[a.ID].Targets[t.ID]
		key := a.ID + " " + t.ID
		idle := !w.busy[key] && (!failed || !trouble.next(w.pace).After(clock))
		if idle = idle && len(w.ledger(a).waiting(t.ID)) > 0; idle {
			w.busy[key] = true
		}
		w.mu.Unlock()
		if !idle {
			continue
		}
		w.wait.Go(func() {
			defer func() {
				w.mu.Lock()
				delete(w.busy, key)
				w.mu.Unlock()
			}()
			if _, err := w.sendTo(ctx, a, t); err != nil && ctx.Err() == nil {
				w.log.Warn("news cannot be sent and will be tried again", "alert", a.Name, "target", t.ID, "error", hideAddress(err.Error(), t))
			}
		})
	}
}

// sendTo sends to a target and notes how that went.
func (w *watch) sendTo(ctx context.Context, a *Alert, t Target) (int, error) {
	sent, err := w.deliver(ctx, a, t)
	if err != nil && ctx.Err() != nil || err == nil && sent == 0 {
		return sent, err // to be stopped is no failure
	}
	noting := w.note(ctx, a, func(st *Status) {
		if err == nil {
			delete(st.Targets, t.ID)
			return
		}
		st.Targets[t.ID] = st.Targets[t.ID].again(hideAddress(err.Error(), t))
	})
	return sent, errors.Join(err, noting)
}

// runNow looks at an alert whatever its hour and sends what waits whatever failed before.
func (w *watch) runNow(ctx context.Context, name string) (Ran, error) {
	ran := Ran{Alert: name, Failed: map[string]string{}}
	a, err := w.Alert(ctx, name)
	if err != nil {
		return ran, err
	}
	now, err := w.Service.state(ctx)
	if err != nil {
		return ran, err
	}
	if _, err := w.load(ctx, &a); err != nil {
		return ran, err
	}
	if ran.Evaluation, err = w.look(ctx, &a, now); err != nil {
		return ran, err
	}
	w.wait.Wait() // what is being sent is not to be sent twice
	for _, t := range a.Targets {
		n, err := w.sendTo(ctx, &a, t)
		ran.Sent += n
		if err != nil {
			ran.Failed[t.ID] = hideAddress(err.Error(), t)
		}
	}
	return ran, nil
}

// reply is the wire form of an answer to subjectRun.
type reply struct {
	Ran    Ran    `json:"ran"`
	Error  string `json:"error,omitempty"`
	Absent bool   `json:"absent,omitempty"`
	NotNow bool   `json:"not_now,omitempty"`
}

func (w *watch) answer(ctx context.Context, m *nats.Msg) {
	ran, err := w.runNow(ctx, string(m.Data))
	r := reply{Ran: ran, Absent: errors.Is(err, ErrNoAlert), NotNow: errors.Is(err, ErrNotNow)}
	if err != nil {
		r.Error = err.Error()
	}
	raw, err := json.Marshal(r)
	if err == nil {
		err = m.Respond(raw)
	}
	if err != nil {
		w.log.Warn("answer to a command", "error", err)
	}
}

// RunNow runs an alert by hand: in the process that tells news where there is one, else
// here.
func (s *Service) RunNow(ctx context.Context, name, owner string) (Ran, error) {
	for {
		m, err := s.bus.Conn().RequestWithContext(ctx, subjectRun, []byte(name))
		if err == nil {
			return read(m)
		}
		if !errors.Is(err, nats.ErrNoResponders) {
			return Ran{}, fmt.Errorf("ask the process that serves alerts: %w", err)
		}
		if ran, had, err := s.runHere(ctx, name, owner); had || ctx.Err() != nil {
			return ran, err
		}
	}
}

// turnPatience is how long is waited for the turn to tell news, before it is asked again
// whether a process has it that answers: one may just have begun.
const turnPatience = 3 * time.Second

// runHere runs an alert in this process; false when the turn to do so did not come.
func (s *Service) runHere(ctx context.Context, name, owner string) (ran Ran, had bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var decided atomic.Bool // whether the turn came or the patience ended
	patience := time.AfterFunc(turnPatience, func() {
		if decided.CompareAndSwap(false, true) {
			cancel()
		}
	})
	defer patience.Stop()
	err = s.bus.Lease(ctx, stream.RoleAlerts, owner, func(ctx context.Context) error {
		if !had && !decided.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		had = true
		var err error
		ran, err = s.newWatch().runNow(ctx, name)
		return err
	})
	return ran, had, err
}

// read is the answer of the process that tells news.
func read(m *nats.Msg) (Ran, error) {
	var r reply
	if err := json.Unmarshal(m.Data, &r); err != nil {
		return Ran{}, fmt.Errorf("answer of the process that serves alerts: %w", err)
	}
	switch {
	case r.Absent:
		return r.Ran, ErrNoAlert
	case r.NotNow:
		return r.Ran, ErrNotNow
	case r.Error != "":
		return r.Ran, errors.New(r.Error)
	}
	return r.Ran, nil
}
