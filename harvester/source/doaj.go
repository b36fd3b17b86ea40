package source

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"polyglean/harvester"
	"polyglean/internal/country"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

func init() { register("doaj", newDOAJ, Traits{}) }

const (
	doajURL  = "https://doaj.org/api/v4/search/articles"
	doajRate = 2 // the limit, with bursts of 5
	doajPage = 100
	// doajMost is how many records of a query DOAJ gives; further pages are refused.
	doajMost = 1000
	// doajQuery is the longest compiled strategy in bytes of URL: web servers take
	// 8 KB, and in the path, where it stands, it grows by half.
	doajQuery = 4000
)

// doajFirst is before the first record: DOAJ opened in May 2003.
var doajFirst = time.Date(2003, 1, 1, 0, 0, 0, 0, time.UTC)

// doaj is the Directory of Open Access Journals, by its API for articles.
//
// Windows are of created_date, the day a record was added: last_updated is the
// same day for millions of records whenever DOAJ rewrites its index, so that no
// window of it would be small enough.
//
// Carried over are AND, OR, phrases and the fields; a term without a field asks for
// title, abstract and keywords. DOAJ takes no truncation, but ranges of words, and
// traffick* is all words from "traffick" to the last that begins so. Wider than the
// strategy: a phrase with a truncated word asks for its words anywhere in the
// field, proximity for both sides anywhere, and a NOT is not sent, because DOAJ
// escapes the colon of the field behind it. DOAJ joins terms without an operator by
// OR; none are sent.
type doaj struct {
	client
}

func newDOAJ(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("doaj", c, f, doajURL, doajPage, doajPage, doajRate)
	return &doaj{cl}, err
}

var doajDialect = dialect{terms: fielded(map[strategy.Field]string{
	strategy.Title:     "bibjson.title",
	strategy.Abstract:  "bibjson.abstract",
	strategy.Keyword:   "bibjson.keywords",
	strategy.Author:    "bibjson.author.name",
	strategy.Container: "bibjson.journal.title",
}, widely(doajTerms))}

// doajTerms writes the beginning of a word as a range.
func doajTerms(terms []phrase) (string, bool) {
	return luceneOr(terms, func(w stem) string {
		if w.cut {
			return "[" + w.text + " TO " + w.text + "\U0010FFFD]" // the last character there is
		}
		return w.text
	})
}

// Queries implements harvester.Source.
func (s *doaj) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	if agent := s.fetch.userAgent; strings.Contains(agent, "+http") {
		return nil, fmt.Errorf("doaj refuses programs with an address like +https:// in their name, as in %q: change fetch.user_agent", agent)
	}
	queries, err := doajDialect.searches(s.name, p, since, doajQuery)
	for i := range queries {
		queries[i].Dated, queries[i].Earliest = true, doajFirst
	}
	return queries, err
}

// Page implements harvester.Source. The cursor is the number of the page.
func (s *doaj) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	text, err := doajDialect.ask(s.name, q)
	if err != nil {
		return harvester.Page{}, err
	}
	if !q.From.IsZero() || !q.Until.IsZero() {
		// An open end would take an asterisk, which DOAJ refuses.
		from, until := dayOr(q.From, "2003-01-01"), dayOr(q.Until, "2100-12-31")
		text = "(" + text + ") AND created_date:[" + from + " TO " + until + "]"
	}
	number, err := position(cursor, 1)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("doaj: %w", err)
	}
	got, err := s.getAt(ctx, s.base.JoinPath(url.PathEscape(text)), url.Values{
		"page":     {strconv.Itoa(number)},
		"pageSize": {strconv.Itoa(s.pageSize)},
		"sort":     {"created_date:asc"},
	})
	if err != nil {
		return harvester.Page{}, err
	}
	page, err := got.page(decodeDOAJ(got.Body))
	if err != nil {
		return harvester.Page{}, err
	}
	if page.Announced > doajMost && number == 1 {
		return harvester.Page{}, &harvester.TooManyError{Source: s.name, Announced: page.Announced, Max: doajMost}
	}
	if read := number * s.pageSize; len(page.Records)+len(page.Bad) > 0 && read < page.Announced && read < doajMost {
		page.Next = strconv.Itoa(number + 1)
	}
	return page, nil
}

