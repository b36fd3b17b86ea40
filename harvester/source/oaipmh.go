package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

func init() { register("oai", newOAI, Traits{}) }

// oaiPace is the default pace in requests a second: most repositories are one
// small server.
const oaiPace = 1

// oai reads repositories whole over OAI-PMH 2.0, whatever repositories and sets the
// protocol names: in Dublin Core, which every repository has, or in a form of its
// own that the set names and oaiFormats knows.
//
// A window is by datestamp, which is when the repository last touched the record.
// Some touch all they have at times (DergiPark with each new index, KCI on loading),
// so that a window holds records published in any year: publication is what the
// record's own date says, and a record touched without change counts as unchanged.
type oai struct {
	fetch   *Fetcher
	base    string // in place of all endpoints, if set
	contact string
	rate    float64
	// layouts holds the layout for dates of each endpoint that was asked for it.
	layouts sync.Map
}

func newOAI(c Config, f *Fetcher) (harvester.Source, error) {
	s := &oai{fetch: f, base: c.BaseURL, contact: c.Contact, rate: c.RequestsPerSecond}
	switch {
	case c.RequestsPerSecond < 0:
		return nil, fmt.Errorf("source oai: requests_per_second %g: give a number above 0, or 0 for the default of %d", c.RequestsPerSecond, oaiPace)
	case c.PageSize != 0:
		return nil, errors.New("source oai: page_size: leave it out, each repository has its own")
	case c.RequestsPerSecond == 0:
		s.rate = oaiPace
	}
	if s.base != "" {
		if _, err := s.endpoint(""); err != nil {
			return nil, fmt.Errorf("source oai: base_url: %w", err)
		}
	}
	return s, nil
}

// Repositories forget a resumption token within hours, and a list that breaks off
// must be read again from its start. A list of more than oaiWindow records and
// oaiWindowPages pages, which at the default pace take some minutes, is therefore read
// in windows of dates, each done when it is done.
const (
	oaiWindow      = 5000
	oaiWindowPages = 200
)

// oaiFirst is before any datestamp: the protocol is of 2001.
var oaiFirst = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Pace implements harvester.Paced; how much a page holds is each repository's
// choice, 100 with most.
func (s *oai) Pace() harvester.Pace { return harvester.Pace{PageSize: 100, PerSecond: s.rate} }

// Name implements harvester.Source.
func (*oai) Name() string { return "oai" }

// Queries implements harvester.Source: one for each set that the protocol names
// under this source. A window is by the datestamps of the repository.
func (s *oai) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	var queries []harvester.Query
	for _, use := range p.Sources {
		if use.Name != s.Name() {
			continue
		}
		for _, set := range use.Sets {
			if _, err := s.endpoint(set.Endpoint); err != nil {
				return nil, fmt.Errorf("oai: set %q: %w", set.Name, err)
			}
			if _, known := oaiFormats[set.Format]; set.Format != "" && !known {
				return nil, fmt.Errorf("oai: set %q: this program cannot read the format %q: it reads %s; leave it out for Dublin Core",
					set.Name, set.Format, strings.Join(slices.Sorted(maps.Keys(oaiFormats)), ", "))
			}
			queries = append(queries, harvester.Query{
				Name: "set:" + set.Name, Route: record.RouteHarvest,
				Endpoint: set.Endpoint, Set: set.Spec, Format: set.Format, From: since,
				Dated: true, Earliest: oaiFirst,
			})
		}
	}
	return queries, nil
}

// endpoint is the address to ask: the configured one in place of all others.
func (s *oai) endpoint(address string) (*url.URL, error) {
	if s.base != "" {
		address = s.base
	}
	if address == "" {
		return nil, errors.New("no endpoint: give the set the base URL of its repository")
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is no http or https address", address)
	}
	return u, nil
}

// Page implements harvester.Source.
func (s *oai) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	_, read, err := s.Answer(ctx, q, cursor)
	if err != nil {
		return harvester.Page{}, err
	}
	return read(), nil
}

// Answer implements harvester.Answering.
func (s *oai) Answer(ctx context.Context, q harvester.Query, cursor string) (next string, read func() harvester.Page, err error) {
	page, answer, list, err := s.answer(ctx, q, cursor)
	if err != nil {
		return "", nil, fmt.Errorf("oai: %s: %w", q.Name, err)
	}
	return page.Next, func() harvester.Page {
		records := list.read()
		records.published(oaiCountries[hostOf(q.Endpoint)])
		page.Records, page.Bad, page.Mended = records.records, records.bad, answer.mended
		(*mendings)(&page.Mended).also(records.mended)
		return page
	}, nil
}

