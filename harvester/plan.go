package harvester

import (
	"context"
	"errors"
	"time"

	"polyglean/internal/protocol"
)

// PlannedQuery says what a query would take.
type PlannedQuery struct {
	Source string `json:"source"`
	Query  string `json:"query"`
	// Sent is the request that was made to find out, without secrets.
	Sent string `json:"sent,omitempty"`
	// Announced is what the source has for it, -1 where it does not say.
	Announced int `json:"announced"`
	// Requests is how many it takes to have all of it, 0 when not known; a query that
	// is asked in windows of dates takes some more.
	Requests int `json:"requests,omitempty"`
	// Cost is what those take of the source's daily budget, in its unit; 0 where it has
	// none.
	Cost int `json:"cost,omitempty"`
	// Reason says why it cannot be planned, if so.
	Reason string `json:"reason,omitempty"`
}

// PlannedSource adds up a source.
type PlannedSource struct {
	Source   string         `json:"source"`
	Queries  []PlannedQuery `json:"queries"`
	Records  int            `json:"records"`
	Requests int            `json:"requests"`
	// Hours is how long the requests take at the source's pace, and Days how many days
	// its daily budget stretches them over; 0 where there is none.
	Hours float64 `json:"hours"`
	Days  int     `json:"days,omitempty"`
	// Cost is what all of it takes of the daily budget PerDay; both are in Unit.
	Cost   int    `json:"cost,omitempty"`
	PerDay int    `json:"per_day,omitempty"`
	Unit   string `json:"unit,omitempty"`
}

// Plan asks each query of the sources for its first page, and says what the whole
// would take. It publishes and saves nothing but the requests it spends.
func (h *Harvester) Plan(ctx context.Context) ([]PlannedSource, error) {
	var plan []PlannedSource
	for _, s := range h.sources {
		ps, err := h.planSource(ctx, s)
		if err != nil {
			return plan, err
		}
		plan = append(plan, ps)
	}
	return plan, nil
}

func (h *Harvester) planSource(ctx context.Context, s Source) (PlannedSource, error) {
	ps := PlannedSource{Source: s.Name()}
	queries, err := h.queries(ctx, s)
	if err != nil {
		if ctx.Err() != nil {
			return ps, ctx.Err()
		}
		ps.Queries = []PlannedQuery{{Source: s.Name(), Query: "all", Announced: -1, Reason: err.Error()}}
		return ps, nil
	}
	spent, err := h.openBudget(ctx, s)
	if err != nil {
		return ps, err
	}
	pace := spent.pace
	for _, q := range queries {
		pq := PlannedQuery{Source: s.Name(), Query: q.Name, Announced: -1}
		err := spent.take(ctx, q, "")
		var page Page
		if err == nil {
			page, err = s.Page(ctx, q, "")
		}
		if ctx.Err() != nil {
			return ps, ctx.Err()
		}
		var tooMany *TooManyError
		switch {
		case errors.As(err, &tooMany):
			pq.Announced = tooMany.Announced
		case err != nil:
			pq.Reason = err.Error()
		default:
			pq.Announced, pq.Sent = page.Announced, page.Sent
		}
		if pq.Announced >= 0 && pace.PageSize > 0 {
			pq.Requests = max(1, (pq.Announced+pace.PageSize-1)/pace.PageSize)
		}
		if pace.PerDay > 0 {
			pq.Cost = pq.Requests * costOf(s, q, "")
		}
		ps.Records += max(pq.Announced, 0)
		ps.Requests += pq.Requests
		ps.Cost += pq.Cost
		ps.Queries = append(ps.Queries, pq)
	}
	if pace.PerSecond > 0 {
		ps.Hours = float64(ps.Requests) / pace.PerSecond / time.Hour.Seconds()
	}
	if pace.PerDay > 0 {
		ps.PerDay, ps.Unit = pace.PerDay, pace.Unit
		ps.Days = (ps.Cost + pace.PerDay - 1) / pace.PerDay
	}
	return ps, nil
}

// Rehearsal is what would be sent for a query.
type Rehearsal struct {
	Source string `json:"source"`
	Query  string `json:"query"`
	Lang   string `json:"lang,omitempty"`
	// Sent is the first request, Reason why there is none.
	Sent   string `json:"sent,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Rehearse lists the first requests of a source's queries. The source's Fetcher
// must send nothing; sent reads the request off the error it fails with.
func Rehearse(ctx context.Context, s Source, p *protocol.Protocol, sent func(error) (string, bool)) []Rehearsal {
	queries, err := s.Queries(p, time.Time{})
	if err != nil {
		return []Rehearsal{{Source: s.Name(), Query: "all", Reason: err.Error()}}
	}
	list := make([]Rehearsal, len(queries))
	for i, q := range queries {
		list[i] = Rehearsal{Source: s.Name(), Query: q.Name, Lang: q.Lang}
		_, err := s.Page(ctx, q, "")
		if request, ok := sent(err); ok {
			list[i].Sent = request
		} else if err != nil {
			list[i].Reason = err.Error()
		}
	}
	return list
}
