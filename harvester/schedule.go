package harvester

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"polyglean/internal/record"
)

// Schedule says when a source is to be harvested: its windows are the times of a
// cron expression by the clocks of a zone, or the beats of an interval.
type Schedule struct {
	zone *time.Location
	// One of the two is set.
	cron  cron.Schedule
	every time.Duration
}

// Bounds of what can be scheduled.
const (
	minInterval = time.Minute
	maxInterval = 5 * 365 * 24 * time.Hour
)

// ParseSchedule reads a cron expression of five fields, a name for one such as
// "@daily", or an interval, "@every 12h". A schedule with no window in the next
// five years, such as one for 31 February, is an error. No text makes it panic.
//
// The beats of an interval are counted from a fixed moment, a Monday at 00:00 UTC,
// so that they do not move when the program is started anew.
func ParseSchedule(text string, zone *time.Location) (Schedule, error) {
	s := Schedule{zone: zone}
	text = strings.TrimSpace(text)
	if interval, ok := strings.CutPrefix(text, "@every "); ok {
		every, err := time.ParseDuration(strings.TrimSpace(interval))
		if err != nil {
			return s, fmt.Errorf("%q is no interval", interval)
		}
		if every < minInterval || every > maxInterval {
			return s, fmt.Errorf("an interval is a minute or more, and five years at most")
		}
		s.every = every
		return s, nil
	}
	var err error
	s.cron, err = parseCron(text)
	return s, err
}

// parseCron keeps the panics of the cron parser, of which it has some for bad text,
// from taking the program down.
func parseCron(text string) (c cron.Schedule, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("it cannot be read")
		}
	}()
	if strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ=") {
		return nil, errors.New("the zone is a setting of its own")
	}
	if c, err = cron.ParseStandard(text); err != nil {
		return nil, err
	}
	if c.Next(time.Now().UTC()).IsZero() {
		return nil, errors.New("no such time comes in the next five years")
	}
	return c, nil
}

// Next is the first window after a moment, in the schedule's zone. A time that the
// zone's clocks pass over when they are put forward is the moment they are; one that
// they show twice when they are put back is a window the first time only.
func (s Schedule) Next(after time.Time) time.Time {
	if s.every > 0 {
		return after.Truncate(s.every).Add(s.every).In(s.zone)
	}
	// The cron package misses windows in the nights when clocks change, so it is only
	// asked what clocks are to show; UTC stands for clocks that never change.
	wall := onClock(after.In(s.zone), time.UTC)
	for {
		wall = s.cron.Next(wall)
		if wall.IsZero() {
			return wall
		}
		if at := clocksShow(wall, s.zone); at.After(after) {
			return at
		}
	}
}

// start is when the first window after a moment begins for a source: up to jitter
// after the window, but before the next. Everybody who asks gets the same answer.
func (s Schedule) start(source string, after time.Time, jitter time.Duration) time.Time {
	window := s.Next(after)
	if window.IsZero() {
		return window
	}
	if following := s.Next(window); !following.IsZero() {
		jitter = min(jitter, following.Sub(window))
	}
	if jitter < time.Second {
		return window
	}
	late := record.Hash64(source+"\x00"+window.UTC().Format(time.RFC3339)) % uint64(jitter/time.Second)
	return window.Add(time.Duration(late) * time.Second)
}

// onClock is the moment at which clocks of the zone show what t shows in its own.
func onClock(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
}

// clocksShow is the moment at which clocks of the zone show wall, which is in UTC.
// time.Date leaves open which it is in the nights when clocks change.
func clocksShow(wall time.Time, zone *time.Location) time.Time {
	at := onClock(wall, zone)
	begin, end := at.ZoneBounds()
	switch shown := onClock(at, time.UTC); {
	case shown.Before(wall):
		return end
	case shown.After(wall):
		return begin
	}
	if begin.IsZero() {
		return at
	}
	_, offset := at.Zone()
	_, before := begin.Add(-1).Zone()
	if first := at.Add(time.Duration(offset-before) * time.Second); offset < before && first.Before(begin) {
		return first
	}
	return at
}
