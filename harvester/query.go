package harvester

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// harvestSource asks one source all its queries, in order.
func (h *Harvester) harvestSource(ctx context.Context, run Run, s Source) error {
	queries, err := h.queries(ctx, s)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		h.opts.Log.Warn("source cannot be asked", "source", s.Name(), "reason", err)
		return h.ledger.saveQuery(ctx, QueryState{
			Run: run.ID, Source: s.Name(), Query: "all", Announced: -1, State: StateBlocked,
			Reason: "the protocol's searches cannot be put to this source: " + err.Error(), Started: time.Now().UTC(),
		})
	}
	spent, err := h.openBudget(ctx, s)
	if err != nil {
		return err
	}
	for _, q := range queries {
		st, err := h.harvestQuery(ctx, run, s, q, spent)
		if err != nil {
			return err
		}
		if st.State == StateComplete {
			if err := h.ledger.saveThrough(ctx, s.Name(), q, st.begun()); err != nil {
				return err
			}
		}
	}
	return nil
}

// harvestQuery asks one query to its end and returns how it ended. Only errors of
// our own side are returned; those of the source are written into the ledger.
func (h *Harvester) harvestQuery(ctx context.Context, run Run, s Source, q Query, spent *budget) (QueryState, error) {
	st, err := h.startState(ctx, run, s, q)
	if err != nil {
		return st, err
	}
	h.Progress.Announced.Add(int64(max(st.Announced, 0)))
	h.Progress.Received.Add(int64(st.Received))
	h.Progress.Parked.Add(int64(st.Parked))
	if st.Ended() {
		return st, nil
	}
	log := h.opts.Log.With("source", s.Name(), "query", q.Name, "window", q.window())
	if st.Parts > 0 {
		return h.harvestParts(ctx, run, s, q, st, spent)
	}
	st.State, st.Reason = StateRunning, ""
	if q.Volatile {
		st.startOver()
	}
	page, err := h.firstPage(ctx, s, q, &st, spent, log)
	var tooMany *TooManyError
	if errors.As(err, &tooMany) {
		switch {
		case q.divisible():
			st.Parts, st.Whole = 2, tooMany.Announced
			if err := h.ledger.saveQuery(ctx, st); err != nil {
				return st, err
			}
			return h.harvestParts(ctx, run, s, q, st, spent)
		case !q.Indivisible:
			q.Indivisible = true
			page, err = h.page(ctx, s, q, st.Cursor, spent)
		}
	}
	if ctx.Err() != nil {
		return st, context.Cause(ctx)
	}
	if err != nil {
		h.endEarly(&st, err, log)
		return st, h.ledger.saveQuery(ctx, st)
	}
	return st, h.harvestPages(ctx, s, q, &st, page, spent, log)
}

// harvestPages takes a query to its end from the page that st stands before.
func (h *Harvester) harvestPages(ctx context.Context, s Source, q Query, st *QueryState, first Page, spent *budget, log *slog.Logger) error {
	reading := h.readAhead(ctx, s, q, st.Cursor, first, spent)
	defer reading.stop()
	for st.State == StateRunning {
		pages, err := reading.next()
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			h.endEarly(st, err, log)
		} else if err := h.takePages(ctx, st, pages); err != nil {
			return err
		}
		if err := h.ledger.saveQuery(ctx, *st); err != nil {
			return err
		}
	}
	return nil
}

// page fetches a page of a query, within the day's budget.
func (h *Harvester) page(ctx context.Context, s Source, q Query, cursor string, spent *budget) (Page, error) {
	if err := spent.take(ctx, q, cursor); err != nil {
		return Page{}, err
	}
	return s.Page(ctx, q, cursor)
}

// answer is page for a source that can be Answering.
func (h *Harvester) answer(ctx context.Context, s Source, q Query, cursor string, spent *budget) (next string, read func() Page, err error) {
	answering, ok := s.(Answering)
	if !ok {
		page, err := h.page(ctx, s, q, cursor, spent)
		return page.Next, func() Page { return page }, err
	}
	if err := spent.take(ctx, q, cursor); err != nil {
		return "", nil, err
	}
	return answering.Answer(ctx, q, cursor)
}

// firstPage fetches the page at which this run begins. A cursor that was taken over
// may have been forgotten by the source, within minutes or days: then the query is
// asked from its start.
func (h *Harvester) firstPage(ctx context.Context, s Source, q Query, st *QueryState, spent *budget, log *slog.Logger) (Page, error) {
	page, err := h.page(ctx, s, q, st.Cursor, spent)
	if err == nil || st.Cursor == "" || ctx.Err() != nil || isSpent(err) {
		return page, err
	}
	log.Info("cursor no longer good, asking from the start", "reason", err)
	if again, err := h.page(ctx, s, q, "", spent); err == nil {
		st.startOver()
		return again, nil
	}
	return page, err
}

func (h *Harvester) endEarly(st *QueryState, err error, log *slog.Logger) {
	st.State, st.Reason = StatePartial, err.Error()
	if st.Pages == 0 && !isSpent(err) {
		st.State = StateBlocked
	}
	if errors.Is(err, errCircle) {
		st.Cursor = "" // the next run must ask again from the start
	}
	log.Warn("query ended early", "state", st.State, "reason", st.Reason)
}

// takePages makes the next pages durable, counts them, and says how the query stands.
func (h *Harvester) takePages(ctx context.Context, st *QueryState, pages []Page) error {
	last := pages[len(pages)-1].Next == ""
	if err := h.handPages(ctx, st, pages); err != nil {
		return err
	}
	switch {
	case last && st.Carried+st.Received < st.Announced:
		st.State = StatePartial
		st.Reason = fmt.Sprintf("the source announced %d records and delivered %d", st.Announced, st.Carried+st.Received)
		// The next run must ask again from the start: there is no page to go on from.
		st.Cursor = ""
	case last:
		st.State = StateComplete
	}
	return nil
}

// startState is where a query stands: in this run, or where the run before left
// it, or at its start.
func (h *Harvester) startState(ctx context.Context, run Run, s Source, q Query) (QueryState, error) {
	st, found, err := h.ledger.query(ctx, run.ID, s.Name(), q)
	if err != nil || found {
		return st, err
	}
	st = QueryState{
		Run: run.ID, Source: s.Name(), Query: q.Name, Window: q.window(), Route: q.Route, Lang: q.Lang,
		From: q.From, Until: q.Until, Announced: -1, Started: time.Now().UTC(),
	}
	before, found, err := h.ledger.previous(ctx, run, s.Name(), q)
	same := before.From.Equal(q.From) && before.Until.Equal(q.Until)
	if err != nil || !found || !same || h.opts.Full {
		return st, err
	}
	closed := q.part && !q.Until.IsZero()
	switch {
	case before.Parts > 0:
		// Known to be too large; asking again would only cost a request.
		st.Parts, st.Whole, st.Begun = before.Parts, before.Whole, before.begun()
	case before.State == StatePartial && before.Cursor != "":
		st.Begun = before.begun()
		st.Cursor, st.Announced, st.Carried = before.Cursor, before.Announced, before.Carried+before.Received
	case before.State == StateComplete && closed:
		// A window of the past that was had is had; the query as a whole was not, or it
		// would be asked from a later date now.
		st.State, st.Announced, st.Carried = StateComplete, before.Announced, before.Carried+before.Received
		return st, h.ledger.saveQuery(ctx, st)
	}
	return st, nil
}