// decodeDOAJ reads a page of articles.
func decodeDOAJ(body []byte) (harvester.Page, error) {
	var answer struct {
		Total   *jsonInt          `json:"total"`
		Results *[]jsontext.Value `json:"results"`
	}
	if err := readJSON(body, &answer); err != nil {
		return harvester.Page{}, err
	}
	if answer.Total == nil || answer.Results == nil {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks total or results")
	}
	page := harvester.Page{Announced: int(*answer.Total)}
	page.Records, page.Bad = decodeAll(*answer.Results, decodeDOAJArticle)
	return page, nil
}

type doajArticle struct {
	ID      jsonText `json:"id"`
	Updated jsonText `json:"last_updated"`
	Bibjson struct {
		Title    jsonText `json:"title"`
		Abstract jsonText `json:"abstract"`
		Author   []struct {
			Name  jsonText `json:"name"`
			ORCID jsonText `json:"orcid_id"`
		} `json:"author"`
		Identifier []struct {
			Type jsonText `json:"type"`
			ID   jsonText `json:"id"`
		} `json:"identifier"`
		Journal struct {
			Title     jsonText           `json:"title"`
			Publisher jsonText           `json:"publisher"`
			Country   jsonText           `json:"country"`
			Language  jsonList[jsonText] `json:"language"`
			ISSNs     jsonList[jsonText] `json:"issns"`
			Volume    jsonText           `json:"volume"`
			Number    jsonText           `json:"number"`
			License   []struct {
				Type  jsonText `json:"type"`
				Title jsonText `json:"title"`
			} `json:"license"`
		} `json:"journal"`
		Keywords jsonList[jsonText] `json:"keywords"`
		Year     jsonInt            `json:"year"`
		Month    jsonText           `json:"month"`
		Start    jsonText           `json:"start_page"`
		End      jsonText           `json:"end_page"`
		Link     []struct {
			Type jsonText `json:"type"`
			URL  jsonText `json:"url"`
		} `json:"link"`
	} `json:"bibjson"`
}

// decodeDOAJArticle reads one article. DOAJ knows the languages of its journal only;
// where that has one, it is the article's, and where it has several, the article's
// is not stated.
func decodeDOAJArticle(raw jsontext.Value) (record.Candidate, error) {
	var a doajArticle
	var c record.Candidate
	err := decodeRecord(raw, &a)
	c.SourceID = a.ID.line()
	if err != nil {
		return c, err
	}
	if c.SourceID == "" {
		return c, errors.New("the article has no id")
	}
	b := &a.Bibjson
	c.Titles = addText(nil, b.Title.line(), "")
	c.Abstracts = addText(nil, plainText(string(b.Abstract)), "")
	if len(b.Journal.Language) == 1 {
		c.Languages = normalLangs(string(b.Journal.Language[0]))
	}
	for _, author := range b.Author {
		if name := author.Name.line(); name != "" {
			c.Authors = append(c.Authors, record.Author{Name: name, ORCID: normalORCID(string(author.ORCID))})
		}
	}
	for _, k := range b.Keywords {
		c.Keywords = addText(c.Keywords, k.line(), "")
	}
	c.Date, c.Year = dateOf(int(b.Year), doajMonth(b.Month), 0)
	c.Container, c.Publisher = b.Journal.Title.line(), b.Journal.Publisher.line()
	c.JournalCountry = country.Code(b.Journal.Country.line())
	c.Volume, c.Issue = b.Journal.Volume.line(), b.Journal.Number.line()
	c.Pages = pageRange(b.Start.line(), b.End.line())
	for _, id := range b.Identifier {
		switch strings.ToLower(string(id.Type)) {
		case "doi":
			if c.IDs.DOI == "" {
				c.IDs.DOI = normalDOI(string(id.ID))
			}
		case "pissn", "eissn":
			c.ISSN = appendNew(c.ISSN, normalISSN(string(id.ID)))
		}
	}
	for _, issn := range b.Journal.ISSNs {
		c.ISSN = appendNew(c.ISSN, normalISSN(string(issn)))
	}
	for _, l := range b.Journal.License {
		if c.License = firstOf(l.Type, l.Title); c.License != "" {
			break
		}
	}
	for _, l := range b.Link {
		if c.URL = webAddress(l.URL); c.URL != "" {
			break
		}
	}
	if c.URL == "" {
		c.URL = "https://doaj.org/article/" + url.PathEscape(c.SourceID)
	}
	c.Version = stamp(string(a.Updated))
	return c, nil
}

// doajMonth reads a month as publishers send it: 9, "09", "September", "Sept".
func doajMonth(t jsonText) int {
	s := strings.TrimSpace(string(t))
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return monthOf(s)
}
