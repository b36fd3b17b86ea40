package source

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/gocolly/colly/v2"
)

// FetchConfig bounds what a Fetcher takes and how it behaves. The zero value of
// a field means its default.
type FetchConfig struct {
	// UserAgent names the program; the contact address is added by the source.
	UserAgent string `yaml:"user_agent"`
	// MaxBody is the largest decompressed body accepted, in bytes (default 64 MiB).
	// A larger one is an error, never cut.
	MaxBody int64 `yaml:"max_body"`
	// Timeout bounds one attempt, headers and body (default 60 s).
	Timeout time.Duration `yaml:"timeout"`
	// Attempts is how often a request is tried in all (default 5).
	Attempts int `yaml:"attempts"`
	// MaxWait is the longest Retry-After that is waited for (default 5 min); a
	// longer one ends the query with a *BudgetError.
	MaxWait time.Duration `yaml:"max_wait"`
	// AllowPrivate permits addresses on this machine and in private networks, and
	// a proxy named by the environment (HTTPS_PROXY), whose address would be all
	// that could be checked. Off by default; tests, the demonstration and mirrors
	// need it.
	AllowPrivate bool `yaml:"allow_private"`
	// Backoff is the first pause after a failed attempt (default 1 s), doubled each
	// time, with jitter.
	Backoff time.Duration `yaml:"backoff"`
}

// Defaults of FetchConfig.
const (
	defaultUserAgent = "polyglean (bibliographic harvester for systematic reviews)"
	defaultMaxBody   = 64 << 20
	defaultTimeout   = 60 * time.Second
	defaultAttempts  = 5
	defaultMaxWait   = 5 * time.Minute
	defaultBackoff   = time.Second
)

func (c FetchConfig) withDefaults() (FetchConfig, error) {
	for _, f := range []struct {
		name     string
		negative bool
	}{
		{"max_body", c.MaxBody < 0},
		{"timeout", c.Timeout < 0},
		{"attempts", c.Attempts < 0},
		{"max_wait", c.MaxWait < 0},
		{"backoff", c.Backoff < 0},
	} {
		if f.negative {
			return c, fmt.Errorf("fetch: %s is negative: leave it out for the default", f.name)
		}
	}
	if c.UserAgent == "" {
		c.UserAgent = defaultUserAgent
	}
	if c.MaxBody == 0 {
		c.MaxBody = defaultMaxBody
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Attempts == 0 {
		c.Attempts = defaultAttempts
	}
	if c.MaxWait == 0 {
		c.MaxWait = defaultMaxWait
	}
	if c.Backoff == 0 {
		c.Backoff = defaultBackoff
	}
	return c, nil
}

// Request is one GET to a source.
type Request struct {
	URL    *url.URL
	Header http.Header
	// Accept lists the media types an answer may have, by prefix; anything else
	// is a *RefusedError. Empty accepts any. A body that is an HTML page is refused
	// whatever its type says: it is a bot wall or a login page in the place of data.
	Accept []string
	// Check, if set, sees the body of a good answer; an error from it, such as for
	// JSON cut short, fails the attempt and the request is tried again.
	Check func(body []byte) error
	// PerSecond is the pace for the URL's host; 0 keeps the one set before, at
	// first one request a second.
	PerSecond float64
	// MostPerSecond is how far the host's own headers may raise the pace; 0 means not
	// at all. They may always lower it.
	MostPerSecond float64
	// Cost is what the request takes of a budget that the host counts in its headers;
	// 0 is 1.
	Cost int
}

// Response is an answer with its whole body, decompressed.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// URL is where the answer came from, after redirects, without secrets.
	URL string
}

// Fetcher fetches for all sources: it keeps each host's pace, retries what is
// worth retrying, and refuses what is too large, not data, or not where it should
// be. It is safe for use by several goroutines.
//
// Colly does the crawling. All that it leaves open (its size limit cuts without
// an error and before decompression, its pacing ignores the context, a failed URL
// counts as visited, custom key headers follow redirects) is decided in the
// transport beneath it.
type Fetcher struct {
	collector *colly.Collector
	transport *transport
	// userAgent is the one sent, empty in a rehearsal.
	userAgent string
	rehearse  bool
}

