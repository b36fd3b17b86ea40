package alerts

import (
	"context"
	"errors"
	"sync"
	"time"

	"polyglean/internal/stream"
	"polyglean/internal/untrusted"
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

var usual = pace{tick: 5 * time.Second, settle: 10 * time.Second, longest: 5 * time.Minute, retry: time.Minute, mostRetry: time.Hour}

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

// turn looks at the alerts that are due and sends what waits. An alert that fails does not
// hold up the others.
func (w *watch) turn(ctx context.Context) error {
	all, err := w.Alerts(ctx)
	if err != nil {
		return err
	}
	w.forget(all)
	if len(all) == 0 {
		return nil
	}
	now, err := w.Service.state(ctx)
	if err != nil {
		return err
	}
	clock := time.Now()
	if w.quietSince.IsZero() || now.moved(w.seen) || now.unread > 0 {
		w.quietSince, w.seen = clock, now
	}
	quiet := clock.Sub(w.quietSince) >= w.pace.settle
	var failed []error
	for i := range all {
		a := &all[i]
		st, err := w.load(ctx, a)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if w.isDue(a, st, now, clock) && (quiet || clock.Sub(w.due[a.ID]) >= w.pace.longest) {
			if _, err := w.look(ctx, a, now); err != nil && !errors.Is(err, ErrNotNow) && ctx.Err() == nil {
				w.log.Warn("alert cannot be looked at", "alert", a.Name, "error", err)
			}
		}
		w.send(ctx, a, clock)
	}
	return errors.Join(failed...)
}

// lookPatience is how long a look may take: an index that does not answer is not to hold up
// the others.
const lookPatience = 10 * time.Minute

// look evaluates an alert and notes how that went.
func (w *watch) look(ctx context.Context, a *Alert, now state) (Evaluation, error) {
	patient, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	e, err := w.Evaluate(patient, a)
	switch {
	case errors.Is(err, ErrNotNow) || ctx.Err() != nil:
		return e, err // it stays due
	case err != nil:
		return e, errors.Join(err, w.note(ctx, a, func(st *Status) {
			var before Trouble
			if st.Failure != nil {
				before = *st.Failure
			}
			failure := before.again(untrusted.Line(err.Error()))
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
