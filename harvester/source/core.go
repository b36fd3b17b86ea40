package source

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

func init() { register("core", newCORE, Traits{OffByDefault: true, NeedsKey: true}) }

const (
	// coreURL ends in a slash: without it CORE answers with a redirect, which counts
	// as a request.
	coreURL = "https://api.core.ac.uk/v3/search/works/"
	// coreRate is what a free key allows: 10 requests a minute.
	coreRate = 10.0 / 60
	corePage = 100 // the most; above it CORE times out
	// coreMost is how many records of a query CORE gives by position.
	coreMost = 10_000
	// coreQuery is the longest compiled strategy in bytes of URL: web servers take
	// 8 KB.
	coreQuery = 6000
)

// coreFirst is before the first record: CORE began in 2011.
var coreFirst = time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC)

// core is CORE, which reads repositories and open journals of the whole world, by
// version 3 of its API.
//
// Windows are of createdDate, the day a record was added, so that a search with
// more records than CORE gives can be asked in parts that do not move.
//
// Carried over are AND, OR, phrases, truncation of single words and the fields; a
// term without a field asks for title and abstract. Wider than the strategy: a
// phrase with a truncated word asks for its words anywhere in the field, proximity
// for both sides anywhere, and a NOT is not sent. Journal and keyword fields cannot
// be asked.
type core struct {
	client
}

func newCORE(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("core", c, f, coreURL, corePage, corePage, coreRate)
	if cl.key != "" {
		cl.header = http.Header{"Authorization": {"Bearer " + cl.key.Reveal()}}
	}
	return &core{cl}, err
}

var coreDialect = dialect{terms: fielded(map[strategy.Field]string{
	strategy.Title:    "title",
	strategy.Abstract: "abstract",
	strategy.Author:   "authors.name",
}, widely(orOfPhrases))}

// Queries implements harvester.Source.
func (s *core) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	if err := s.needKey("https://core.ac.uk/services/api"); err != nil {
		return nil, err
	}
	queries, err := coreDialect.searches(s.name, p, since, coreQuery)
	for i := range queries {
		queries[i].Dated, queries[i].Earliest = true, coreFirst
	}
	return queries, err
}

// Page implements harvester.Source. The cursor is the position of the page's first
// record, from 0.
func (s *core) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	text, err := coreDialect.ask(s.name, q)
	if err != nil {
		return harvester.Page{}, err
	}
	if !q.From.IsZero() {
		text = "(" + text + ") AND createdDate>=" + q.From.UTC().Format(time.DateOnly)
	}
	if !q.Until.IsZero() {
		// A day is its first moment there, so that the next one is the border.
		text = "(" + text + ") AND createdDate<" + q.Until.UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	}
	start, err := position(cursor, 0)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("core: %w", err)
	}
	got, err := s.get(ctx, url.Values{
		"q":      {text},
		"limit":  {strconv.Itoa(s.pageSize)},
		"offset": {strconv.Itoa(start)},
	})
	if err != nil {
		return harvester.Page{}, err
	}
	page, err := got.page(decodeCORE(got.Body))
	if err != nil {
		return harvester.Page{}, err
	}
	if start == 0 && page.Announced > coreMost {
		return harvester.Page{}, &harvester.TooManyError{Source: s.name, Announced: page.Announced, Max: coreMost}
	}
	read := len(page.Records) + len(page.Bad)
	if next := start + read; read > 0 && next < page.Announced && next < coreMost {
		page.Next = strconv.Itoa(next)
	}
	return page, nil
}

// decodeCORE reads a page of works.
func decodeCORE(body []byte) (harvester.Page, error) {
	var answer struct {
		Total   *jsonInt          `json:"totalHits"`
		Results *[]jsontext.Value `json:"results"`
		Message jsonText          `json:"message"`
	}
	if err := readJSON(body, &answer); err != nil {
		return harvester.Page{}, err
	}
	if answer.Total == nil || answer.Results == nil {
		return harvester.Page{}, fmt.Errorf("the answer is no page of results: it lacks totalHits or results, saying %q", answer.Message.line())
	}
	page := harvester.Page{Announced: int(*answer.Total)}
	page.Records, page.Bad = decodeAll(*answer.Results, decodeCOREWork)
	return page, nil
}

type coreWork struct {
	ID       jsonText `json:"id"`
	DOI      jsonText `json:"doi"`
	Title    jsonText `json:"title"`
	Abstract jsonText `json:"abstract"`
	Authors  []struct {
		Name jsonText `json:"name"`
	} `json:"authors"`
	Language struct {
		Code jsonText `json:"code"`
	} `json:"language"`
	Published jsonText `json:"publishedDate"`
	Year      jsonInt  `json:"yearPublished"`
	Publisher jsonText `json:"publisher"`
	Journals  []struct {
		Title       jsonText           `json:"title"`
		Identifiers jsonList[jsonText] `json:"identifiers"`
	} `json:"journals"`
	Type       jsonText           `json:"documentType"`
	PubMed     jsonText           `json:"pubmedId"`
	ArXiv      jsonText           `json:"arxivId"`
	MAG        jsonText           `json:"magId"`
	OAI        jsonList[jsonText] `json:"oaiIds"`
	References []struct {
		DOI jsonText `json:"doi"`
		Raw jsonText `json:"raw"`
	} `json:"references"`
	Links []struct {
		Type jsonText `json:"type"`
		URL  jsonText `json:"url"`
	} `json:"links"`
	Updated jsonText `json:"updatedDate"`
}

func decodeCOREWork(raw jsontext.Value) (record.Candidate, error) {
	var w coreWork
	var c record.Candidate
	err := decodeRecord(raw, &w)
	c.SourceID = w.ID.line()
	if err != nil {
		return c, err
	}
	if c.SourceID == "" {
		return c, errors.New("the work has no id")
	}
	c.Titles = addText(nil, w.Title.line(), "")
	c.Abstracts = addText(nil, plainText(string(w.Abstract)), "")
	c.Languages = normalLangs(string(w.Language.Code))
	for _, a := range w.Authors {
		if name := a.Name.line(); name != "" {
			c.Authors = append(c.Authors, record.Author{Name: name})
		}
	}
	c.Date, c.Year = normalDate(string(w.Published))
	if date, year := dateOf(int(w.Year), 0, 0); year != 0 && year != c.Year {
		c.Date, c.Year = date, year
	}
	c.Publisher = strings.Trim(w.Publisher.line(), "'") // CORE has many of them in quotes
	for _, j := range w.Journals {
		if c.Container == "" {
			c.Container = j.Title.line()
		}
		for _, id := range j.Identifiers {
			c.ISSN = appendNew(c.ISSN, normalISSN(string(id)))
		}
	}
	c.Type = w.Type.line()
	c.IDs = record.Identifiers{DOI: normalDOI(string(w.DOI)), PMID: normalPMID(string(w.PubMed))}
	addOther(&c.IDs, "arxiv", w.ArXiv.line())
	addOther(&c.IDs, "mag", w.MAG.line())
	addOther(&c.IDs, "oai", firstOf(w.OAI...))
	var references uniques
	for _, r := range w.References {
		if doi := normalDOI(string(r.DOI)); doi != "" {
			references.add(doi)
		} else {
			references.add(r.Raw.line())
		}
	}
	c.References = references.list
	for _, l := range w.Links {
		if l.Type == "display" {
			c.URL = webAddress(l.URL)
		}
	}
	if c.URL == "" {
		c.URL = "https://core.ac.uk/works/" + url.PathEscape(c.SourceID)
	}
	c.Version = stamp(string(w.Updated))
	return c, nil
}