// NewRehearsal makes a Fetcher that sends nothing: Get fails with a
// *RehearsedError that says what would have been sent.
func NewRehearsal() *Fetcher { return &Fetcher{rehearse: true} }

// NewFetcher makes a Fetcher. It fails on a negative setting, and when a COLLY_*
// environment variable is set: Colly lets those override what the program says,
// the size limit and the redirect policy among it.
func NewFetcher(c FetchConfig) (*Fetcher, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	if set := collyVariables(os.Environ()); len(set) > 0 {
		return nil, fmt.Errorf("environment variables %s would override the program's own limits: unset them",
			strings.Join(set, ", "))
	}
	t := newTransport(c)
	col := colly.NewCollector()
	// Fields, not options: NewCollector applies the environment after its options.
	col.AllowURLRevisit = true
	col.ParseHTTPErrorResponse = true
	col.IgnoreRobotsTxt = true // no page is read: see README.md, "Manners"
	col.MaxBodySize = 0        // the transport has its own limit, which fails instead of cutting
	col.DetectCharset = false  // XML and JSON say their own encoding
	col.CacheDir = ""
	col.UserAgent = c.UserAgent
	col.DisableCookies()
	col.SetRequestTimeout(0) // Colly's 10 s would cover all attempts together
	col.WithTransport(t)
	col.SetRedirectHandler(checkRedirect)
	return &Fetcher{collector: col, transport: t, userAgent: c.UserAgent}, nil
}

func collyVariables(environ []string) []string {
	var set []string
	for _, kv := range environ {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "COLLY_") {
			set = append(set, name)
		}
	}
	return set
}

// Get fetches r. An answer other than 200 is a *StatusError; a *BudgetError, a
// *RefusedError and a *TooLargeError say so themselves; a cancelled ctx ends the
// call at once, waiting for its turn included. No error holds a key.
func (f *Fetcher) Get(ctx context.Context, r Request) (*Response, error) {
	if r.URL == nil {
		return nil, errors.New("fetch: no URL")
	}
	secrets := secretsOf(r.URL, r.Header)
	if r.URL.Scheme != "https" && r.URL.Scheme != "http" || r.URL.Host == "" {
		return nil, &RefusedError{
			URL:    redactURL(r.URL),
			Reason: "not an http or https address",
			Hint:   "write the whole address, such as https://example.org/oai",
		}
	}
	if f.rehearse {
		return nil, &RehearsedError{URL: redactURL(r.URL)}
	}
	header := r.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Del("Host") // would send the request to one host under another's name
	header.Set("Accept-Encoding", "gzip")
	if header.Get("Accept") == "" && len(r.Accept) > 0 {
		header.Set("Accept", strings.Join(r.Accept, ", ")+", */*;q=0.1")
	}

	c := &call{accept: r.Accept, check: r.Check, perSecond: r.PerSecond, most: r.MostPerSecond, cost: float64(max(r.Cost, 1)), secrets: secrets}
	col := f.collector.Clone() // shares client and transport; has its own callbacks
	col.Context = context.WithValue(ctx, callKey{}, c)
	var got *Response
	col.OnResponse(func(resp *colly.Response) {
		got = &Response{
			Status: resp.StatusCode,
			Header: c.header,
			Body:   c.body,
			URL:    redactURL(resp.Request.URL),
		}
	})
	if err := col.Request(http.MethodGet, r.URL.String(), nil, nil, header); err != nil {
		return nil, secrets.clean(redactURL(r.URL), err)
	}
	if got == nil {
		return nil, fmt.Errorf("fetch %s: no answer", redactURL(r.URL))
	}
	if got.Status != http.StatusOK {
		return nil, &StatusError{
			Status:  got.Status,
			URL:     got.URL,
			Header:  got.Header,
			Excerpt: secrets.hide(excerpt(got.Body)),
		}
	}
	return got, nil
}

// Stats tells for each host what has been asked of it since the start.
func (f *Fetcher) Stats() map[string]HostStats { return f.transport.hosts.stats() }

// Close closes connections kept open for reuse.
func (f *Fetcher) Close() { f.transport.base.CloseIdleConnections() }
