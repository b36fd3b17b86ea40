package source

import (
	"context"
	"errors"
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

func init() { register("openaire", newOpenAIRE, Traits{}) }

const (
	// openAIREURL is version 3 of the API; versions 1 and 2, which can be set as
	// base_url, send the same fields under graph/v1/researchProducts.
	openAIREURL = "https://api.openaire.eu/graph/v3/research-products"
	// openAIRERate keeps a day's harvest within the hourly limit, 7,200 requests.
	openAIRERate = 1
	openAIREPage = 100 // the most
	// openAIREQuery is the longest compiled strategy in bytes of URL: web servers
	// take 8 KB.
	openAIREQuery = 6000
	// openAIREOverlap is taken off the start of an incremental window, for the reason
	// OpenAlex has: only the date of publication can be asked for.
	openAIREOverlap = openAlexOverlap
)

// openAIRE is the OpenAIRE Graph, which joins thousands of repositories and
// journals, by its search of publications.
//
// The strategy is sent as one search of title and description. Carried over are
// AND, OR and phrases. Less than the strategy: a truncated word is asked for with
// the endings of English (see spelled). Wider: proximity asks for both sides
// anywhere, a field for title and description, and a NOT is not sent. Author,
// journal and keyword fields cannot be asked.
type openAIRE struct {
	client
}

func newOpenAIRE(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("openaire", c, f, openAIREURL, openAIREPage, openAIREPage, openAIRERate)
	return &openAIRE{cl}, err
}

var openAIREDialect = dialect{terms: func(field strategy.Field, terms []phrase) (string, bool) {
	if field == strategy.Author || field == strategy.Container || field == strategy.Keyword {
		return "", false
	}
	return widely(spelled)(terms)
}}

// Queries implements harvester.Source.
func (s *openAIRE) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	if !since.IsZero() {
		since = since.Add(-openAIREOverlap)
	}
	return openAIREDialect.searches(s.name, p, since, openAIREQuery)
}

// Page implements harvester.Source.
func (s *openAIRE) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	text, err := openAIREDialect.ask(s.name, q)
	if err != nil {
		return harvester.Page{}, err
	}
	if cursor == "" {
		cursor = "*"
	}
	params := url.Values{
		"search":   {text},
		"type":     {"publication"},
		"pageSize": {strconv.Itoa(s.pageSize)},
		"cursor":   {cursor},
	}
	if !q.From.IsZero() {
		params.Set("fromPublicationDate", q.From.UTC().Format(time.DateOnly))
	}
	if !q.Until.IsZero() {
		params.Set("toPublicationDate", q.Until.UTC().Format(time.DateOnly))
	}
	got, err := s.get(ctx, params)
	if err != nil {
		return harvester.Page{}, err
	}
	return got.page(decodeOpenAIRE(got.Body, cursor))
}

// decodeOpenAIRE reads the page that was asked for with cursor. OpenAIRE gives that
// cursor again when there is no more.
func decodeOpenAIRE(body []byte, cursor string) (harvester.Page, error) {
	var answer struct {
		Header *struct {
			Found *jsonInt `json:"numFound"`
			Next  jsonText `json:"nextCursor"`
		} `json:"header"`
		Results *[]jsontext.Value `json:"results"`
	}
	if err := readJSON(body, &answer); err != nil {
		return harvester.Page{}, err
	}
	if answer.Header == nil || answer.Header.Found == nil || answer.Results == nil {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks header.numFound or results")
	}
	results := *answer.Results
	page := harvester.Page{Announced: int(*answer.Header.Found)}
	page.Records, page.Bad = decodeAll(results, decodeOpenAIREProduct)
	if next := string(answer.Header.Next); len(results) > 0 && next != cursor {
		page.Next = next
	}
	return page, nil
}

type openAIREProduct struct {
	ID           jsonText           `json:"id"`
	MainTitle    jsonText           `json:"mainTitle"`
	SubTitle     jsonText           `json:"subTitle"`
	OtherTitles  jsonList[jsonText] `json:"otherTitles"`
	Descriptions jsonList[jsonText] `json:"descriptions"`
	Language     struct {
		Code  jsonText `json:"code"`
		Label jsonText `json:"label"`
	} `json:"language"`
	Authors []struct {
		FullName jsonText `json:"fullName"`
		Name     jsonText `json:"name"`
		Surname  jsonText `json:"surname"`
		PID      struct {
			ID openAIREPID `json:"id"`
		} `json:"pid"`
	} `json:"authors"`
	Subjects []struct {
		Subject openAIREPID `json:"subject"`
	} `json:"subjects"`
	Date      jsonText `json:"publicationDate"`
	Publisher jsonText `json:"publisher"`
	Container struct {
		Name    jsonText `json:"name"`
		Printed jsonText `json:"issnPrinted"`
		Online  jsonText `json:"issnOnline"`
		Linking jsonText `json:"issnLinking"`
		Volume  jsonText `json:"vol"`
		Issue   jsonText `json:"iss"`
		Start   jsonText `json:"sp"`
		End     jsonText `json:"ep"`
	} `json:"container"`
	PIDs      []openAIREPID      `json:"pids"`
	Instances []openAIREInstance `json:"instances"`
	Collected jsonText           `json:"dateOfCollection"`
	Updated   jsonInt            `json:"lastUpdateTimeStamp"`
}