// answer asks for a page; the records of list are still to be read into it.
func (s *oai) answer(ctx context.Context, q harvester.Query, cursor string) (page harvester.Page, answer xmlPage, list oaiList, err error) {
	endpoint, err := s.endpoint(q.Endpoint)
	if err != nil {
		return page, answer, list, err
	}
	at, err := readOAICursor(cursor)
	if err != nil {
		return page, answer, list, err
	}
	params := []string{"verb=ListRecords"}
	if at.Token != "" {
		// The token is exclusive: it holds all else.
		params = append(params, "resumptionToken="+url.QueryEscape(at.Token))
	} else if params, err = s.first(ctx, endpoint, q, params); err != nil {
		return page, answer, list, err
	}
	answer, resp, err := s.get(ctx, endpoint, params)
	if err != nil {
		return page, answer, list, err
	}
	page = harvester.Page{Announced: -1, Sent: resp.URL}
	list, err = readOAIList(answer)
	if err != nil {
		return page, answer, list, err
	}
	switch list.fault.Code {
	case "":
	case "noRecordsMatch":
		// Some repositories hand out one token too many and then say so.
		if at.Token == "" {
			page.Announced = 0
		}
		return page, xmlPage{}, oaiList{}, nil
	default:
		return page, answer, list, list.fault
	}
	if list.size >= 0 {
		page.Announced = list.size
		most := max(oaiWindow, oaiWindowPages*len(list.elements))
		if q.Dated && at.Token == "" && list.size > most && !q.Indivisible && s.heedsDates(ctx, endpoint, q) {
			return page, answer, list, &harvester.TooManyError{Source: s.Name(), Announced: list.size, Max: most}
		}
	}
	if list.token != "" {
		next, err := at.next(list.token)
		if err != nil {
			return page, answer, list, err
		}
		page.Next = next.String()
	}
	return page, answer, list, nil
}

// first adds the arguments of a list's first request.
func (s *oai) first(ctx context.Context, endpoint *url.URL, q harvester.Query, params []string) ([]string, error) {
	params = append(params, "metadataPrefix="+url.QueryEscape(cmp.Or(q.Format, oaiDublinCore)))
	if !q.From.IsZero() || !q.Until.IsZero() {
		layout, err := s.granularity(ctx, endpoint)
		if err != nil {
			return nil, err
		}
		if !q.From.IsZero() {
			params = append(params, "from="+url.QueryEscape(q.From.UTC().Format(layout)))
		}
		if !q.Until.IsZero() {
			until := q.Until.UTC()
			if until.Equal(until.Truncate(24 * time.Hour)) {
				until = until.Add(24*time.Hour - time.Second) // a day is meant to its end
			}
			params = append(params, "until="+url.QueryEscape(until.Format(layout)))
		}
	}
	if q.Set != "" {
		params = append(params, "set="+url.QueryEscape(q.Set))
	}
	return params, nil
}

// oaiDublinCore is the form of metadata that every repository has.
const oaiDublinCore = "oai_dc"

// oaiFormats are the forms of metadata that can be read, by metadataPrefix, and what
// reads a record's metadata in each.
var oaiFormats = map[string]oaiReader{
	oaiDublinCore: readDC,
	"oai_qdc":     readDC,
	"qdc":         readDC, // OpenEdition
	"dcterms":     readDC,
	"oai_kci":     readKCI,
}

// oaiCountries are the countries of the journals of those platforms that take in the
// journals of one alone and say so, by their hosts. Others that are run in one country,
// such as OpenEdition, Persée and SSOAR, have those of several.
var oaiCountries = map[string]string{
	"open.kci.go.kr":   "KR", // journals published in Korea, by the rules of its registry
	"dergipark.org.tr": "TR", // "academic journals published in Turkey", by its terms of participation
}

// hostOf is the host of an address, without a www before it.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

const oaiSeconds = "2006-01-02T15:04:05Z"

// granularity asks the repository, once, how fine its datestamps are, and returns the
// layout for from and until. Days, which every repository must take, where it
// does not say: the window then only overlaps more.
func (s *oai) granularity(ctx context.Context, endpoint *url.URL) (string, error) {
	if layout, ok := s.layouts.Load(endpoint.String()); ok {
		return layout.(string), nil
	}
	answer, _, err := s.get(ctx, endpoint, []string{"verb=Identify"})
	if err != nil {
		return "", fmt.Errorf("ask for its granularity: %w", err)
	}
	layout := time.DateOnly
	if found, _, err := split(answer.doc, "granularity"); err == nil && len(found) > 0 {
		text, _, err := decodeXML[string](found[0].raw)
		if err == nil && strings.EqualFold(strings.TrimSpace(text), "YYYY-MM-DDThh:mm:ssZ") {
			layout = oaiSeconds
		}
	}
	s.layouts.Store(endpoint.String(), layout)
	return layout, nil
}

