package harvester

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// Pace is how fast a source may be asked and what it gives at once; 0 is not said.
type Pace struct {
	// PageSize is in records, PerSecond in requests.
	PageSize  int
	PerSecond float64
	// PerDay is the budget of a day, in units; what a request takes of it is 1, or what
	// Priced says.
	PerDay int
	// Unit is what the budget is counted in, in the singular; empty is "request".
	Unit string
}

// Paced is a source that knows its pace.
type Paced interface{ Pace() Pace }

// Priced is a source whose requests do not all cost the same.
type Priced interface {
	// Cost is what the page of q that cursor stands for takes of the day's budget, in
	// Pace.Unit.
	Cost(q Query, cursor string) int
}

func paceOf(s Source) Pace {
	var pace Pace
	if p, ok := s.(Paced); ok {
		pace = p.Pace()
	}
	pace.Unit = cmp.Or(pace.Unit, "request")
	return pace
}

func costOf(s Source, q Query, cursor string) int {
	if p, ok := s.(Priced); ok {
		return p.Cost(q, cursor)
	}
	return 1
}

// Spent is an error that says that a budget is used up, ours or one that the source
// counts. A query that it ends is partial, also where nothing came: it is put off, and
// not refused.
type Spent interface {
	error
	// More is when there is more.
	More() time.Time
}

// isSpent says whether err is for a budget that is used up.
func isSpent(err error) bool {
	_, ok := errors.AsType[Spent](err)
	return ok
}

// SpentError says that the budget of a day is used up; the next run goes on.
type SpentError struct {
	Source string
	PerDay int
	// Unit is what PerDay counts.
	Unit string
	// Next is when there is more.
	Next time.Time
}

// More implements Spent.
func (e *SpentError) More() time.Time { return e.Next }

func (e *SpentError) Error() string {
	return fmt.Sprintf("the day's %d %ss to %s are spent: there are more from %s on, and the next run goes on from here",
		e.PerDay, e.Unit, e.Source, e.Next.Format("2006-01-02 15:04 MST"))
}

// budget counts what is spent on one source on one day (UTC), over all runs.
type budget struct {
	ledger *Ledger
	source Source
	pace   Pace
	spent  spending
}

// spending is the stored form of a budget.
type spending struct {
	Day   string `json:"day"`
	Spent int    `json:"spent"`
}

func (h *Harvester) openBudget(ctx context.Context, s Source) (*budget, error) {
	b := &budget{ledger: h.ledger, source: s, pace: paceOf(s)}
	if b.pace.PerDay == 0 {
		return b, nil
	}
	_, err := h.ledger.bus.LoadState(ctx, b.key(), &b.spent)
	return b, err
}

func (b *budget) key() string { return "spent." + hashKey(b.source.Name()) }

// take counts a page before it is asked for, so that a kill cannot hide one. It
// returns a *SpentError when there is not enough left.
func (b *budget) take(ctx context.Context, q Query, cursor string) error {
	if b.pace.PerDay == 0 {
		return nil
	}
	now := time.Now().UTC()
	if today := now.Format(time.DateOnly); b.spent.Day != today {
		b.spent = spending{Day: today}
	}
	cost := costOf(b.source, q, cursor)
	if b.spent.Spent+cost > b.pace.PerDay {
		return &SpentError{
			Source: b.source.Name(), PerDay: b.pace.PerDay, Unit: b.pace.Unit, Next: midnight(now).AddDate(0, 0, 1),
		}
	}
	b.spent.Spent += cost
	return b.ledger.bus.SaveState(ctx, b.key(), b.spent)
}
