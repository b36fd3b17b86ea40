package source

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

func init() { register("openalex", newOpenAlex, Traits{}) }

const (
	openAlexURL = "https://api.openalex.org/works"
	// openAlexRate is well below the 10 requests a second that are allowed, because
	// searches are metered and a page takes seconds to make.
	openAlexRate = 3
	openAlexPage = 100 // the most
	// openAlexQuery is the longest compiled strategy in bytes of URL; the whole
	// address may have about 4 KB.
	openAlexQuery = 3200
	// openAlexOverlap is taken off the start of an incremental window. OpenAlex lets
	// only paying readers ask for what was added since a date; the date of
	// publication, which all may ask for, lies before that of adding.
	openAlexOverlap = 120 * 24 * time.Hour
)

// openAlexSource is the OpenAlex index of scholarly works, by its REST API.
//
// The strategy is sent as the filter title_and_abstract.search.exact, which has
// Boolean operators, phrases, and words cut short after three letters or more; the
// filter without ".exact" stems English words and refuses truncation. Carried over
// are AND, OR, NOT, phrases and truncation of single words. Wider than the
// strategy: a phrase with a truncated word asks for its words anywhere, proximity
// for both sides anywhere, a field for title and abstract. Author, journal and
// keyword fields cannot be asked.
type openAlexSource struct {
	client
}

func newOpenAlex(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("openalex", c, f, openAlexURL, openAlexPage, openAlexPage, openAlexRate)
	if cl.perDay == 0 {
		cl.perDay = openAlexFreeCredits
		if c.Key != "" {
			cl.perDay = openAlexKeyCredits
		}
	}
	return &openAlexSource{cl}, err
}

// What a day allows without a key and with a free one, and what a request costs, in
// credits (developers.openalex.org, since 2026-02-13): a filter that searches words is
// a search, any other filter makes a list.
const (
	openAlexFreeCredits = 1_000
	openAlexKeyCredits  = 10_000
	openAlexSearchCost  = 10
	openAlexListCost    = 1
)

// Pace implements harvester.Paced.
func (s *openAlexSource) Pace() harvester.Pace {
	p := s.client.Pace()
	p.Unit = "credit"
	return p
}

// Cost implements harvester.Priced.
func (s *openAlexSource) Cost(q harvester.Query, cursor string) int {
	switch {
	case q.Follow == nil:
		return openAlexSearchCost
	case openAlexWorks(q.Follow.Followed) == nil:
		return 2 * openAlexListCost // each page looks the study up
	}
	return openAlexListCost
}

var openAlexDialect = dialect{terms: func(field strategy.Field, terms []phrase) (string, bool) {
	if field == strategy.Author || field == strategy.Container || field == strategy.Keyword {
		return "", false
	}
	text, exact := orOfPhrases(terms)
	return text, exact && field == strategy.AnyField
}}

// Queries implements harvester.Source.
func (s *openAlexSource) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	if !since.IsZero() {
		since = since.Add(-openAlexOverlap)
	}
	return openAlexDialect.searches(s.name, p, since, openAlexQuery)
}

// Page implements harvester.Source.
func (s *openAlexSource) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	if q.Follow != nil {
		return s.followPage(ctx, q.Follow, cursor)
	}
	text, err := openAlexDialect.ask(s.name, q)
	if err != nil {
		return harvester.Page{}, err
	}
	// phraseOf leaves no comma, colon or bar in the text, which part filters.
	filter := "title_and_abstract.search.exact:" + text
	if !q.From.IsZero() {
		filter += ",from_publication_date:" + q.From.UTC().Format(time.DateOnly)
	}
	if !q.Until.IsZero() {
		filter += ",to_publication_date:" + q.Until.UTC().Format(time.DateOnly)
	}
	return s.page(ctx, filter, cursor, openAlexSearchCost)
}

