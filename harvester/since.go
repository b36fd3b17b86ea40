package harvester

import (
	"context"
	"time"
)

// overlap is how far a window reaches back behind the last one, for records that a
// source shows later than it dates them, and for clocks that differ.
const overlap = 48 * time.Hour

// queries are what a source is asked in this run: each from the last time it was
// asked to its end, unless the options say otherwise. A query whose words or set
// changed is another query, and is asked from the beginning.
func (h *Harvester) queries(ctx context.Context, s Source) ([]Query, error) {
	all, err := s.Queries(h.protocol, h.opts.Since)
	if err != nil || h.opts.Full || !h.opts.Since.IsZero() {
		return all, err
	}
	asOf := map[time.Time]map[string]Query{}
	for i, q := range all {
		through, found, err := h.ledger.through(ctx, s.Name(), q)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		since := midnight(through.Add(-overlap))
		if asOf[since] == nil {
			// The source knows how its own clock and its delays bear on the date.
			later, err := s.Queries(h.protocol, since)
			if err != nil {
				return nil, err
			}
			asOf[since] = make(map[string]Query, len(later))
			for _, l := range later {
				asOf[since][l.Name] = l
			}
		}
		if l, ok := asOf[since][q.Name]; ok {
			all[i] = l
		}
	}
	return all, nil
}

// throughMark is when a query was last asked to its end.
type throughMark struct {
	Through time.Time `json:"through"`
}

func throughKey(source string, q Query) string {
	words := ""
	if q.Strategy != nil {
		words = q.Strategy.String()
	}
	return "through." + hashKey(source, q.Name, words, q.Endpoint, q.Set)
}

func (l *Ledger) through(ctx context.Context, source string, q Query) (time.Time, bool, error) {
	var m throughMark
	found, err := l.bus.LoadState(ctx, throughKey(source, q), &m)
	return m.Through, found, err
}

// saveThrough notes that all of a query was had that was there at time t.
func (l *Ledger) saveThrough(ctx context.Context, source string, q Query, t time.Time) error {
	return l.bus.SaveState(ctx, throughKey(source, q), throughMark{Through: t})
}
