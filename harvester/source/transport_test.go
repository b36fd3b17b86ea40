package source

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// clockFetcher is a Fetcher whose answers come from answer instead of the
// network, for use where time is simulated.
func clockFetcher(t *testing.T, c FetchConfig, answer func(*http.Request) (int, http.Header)) *Fetcher {
	t.Helper()
	f, err := NewFetcher(c)
	if err != nil {
		t.Fatal(err)
	}
	f.transport.send = func(r *http.Request) (*http.Response, error) {
		status, header := answer(r)
		if header == nil {
			header = http.Header{}
		}
		return &http.Response{
			StatusCode: status, Header: header, Request: r,
			Body: io.NopCloser(strings.NewReader("body")), ContentLength: 4,
		}, nil
	}
	return f
}

func TestRetryAfterIsObeyed(t *testing.T) {
	for name, c := range map[string]struct {
		header func() http.Header
		want   time.Duration
	}{
		"seconds": {func() http.Header { return http.Header{"Retry-After": {"120"}} }, 120 * time.Second},
		"date": {func() http.Header {
			return http.Header{"Retry-After": {time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)}}
		}, 90 * time.Second},
		"date by a clock that is a day ahead": {func() http.Header {
			theirs := time.Now().Add(24 * time.Hour).UTC()
			return http.Header{
				"Date":        {theirs.Format(http.TimeFormat)},
				"Retry-After": {theirs.Add(30 * time.Second).Format(http.TimeFormat)},
			}
		}, 30 * time.Second},
		"date gone by": {func() http.Header {
			return http.Header{"Retry-After": {time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)}}
		}, 0},
		"nonsense": {func() http.Header { return http.Header{"Retry-After": {"soon"}} }, 500 * time.Millisecond},
		"none":     {func() http.Header { return nil }, 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				f := clockFetcher(t, FetchConfig{}, func(*http.Request) (int, http.Header) {
					if asked++; asked == 1 {
						return 503, c.header()
					}
					return 200, nil
				})
				start := time.Now()
				if _, err := f.Get(t.Context(), request(t, "https://a.example/")); err != nil {
					t.Fatal(err)
				}
				// A quarter of the first pause comes on top, so that not all come back at once.
				if took := time.Since(start); took < c.want || took > c.want+time.Second {
					t.Errorf("waited %s, want %s", took, c.want)
				}
			})
		})
	}
}

func TestLongRetryAfterEndsTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		f := clockFetcher(t, FetchConfig{MaxWait: time.Minute}, func(*http.Request) (int, http.Header) {
			if asked++; asked == 1 {
				return 429, http.Header{"Retry-After": {"3600"}}
			}
			return 200, nil
		})
		start := time.Now()
		get := func(wait time.Duration) {
			t.Helper()
			_, err := f.Get(t.Context(), request(t, "https://a.example/?api_key=CANARY"))
			e, ok := errors.AsType[*BudgetError](err)
			if !ok || e.Host != "a.example" || e.RetryAfter != wait || !strings.Contains(e.Reason, "body") {
				t.Fatalf("error is %v, want a *BudgetError of %s", err, wait)
			}
		}
		get(time.Hour)
		time.Sleep(10 * time.Minute)
		get(50 * time.Minute)
		if asked != 1 {
			t.Errorf("the host was asked %d times, though it had said when", asked)
		}
		if took := time.Since(start); took != 10*time.Minute {
			t.Errorf("the calls themselves took %s", took-10*time.Minute)
		}
		if _, err := f.Get(t.Context(), request(t, "https://b.example/")); err != nil {
			t.Errorf("another host was not asked: %v", err)
		}
		time.Sleep(50*time.Minute + time.Second)
		if _, err := f.Get(t.Context(), request(t, "https://a.example/")); err != nil {
			t.Errorf("after the pause: %v", err)
		}
	})
}

func TestPaceIsPerHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := clockFetcher(t, FetchConfig{}, func(*http.Request) (int, http.Header) { return 200, nil })
		start := time.Now()
		for range 7 {
			for _, host := range []string{"a", "b"} {
				r := request(t, "https://"+host+".example/")
				r.PerSecond = 3
				if _, err := f.Get(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
		}
		if took := time.Since(start).Round(10 * time.Millisecond); took != 2*time.Second {
			t.Errorf("7 requests to each of two hosts at 3 a second took %s, want 2s", took)
		}
		start = time.Now()
		r := request(t, "https://c.example/")
		r.PerSecond = 0
		for range 3 {
			if _, err := f.Get(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("3 requests at the pace nobody set took %s, want 2s", took)
		}
	})
}

func TestRetriesKeepThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		f := clockFetcher(t, FetchConfig{Backoff: time.Millisecond}, func(*http.Request) (int, http.Header) {
			asked++
			return 503, nil
		})
		r := request(t, "https://a.example/")
		r.PerSecond = 0.5
		start := time.Now()
		_, err := f.Get(t.Context(), r)
		if e, ok := errors.AsType[*StatusError](err); !ok || e.Status != 503 {
			t.Errorf("error is %v", err)
		}
		// The limiter reckons in floating point; a microsecond is no haste.
		if took := time.Since(start); asked != 5 || took < 8*time.Second-time.Microsecond {
			t.Errorf("%d attempts at one in 2 s took %s", asked, took)
		}
	})
}

func TestBackoffDoublesUpToTheLongestWait(t *testing.T) {
	tr := newTransport(FetchConfig{Backoff: time.Second, MaxWait: 10 * time.Second})
	for attempt, top := range map[int]time.Duration{1: 1, 2: 2, 3: 4, 4: 8, 5: 10, 60: 10, 1000: 10} {
		top *= time.Second
		for range 100 {
			if got := tr.backoff(attempt); got < top/2 || got > top {
				t.Fatalf("pause after attempt %d is %s, want %s to %s", attempt, got, top/2, top)
			}
		}
	}
}

// The limiter knows ahead that a deadline would pass; the caller still gets to
// see a deadline, not a riddle.
func TestDeadlineBeforeTheTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := clockFetcher(t, FetchConfig{}, func(*http.Request) (int, http.Header) { return 200, nil })
		r := request(t, "https://a.example/")
		r.PerSecond = 0.01
		if _, err := f.Get(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := f.Get(ctx, r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}
	})
}