// page fetches a page of the works that pass the filter.
func (s *openAlexSource) page(ctx context.Context, filter, cursor string, cost int) (harvester.Page, error) {
	if cursor == "" {
		cursor = "*"
	}
	page, err := s.list(ctx, url.Values{
		"filter":   {filter},
		"select":   {openAlexFields},
		"per_page": {strconv.Itoa(s.pageSize)},
		"cursor":   {cursor},
	}, cost)
	if cursor == "*" && len(page.Records)+len(page.Bad) >= page.Announced {
		// There is a cursor until a page is empty; that page would cost as much as any.
		page.Next = ""
	}
	return page, err
}

// list fetches a list of works, which costs so many credits.
func (s *openAlexSource) list(ctx context.Context, params url.Values, cost int) (harvester.Page, error) {
	if s.contact != "" {
		params.Set("mailto", s.contact)
	}
	if key := s.key.Reveal(); key != "" {
		params.Set("api_key", key)
	}
	got, err := s.getFor(ctx, s.base, params, cost)
	if err != nil {
		return harvester.Page{}, err
	}
	return got.page(decodeOpenAlex(got.Body))
}

// decodeOpenAlex reads a page of works.
func decodeOpenAlex(body []byte) (harvester.Page, error) {
	var answer struct {
		Meta *struct {
			Count      *jsonInt `json:"count"`
			NextCursor jsonText `json:"next_cursor"`
		} `json:"meta"`
		Results *[]jsontext.Value `json:"results"`
	}
	if err := readJSON(body, &answer); err != nil {
		return harvester.Page{}, err
	}
	if answer.Meta == nil || answer.Meta.Count == nil || answer.Results == nil {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks meta.count or results")
	}
	page := harvester.Page{Announced: int(*answer.Meta.Count)}
	page.Records, page.Bad = decodeAll(*answer.Results, decodeOpenAlexWork)
	if len(*answer.Results) > 0 {
		page.Next = string(answer.Meta.NextCursor)
	}
	return page, nil
}

type openAlexWork struct {
	ID  jsonText `json:"id"`
	DOI jsonText `json:"doi"`
	IDs struct {
		DOI   jsonText `json:"doi"`
		PMID  jsonText `json:"pmid"`
		PMCID jsonText `json:"pmcid"`
		MAG   jsonText `json:"mag"`
	} `json:"ids"`
	Title       jsonText         `json:"title"`
	DisplayName jsonText         `json:"display_name"`
	Language    jsonText         `json:"language"`
	Abstract    openAlexAbstract `json:"abstract_inverted_index"`
	Authorships []struct {
		RawName  jsonText `json:"raw_author_name"`
		RawORCID jsonText `json:"raw_orcid"`
		Author   struct {
			DisplayName jsonText `json:"display_name"`
			ORCID       jsonText `json:"orcid"`
		} `json:"author"`
	} `json:"authorships"`
	Date     jsonText          `json:"publication_date"`
	Year     jsonInt           `json:"publication_year"`
	Primary  *openAlexLocation `json:"primary_location"`
	BestOpen *openAlexLocation `json:"best_oa_location"`
	Biblio   struct {
		Volume jsonText `json:"volume"`
		Issue  jsonText `json:"issue"`
		First  jsonText `json:"first_page"`
		Last   jsonText `json:"last_page"`
	} `json:"biblio"`
	Type      jsonText `json:"type"`
	Retracted jsonBool `json:"is_retracted"`
	Keywords  []struct {
		DisplayName jsonText `json:"display_name"`
	} `json:"keywords"`
	MeSH []struct {
		Name jsonText `json:"descriptor_name"`
	} `json:"mesh"`
	References []jsonText `json:"referenced_works"`
	Updated    jsonText   `json:"updated_date"`
}

// openAlexFields are the fields of a work that are read. The others, its topics and
// locations above all, are two fifths of recorded works.
var openAlexFields = func() string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[openAlexWork]()) {
		names = append(names, f.Tag.Get("json"))
	}
	return strings.Join(names, ",")
}()

