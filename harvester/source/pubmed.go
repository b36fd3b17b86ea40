package source

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"polyglean/harvester"
	"polyglean/internal/protocol"
)

func init() { register("pubmed", newPubMed, Traits{}) }

const (
	pubmedBase = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
	// pubmedWindow is how many records of one query ESearch lists.
	pubmedWindow = 9999
	// pubmedPage is the default page; pubmedMaxPage is what the address of an
	// EFetch has room for.
	pubmedPage    = 100
	pubmedMaxPage = 400
	// The paces NCBI allows without and with a key.
	pubmedPace    = 3.0
	pubmedKeyPace = 10.0
)

// pubmedFirst is before the first record came into PubMed.
var pubmedFirst = time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)

// pubmed searches PubMed through the E-utilities of NCBI: for each page an
// ESearch for the IDs and an EFetch for the records.
type pubmed struct{ client }

func newPubMed(c Config, f *Fetcher) (harvester.Source, error) {
	pace := pubmedPace
	if c.Key != "" {
		pace = pubmedKeyPace
	}
	cl, err := newClient("pubmed", c, f, pubmedBase, pubmedPage, pubmedMaxPage, pace)
	return &pubmed{cl}, err
}

// Queries implements harvester.Source: those of the protocol's searches. A window
// is by the date a record came into PubMed.
func (*pubmed) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	queries, err := pubmedDialect.searches("PubMed", p, since, pubmedLimit)
	for i := range queries {
		queries[i].Dated, queries[i].Earliest = true, pubmedFirst
	}
	return queries, err
}

// Page implements harvester.Source. The cursor is the position of the page's
// first record in the result.
func (s *pubmed) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	page, err := s.page(ctx, q, cursor)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("pubmed: search %q: %w", q.Name, err)
	}
	return page, nil
}

func (s *pubmed) page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	start, err := position(cursor, 0)
	if err != nil {
		return harvester.Page{}, err
	}
	found, sent, err := s.search(ctx, q, start)
	if err != nil {
		return harvester.Page{}, err
	}
	page := harvester.Page{Announced: found.count, Sent: sent}
	if found.count > pubmedWindow {
		return harvester.Page{}, &harvester.TooManyError{Source: s.name, Announced: found.count, Max: pubmedWindow}
	}
	if len(found.ids) == 0 {
		if start < found.count {
			return harvester.Page{}, fmt.Errorf("PubMed announced %d records and listed none from record %d on", found.count, start+1)
		}
		return page, nil
	}
	if err := s.records(ctx, found.ids, &page); err != nil {
		return harvester.Page{}, err
	}
	if next := start + len(found.ids); next < found.count {
		page.Next = strconv.Itoa(next)
	}
	return page, nil
}

type pubmedFound struct {
	count int
	ids   []string
}

// search asks ESearch for the IDs of one page.
func (s *pubmed) search(ctx context.Context, q harvester.Query, start int) (pubmedFound, string, error) {
	term := pubmedDialect.compile(q.Strategy)
	if term == "" {
		return pubmedFound{}, "", errors.New("PubMed can express no part of it")
	}
	params := []string{
		"term=" + url.QueryEscape(term), "retmode=json",
		"retmax=" + strconv.Itoa(s.pageSize), "retstart=" + strconv.Itoa(start),
	}
	if !q.From.IsZero() || !q.Until.IsZero() {
		// PubMed takes a window only with both ends.
		from, until := "1800/01/01", "3000/12/31"
		if !q.From.IsZero() {
			from = q.From.UTC().Format("2006/01/02")
		}
		if !q.Until.IsZero() {
			until = q.Until.UTC().Format("2006/01/02")
		}
		params = append(params, "datetype=edat", "mindate="+url.QueryEscape(from), "maxdate="+url.QueryEscape(until))
	}
	var found pubmedFound
	resp, err := s.ask(ctx, "esearch.fcgi", params, []string{"application/json", "text/plain"}, func(body []byte) (err error) {
		found, err = readESearch(body)
		return err
	})
	if err != nil {
		return found, "", err
	}
	return found, resp.URL, nil
}

// readESearch reads an answer of ESearch. NCBI reports its own faults with status
// 200, and most pass, so that they count as a failed attempt.
func readESearch(body []byte) (pubmedFound, error) {
	var answer struct {
		Error  string `json:"error"`
		Result *struct {
			Count string   `json:"count"`
			IDs   []string `json:"idlist"`
			Error string   `json:"ERROR"`
		} `json:"esearchresult"`
	}
	if err := readJSON(body, &answer); err != nil {
		return pubmedFound{}, fmt.Errorf("ESearch sent no whole JSON: %w", err)
	}
	switch {
	case answer.Error != "":
		return pubmedFound{}, fmt.Errorf("ESearch says %q", excerpt([]byte(answer.Error)))
	case answer.Result == nil:
		return pubmedFound{}, errors.New("ESearch sent no result")
	case answer.Result.Error != "":
		return pubmedFound{}, fmt.Errorf("ESearch says %q", excerpt([]byte(answer.Result.Error)))
	}
	count, err := strconv.Atoi(answer.Result.Count)
	if err != nil || count < 0 {
		return pubmedFound{}, fmt.Errorf("ESearch sent %q as the number of records", answer.Result.Count)
	}
	for _, id := range answer.Result.IDs {
		if normalPMID(id) == "" {
			return pubmedFound{}, fmt.Errorf("ESearch sent %q as a PMID", id)
		}
	}
	return pubmedFound{count, answer.Result.IDs}, nil
}

// records asks EFetch for the records of the given IDs and puts them into the page. One
// that does not come is reported as bad: it was announced.
func (s *pubmed) records(ctx context.Context, ids []string, page *harvester.Page) error {
	var answer xmlPage
	_, err := s.ask(ctx, "efetch.fcgi", []string{"retmode=xml", "id=" + strings.Join(ids, ",")},
		[]string{"text/xml", "application/xml", "text/plain"}, func(body []byte) (err error) {
			answer, err = readXML(body, "", pubmedRoots...)
			return err
		})
	if err != nil {
		return err
	}
	got, bad, err := pubmedRecords(&answer)
	if err != nil {
		return err
	}
	have := make(map[string]bool, len(ids))
	for _, c := range got {
		have[c.SourceID] = true
	}
	for _, b := range bad {
		have[b.SourceID] = true
	}
	for _, id := range ids {
		if !have[normalPMID(id)] {
			bad = append(bad, harvester.Bad{SourceID: id, Reason: "ESearch listed it, and EFetch did not send it", Raw: []byte(id)})
		}
	}
	page.Records, page.Bad, page.Mended = got, bad, answer.mended
	return nil
}

// ask sends a request to one of the E-utilities.
func (s *pubmed) ask(ctx context.Context, name string, params, accept []string, check func([]byte) error) (*Response, error) {
	u := s.base.JoinPath(name)
	params = append([]string{"db=pubmed"}, params...)
	params = append(params, "tool=polyglean")
	if s.contact != "" {
		params = append(params, "email="+url.QueryEscape(s.contact))
	}
	if s.key != "" {
		params = append(params, "api_key="+url.QueryEscape(s.key.Reveal()))
	}
	u.RawQuery = strings.Join(params, "&")
	return s.fetch.Get(ctx, Request{
		URL: u, Accept: accept, Check: check, PerSecond: s.rate, MostPerSecond: s.fastest,
	})
}
