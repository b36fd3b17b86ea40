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

func init() { register("europepmc", newEuropePMC, Traits{}) }

const (
	europePMCURL  = "https://www.ebi.ac.uk/europepmc/webservices/rest/search"
	europePMCRate = 3 // no limit is stated
	europePMCPage = 100
	europePMCMost = 1000
	// europePMCQuery is the longest compiled strategy in bytes of URL: web servers
	// take 8 KB.
	europePMCQuery = 6000
)

// europePMC is Europe PMC, the life-science index that holds PubMed, preprints and
// more, by its REST API.
//
// Carried over are AND, OR, NOT, phrases, truncation of single words and the
// fields; a term without a field asks for title, abstract and keywords. Wider than
// the strategy: a phrase with a truncated word asks for its words anywhere in the
// field, proximity for both sides anywhere.
//
// A record's ID is that of its page at europepmc.org, "MED/123" or "PPR/45":
// the collection it comes from and its number there.
type europePMC struct {
	client
}

func newEuropePMC(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("europepmc", c, f, europePMCURL, europePMCPage, europePMCMost, europePMCRate)
	return &europePMC{cl}, err
}

var europePMCDialect = dialect{terms: fielded(map[strategy.Field]string{
	strategy.Title:     "TITLE",
	strategy.Abstract:  "ABSTRACT",
	strategy.Keyword:   "KW",
	strategy.Author:    "AUTH",
	strategy.Container: "JOURNAL",
}, orOfPhrases)}

// Queries implements harvester.Source.
func (s *europePMC) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	return europePMCDialect.searches(s.name, p, since, europePMCQuery)
}

// Page implements harvester.Source.
func (s *europePMC) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	if q.Follow != nil {
		return s.followPage(ctx, q.Follow, cursor)
	}
	text, err := europePMCDialect.ask(s.name, q)
	if err != nil {
		return harvester.Page{}, err
	}
	if !q.From.IsZero() || !q.Until.IsZero() {
		from, until := dayOr(q.From, "1900-01-01"), dayOr(q.Until, "3000-12-31")
		text = "(" + text + ") AND FIRST_IDATE:[" + from + " TO " + until + "]"
	}
	return s.search(ctx, text, cursor, s.pageSize)
}

// search fetches a page of the whole records that match text.
func (s *europePMC) search(ctx context.Context, text, cursor string, size int) (harvester.Page, error) {
	if cursor == "" {
		cursor = "*"
	}
	params := url.Values{
		"query":      {text},
		"format":     {"json"},
		"resultType": {"core"},
		"pageSize":   {strconv.Itoa(size)},
		"cursorMark": {cursor},
	}
	if s.contact != "" {
		params.Set("email", s.contact)
	}
	got, err := s.get(ctx, params)
	if err != nil {
		return harvester.Page{}, err
	}
	return got.page(decodeEuropePMC(got.Body, cursor))
}

// decodeEuropePMC reads the page that was asked for with cursor. Europe PMC gives
// that cursor again when there is no more.
func decodeEuropePMC(body []byte, cursor string) (harvester.Page, error) {
	var answer struct {
		Count *jsonInt `json:"hitCount"`
		Next  jsonText `json:"nextCursorMark"`
		List  *struct {
			Results []jsontext.Value `json:"result"`
		} `json:"resultList"`
		ErrorMessage jsonText `json:"errMsg"`
	}
	if err := readJSON(body, &answer); err != nil {
		return harvester.Page{}, err
	}
	if answer.ErrorMessage != "" {
		return harvester.Page{}, fmt.Errorf("the source says %q", answer.ErrorMessage.line())
	}
	if answer.Count == nil || answer.List == nil {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks hitCount or resultList")
	}
	page := harvester.Page{Announced: int(*answer.Count)}
	page.Records, page.Bad = decodeAll(answer.List.Results, decodeEuropePMCRecord)
	if next := string(answer.Next); len(answer.List.Results) > 0 && next != cursor {
		page.Next = next
	}
	return page, nil
}

