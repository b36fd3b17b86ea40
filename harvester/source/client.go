package source

import (
	"context"
	"fmt"
	"net/url"
)

// client is what the sources with a JSON search endpoint have in common.
type client struct {
	name     string
	base     *url.URL
	fetch    *Fetcher
	pageSize int
	// rate is in requests a second.
	rate    float64
	contact string
	key     Secret
}

// newClient checks a source's configuration; size is the default page size and
// most the largest the source gives.
func newClient(name string, c Config, f *Fetcher, base string, size, most int, rate float64) (client, error) {
	if c.BaseURL != "" {
		base = c.BaseURL
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return client{}, fmt.Errorf("source %s: base_url %q is no http or https address", name, base)
	}
	if c.PageSize < 0 || c.PageSize > most {
		return client{}, fmt.Errorf("source %s: page_size %d: it gives 1 to %d records a page, 0 is its default of %d", name, c.PageSize, most, size)
	}
	if c.PageSize > 0 {
		size = c.PageSize
	}
	if c.RequestsPerSecond < 0 {
		return client{}, fmt.Errorf("source %s: requests_per_second %g: give a number above 0, or 0 for the default of %g", name, c.RequestsPerSecond, rate)
	}
	if c.RequestsPerSecond > 0 {
		rate = c.RequestsPerSecond
	}
	return client{name: name, base: u, fetch: f, pageSize: size, rate: rate, contact: c.Contact, key: c.Key}, nil
}

// Name implements harvester.Source.
func (c client) Name() string { return c.name }

// get fetches the endpoint with params and returns a JSON body, and the request
// as sent.
func (c client) get(ctx context.Context, params url.Values) (body []byte, sent string, err error) {
	u := *c.base
	query := u.Query()
	for name, values := range params {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	resp, err := c.fetch.Get(ctx, Request{URL: &u, Accept: jsonTypes, Check: checkJSON, PerSecond: c.rate})
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", c.name, err)
	}
	return resp.Body, redactURL(&u), nil
}
