package alerts

import "time"

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
