package source

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"polyglean/harvester"
)

func headerOf(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func TestLimitsOf(t *testing.T) {
	now := time.Date(2026, 11, 2, 3, 4, 5, 0, time.UTC)
	none := limits{reset: -1}
	for name, c := range map[string]struct {
		header http.Header
		want   limits
	}{
		"none":                     {http.Header{}, none},
		"Crossref":                 {headerOf("x-rate-limit-limit", "50", "x-rate-limit-interval", "1s", "x-concurrency-limit", "3"), limits{perSecond: 50, concurrent: 3, reset: -1}},
		"Crossref, slower":         {headerOf("X-Rate-Limit-Limit", "30", "X-Rate-Limit-Interval", "1m0s"), limits{perSecond: 0.5, reset: -1}},
		"limit without interval":   {headerOf("X-RateLimit-Limit", "3", "X-RateLimit-Remaining", "1"), limits{counted: true, remaining: 1, reset: -1}},
		"OpenAlex":                 {headerOf("X-RateLimit-Limit", "1000", "X-RateLimit-Remaining", "5", "X-RateLimit-Reset", "3600"), limits{counted: true, remaining: 5, reset: time.Hour}},
		"reset as a moment":        {headerOf("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1793588705"), limits{counted: true, reset: time.Minute}},
		"reset in milliseconds":    {headerOf("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1793588705000"), limits{counted: true, reset: time.Minute}},
		"reset gone by":            {headerOf("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1793588000"), limits{counted: true}},
		"reset in years":           {headerOf("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "99999999"), limits{counted: true, reset: -1}},
		"IETF, three fields":       {headerOf("RateLimit-Limit", "100, 100;w=60", "RateLimit-Remaining", "7", "RateLimit-Reset", "30"), limits{counted: true, remaining: 7, reset: 30 * time.Second}},
		"IETF, one field":          {headerOf("RateLimit", "limit=100, remaining=50, reset=5"), limits{counted: true, remaining: 50, reset: 5 * time.Second}},
		"IETF, policies":           {headerOf("RateLimit-Policy", `"burst";q=100;w=60,"daily";q=1000;w=86400`, "RateLimit", `"burst";r=50;t=30, "daily";r=0;t=600`), limits{counted: true, reset: 10 * time.Minute}},
		"IETF, policies in fields": {headerOf("RateLimit", `"a";r=9;t=1`, "RateLimit", `"b";r=2;t=4`), limits{counted: true, remaining: 2, reset: 4 * time.Second}},
		"nonsense": {headerOf("X-Rate-Limit-Limit", "unlimited", "X-Rate-Limit-Interval", "often", "X-Concurrency-Limit", "-1",
			"X-RateLimit-Remaining", "NaN", "X-RateLimit-Reset", "soon", "RateLimit", ";;=,,r=,t=x"), none},
	} {
		if got := limitsOf(c.header, now); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func FuzzLimitsOf(f *testing.F) {
	f.Add("50", "1s", "3", `"a";r=9;t=1`)
	f.Add("1e309", "-1h", "0", "limit=100, remaining=50, reset=1793588705")
	f.Fuzz(func(t *testing.T, limit, interval, remaining, field string) {
		l := limitsOf(headerOf("X-Rate-Limit-Limit", limit, "X-Rate-Limit-Interval", interval,
			"X-Concurrency-Limit", limit, "X-RateLimit-Remaining", remaining, "X-RateLimit-Reset", limit, "RateLimit", field), time.Unix(1_800_000_000, 0))
		pause, _ := l.spent(10)
		if pace := l.pace(10, time.Minute); !(pace >= 0) || !(l.remaining >= 0) || l.concurrent < 0 || pause > 32*24*time.Hour {
			t.Errorf("%+v", l)
		}
	})
}

// A source that allows more is asked faster, one that allows less more slowly, neither
// beyond its bounds, and both as soon as it says so.
func TestPaceFollowsTheHeaders(t *testing.T) {
	crossref := func(limit, interval string) http.Header {
		return headerOf("X-Rate-Limit-Limit", limit, "X-Rate-Limit-Interval", interval)
	}
	for name, c := range map[string]struct {
		header http.Header
		most   float64
		want   time.Duration // between two requests
	}{
		"none":                        {nil, 6, 500 * time.Millisecond},
		"more, within bounds":         {crossref("5", "1s"), 6, 200 * time.Millisecond},
		"more than the bound":         {crossref("50", "1s"), 6, time.Second / 6},
		"more, but not to be heeded":  {crossref("50", "1s"), 0, 500 * time.Millisecond},
		"less":                        {crossref("1", "4s"), 6, 4 * time.Second},
		"less than can be meant":      {crossref("1", "10h"), 6, time.Minute},
		"a budget of a minute":        {headerOf("RateLimit-Remaining", "6", "RateLimit-Reset", "60"), 6, 10 * time.Second},
		"a budget of a day":           {headerOf("X-RateLimit-Remaining", "6", "X-RateLimit-Reset", "80000"), 6, 500 * time.Millisecond},
		"a budget that is as good as": {headerOf("X-RateLimit-Remaining", "999", "X-RateLimit-Reset", "10"), 6, time.Second / 6},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := clockFetcher(t, FetchConfig{}, func(*http.Request) (int, http.Header) { return 200, c.header.Clone() })
				get := func() {
					r := request(t, "https://a.example/")
					r.PerSecond, r.MostPerSecond = 2, c.most
					if _, err := f.Get(t.Context(), r); err != nil {
						t.Fatal(err)
					}
				}
				get()
				get()
				start := time.Now()
				get()
				if took := time.Since(start); took < c.want-time.Millisecond || took > c.want+time.Millisecond {
					t.Errorf("%s between two requests, want %s", took, c.want)
				}
			})
		})
	}
}

func TestPaceGoesDownAndUpAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := "1"
		f := clockFetcher(t, FetchConfig{}, func(*http.Request) (int, http.Header) {
			return 200, headerOf("X-Rate-Limit-Limit", limit, "X-Rate-Limit-Interval", "10s")
		})
		var took []time.Duration
		for i := range 6 {
			if i == 2 {
				limit = "20"
			}
			start := time.Now()
			r := request(t, "https://a.example/")
			r.PerSecond = 2
			if _, err := f.Get(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(start).Round(100*time.Millisecond))
		}
		if took[2] != 10*time.Second || took[5] != 500*time.Millisecond {
			t.Errorf("waits %v: want one of 10 s, and half a second in the end", took)
		}
	})
}

