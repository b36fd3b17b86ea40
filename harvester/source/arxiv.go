package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

func init() { register("arxiv", newArXiv, Traits{OffByDefault: true}) }

const (
	arxivURL  = "https://export.arxiv.org/api/query"
	arxivRate = 1.0 / 3 // what its terms of use ask for
	arxivPage = 200
	arxivMost = 2000
	// arxivWindow is how many records of one query arXiv lists.
	arxivWindow = 30_000
	// arxivQuery is the longest compiled strategy in bytes of URL.
	arxivQuery = 6000
)

// arxivFirst is the day of the first preprint.
var arxivFirst = time.Date(1991, 8, 14, 0, 0, 0, 0, time.UTC)

// arxiv is arXiv, the preprints of physics, mathematics, computing and some social
// science, by its search API. It is off by default: few reviews of health or
// society find anything there.
//
// Carried over are AND, OR, NOT, phrases, truncation of single words and the
// fields for title, abstract, author and journal; keywords cannot be asked. A term
// without a field is looked for in all there is, which is wider; so are a phrase
// with a truncated word and proximity, which ask for their words anywhere. A
// window is by the day of submission.
type arxiv struct{ client }

func newArXiv(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("arxiv", c, f, arxivURL, arxivPage, arxivMost, arxivRate)
	return &arxiv{cl}, err
}

var arxivFields = map[strategy.Field]string{
	strategy.AnyField:  "all",
	strategy.Title:     "ti",
	strategy.Abstract:  "abs",
	strategy.Author:    "au",
	strategy.Container: "jr",
}

// A field is written before each word or phrase: nothing says that it can stand
// before a group.
var arxivDialect = dialect{terms: func(field strategy.Field, terms []phrase) (string, bool) {
	name, known := arxivFields[field]
	if !known {
		return "", false
	}
	exact := field != strategy.AnyField
	parts := make([]string, len(terms))
	for i, t := range terms {
		if t.plain() && len(t.words) > 1 {
			parts[i] = name + `:"` + t.text() + `"`
			continue
		}
		words := make([]string, len(t.words))
		for j, w := range t.words {
			words[j] = name + ":" + w.lucene()
		}
		parts[i] = strings.Join(words, " AND ")
		if len(words) > 1 {
			parts[i], exact = "("+parts[i]+")", false
		}
	}
	return strings.Join(parts, " OR "), exact
}}

// arxivText is the strategy as arXiv reads it. Terms are in lower case, so that a
// NOT is always the operator.
func arxivText(n strategy.Node) string {
	return strings.ReplaceAll(arxivDialect.compile(n), " NOT ", " ANDNOT ")
}

// Queries implements harvester.Source.
func (s *arxiv) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	queries, err := arxivDialect.searches(s.name, p, since, arxivQuery)
	for i := range queries {
		queries[i].Dated, queries[i].Earliest = true, arxivFirst
	}
	return queries, err
}

// Page implements harvester.Source. The cursor is the position of the page's first
// record in the result, from 0 on.
func (s *arxiv) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	text := arxivText(q.Strategy)
	if text == "" {
		return harvester.Page{}, noTerm(s.name, q)
	}
	start, err := position(cursor, 0)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("arxiv: query %q: %w", q.Name, err)
	}
	if !q.From.IsZero() || !q.Until.IsZero() {
		from, until := "199101010000", "300012312359"
		if !q.From.IsZero() {
			from = q.From.UTC().Format("20060102") + "0000"
		}
		if !q.Until.IsZero() {
			until = q.Until.UTC().Format("20060102") + "2359"
		}
		text = "(" + text + ") AND submittedDate:[" + from + " TO " + until + "]"
	}
	feed, sent, err := s.getXML(ctx, url.Values{
		"search_query": {text}, "start": {strconv.Itoa(start)}, "max_results": {strconv.Itoa(s.pageSize)},
		"sortBy": {"submittedDate"}, "sortOrder": {"ascending"},
	}, "feed")
	if err != nil {
		return harvester.Page{}, err
	}
	page, err := decodeArXiv(&feed)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("%s: %w", sent, err)
	}
	page.Sent, page.Mended = sent, feed.mended
	if page.Announced > arxivWindow {
		return harvester.Page{}, &harvester.TooManyError{Source: s.name, Announced: page.Announced, Max: arxivWindow}
	}
	got := len(page.Records) + len(page.Bad)
	switch {
	case got == 0 && start < page.Announced:
		// arXiv does so at times, and has them a minute later.
		return harvester.Page{}, fmt.Errorf("%s: arXiv announced %d records and listed none from record %d on", sent, page.Announced, start+1)
	case start+got < page.Announced:
		page.Next = strconv.Itoa(start + got)
	}
	return page, nil
}

// decodeArXiv reads a page of results. arXiv reports a fault as the only entry of a
// feed.
func decodeArXiv(feed *xmlPage) (harvester.Page, error) {
	entries, rest, err := split(feed.doc, "entry")
	if err != nil {
		return harvester.Page{}, err
	}
	envelope, _, err := decodeXML[struct {
		Total string `xml:"totalResults"`
	}](rest)
	if err != nil {
		return harvester.Page{}, err
	}
	total, err := strconv.Atoi(strings.TrimSpace(envelope.Total))
	if err != nil || total < 0 {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks totalResults")
	}
	if len(entries) == 1 {
		e, _, err := decodeXML[arxivEntry](entries[0].raw)
		if err == nil && strings.Contains(e.ID, "/api/errors") {
			return harvester.Page{}, fmt.Errorf("the source says %q", excerpt([]byte(e.Summary.line())))
		}
	}
	page := harvester.Page{Announced: total}
	page.Records, page.Bad = feed.entries(entries, decodeArXivEntry)
	return page, nil
}

type arxivEntry struct {
	ID        string   `xml:"id"`
	Title     markup   `xml:"title"`
	Summary   markup   `xml:"summary"`
	Authors   []markup `xml:"author>name"`
	Published string   `xml:"published"`
	Updated   string   `xml:"updated"`
	DOI       string   `xml:"doi"`
	Journal   markup   `xml:"journal_ref"`
}

// arxivIDForm is the address of a preprint, in its numbering since 2007 or the one
// before, with the version.
var arxivIDForm = regexp.MustCompile(`arxiv\.org/abs/([0-9]{4}\.[0-9]{4,5}|[a-z.-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]+)?$`)

func decodeArXivEntry(raw []byte) (record.Candidate, bool, error) {
	e, mended, err := decodeXML[arxivEntry](raw)
	var c record.Candidate
	if m := arxivIDForm.FindStringSubmatch(strings.TrimSpace(e.ID)); m != nil {
		c.SourceID = m[1]
	}
	if err != nil {
		return c, mended, fmt.Errorf("it is not XML: %w", err)
	}
	if c.SourceID == "" {
		return c, mended, fmt.Errorf("its id %q is not the address of a preprint", excerpt([]byte(e.ID)))
	}
	c.Titles = addText(nil, e.Title.line(), "")
	c.Abstracts = addText(nil, e.Summary.text(), "")
	for _, a := range e.Authors {
		if name := a.line(); name != "" {
			c.Authors = append(c.Authors, record.Author{Name: name})
		}
	}
	c.Date, c.Year = normalDate(e.Published)
	c.Container = e.Journal.line()
	c.IDs.DOI = normalDOI(e.DOI)
	addOther(&c.IDs, "arxiv", c.SourceID)
	c.URL = "https://arxiv.org/abs/" + c.SourceID
	c.Version = stamp(cmp.Or(strings.TrimSpace(e.Updated), strings.TrimSpace(e.Published)))
	return c, mended, nil
}
