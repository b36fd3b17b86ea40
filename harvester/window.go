package harvester

import (
	"context"
	"fmt"
	"time"
)

// A query with more records than its source gives is asked in windows of dates,
// each small enough. Windows are cut at the borders of years, then months, then
// days, so that the same windows come again in the next run and can be gone on
// with.

// window names the part of a query that q is, "" for the whole of it.
func (q Query) window() string {
	if !q.part {
		return ""
	}
	return day(q.From) + ".." + day(q.Until)
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// divisible says whether the query can be asked in two parts.
func (q Query) divisible() bool {
	_, _, ok := q.divide(time.Now())
	return ok
}

// divide cuts the window of a query in two, the later part first: a first fill
// begins with what is new. Ends that were open stay open, so that nothing lies
// outside of the parts; now stands for an open end in finding the middle.
func (q Query) divide(now time.Time) (later, earlier Query, ok bool) {
	if !q.Dated {
		return q, q, false
	}
	from, until := q.From, q.Until
	if from.IsZero() {
		from = q.Earliest
	}
	if from.IsZero() {
		from = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if until.IsZero() {
		until = now
	}
	from, until = midnight(from), midnight(until)
	if !from.Before(until) {
		return q, q, false
	}
	// The first day of the later part.
	border := midnight(from.Add(until.Sub(from)/2 + 12*time.Hour))
	if year := time.Date(border.Year(), 1, 1, 0, 0, 0, 0, time.UTC); year.After(from) {
		border = year
	} else if month := time.Date(border.Year(), border.Month(), 1, 0, 0, 0, 0, time.UTC); month.After(from) {
		border = month
	}
	if !border.After(from) {
		border = from.AddDate(0, 0, 1)
	}
	later, earlier = q, q
	later.part, earlier.part = true, true
	later.From, earlier.Until = border, border.AddDate(0, 0, -1)
	return later, earlier, true
}

func midnight(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// harvestParts asks the two parts of a query and settles the whole by them: it is
// complete when both are and together hold what the source announced for it.
// Records without a date are in no part, and show as the difference.
func (h *Harvester) harvestParts(ctx context.Context, run Run, s Source, q Query, st QueryState, spent *budget) (QueryState, error) {
	later, earlier, ok := q.divide(st.Started)
	if !ok {
		return st, fmt.Errorf("%s %s: window %q cannot be divided", s.Name(), q.Name, q.window())
	}
	st.State, st.Reason, st.Announced = StateComplete, "", -1
	held := 0
	for _, part := range []Query{later, earlier} {
		got, err := h.harvestQuery(ctx, run, s, part, spent)
		if err != nil {
			return st, err
		}
		held += max(got.Announced, got.Whole, 0)
		if got.State != StateComplete {
			st.State, st.Reason = StatePartial, "a part of it is "+string(got.State)
		}
	}
	if missing := st.Whole - held; missing > 0 && st.State == StateComplete {
		st.State, st.Announced = StatePartial, missing
		st.Reason = fmt.Sprintf("%d of the %d records announced are in no window of dates", missing, st.Whole)
	}
	return st, h.ledger.saveQuery(ctx, st)
}
