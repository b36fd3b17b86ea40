package source

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"polyglean/harvester"
	"polyglean/internal/secret"
)

// client is what the sources with one search endpoint have in common.
type client struct {
	name     string
	base     *url.URL
	fetch    *Fetcher
	pageSize int
	// rate is in requests a second; fastest is how far the source's own headers may raise
	// it. perDay is the budget of a day (0: no limit).
	rate, fastest float64
	perDay        int
	contact       string
	key           secret.Text
	// header goes with every request; it may hold the key.
	header http.Header
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
	// A source that says it allows more than its default is asked faster; an operator
	// who says how fast means it.
	fastest := rate * raise
	if c.RequestsPerSecond > 0 {
		rate, fastest = c.RequestsPerSecond, c.RequestsPerSecond
	}
	if c.BudgetPerDay < 0 {
		return client{}, fmt.Errorf("source %s: budget_per_day %d: give a number above 0, or 0 for its default", name, c.BudgetPerDay)
	}
	return client{
		name: name, base: u, fetch: f, pageSize: size, rate: rate, fastest: fastest, perDay: c.BudgetPerDay, contact: c.Contact, key: c.Key,
	}, nil
}

// raise is how many times its default pace a source may be asked at when it says that
// it allows that.
const raise = 3

// Pace implements harvester.Paced.
func (c client) Pace() harvester.Pace {
	return harvester.Pace{PageSize: c.pageSize, PerSecond: c.rate, PerDay: c.perDay}
}

// Name implements harvester.Source.
func (c client) Name() string { return c.name }

// needKey says what is missing to ask a source that gives nothing without a key;
// where is the address that hands them out.
func (c client) needKey(where string) error {
	if c.key == "" {
		return fmt.Errorf("%s gives nothing without an API key: set sources.%s.key in the configuration; free ones are to be had at %s", c.name, c.name, where)
	}
	return nil
}

// get fetches the endpoint with params and returns an answer in JSON.
func (c client) get(ctx context.Context, params url.Values) (asked, error) {
	return c.getAt(ctx, c.base, params)
}

// getAt is get for a source with several endpoints, of which at is one.
func (c client) getAt(ctx context.Context, at *url.URL, params url.Values) (asked, error) {
	return c.getFor(ctx, at, params, 1)
}

// getFor is getAt for a request that costs so much of the source's budget.
func (c client) getFor(ctx context.Context, at *url.URL, params url.Values, cost int) (asked, error) {
	got, err := c.request(ctx, at, params, Request{Accept: jsonTypes, Check: checkJSON, Cost: cost})
	if err != nil {
		return asked{}, err
	}
	var note string
	got.Body, note = jsonUTF8(got.Body, got.Header.Get("Content-Type"))
	got.mended.add(note)
	return got, nil
}

// getXML is get for a source that answers in XML with one of the given root
// elements.
func (c client) getXML(ctx context.Context, params url.Values, roots ...string) (page xmlPage, sent string, err error) {
	resp, err := c.request(ctx, c.base, params, Request{
		// Its root tells better what it is than the type it was given.
		Check: func(body []byte) error {
			_, err := readXML(body, "", roots...)
			return err
		},
	})
	if err != nil {
		return xmlPage{}, "", err
	}
	page, err = readXML(resp.Body, resp.Header.Get("Content-Type"), roots...)
	return page, resp.sent, err
}

// asked is an answer, the request as sent, without secrets, and what had to be put
// right.
type asked struct {
	*Response
	sent   string
	mended mendings
}

// page is what was decoded from the answer, or the error with the request before it.
func (a asked) page(p harvester.Page, err error) (harvester.Page, error) {
	if err != nil {
		return harvester.Page{}, fmt.Errorf("%s: %w", a.sent, err)
	}
	p.Sent, p.Mended = a.sent, a.mended
	return p, nil
}

func (c client) request(ctx context.Context, at *url.URL, params url.Values, r Request) (asked, error) {
	u := *at
	query := u.Query()
	for name, values := range params {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	r.URL, r.Header, r.PerSecond, r.MostPerSecond = &u, c.header, c.rate, c.fastest
	resp, err := c.fetch.Get(ctx, r)
	if err != nil {
		return asked{}, fmt.Errorf("%s: %w", c.name, err)
	}
	return asked{Response: resp, sent: redactURL(&u)}, nil
}

// position reads the cursor of a source whose pages are found by the position of
// their first record; the first one's is first.
func position(cursor string, first int) (int, error) {
	if cursor == "" {
		return first, nil
	}
	at, err := strconv.Atoi(cursor)
	if err != nil || at < first {
		return 0, fmt.Errorf("the cursor %q is not a position: reset the query's cursor", cursor)
	}
	return at, nil
}
