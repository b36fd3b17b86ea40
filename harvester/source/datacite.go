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

func init() { register("datacite", newDataCite, Traits{OffByDefault: true}) }

const (
	dataCiteURL = "https://api.datacite.org/dois"
	// dataCiteRate is below the 1,000 requests in 5 minutes that DataCite allows those
	// who name a contact address.
	dataCiteRate = 2
	dataCitePage = 100
	dataCiteMost = 1000
	// dataCiteQuery is the longest compiled strategy in bytes of URL: web servers take
	// 8 KB.
	dataCiteQuery = 6000
)

// dataCite is DataCite, which repositories register theses, reports and data sets
// with, by its REST API.
//
// Windows are of updated, the day a record was added or last changed.
//
// Carried over are AND, OR, phrases, truncation of single words and the fields; a
// term without a field asks for titles, descriptions and subjects. Wider than the
// strategy: a phrase with a truncated word asks for its words anywhere in the
// field, proximity for both sides anywhere, descriptions are more than abstracts,
// and a NOT is not sent.
type dataCite struct {
	client
}

func newDataCite(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("datacite", c, f, dataCiteURL, dataCitePage, dataCiteMost, dataCiteRate)
	return &dataCite{cl}, err
}

var dataCiteDialect = dialect{terms: fielded(map[strategy.Field]string{
	strategy.Title:     "titles.title",
	strategy.Abstract:  "descriptions.description",
	strategy.Keyword:   "subjects.subject",
	strategy.Author:    "creators.name",
	strategy.Container: "container.title",
}, widely(orOfPhrases))}

// Queries implements harvester.Source.
func (s *dataCite) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	return dataCiteDialect.searches(s.name, p, since, dataCiteQuery)
}

// Page implements harvester.Source.
func (s *dataCite) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	text, err := dataCiteDialect.ask(s.name, q)
	if err != nil {
		return harvester.Page{}, err
	}
	if !q.From.IsZero() || !q.Until.IsZero() {
		text = "(" + text + ") AND updated:[" + dayOr(q.From, "*") + " TO " + dayOr(q.Until, "*") + "]"
	}
	if cursor == "" {
		cursor = "1"
	}
	params := url.Values{
		"query":        {text},
		"page[cursor]": {cursor},
		"page[size]":   {strconv.Itoa(s.pageSize)},
	}
	if s.contact != "" {
		params.Set("mailto", s.contact)
	}
	got, err := s.get(ctx, params)
	if err != nil {
		return harvester.Page{}, err
	}
	return got.page(decodeDataCite(got.Body))
}

// decodeDataCite reads a page. The next one's address is part of it; only the
// cursor is taken from it, so that no answer decides where the next request goes.
func decodeDataCite(body []byte) (harvester.Page, error) {
	var answer struct {
		Data *[]jsontext.Value `json:"data"`
		Meta struct {
			Total *jsonInt `json:"total"`
		} `json:"meta"`
		Links struct {
			Next jsonText `json:"next"`
		} `json:"links"`
	}
	if err := readJSON(body, &answer); err != nil {
		return harvester.Page{}, err
	}
	if answer.Data == nil || answer.Meta.Total == nil {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks data or meta.total")
	}
	page := harvester.Page{Announced: int(*answer.Meta.Total)}
	page.Records, page.Bad = decodeAll(*answer.Data, decodeDataCiteDOI)
	if next, err := url.Parse(string(answer.Links.Next)); err == nil && len(*answer.Data) > 0 {
		page.Next = next.Query().Get("page[cursor]")
	}
	return page, nil
}

type dataCiteDOI struct {
	ID         jsonText `json:"id"`
	Attributes struct {
		DOI    jsonText `json:"doi"`
		Titles []struct {
			Title jsonText `json:"title"`
			Type  jsonText `json:"titleType"`
			Lang  jsonText `json:"lang"`
		} `json:"titles"`
		Descriptions []struct {
			Text jsonText `json:"description"`
			Type jsonText `json:"descriptionType"`
			Lang jsonText `json:"lang"`
		} `json:"descriptions"`
		Creators []struct {
			Name   jsonText `json:"name"`
			Given  jsonText `json:"givenName"`
			Family jsonText `json:"familyName"`
			IDs    []struct {
				ID     jsonText `json:"nameIdentifier"`
				Scheme jsonText `json:"nameIdentifierScheme"`
			} `json:"nameIdentifiers"`
		} `json:"creators"`
		Subjects []struct {
			Subject jsonText `json:"subject"`
			Lang    jsonText `json:"lang"`
		} `json:"subjects"`
		Publisher jsonText `json:"publisher"`
		Container struct {
			Type           jsonText `json:"type"`
			Title          jsonText `json:"title"`
			Identifier     jsonText `json:"identifier"`
			IdentifierType jsonText `json:"identifierType"`
			Volume         jsonText `json:"volume"`
			Issue          jsonText `json:"issue"`
			First          jsonText `json:"firstPage"`
			Last           jsonText `json:"lastPage"`
		} `json:"container"`
		Year  jsonInt `json:"publicationYear"`
		Dates []struct {
			Date jsonText `json:"date"`
			Type jsonText `json:"dateType"`
		} `json:"dates"`
		Language jsonText `json:"language"`
		Types    struct {
			General  jsonText `json:"resourceTypeGeneral"`
			Resource jsonText `json:"resourceType"`
		} `json:"types"`
		Related []struct {
			ID       jsonText `json:"relatedIdentifier"`
			Type     jsonText `json:"relatedIdentifierType"`
			Relation jsonText `json:"relationType"`
		} `json:"relatedIdentifiers"`
		Rights []struct {
			Rights jsonText `json:"rights"`
			URI    jsonText `json:"rightsUri"`
		} `json:"rightsList"`
		URL     jsonText `json:"url"`
		Updated jsonText `json:"updated"`
	} `json:"attributes"`
}