// heedsDates says whether a list can be asked for by date. A repository that passes over
// the dates it is given would send the whole list once for each window; it gives itself
// away when it has records for a time before the protocol was.
func (s *oai) heedsDates(ctx context.Context, endpoint *url.URL, q harvester.Query) bool {
	q.From, q.Until = time.Time{}, oaiFirst
	params, err := s.first(ctx, endpoint, q, []string{"verb=ListRecords"})
	if err != nil {
		return true
	}
	answer, _, err := s.get(ctx, endpoint, params)
	if err != nil {
		return true // an answer with an error for such a date has looked at it
	}
	list, err := readOAIList(answer)
	return err != nil || len(list.elements) == 0
}

func (s *oai) get(ctx context.Context, endpoint *url.URL, params []string) (xmlPage, *Response, error) {
	u := *endpoint
	if u.RawQuery != "" {
		params = append([]string{u.RawQuery}, params...)
	}
	u.RawQuery = strings.Join(params, "&")
	// OAI-PMH allows no arguments but its own, so that the contact goes where HTTP
	// has a place for it.
	header := http.Header{}
	if s.contact != "" {
		header.Set("From", s.contact)
	}
	resp, err := s.fetch.Get(ctx, Request{
		URL: &u, Header: header, PerSecond: s.rate,
		// Repositories call their XML all sorts of names; its root tells.
		Check: func(body []byte) error {
			_, err := readXML(body, "", "OAI-PMH")
			return err
		},
	})
	if err != nil {
		return xmlPage{}, nil, err
	}
	answer, err := readXML(resp.Body, resp.Header.Get("Content-Type"), "OAI-PMH")
	return answer, resp, err
}

// oaiCursor is where a list stands: the token of the next page and what is needed
// to see that the tokens run in a circle. The marked token is moved on after 1,
// 2, 4, 8 … pages (Brent 1980), so that a circle of any length is found in time
// and the cursor stays small.
type oaiCursor struct {
	Token string `json:"token"`
	Page  int    `json:"page"`
	Mark  string `json:"mark,omitzero"`
	// MarkPage is the page the marked token led to.
	MarkPage int `json:"mark_page,omitzero"`
}

func readOAICursor(cursor string) (oaiCursor, error) {
	at := oaiCursor{}
	if cursor == "" {
		return at, nil
	}
	if err := readJSON([]byte(cursor), &at); err != nil || at.Token == "" {
		return at, fmt.Errorf("the cursor %q is not one of this source: reset the query's cursor", cursor)
	}
	return at, nil
}

func (c oaiCursor) next(token string) (oaiCursor, error) {
	next := oaiCursor{Token: token, Page: c.Page + 1, Mark: c.Mark, MarkPage: c.MarkPage}
	if token == c.Token || token == c.Mark {
		return next, fmt.Errorf("the repository gave the same resumptionToken %q again after %d pages: "+
			"its list runs in a circle and cannot be read to its end; harvest its sets one by one, or tell its operators",
			token, next.Page)
	}
	if c.Mark == "" || next.Page >= 2*c.MarkPage {
		next.Mark, next.MarkPage = token, next.Page
	}
	return next, nil
}

// String is the cursor as kept in the ledger.
func (c oaiCursor) String() string {
	raw, err := json.Marshal(c)
	if err != nil { // strings and numbers always marshal
		panic(err)
	}
	return string(raw)
}

// OAIError is an error that a repository reports in the protocol's own way.
type OAIError struct {
	// Code is the protocol's: badArgument, badResumptionToken, noSetHierarchy …
	Code string
	Text string
}

func (e *OAIError) Error() string {
	text := fmt.Sprintf("the repository answers %s", e.Code)
	if e.Text != "" {
		text += fmt.Sprintf(" (%s)", strconv.Quote(e.Text))
	}
	switch e.Code {
	case "badResumptionToken":
		return text + ": its token has expired; the query must start over from its first page"
	case "badArgument", "noSetHierarchy":
		return text + ": check the set's name and endpoint in the protocol"
	case "cannotDisseminateFormat":
		return text + ": leave the set's format out of the protocol, or, where it names none, check the endpoint: " +
			"Dublin Core is what every repository must have"
	}
	return text + ": check the endpoint in the protocol"
}
