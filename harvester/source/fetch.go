package source

import (
	"context"
	"net/http"
	"net/url"
	"time"
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
	// AllowPrivate permits addresses on this machine and in private networks.
	// Off by default; tests, the demonstration and mirrors need it.
	AllowPrivate bool `yaml:"allow_private"`
	// Backoff is the first pause after a failed attempt (default 1 s), doubled each
	// time, with jitter.
	Backoff time.Duration `yaml:"backoff"`
}

// Request is one GET to a source.
type Request struct {
	URL    *url.URL
	Header http.Header
	// Accept lists the media types an answer may have, by prefix; anything else,
	// such as an HTML page in the place of data, is a *RefusedError. Empty accepts
	// what is not HTML.
	Accept []string
	// Check, if set, sees the body of a good answer; an error from it, such as for
	// JSON cut short, fails the attempt and the request is tried again.
	Check func(body []byte) error
	// PerSecond is the pace for the URL's host; 0 keeps the one set before.
	PerSecond float64
}

// Response is an answer with its whole body, decompressed.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// URL is where the answer came from, after redirects, without secrets.
	URL string
}

var _ context.Context // the Fetcher's methods take one