func decodeDataCiteDOI(raw jsontext.Value) (record.Candidate, error) {
	var d dataCiteDOI
	var c record.Candidate
	err := decodeRecord(raw, &d)
	if c.IDs.DOI = normalDOI(string(d.ID)); c.IDs.DOI == "" {
		c.IDs.DOI = normalDOI(string(d.Attributes.DOI))
	}
	c.SourceID = c.IDs.DOI
	if err != nil {
		return c, err
	}
	if c.SourceID == "" {
		return c, fmt.Errorf("the record has no DOI: %q", string(d.ID))
	}
	a := &d.Attributes
	c.Titles = d.titles()
	for _, t := range a.Descriptions {
		if t.Type == "Abstract" {
			c.Abstracts = addText(c.Abstracts, plainText(string(t.Text)), normalLang(string(t.Lang)))
		}
	}
	c.Languages = normalLangs(string(a.Language))
	for _, creator := range a.Creators {
		author := record.Author{Name: creator.Name.line(), Family: creator.Family.line(), Given: creator.Given.line()}
		if author.Given != "" && author.Family != "" {
			author.Name = author.Given + " " + author.Family
		}
		for _, id := range creator.IDs {
			if author.ORCID == "" && strings.EqualFold(string(id.Scheme), "ORCID") {
				author.ORCID = normalORCID(string(id.ID))
			}
		}
		if author.Name != "" {
			c.Authors = append(c.Authors, author)
		}
	}
	for _, s := range a.Subjects {
		c.Keywords = addText(c.Keywords, s.Subject.line(), normalLang(string(s.Lang)))
	}
	c.Date, c.Year = d.date()
	if a.Container.Type != "DataRepository" {
		c.Container = a.Container.Title.line()
	}
	c.Volume, c.Issue = a.Container.Volume.line(), a.Container.Issue.line()
	c.Pages = pageRange(a.Container.First.line(), a.Container.Last.line())
	c.Publisher = a.Publisher.line()
	c.Type = a.Types.General.line()
	if kind := a.Types.Resource.line(); kind != "" && (c.Type == "" || c.Type == "Text" || c.Type == "Other") {
		c.Type = kind // "Dissertation" says more
	}
	if strings.EqualFold(string(a.Container.IdentifierType), "ISSN") {
		c.ISSN = appendNew(c.ISSN, normalISSN(string(a.Container.Identifier)))
	}
	var references uniques
	for _, r := range a.Related {
		switch kind := strings.ToUpper(string(r.Type)); {
		case r.Relation == "IsPublishedIn" && strings.HasSuffix(kind, "ISSN"):
			c.ISSN = appendNew(c.ISSN, normalISSN(string(r.ID)))
		case (r.Relation == "References" || r.Relation == "Cites") && kind == "DOI":
			references.add(normalDOI(string(r.ID)))
		default:
			c.Relations = addRelation(c.Relations, dataCiteRelations[string(r.Relation)], relatedID(kind, string(r.ID)))
		}
	}
	c.References = references.list
	for _, r := range a.Rights {
		if c.License = firstOf(r.URI, r.Rights); c.License != "" {
			break
		}
	}
	if c.URL = webAddress(a.URL); c.URL == "" {
		c.URL = "https://doi.org/" + c.IDs.DOI
	}
	c.Version = stamp(string(a.Updated))
	return c, nil
}

// titles puts a subtitle behind the title of its language. Titles without a type are
// main titles; translated and alternative ones follow them.
func (d *dataCiteDOI) titles() []record.Text {
	subtitles := map[string]string{}
	for _, t := range d.Attributes.Titles {
		if lang := normalLang(string(t.Lang)); t.Type == "Subtitle" && subtitles[lang] == "" {
			subtitles[lang] = t.Title.line()
		}
	}
	var out []record.Text
	for _, main := range []bool{true, false} {
		for _, t := range d.Attributes.Titles {
			if t.Type == "Subtitle" || (t.Type == "") != main {
				continue
			}
			title, lang := t.Title.line(), normalLang(string(t.Lang))
			if main {
				title = withSubtitle(title, subtitles[lang])
				delete(subtitles, lang)
			}
			out = addText(out, title, lang)
		}
	}
	return out
}

// date takes the date of issue where it lies in the year of publication.
func (d *dataCiteDOI) date() (date string, year int) {
	date, year = dateOf(int(d.Attributes.Year), 0, 0)
	for _, want := range []string{"Issued", "Available"} {
		for _, stated := range d.Attributes.Dates {
			if string(stated.Type) != want {
				continue
			}
			if day, y := normalDate(string(stated.Date)); y != 0 && (year == 0 || y == year) {
				return day, y
			}
		}
	}
	return date, year
}
