package source

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// HostStats counts what was asked of a host.
type HostStats struct {
	// Requests counts every request sent, repeated ones included; Retries those
	// that repeat another.
	Requests int64 `json:"requests"`
	Retries  int64 `json:"retries"`
	// Bytes is the size of the bodies received, as sent over the wire.
	Bytes int64 `json:"bytes"`
}

// hosts holds the pace and the counts of every host.
type hosts struct {
	mu     sync.Mutex
	byName map[string]*host
}

type host struct {
	name    string
	limiter *rate.Limiter

	mu sync.Mutex
	// asked is the pace the source wants, most the fastest it may be asked if the host
	// allows more, told what the host last said it allows (0: nothing). All are in
	// requests a second.
	asked, most, told float64
	// resume is when the host wants to be asked again: after a Retry-After, or when it
	// has a budget again.
	resume time.Time
	why    string
	// concurrent is how many requests the host takes at once (0: not said), busy how
	// many are under way; freed is closed when one of them ends.
	concurrent, busy int
	freed            chan struct{}
	stats            HostStats
}

// of returns the state of a host and sets its pace; perSecond 0 keeps it. The host's
// own headers may raise it to most.
func (h *hosts) of(name string, perSecond, most float64) *host {
	h.mu.Lock()
	defer h.mu.Unlock()
	one, ok := h.byName[name]
	if !ok {
		if h.byName == nil {
			h.byName = make(map[string]*host)
		}
		one = &host{name: name, limiter: rate.NewLimiter(1, 1), asked: 1, most: 1}
		h.byName[name] = one
	}
	if perSecond > 0 {
		one.mu.Lock()
		one.asked, one.most = perSecond, max(perSecond, most)
		one.setPace()
		one.mu.Unlock()
	}
	return one
}

// slowest is the least pace a host can bring us to by its headers, in requests a
// second; less is a pause, which it can ask for.
const slowest = 1.0 / 60

// setPace follows what the source wants and what the host allows; h.mu is held.
func (h *host) setPace() {
	pace := h.asked
	if h.told > 0 {
		pace = max(min(h.told, h.most), min(slowest, h.asked))
	}
	if limit := rate.Limit(pace); h.limiter.Limit() != limit {
		h.limiter.SetLimit(limit)
	}
}

// heed follows what the headers of an answer say. A budget that is spent is waited for
// before the next request.
func (h *host) heed(l limits, cost float64, soon time.Duration) {
	h.mu.Lock()
	if pace := l.pace(cost, soon); pace > 0 {
		h.told = pace
		h.setPace()
	}
	if l.concurrent > 0 {
		h.concurrent = l.concurrent
	}
	h.mu.Unlock()
	if pause, ok := l.spent(cost); ok {
		h.hold(pause, "the budget it gives is spent")
	}
}

// enter waits until the host takes one more request at once; leave must follow.
func (h *host) enter(ctx context.Context) error {
	for {
		h.mu.Lock()
		if h.concurrent == 0 || h.busy < h.concurrent {
			h.busy++
			h.mu.Unlock()
			return nil
		}
		if h.freed == nil {
			h.freed = make(chan struct{})
		}
		freed := h.freed
		h.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-freed:
		}
	}
}

func (h *host) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy--
	if h.freed != nil {
		close(h.freed)
		h.freed = nil
	}
}

func (h *hosts) stats() map[string]HostStats {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make(map[string]HostStats, len(h.byName))
	for name, one := range h.byName {
		one.mu.Lock()
		out[name] = one.stats
		one.mu.Unlock()
	}
	return out
}

// turn waits until the host may be asked: first for the pause it asked for, then
// for its pace. A pause longer than maxWait is a *BudgetError at once, so that a
// spent budget costs one request and not one for every query.
func (h *host) turn(ctx context.Context, maxWait time.Duration) error {
	h.mu.Lock()
	pause, why, until := time.Until(h.resume), h.why, h.resume
	h.mu.Unlock()
	if pause > maxWait {
		return &BudgetError{Host: h.name, RetryAfter: pause, Until: until, Reason: why}
	}
	if err := sleep(ctx, pause); err != nil {
		return err
	}
	if err := h.limiter.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		// The limiter sees in advance that the deadline would pass first.
		return fmt.Errorf("wait for a turn at %s: %w", h.name, context.DeadlineExceeded)
	}
	return nil
}

// hold notes that the host wants a pause.
func (h *host) hold(pause time.Duration, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if until := time.Now().Add(pause); until.After(h.resume) {
		h.resume, h.why = until, why
	}
}

func (h *host) count(requests, retries, bytes int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stats.Requests += requests
	h.stats.Retries += retries
	h.stats.Bytes += bytes
}

// sleep waits for d or until ctx ends, whose error it then returns.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