type openAlexLocation struct {
	URL       jsonText `json:"landing_page_url"`
	License   jsonText `json:"license"`
	RawSource jsonText `json:"raw_source_name"`
	Source    *struct {
		Name  jsonText           `json:"display_name"`
		ISSN  jsonList[jsonText] `json:"issn"`
		ISSNL jsonText           `json:"issn_l"`
		Host  jsonText           `json:"host_organization_name"`
	} `json:"source"`
}

// decodeOpenAlexWork reads one work. OpenAlex names the language of a work by
// looking at its title and abstract; it is passed on as what it claims to be.
func decodeOpenAlexWork(raw jsontext.Value) (record.Candidate, error) {
	var w openAlexWork
	var c record.Candidate
	if err := decodeRecord(raw, &w); err != nil {
		c.SourceID = openAlexID(string(w.ID))
		return c, err
	}
	c.SourceID = openAlexID(string(w.ID))
	if c.SourceID == "" {
		return c, fmt.Errorf("the work has no OpenAlex ID: %q", string(w.ID))
	}
	c.Titles = addText(addText(nil, w.Title.line(), ""), w.DisplayName.line(), "")
	c.Abstracts = addText(nil, string(w.Abstract), "")
	c.Languages = normalLangs(string(w.Language))
	for _, a := range w.Authorships {
		author := record.Author{Name: a.RawName.line(), ORCID: normalORCID(string(a.RawORCID))}
		if author.Name == "" {
			author.Name = a.Author.DisplayName.line()
		}
		if author.ORCID == "" {
			author.ORCID = normalORCID(string(a.Author.ORCID))
		}
		if author.Name != "" {
			c.Authors = append(c.Authors, author)
		}
	}
	c.Date, c.Year = normalDate(string(w.Date))
	if year, y := dateOf(int(w.Year), 0, 0); y != 0 {
		if c.Year != y {
			c.Date, c.Year = year, y
		}
	}
	c.Volume, c.Issue = w.Biblio.Volume.line(), w.Biblio.Issue.line()
	c.Pages = pageRange(w.Biblio.First.line(), w.Biblio.Last.line())
	c.Type = w.Type.line()
	c.Retracted = bool(w.Retracted)
	for _, k := range w.Keywords {
		c.Keywords = addText(c.Keywords, k.DisplayName.line(), "")
	}
	for _, m := range w.MeSH {
		c.Keywords = addText(c.Keywords, m.Name.line(), "en")
	}
	var references uniques
	for _, ref := range w.References {
		references.add(openAlexID(string(ref)))
	}
	c.References = references.list
	if p := w.Primary; p != nil {
		c.URL, c.License, c.Container = webAddress(p.URL), p.License.line(), p.RawSource.line()
		if s := p.Source; s != nil {
			if name := s.Name.line(); name != "" {
				c.Container = name
			}
			c.Publisher = s.Host.line()
			for _, issn := range append(s.ISSN, s.ISSNL) {
				c.ISSN = appendNew(c.ISSN, normalISSN(string(issn)))
			}
		}
	}
	if o := w.BestOpen; o != nil && c.License == "" {
		c.License = o.License.line()
	}
	c.IDs = record.Identifiers{
		DOI: normalDOI(string(w.DOI)), PMID: normalPMID(string(w.IDs.PMID)),
		PMCID: normalPMCID(string(w.IDs.PMCID)), OpenAlex: c.SourceID,
	}
	if c.IDs.DOI == "" {
		c.IDs.DOI = normalDOI(string(w.IDs.DOI))
	}
	if mag := w.IDs.MAG.line(); mag != "" {
		c.IDs.Other = map[string]string{"mag": mag}
	}
	if c.URL == "" {
		c.URL = "https://openalex.org/" + c.SourceID
	}
	c.Version = stamp(string(w.Updated))
	return c, nil
}

// webAddress returns an http or https address, "" for anything else.
func webAddress(t jsonText) string {
	u, err := url.Parse(strings.TrimSpace(string(t)))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}