type europePMCRecord struct {
	ID       jsonText `json:"id"`
	Source   jsonText `json:"source"`
	PMID     jsonText `json:"pmid"`
	PMCID    jsonText `json:"pmcid"`
	DOI      jsonText `json:"doi"`
	Title    jsonText `json:"title"`
	Abstract jsonText `json:"abstractText"`
	Language jsonText `json:"language"`
	Authors  *struct {
		Author []struct {
			FullName   jsonText `json:"fullName"`
			FirstName  jsonText `json:"firstName"`
			LastName   jsonText `json:"lastName"`
			Collective jsonText `json:"collectiveName"`
			AuthorID   *struct {
				Type  jsonText `json:"type"`
				Value jsonText `json:"value"`
			} `json:"authorId"`
		} `json:"author"`
	} `json:"authorList"`
	AuthorString jsonText `json:"authorString"`
	Journal      struct {
		Volume  jsonText `json:"volume"`
		Issue   jsonText `json:"issue"`
		Date    jsonText `json:"dateOfPublication"`
		Year    jsonInt  `json:"yearOfPublication"`
		Journal struct {
			Title jsonText `json:"title"`
			ISSN  jsonText `json:"issn"`
			ESSN  jsonText `json:"essn"`
		} `json:"journal"`
	} `json:"journalInfo"`
	// The short form of a record has these in the place of journalInfo.
	JournalTitle  jsonText `json:"journalTitle"`
	JournalVolume jsonText `json:"journalVolume"`
	Issue         jsonText `json:"issue"`
	JournalISSN   jsonText `json:"journalIssn"`

	Pages          jsonText `json:"pageInfo"`
	Year           jsonInt  `json:"pubYear"`
	FirstPublished jsonText `json:"firstPublicationDate"`
	Book           struct {
		Publisher jsonText `json:"publisher"`
		Year      jsonInt  `json:"yearOfPublication"`
	} `json:"bookOrReportDetails"`
	Keywords struct {
		Keyword jsonList[jsonText] `json:"keyword"`
	} `json:"keywordList"`
	MeSH struct {
		Heading []struct {
			Name jsonText `json:"descriptorName"`
		} `json:"meshHeading"`
	} `json:"meshHeadingList"`
	Types struct {
		Type jsonList[jsonText] `json:"pubType"`
	} `json:"pubTypeList"`
	Type        jsonText `json:"pubType"`
	Corrections struct {
		Correction []struct {
			Type   jsonText `json:"type"`
			ID     jsonText `json:"id"`
			Source jsonText `json:"source"`
		} `json:"commentCorrection"`
	} `json:"commentCorrectionList"`
	License jsonText `json:"license"`
	Revised jsonText `json:"dateOfRevision"`
	Indexed jsonText `json:"firstIndexDate"`
}

func decodeEuropePMCRecord(raw jsontext.Value) (record.Candidate, error) {
	var r europePMCRecord
	var c record.Candidate
	err := decodeRecord(raw, &r)
	if r.ID != "" && r.Source != "" {
		c.SourceID = r.Source.line() + "/" + r.ID.line()
	}
	if err != nil {
		return c, err
	}
	if c.SourceID == "" {
		return c, errors.New("the record lacks its id or source")
	}
	c.Titles = europePMCTitle(r.Title.line())
	c.Abstracts = addText(nil, plainText(string(r.Abstract)), "")
	c.Languages = normalLangs(string(r.Language))
	c.Authors = r.authors()
	r.date(&c)
	c.Container = firstOf(r.Journal.Journal.Title, r.JournalTitle)
	c.Volume = firstOf(r.Journal.Volume, r.JournalVolume)
	c.Issue = firstOf(r.Journal.Issue, r.Issue)
	c.Pages = r.Pages.line()
	c.Publisher = r.Book.Publisher.line()
	for _, issn := range append(strings.Split(string(r.JournalISSN), ";"), string(r.Journal.Journal.ISSN), string(r.Journal.Journal.ESSN)) {
		c.ISSN = appendNew(c.ISSN, normalISSN(issn))
	}
	for _, k := range r.Keywords.Keyword {
		c.Keywords = addText(c.Keywords, k.line(), "")
	}
	for _, m := range r.MeSH.Heading {
		c.Keywords = addText(c.Keywords, m.Name.line(), "en")
	}
	types := make([]string, 0, len(r.Types.Type))
	for _, t := range r.Types.Type {
		types = appendNew(types, t.line())
	}
	if c.Type = strings.Join(types, "; "); c.Type == "" {
		c.Type = r.Type.line()
	}
	c.Retracted = strings.Contains(strings.ToLower(c.Type), "retracted publication")
	for _, cc := range r.Corrections.Correction {
		kind := medlineRelation(string(cc.Type))
		c.Retracted = c.Retracted || strings.EqualFold(cc.Type.line(), "retraction in")
		c.Relations = addRelation(c.Relations, kind, europePMCRelated(cc.Source.line(), cc.ID.line()))
	}
	c.License = r.License.line()
	c.IDs = record.Identifiers{DOI: normalDOI(string(r.DOI)), PMID: normalPMID(string(r.PMID)), PMCID: normalPMCID(string(r.PMCID))}
	switch {
	case c.IDs.PMID == "" && r.Source == "MED":
		c.IDs.PMID = normalPMID(string(r.ID))
	case c.IDs.PMCID == "" && r.Source == "PMC":
		c.IDs.PMCID = normalPMCID(string(r.ID))
	}
	c.URL = "https://europepmc.org/article/" + url.PathEscape(r.Source.line()) + "/" + url.PathEscape(r.ID.line())
	c.Version = max(stamp(string(r.Revised)), stamp(string(r.Indexed)))
	return c, nil
}

