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
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

func init() {
	register("cinii", newCiNii, Traits{OffByDefault: true, NeedsKey: true, Unverified: true})
}

const (
	ciniiURL  = "https://cir.nii.ac.jp/opensearch/articles"
	ciniiRate = 1 // no limit is stated
	ciniiPage = 100
	ciniiMost = 200
	// ciniiYears are taken off the start of an incremental window: CiNii can be asked
	// by date of publication alone, and takes in what is older.
	ciniiYears = 1
)

// cinii is CiNii Research, the index of Japan's National Institute of Informatics
// of papers, theses and books in Japan, by its OpenSearch interface in JSON. Its
// records have a title in one language and, some of them, an abstract.
//
// Not verified against recordings: written from the documentation of the interface.
//
// Free words are matched by a part of the text, so that the strategy is asked term
// by term (termQueries): in titles where a term asks for them, in all there is
// otherwise. Only searches in Japanese and English are asked.
type cinii struct{ client }

func newCiNii(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("cinii", c, f, ciniiURL, ciniiPage, ciniiMost, ciniiRate)
	return &cinii{cl}, err
}

// ciniiParam is the parameter that asks for terms of a field.
func ciniiParam(field strategy.Field) string {
	switch field {
	case strategy.Title:
		return "title"
	case strategy.Author:
		return "creator"
	case strategy.Container:
		return "publicationTitle"
	}
	return "q"
}

// Queries implements harvester.Source: one for each term.
func (s *cinii) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	if err := s.needKey("https://support.nii.ac.jp/en/cinii/api/developer"); err != nil {
		return nil, err
	}
	if !since.IsZero() {
		since = since.AddDate(-ciniiYears, 0, 0)
	}
	return termQueries(s.name, p, since, []string{"en", "ja"}, func(t *strategy.Term) string {
		return ciniiParam(t.Field) + ":" + pieceOf(t)
	})
}

// Page implements harvester.Source. The cursor is the position of the page's first
// record in the result, from 1 on.
func (s *cinii) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	term, ok := q.Strategy.(*strategy.Term)
	if !ok {
		return harvester.Page{}, fmt.Errorf("cinii: query %q is not a single term, and no more can be asked at once", q.Name)
	}
	start, err := position(cursor, 1)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("cinii: query %q: %w", q.Name, err)
	}
	params := url.Values{
		"format": {"json"}, "lang": {"ja"}, ciniiParam(term.Field): {pieceOf(term)},
		"start": {strconv.Itoa(start)}, "count": {strconv.Itoa(s.pageSize)}, "appid": {s.key.Reveal()},
	}
	if !q.From.IsZero() {
		params.Set("from", q.From.UTC().Format("200601"))
	}
	if !q.Until.IsZero() {
		params.Set("until", q.Until.UTC().Format("200601"))
	}
	got, err := s.get(ctx, params)
	if err != nil {
		return harvester.Page{}, err
	}
	page, err := got.page(decodeCiNii(got.Body))
	if err != nil {
		return harvester.Page{}, err
	}
	if got := len(page.Records) + len(page.Bad); got > 0 && start+got <= page.Announced {
		page.Next = strconv.Itoa(start + got)
	}
	return page, nil
}

// decodeCiNii reads a page of results, which has no items where there are none.
func decodeCiNii(body []byte) (harvester.Page, error) {
	var answer struct {
		Total *jsonInt          `json:"opensearch:totalResults"`
		Items *[]jsontext.Value `json:"items"`
	}
	if err := readJSON(body, &answer); err != nil {
		return harvester.Page{}, err
	}
	if answer.Total == nil || answer.Items == nil && *answer.Total > 0 {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks opensearch:totalResults or items")
	}
	page := harvester.Page{Announced: int(*answer.Total)}
	if answer.Items != nil {
		page.Records, page.Bad = decodeAll(*answer.Items, decodeCiNiiItem)
	}
	return page, nil
}

type ciniiItem struct {
	ID          jsonText           `json:"@id"`
	Title       jsonText           `json:"title"`
	Description jsonText           `json:"description"`
	Creators    jsonList[jsonText] `json:"dc:creator"`
	Subjects    jsonList[jsonText] `json:"dc:subject"`
	Publisher   jsonList[jsonText] `json:"dc:publisher"`
	Language    jsonText           `json:"dc:language"`
	Type        jsonText           `json:"dc:type"`
	Journal     jsonText           `json:"prism:publicationName"`
	ISSN        jsonList[jsonText] `json:"prism:issn"`
	Volume      jsonText           `json:"prism:volume"`
	Number      jsonText           `json:"prism:number"`
	First       jsonText           `json:"prism:startingPage"`
	Last        jsonText           `json:"prism:endingPage"`
	Date        jsonText           `json:"prism:publicationDate"`
	Identifiers []struct {
		Type  jsonText `json:"@type"`
		Value jsonText `json:"@value"`
	} `json:"dc:identifier"`
}

func decodeCiNiiItem(raw jsontext.Value) (record.Candidate, error) {
	var r ciniiItem
	var c record.Candidate
	err := decodeRecord(raw, &r)
	// The CRID at the end of a record's address is its number for good.
	id := r.ID.line()
	if _, crid, ok := strings.Cut(id, "/crid/"); ok {
		c.SourceID = strings.TrimSuffix(crid, ".json")
	}
	if err != nil {
		return c, err
	}
	if c.SourceID == "" {
		return c, fmt.Errorf("its id %q holds no CRID", id)
	}
	c.Titles = addText(nil, r.Title.line(), "")
	c.Abstracts = addText(nil, plainText(string(r.Description)), "")
	c.Languages = normalLangs(string(r.Language))
	for _, creator := range r.Creators {
		if name := creator.line(); name != "" {
			c.Authors = append(c.Authors, record.Author{Name: name})
		}
	}
	for _, s := range r.Subjects {
		c.Keywords = addText(c.Keywords, s.line(), "")
	}
	c.Date, c.Year = normalDate(string(r.Date))
	c.Container, c.Publisher, c.Type = r.Journal.line(), firstOf(r.Publisher...), r.Type.line()
	c.Volume, c.Issue = r.Volume.line(), r.Number.line()
	c.Pages = pageRange(r.First.line(), r.Last.line())
	for _, issn := range r.ISSN {
		c.ISSN = appendNew(c.ISSN, normalISSN(string(issn)))
	}
	for _, i := range r.Identifiers {
		switch i.Type.line() {
		case "cir:DOI":
			c.IDs.DOI = normalDOI(string(i.Value))
		case "cir:NAID":
			addOther(&c.IDs, "naid", i.Value.line())
		case "cir:HDL":
			addOther(&c.IDs, "handle", i.Value.line())
		case "cir:ISBN":
			addOther(&c.IDs, "isbn", i.Value.line())
		}
	}
	c.URL = webAddress(r.ID)
	return c, nil
}
