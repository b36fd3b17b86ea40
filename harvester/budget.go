package harvester

import (
	"context"
	"fmt"
	"time"
)

// Pace is how fast a source may be asked and what it gives at once; 0 is not said.
type Pace struct {
	// PageSize is in records, PerSecond and PerDay in requests.
	PageSize  int
	PerSecond float64
	PerDay    int
}

// Paced is a source that knows its pace.
type Paced interface{ Pace() Pace }

// SpentError says that the requests of a day are used up; the next run goes on.
type SpentError struct {
	Source string
	PerDay int
	// Next is when there are more.
	Next time.Time
}

func (e *SpentError) Error() string {
	return fmt.Sprintf("the day's %d requests to %s are spent: there are more from %s on, and the next run goes on from here",
		e.PerDay, e.Source, e.Next.Format("2006-01-02 15:04 MST"))
}

// budget counts the requests to one source on one day (UTC), over all runs.
type budget struct {
	ledger *Ledger
	source string
	perDay int
	spent  spending
}

// spending is the stored form of a budget.
type spending struct {
	Day      string `json:"day"`
	Requests int    `json:"requests"`
}

func (h *Harvester) openBudget(ctx context.Context, s Source) (*budget, error) {
	b := &budget{ledger: h.ledger, source: s.Name()}
	if p, ok := s.(Paced); ok {
		b.perDay = p.Pace().PerDay
	}
	if b.perDay == 0 {
		return b, nil
	}
	_, err := h.ledger.bus.LoadState(ctx, b.key(), &b.spent)
	return b, err
}

func (b *budget) key() string { return "spent." + hashKey(b.source) }

// take counts a request before it is made, so that a kill cannot hide one. It
// returns a *SpentError when there are none left.
func (b *budget) take(ctx context.Context) error {
	if b.perDay == 0 {
		return nil
	}
	now := time.Now().UTC()
	if today := now.Format(time.DateOnly); b.spent.Day != today {
		b.spent = spending{Day: today}
	}
	if b.spent.Requests >= b.perDay {
		return &SpentError{Source: b.source, PerDay: b.perDay, Next: midnight(now).AddDate(0, 0, 1)}
	}
	b.spent.Requests++
	return b.ledger.bus.SaveState(ctx, b.key(), b.spent)
}
