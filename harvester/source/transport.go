package source

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// transport is the http.RoundTripper beneath Colly. Each RoundTrip waits for the
// host's turn, reads the whole answer, and tries again when that may help.
type transport struct {
	config FetchConfig
	base   *http.Transport
	hosts  hosts
	// send sends one request; it is base's RoundTrip.
	send func(*http.Request) (*http.Response, error)
}

// call is what the transport must know of a Get, and what it hands back past
// Colly. It travels in the request's context, through redirects as well.
type call struct {
	accept    []string
	check     func([]byte) error
	perSecond float64
	// most is Request.MostPerSecond, cost what the request takes of a budget the host
	// counts.
	most, cost float64
	secrets    secrets
	// header is the header of the last answer. Colly gets one without
	// Content-Type: it would recode the body by its charset, and an XML decoder
	// would then do so again by the XML declaration.
	header http.Header
	// body is the body of the last answer, complete and decompressed.
	body []byte
}

type callKey struct{}

func newTransport(c FetchConfig) *transport {
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	base := &http.Transport{
		DialContext:            dialer.DialContext,
		DisableCompression:     true, // undone in readBody, where the limit is
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    15 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
	if c.AllowPrivate {
		base.Proxy = http.ProxyFromEnvironment
	} else {
		dialer.Control = refusePrivate
	}
	return &transport{config: c, base: base, send: base.RoundTrip}
}

// attemptsError is a request that failed as often as it may be tried.
type attemptsError struct {
	url      string
	attempts int
	last     error
}

func (e *attemptsError) Error() string {
	return fmt.Sprintf("fetch %s: given up after %d attempts, the last of which: %v: "+
		"the next run goes on from here; if it stays so, check the base_url of the source and the network", e.url, e.attempts, e.last)
}

func (e *attemptsError) Unwrap() error { return e.last }

// RoundTrip implements http.RoundTripper. The whole body is handed past Colly, in the
// call. An answer with an error status is returned as it is once trying again
// is of no use; what is refused is an error.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		return nil, errors.New("fetch: request made past Fetcher.Get")
	}
	h := t.hosts.of(req.URL.Host, c.perSecond, c.most)
	for attempt := 1; ; attempt++ {
		if err := h.turn(ctx, t.config.MaxWait); err != nil {
			return nil, err
		}
		if attempt > 1 {
			h.count(0, 1, 0)
		}
		resp, err := t.attempt(req, h, c)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil && !worthRetrying(err) {
			return nil, err
		}
		pause := t.backoff(attempt)
		if err == nil {
			asked, ok := t.pauseAsked(resp.Header, c.cost)
			if !worthAsking(resp.StatusCode, ok) {
				return resp, nil
			}
			if ok {
				why := fmt.Sprintf("status %d", resp.StatusCode)
				if text := c.secrets.hide(excerpt(peek(resp))); text != "" {
					why += fmt.Sprintf(", saying %q", text)
				}
				h.hold(asked, why)
				if asked > t.config.MaxWait {
					return nil, &BudgetError{Host: h.name, RetryAfter: asked, Until: time.Now().Add(asked), Reason: why}
				}
				pause = asked + pause/4 // not to the second: others were told the same
			}
		}
		if attempt == t.config.Attempts {
			return resp, lastError(req, attempt, err)
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// lastError is what the last of several attempts ends with.
func lastError(req *http.Request, attempts int, err error) error {
	if err == nil {
		return nil
	}
	if page, ok := errors.AsType[*notDataError](err); ok {
		return page.refused
	}
	return &attemptsError{url: redactURL(req.URL), attempts: attempts, last: err}
}

// attempt sends the request once and reads and checks its answer.
func (t *transport) attempt(req *http.Request, h *host, c *call) (*http.Response, error) {
	if err := h.enter(req.Context()); err != nil {
		return nil, err
	}
	defer h.leave()
	ctx, cancel := context.WithTimeout(req.Context(), t.config.Timeout)
	defer cancel()
	h.count(1, 0, 0)
	resp, err := t.send(req.Clone(ctx))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	h.heed(limitsOf(resp.Header, time.Now()), c.cost, t.config.MaxWait)
	body, wire, err := readBody(resp, t.config.MaxBody)
	h.count(0, 0, wire)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		if len(body) == 0 {
			return nil, errors.New("the answer is empty")
		}
		if err := checkType(redactURL(req.URL), resp.Header, body, c.accept); err != nil {
			return nil, &notDataError{err}
		}
		if c.check != nil {
			if err := c.check(body); err != nil {
				return nil, err
			}
		}
	}
	c.header, c.body = resp.Header, body
	out := *resp
	out.Header = resp.Header.Clone()
	out.Header.Del("Content-Type")
	out.Header.Del("Content-Encoding")
	out.Uncompressed = true // or Colly unpacks by path and type, without a limit
	out.ContentLength = 0
	out.Body = handedPast(body)
	return &out, nil
}

// handedPast is a body that is in memory already, and empty to whoever reads it: Colly
// would copy it, several times while it grows. Fetcher.Get takes it from the call.
type handedPast []byte

func (handedPast) Read([]byte) (int, error) { return 0, io.EOF }
func (handedPast) Close() error             { return nil }

// peek returns the body of an answer of attempt without using it up.
func peek(resp *http.Response) []byte { return resp.Body.(handedPast) }

// notDataError marks a refused answer as one that may be better the next time: a
// bot wall or a maintenance page often is.
type notDataError struct{ refused error }

func (e *notDataError) Error() string { return e.refused.Error() }
func (e *notDataError) Unwrap() error { return e.refused }

// worthRetrying tells a fault of the moment from one that stays.
func worthRetrying(err error) bool {
	if _, ok := errors.AsType[*notDataError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*RefusedError](err); ok {
		return false
	}
	if _, ok := errors.AsType[*TooLargeError](err); ok {
		return false
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return !dns.IsNotFound
	}
	return true
}

// worthAsking tells an error status that may pass from an answer that stays. Some
// sources say with 403 and a Retry-After that a quota is spent.
func worthAsking(status int, toldWhen bool) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		return toldWhen
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= 500
}

// pauseAsked is the pause an answer asks for: by Retry-After, or because a budget it
// counts is spent.
func (t *transport) pauseAsked(h http.Header, cost float64) (time.Duration, bool) {
	now := time.Now()
	if pause, ok := retryAfter(h, now); ok {
		return pause, true
	}
	return limitsOf(h, now).spent(cost)
}

// retryAfter reads Retry-After, in seconds or as a date. A date is compared with
// the server's own clock where the answer tells it, since ours may differ.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil {
		now = theirs
	}
	return max(at.Sub(now), 0), true
}

// backoff is the pause after the nth attempt: the first pause doubled each time,
// at most MaxWait, between half of it and all of it.
func (t *transport) backoff(attempt int) time.Duration {
	pause := t.config.Backoff
	for i := 1; i < attempt && pause < t.config.MaxWait; i++ {
		pause *= 2
	}
	pause = min(pause, t.config.MaxWait)
	return pause/2 + rand.N(pause/2+1)
}
