package source

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

func init() {
	register("clinicaltrials", newClinicalTrials, Traits{OffByDefault: true, Unverified: true})
}

const (
	clinicalTrialsURL = "https://clinicaltrials.gov/api/v2/studies"
	// clinicalTrialsRate is below the 50 requests a minute others report as the limit;
	// none is stated.
	clinicalTrialsRate = 0.5
	clinicalTrialsPage = 100
	clinicalTrialsMost = 1000
	// clinicalTrialsQuery is the longest compiled strategy in bytes of URL: web servers
	// take 8 KB.
	clinicalTrialsQuery  = 6000
	clinicalTrialsFields = "IdentificationModule|StatusModule|SponsorCollaboratorsModule|DescriptionModule|ConditionsModule|" +
		"DesignModule|ContactsLocationsModule|ReferencesModule"
)

// clinicalTrials is ClinicalTrials.gov, the register of trials of the United States
// National Library of Medicine, by version 2 of its API. What it holds are
// registrations, not papers.
//
// Not verified against recordings: written from the documentation of the API.
//
// Windows are of LastUpdatePostDate, the day a registration was last changed.
//
// Carried over are AND, OR and phrases, in all that is searched by default. Less
// than the strategy: a truncated word is asked for with the endings of English (see
// spelled). Wider: proximity asks for both sides anywhere, a field for all, and a
// NOT is not sent. Author, journal and keyword fields cannot be asked.
type clinicalTrials struct {
	client
}

func newClinicalTrials(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("clinicaltrials", c, f, clinicalTrialsURL, clinicalTrialsPage, clinicalTrialsMost, clinicalTrialsRate)
	return &clinicalTrials{cl}, err
}

var clinicalTrialsDialect = dialect{terms: func(field strategy.Field, terms []phrase) (string, bool) {
	if field == strategy.Author || field == strategy.Container || field == strategy.Keyword {
		return "", false
	}
	return widely(spelled)(terms)
}}

// Queries implements harvester.Source.
func (s *clinicalTrials) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	return clinicalTrialsDialect.searches(s.name, p, since, clinicalTrialsQuery)
}

// Page implements harvester.Source.
func (s *clinicalTrials) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	text, err := clinicalTrialsDialect.ask(s.name, q)
	if err != nil {
		return harvester.Page{}, err
	}
	params := url.Values{
		"query.term": {text},
		"fields":     {clinicalTrialsFields},
		"pageSize":   {strconv.Itoa(s.pageSize)},
		"countTotal": {"true"},
	}
	if !q.From.IsZero() || !q.Until.IsZero() {
		params.Set("filter.advanced", "AREA[LastUpdatePostDate]RANGE["+dayOr(q.From, "MIN")+","+dayOr(q.Until, "MAX")+"]")
	}
	if cursor != "" {
		params.Set("pageToken", cursor)
	}
	got, err := s.get(ctx, params)
	if err != nil {
		return harvester.Page{}, err
	}
	page, err := decodeClinicalTrials(got.Body)
	if err == nil && cursor == "" && page.Announced < 0 {
		err = errors.New("the answer does not say how many studies there are: it lacks totalCount")
	}
	if page, err = got.page(page, err); err != nil {
		return harvester.Page{}, err
	}
	return page, nil
}

// decodeClinicalTrials reads a page of studies. Only the first says how many there
// are.
func decodeClinicalTrials(body []byte) (harvester.Page, error) {
	var answer struct {
		Total   *jsonInt          `json:"totalCount"`
		Studies *[]jsontext.Value `json:"studies"`
		Next    jsonText          `json:"nextPageToken"`
	}
	if err := readJSON(body, &answer); err != nil {
		return harvester.Page{}, err
	}
	if answer.Studies == nil {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks studies")
	}
	page := harvester.Page{Announced: -1}
	if answer.Total != nil {
		page.Announced = int(*answer.Total)
	}
	page.Records, page.Bad = decodeAll(*answer.Studies, decodeClinicalTrialsStudy)
	if len(*answer.Studies) > 0 {
		page.Next = string(answer.Next)
	}
	return page, nil
}

type clinicalTrialsStudy struct {
	Protocol struct {
		Identification struct {
			NCT      jsonText `json:"nctId"`
			Brief    jsonText `json:"briefTitle"`
			Official jsonText `json:"officialTitle"`
		} `json:"identificationModule"`
		Status struct {
			FirstPosted clinicalTrialsDate `json:"studyFirstPostDateStruct"`
			Updated     clinicalTrialsDate `json:"lastUpdatePostDateStruct"`
		} `json:"statusModule"`
		Sponsors struct {
			Lead struct {
				Name jsonText `json:"name"`
			} `json:"leadSponsor"`
		} `json:"sponsorCollaboratorsModule"`
		Description struct {
			Brief    jsonText `json:"briefSummary"`
			Detailed jsonText `json:"detailedDescription"`
		} `json:"descriptionModule"`
		Conditions struct {
			Conditions jsonList[jsonText] `json:"conditions"`
			Keywords   jsonList[jsonText] `json:"keywords"`
		} `json:"conditionsModule"`
		Design struct {
			Type jsonText `json:"studyType"`
		} `json:"designModule"`
		Contacts struct {
			Officials []struct {
				Name jsonText `json:"name"`
			} `json:"overallOfficials"`
		} `json:"contactsLocationsModule"`
		References struct {
			References []struct {
				PMID     jsonText `json:"pmid"`
				Citation jsonText `json:"citation"`
			} `json:"references"`
		} `json:"referencesModule"`
	} `json:"protocolSection"`
}

type clinicalTrialsDate struct {
	Date jsonText `json:"date"`
}

// decodeClinicalTrialsStudy reads one registration; its date is that of its first
// publication in the register.
func decodeClinicalTrialsStudy(raw jsontext.Value) (record.Candidate, error) {
	var s clinicalTrialsStudy
	var c record.Candidate
	err := decodeRecord(raw, &s)
	p := &s.Protocol
	c.SourceID = p.Identification.NCT.line()
	if err != nil {
		return c, err
	}
	if c.SourceID == "" {
		return c, errors.New("the study has no nctId")
	}
	c.Titles = addText(addText(nil, p.Identification.Brief.line(), ""), p.Identification.Official.line(), "")
	c.Abstracts = addText(addText(nil, plainText(string(p.Description.Brief)), ""), plainText(string(p.Description.Detailed)), "")
	for _, k := range append(p.Conditions.Conditions, p.Conditions.Keywords...) {
		c.Keywords = addText(c.Keywords, k.line(), "")
	}
	for _, o := range p.Contacts.Officials {
		if name := o.Name.line(); name != "" {
			c.Authors = append(c.Authors, record.Author{Name: name})
		}
	}
	c.Date, c.Year = normalDate(string(p.Status.FirstPosted.Date))
	c.Publisher, c.Type = p.Sponsors.Lead.Name.line(), p.Design.Type.line()
	var references uniques
	for _, r := range p.References.References {
		if cited := pmReference("", string(r.PMID)); cited != "" {
			references.add(cited)
		} else {
			references.add(r.Citation.line())
		}
	}
	c.References = references.list
	addOther(&c.IDs, "nct", c.SourceID)
	c.URL = "https://clinicaltrials.gov/study/" + url.PathEscape(c.SourceID)
	c.Version = stamp(string(p.Status.Updated.Date))
	return c, nil
}
