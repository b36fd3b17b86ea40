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
	// resume is when the host wants to be asked again, from a Retry-After.
	resume time.Time
	why    string
	stats  HostStats
}

// of returns the state of a host and sets its pace; perSecond 0 keeps it.
func (h *hosts) of(name string, perSecond float64) *host {
	h.mu.Lock()
	defer h.mu.Unlock()
	one, ok := h.byName[name]
	if !ok {
		if h.byName == nil {
			h.byName = make(map[string]*host)
		}
		one = &host{name: name, limiter: rate.NewLimiter(1, 1)}
		h.byName[name] = one
	}
	if perSecond > 0 && one.limiter.Limit() != rate.Limit(perSecond) {
		one.limiter.SetLimit(rate.Limit(perSecond))
	}
	return one
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
	pause, why := time.Until(h.resume), h.why
	h.mu.Unlock()
	if pause > maxWait {
		return &BudgetError{Host: h.name, RetryAfter: pause, Reason: why}
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