// europePMCRelated is the identifier of a record of one of Europe PMC's collections: of
// PubMed, of PubMed Central, or, as for preprints, only its own, "europepmc:PPR/PPR1".
func europePMCRelated(collection, id string) string {
	switch {
	case collection == "MED" || collection == "":
		return relatedID("pmid", id)
	case collection == "PMC":
		return relatedID("pmcid", id)
	case id == "":
		return ""
	}
	return record.MakeID("europepmc", collection+"/"+id)
}

// europePMCTitle reads a title. One in brackets is the National Library of
// Medicine's English translation of a title in another language.
func europePMCTitle(title string) []record.Text {
	inner := strings.TrimSuffix(title, ".")
	if strings.HasPrefix(inner, "[") && strings.HasSuffix(inner, "]") && strings.Count(inner, "[") == 1 {
		return addText(nil, strings.TrimSpace(inner[1:len(inner)-1]), "en")
	}
	return addText(nil, title, "")
}

func (r *europePMCRecord) authors() []record.Author {
	var out []record.Author
	if r.Authors != nil {
		for _, a := range r.Authors.Author {
			author := record.Author{Family: a.LastName.line(), Given: a.FirstName.line()}
			author.Name = firstOf(a.Collective, a.FullName)
			if author.Given != "" && author.Family != "" {
				author.Name = author.Given + " " + author.Family
			}
			if a.AuthorID != nil && strings.EqualFold(string(a.AuthorID.Type), "ORCID") {
				author.ORCID = normalORCID(string(a.AuthorID.Value))
			}
			if author.Name != "" {
				out = append(out, author)
			}
		}
	}
	if out == nil {
		for name := range strings.SplitSeq(strings.TrimSuffix(r.AuthorString.line(), "."), ", ") {
			if name = strings.TrimSpace(name); name != "" {
				out = append(out, record.Author{Name: name})
			}
		}
	}
	return out
}

// date takes the day of first publication where it lies in the year of
// publication; a paper may be online the year before.
func (r *europePMCRecord) date(c *record.Candidate) {
	for _, year := range []jsonInt{r.Year, r.Journal.Year, r.Book.Year} {
		if _, c.Year = dateOf(int(year), 0, 0); c.Year != 0 {
			break
		}
	}
	for _, stated := range []jsonText{r.FirstPublished, r.Journal.Date} {
		date, year := normalDate(string(stated))
		if year != 0 && (c.Year == 0 || year == c.Year) {
			c.Date, c.Year = date, year
			return
		}
	}
	c.Date, c.Year = dateOf(c.Year, 0, 0)
}

// firstOf is the first that has text.
func firstOf(texts ...jsonText) string {
	for _, t := range texts {
		if s := t.line(); s != "" {
			return s
		}
	}
	return ""
}
