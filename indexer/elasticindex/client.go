package elasticindex

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/elastic/go-elasticsearch/v8"
	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// requestTimeout is how long one answer may take. It is for the case that none
// comes; the caller's context says how long the caller will wait.
const requestTimeout = 2 * time.Minute

// patience is how often, and how far apart, a request is sent again.
type patience struct {
	tries       int
	first, most time.Duration
}

var (
	// A write is worth waiting for, but must give up well before the stream
	// delivers its messages a second time: 8 tries take 10 to 20 seconds.
	writing = patience{tries: 8, first: 200 * time.Millisecond, most: 6 * time.Second}
	// A reader is waiting for the answer.
	reading = patience{tries: 3, first: 100 * time.Millisecond, most: time.Second}
)

// wait sleeps before try number n+1: twice as long every time, and at random
// between half and all of it, so that several writers do not come back together.
func (p patience) wait(ctx context.Context, n int) error {
	d := min(p.first<<(n-1), p.most)
	timer := time.NewTimer(d/2 + rand.N(d/2+1))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// newClient returns a client that sends every request once, and the transport
// whose connections are to be closed at the end.
func newClient(cfg Config) (*elasticsearch.BaseClient, *http.Transport, error) {
	authorities, err := cfg.authorities()
	if err != nil {
		return nil, nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}
	client, err := elasticsearch.NewBaseClient(elasticsearch.Config{
		Addresses:         cfg.Addresses,
		Username:          cfg.Username,
		Password:          string(cfg.Password),
		APIKey:            string(cfg.APIKey),
		DisableRetry:      true,
		DisableMetaHeader: true,
		Transport:         productCheck{transport},
	})
	if err != nil {
		return nil, nil, fmt.Errorf("elasticsearch: client for %s: %w", cfg.where(), err)
	}
	return client, transport, nil
}

// productCheck refuses every success that is not signed by Elasticsearch. The
// client looks at the first answer only, and a proxy may put its own page in the
// place of any.
type productCheck struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (c productCheck) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode < 300 && res.Header.Get("X-Elastic-Product") != "Elasticsearch" {
		res.Body.Close()
		return nil, errNotElastic
	}
	return res, nil
}

// once sends a request and decodes the answer into into, unless that is nil.
func (x *Index) once(ctx context.Context, req esapi.Request, into any) error {
	if x.closed.Load() {
		return errClosed
	}
	late := fmt.Errorf("no answer within %v", x.timeout)
	ctx, cancel := context.WithTimeoutCause(ctx, x.timeout, late)
	defer cancel()
	res, err := req.Do(ctx, x.client)
	if errors.Is(context.Cause(ctx), late) {
		return late
	}
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return refused(res)
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		if errors.Is(context.Cause(ctx), late) {
			return late
		}
		return fmt.Errorf("the answer cannot be read: %w", err)
	}
	return nil
}

// call sends a request until it is answered or patience ends. build makes the
// request anew for every try, because sending it uses it up.
func (x *Index) call(ctx context.Context, p patience, doing string, build func() esapi.Request, into any) error {
	for try := 1; ; try++ {
		err := x.once(ctx, build(), into)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("elasticsearch: %s: %w", doing, ctx.Err())
		}
		if try >= p.tries || !passing(err) {
			return x.explain(doing, err)
		}
		if err := p.wait(ctx, try); err != nil {
			return fmt.Errorf("elasticsearch: %s: %w", doing, err)
		}
	}
}
