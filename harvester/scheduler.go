package harvester

import (
	"context"
	"log/slog"
	"time"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// Entry is a source and when it is to be harvested.
type Entry struct {
	Source   Source
	Schedule Schedule
}

// Scheduler harvests sources at their windows. Of several schedulers on the same
// streams one is at work, and another takes over when it is gone.
//
// Each source has runs of its own, so that one that takes days does not hold up the
// others. Windows that came while no scheduler was running are made up for by one
// run; those that come during a source's own run are that run's. A run that was cut
// short, by a crash or by streams that take no more, is gone on with after a pause.
type Scheduler struct {
	board board
	// begin makes what harvests the sources of a session.
	begin   func() func(context.Context, Source) (Run, error)
	entries []Entry
	jitter  time.Duration
	owner   string
	log     *slog.Logger
	// turns are read when the scheduler gets to work, and then it alone writes them.
	turns map[string]turn
}

// board is what a scheduler needs of a stream.Bus.
type board interface {
	LoadState(ctx context.Context, key string, v any) (bool, error)
	SaveState(ctx context.Context, key string, v any) error
	Lease(ctx context.Context, role, owner string, work func(context.Context) error) error
}

// NewScheduler makes a scheduler of the entries, one for each source. A run begins
// up to jitter after its window. Owner names this process in the leases.
func NewScheduler(bus *stream.Bus, p *protocol.Protocol, entries []Entry, jitter time.Duration, owner string, log *slog.Logger) *Scheduler {
	return &Scheduler{
		board: bus, entries: entries, jitter: jitter, owner: owner, log: log,
		begin: func() func(context.Context, Source) (Run, error) {
			// The log is read once for all that runs while this process holds the lease.
			seen := NewSeen(bus)
			return func(ctx context.Context, s Source) (Run, error) {
				return New(bus, p, []Source{s}, Options{Log: log, Seen: seen}).Run(ctx)
			}
		},
	}
}

const (
	// tick bounds how long the scheduler sleeps: timers stand still while a machine
	// is suspended and know nothing of a clock that is set.
	tick = time.Minute
	// clockError is how far in the future a window may have been served before the
	// clock that said so is taken to have been wrong.
	clockError = 48 * time.Hour
	// An unfinished run is gone on with after firstPause, then after twice as long.
	firstPause, maxPause = time.Minute, time.Hour
)

// turn is what the ledger keeps of a source's schedule.
type turn struct {
	Schema int `json:"v"`
	// Served is the moment up to which windows have had their run.
	Served time.Time `json:"served"`
	// Tries counts how often the run under way was begun or gone on with, Tried is
	// when it last was. Both are zero when it has ended.
	Tries int       `json:"tries,omitempty"`
	Tried time.Time `json:"tried,omitzero"`
}

func turnKey(source string) string { return "schedule." + source }

// next is when the source's turn comes; it may have passed.
func (e Entry) next(t turn, jitter time.Duration, now time.Time) time.Time {
	switch {
	case t.Tries == 0:
		return e.Schedule.start(e.Source.Name(), t.Served, jitter)
	case t.Tried.After(now):
		// The clock was set back; how long ago the last try was is not known.
		return now
	}
	return t.Tried.Add(min(firstPause<<min(t.Tries-1, 10), maxPause))
}

// due says whether the source's turn has come.
func (e Entry) due(t turn, jitter time.Duration, now time.Time) bool {
	next := e.next(t, jitter, now)
	return !next.IsZero() && !next.After(now)
}

// checked is the turn as it is to be understood now. A source that is seen for the
// first time has its windows counted from now on, and so has one whose windows were
// served by a clock that was wrong.
func (t turn) checked(now time.Time) turn {
	if t.Served.IsZero() || t.Served.After(now.Add(clockError)) {
		t.Served = now
	}
	return t
}

// begun is the turn after a run was begun, or gone on with.
func (t turn) begun(now time.Time) turn {
	if t.Tries == 0 {
		t.Served = now
	}
	t.Tries++
	t.Tried = now
	return t
}

// ended is the turn after the run has ended.
func (t turn) ended(run Run, now time.Time) turn {
	served := now
	if run.Started.Before(t.Tried) {
		// What a run had asked before it was cut short it does not ask again, so that
		// it serves no window that came later.
		served = run.Started
	}
	return turn{Served: served}
}

// Turn is when a source is harvested next.
type Turn struct {
	Source string
	// At is in the zone of the schedule. When it has passed, windows were missed and
	// the run that makes up for them is due.
	At time.Time
}

// Turns lists when each source is harvested next.
func (s *Scheduler) Turns(ctx context.Context) ([]Turn, error) {
	now := time.Now()
	turns := make([]Turn, 0, len(s.entries))
	for _, e := range s.entries {
		var t turn
		if _, err := s.board.LoadState(ctx, turnKey(e.Source.Name()), &t); err != nil {
			return nil, err
		}
		at := e.next(t.checked(now), s.jitter, now)
		turns = append(turns, Turn{Source: e.Source.Name(), At: at.In(e.Schedule.zone)})
	}
	return turns, nil
}

// Run harvests by schedule until ctx ends. What goes wrong with a run is logged.
func (s *Scheduler) Run(ctx context.Context) error {
	return s.board.Lease(ctx, stream.RoleScheduler, s.owner, func(ctx context.Context) error {
		s.turns = map[string]turn{}
		for {
			if len(s.due(ctx)) > 0 {
				// Harvests by hand and those by schedule exclude each other.
				if err := s.board.Lease(ctx, stream.RoleHarvester, s.owner, s.session); err != nil {
					return err
				}
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(s.untilNext()):
			}
		}
	})
}

// due lists the entries whose turn has come, none when ctx has ended.
func (s *Scheduler) due(ctx context.Context) []Entry {
	var due []Entry
	if ctx.Err() != nil {
		return nil
	}
	for _, e := range s.entries {
		if t, ok := s.turn(ctx, e); ok && e.due(t, s.jitter, time.Now()) {
			due = append(due, e)
		}
	}
	return due
}

// turn is the entry's turn, false if it is not known now.
func (s *Scheduler) turn(ctx context.Context, e Entry) (turn, bool) {
	name := e.Source.Name()
	t, known := s.turns[name]
	if !known {
		if _, err := s.board.LoadState(ctx, turnKey(name), &t); err != nil {
			s.warn(ctx, "schedule cannot be read", name, err)
			return t, false
		}
		s.turns[name] = t
	}
	if checked := t.checked(time.Now()); checked != t {
		return checked, s.save(ctx, name, checked)
	}
	return t, true
}

func (s *Scheduler) save(ctx context.Context, source string, t turn) bool {
	t.Schema = record.Schema
	// Without the reading of the monotonic clock: a clock that is set must be seen.
	t.Served, t.Tried = t.Served.Round(0).UTC(), t.Tried.Round(0).UTC()
	if err := s.board.SaveState(ctx, turnKey(source), t); err != nil {
		s.warn(ctx, "schedule cannot be written", source, err)
		return false
	}
	s.turns[source] = t
	return true
}

// warn logs what is not merely the end of ctx.
func (s *Scheduler) warn(ctx context.Context, what, source string, err error) {
	if ctx.Err() == nil {
		s.log.Warn(what, "source", source, "reason", err)
	}
}

// untilNext is how long nothing is due, a tick at most.
func (s *Scheduler) untilNext() time.Duration {
	now := time.Now()
	wait := tick
	for _, e := range s.entries {
		t, ok := s.turns[e.Source.Name()]
		if !ok {
			continue
		}
		if next := e.next(t, s.jitter, now); next.After(now) {
			wait = min(wait, next.Sub(now))
		}
	}
	return wait
}

type outcome struct {
	source string
	run    Run
	err    error
}

// session runs what is due, and what comes due meanwhile, until no run is going on.
func (s *Scheduler) session(ctx context.Context) error {
	harvest := s.begin()
	running := map[string]bool{}
	outcomes := make(chan outcome)
	for {
		for _, e := range s.due(ctx) {
			name := e.Source.Name()
			// A turn that cannot be written is not taken: it would come again for ever.
			if running[name] || !s.save(ctx, name, s.turns[name].begun(time.Now())) {
				continue
			}
			running[name] = true
			s.log.Info("scheduled harvest", "source", name, "try", s.turns[name].Tries)
			go func() {
				run, err := harvest(ctx, e.Source)
				outcomes <- outcome{name, run, err}
			}()
		}
		if len(running) == 0 {
			return ctx.Err()
		}
		select {
		case o := <-outcomes:
			delete(running, o.source)
			s.settle(ctx, o)
		case <-time.After(s.untilNext()):
		}
	}
}

// settle writes down how a run ended. One that was stopped is left to be gone on with.
func (s *Scheduler) settle(ctx context.Context, o outcome) {
	switch {
	case ctx.Err() != nil:
	case o.err != nil:
		s.log.Error("scheduled harvest was cut short and will go on", "source", o.source, "reason", o.err)
	default:
		s.log.Info("scheduled harvest has ended", "source", o.source, "run", o.run.ID)
		s.save(ctx, o.source, s.turns[o.source].ended(o.run, time.Now()))
	}
}