type openAIREPID struct {
	Scheme jsonText `json:"scheme"`
	Value  jsonText `json:"value"`
}

// openAIREInstance is a copy of the publication in one repository.
type openAIREInstance struct {
	PIDs      []openAIREPID      `json:"pids"`
	Alternate []openAIREPID      `json:"alternateIdentifiers"`
	License   jsonText           `json:"license"`
	Type      jsonText           `json:"type"`
	URLs      jsonList[jsonText] `json:"urls"`
}

func decodeOpenAIREProduct(raw jsontext.Value) (record.Candidate, error) {
	var p openAIREProduct
	var c record.Candidate
	err := decodeRecord(raw, &p)
	c.SourceID = p.ID.line()
	if err != nil {
		return c, err
	}
	if c.SourceID == "" {
		return c, errors.New("the product has no id")
	}
	c.Titles = addText(nil, withSubtitle(p.MainTitle.line(), p.SubTitle.line()), "")
	for _, t := range p.OtherTitles {
		c.Titles = addText(c.Titles, t.line(), "")
	}
	for _, d := range p.Descriptions {
		c.Abstracts = addText(c.Abstracts, plainText(string(d)), "")
	}
	c.Languages = normalLangs(string(p.Language.Code))
	for _, a := range p.Authors {
		author := record.Author{Name: a.FullName.line(), Family: a.Surname.line(), Given: a.Name.line()}
		if author.Given != "" && author.Family != "" {
			author.Name = author.Given + " " + author.Family
		}
		if strings.HasPrefix(strings.ToLower(string(a.PID.ID.Scheme)), "orcid") {
			author.ORCID = normalORCID(string(a.PID.ID.Value))
		}
		if author.Name != "" {
			c.Authors = append(c.Authors, author)
		}
	}
	for _, s := range p.Subjects {
		// The others are classes that OpenAIRE or a library put the work in.
		if scheme := strings.ToLower(string(s.Subject.Scheme)); scheme == "keyword" || strings.HasPrefix(scheme, "mesh") {
			c.Keywords = addText(c.Keywords, s.Subject.Value.line(), "")
		}
	}
	c.Date, c.Year = normalDate(string(p.Date))
	c.Publisher, c.Container = p.Publisher.line(), p.Container.Name.line()
	c.Volume, c.Issue = p.Container.Volume.line(), p.Container.Issue.line()
	c.Pages = pageRange(p.Container.Start.line(), p.Container.End.line())
	for _, issn := range []jsonText{p.Container.Printed, p.Container.Online, p.Container.Linking} {
		c.ISSN = appendNew(c.ISSN, normalISSN(string(issn)))
	}
	pids := p.PIDs
	for _, i := range p.Instances {
		pids = append(pids, i.PIDs...)
	}
	for _, i := range p.Instances {
		pids = append(pids, i.Alternate...)
		if c.Type == "" {
			c.Type = i.Type.line()
		}
		if c.License == "" {
			c.License = i.License.line()
		}
		for _, u := range i.URLs {
			if c.URL == "" {
				c.URL = webAddress(jsonText(u.line()))
			}
		}
	}
	openAIREIDs(&c.IDs, pids)
	if c.URL == "" {
		c.URL = "https://explore.openaire.eu/search/result?id=" + url.QueryEscape(c.SourceID)
	}
	if c.Version = int64(p.Updated); c.Version <= 0 {
		c.Version = stamp(string(p.Collected))
	}
	return c, nil
}

// openAIREIDs takes the first identifier of each scheme; those of the publication
// come before those of its copies.
func openAIREIDs(ids *record.Identifiers, pids []openAIREPID) {
	first := func(have *string, value string) {
		if *have == "" {
			*have = value
		}
	}
	for _, pid := range pids {
		value := string(pid.Value)
		switch scheme := strings.ToLower(string(pid.Scheme)); scheme {
		case "doi":
			first(&ids.DOI, normalDOI(value))
		case "pmid":
			first(&ids.PMID, normalPMID(value))
		case "pmc":
			first(&ids.PMCID, normalPMCID(value))
		case "handle", "arxiv":
			addOther(ids, scheme, pid.Value.line())
		case "mag_id":
			addOther(ids, "mag", pid.Value.line())
		}
	}
}