// A budget that is spent by the headers' own account is not overdrawn: a short pause is
// waited for, and a long one ends the query with the time of more as its reason.
func TestSpentBudgetByHeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		left, reset := "9", "7200"
		f := clockFetcher(t, FetchConfig{MaxWait: time.Minute}, func(*http.Request) (int, http.Header) {
			asked++
			return 200, headerOf("X-RateLimit-Remaining", left, "X-RateLimit-Reset", reset)
		})
		r := request(t, "https://a.example/")
		r.Cost = 10
		if _, err := f.Get(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		_, err := f.Get(t.Context(), r)
		e, ok := errors.AsType[*BudgetError](err)
		if !ok || asked != 1 || !e.Until.Equal(time.Now().Add(2*time.Hour)) || !strings.Contains(e.Error(), "until "+e.Until.UTC().Format("2006-01-02 15:04")) {
			t.Fatalf("asked %d times: %v", asked, err)
		}
		time.Sleep(2*time.Hour + time.Second)
		left, reset = "0", "30"
		if _, err := f.Get(t.Context(), r); err != nil {
			t.Fatalf("after the reset: %v", err)
		}
		start := time.Now()
		if _, err := f.Get(t.Context(), r); err != nil || time.Since(start) < 30*time.Second {
			t.Errorf("a short reset was not waited for: %s, %v", time.Since(start), err)
		}
	})
}

// To the harvester it is a budget: the query is put off, and not refused.
var _ harvester.Spent = (*BudgetError)(nil)

// OpenAlex answers 429 without Retry-After when the day's credits are spent, though a
// few are left.
func TestRefusalWithASpentBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		f := clockFetcher(t, FetchConfig{}, func(*http.Request) (int, http.Header) {
			asked++
			return 429, headerOf("X-RateLimit-Remaining", "3", "X-RateLimit-Reset", "7200")
		})
		r := request(t, "https://a.example/")
		r.Cost = 10
		_, err := f.Get(t.Context(), r)
		if e, ok := errors.AsType[*BudgetError](err); !ok || e.RetryAfter != 2*time.Hour || asked != 1 {
			t.Errorf("asked %d times: %v", asked, err)
		}
		// The same answer to a request that could be paid means another limit.
		r = request(t, "https://b.example/")
		_, err = f.Get(t.Context(), r)
		if e, ok := errors.AsType[*StatusError](err); !ok || e.Status != 429 || asked != 1+defaultAttempts {
			t.Errorf("asked %d times: %v", asked, err)
		}
	})
}

func TestConcurrencyFollowsTheHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var busy, most atomic.Int32
		f := clockFetcher(t, FetchConfig{}, nil)
		f.transport.send = func(r *http.Request) (*http.Response, error) {
			if n := busy.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer busy.Add(-1)
			if err := sleep(r.Context(), time.Second); err != nil {
				return nil, err
			}
			return &http.Response{
				StatusCode: 200, Header: headerOf("X-Concurrency-Limit", "2"), Request: r, Body: http.NoBody, ContentLength: 0,
			}, nil
		}
		// The first answer tells the limit.
		f.transport.hosts.of("a.example", 1000, 0).heed(limits{concurrent: 2, reset: -1}, 1, time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		for range 9 {
			wait.Go(func() { _, _ = f.Get(ctx, request(t, "https://a.example/")) })
		}
		time.Sleep(time.Second + time.Millisecond)
		cancel()
		wait.Wait()
		if most.Load() != 2 {
			t.Errorf("%d requests at once, want 2", most.Load())
		}
	})
}
