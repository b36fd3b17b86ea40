package source

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

func init() { register("hal", newHAL, Traits{}) }

const (
	halURL  = "https://api.archives-ouvertes.fr/search/"
	halRate = 2 // no limit is stated
	halPage = 100
	// halMost is less than the 10,000 HAL allows, which would be tens of megabytes.
	halMost = 1000
	// halQuery is the longest compiled strategy in bytes of URL: web servers take
	// 8 KB, and the list of fields needs its part.
	halQuery = 6000
	// halFields are asked for. Those with an asterisk exist once for each language
	// that a deposit has texts in.
	halFields = "docid,halId_s,uri_s,docType_s,language_s," +
		"title_s,*_title_s,*_subTitle_s,abstract_s,*_abstract_s,keyword_s,*_keyword_s," +
		"authFullName_s,doiId_s,pubmedId_s,pubmedcentralId_s,arxivId_s,nntId_s,isbn_s," +
		"journalTitle_s,bookTitle_s,conferenceTitle_s,journalIssn_s,journalEissn_s,volume_s,issue_s,page_s," +
		"journalPublisher_s,publisher_s,producedDate_s,publicationDate_s,publicationDateY_i,modifiedDate_tdate,licence_s"
)

// hal is HAL, the French open archive of deposits from all fields, by its search
// API, which is Solr's. A deposit has titles, abstracts and keywords in as many
// languages as its author gave, each in a field of its own: fr_title_s, en_title_s.
//
// Windows are of modifiedDate_tdate, the day a deposit was added or last changed.
//
// Carried over are AND, OR, phrases, truncation of single words and the fields; a
// term without a field asks for title, abstract and keywords of all languages.
// Wider than the strategy: a phrase with a truncated word asks for its words
// anywhere in the field, proximity for both sides anywhere, and a NOT is not sent,
// since the words of these fields are not those of the texts (accents are dropped).
type hal struct {
	client
}

func newHAL(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("hal", c, f, halURL, halPage, halMost, halRate)
	return &hal{cl}, err
}

var halDialect = dialect{terms: fielded(map[strategy.Field]string{
	strategy.Title:     "title_t",
	strategy.Abstract:  "abstract_t",
	strategy.Keyword:   "keyword_t",
	strategy.Author:    "authFullName_t",
	strategy.Container: "journalTitle_t",
}, widely(orOfPhrases))}

// Queries implements harvester.Source.
func (s *hal) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	return halDialect.searches(s.name, p, since, halQuery)
}

// Page implements harvester.Source.
func (s *hal) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	text, err := halDialect.ask(s.name, q)
	if err != nil {
		return harvester.Page{}, err
	}
	if cursor == "" {
		cursor = "*"
	}
	params := url.Values{
		"q":          {text},
		"wt":         {"json"},
		"fl":         {halFields},
		"rows":       {strconv.Itoa(s.pageSize)},
		"sort":       {"docid asc"}, // a cursor wants an order without ties
		"cursorMark": {cursor},
	}
	if !q.From.IsZero() || !q.Until.IsZero() {
		from, until := dayOr(q.From, "*"), dayOr(q.Until, "*")
		if from != "*" {
			from += "T00:00:00Z"
		}
		if until != "*" {
			until += "T23:59:59.999Z"
		}
		params.Set("fq", "modifiedDate_tdate:["+from+" TO "+until+"]")
	}
	got, err := s.get(ctx, params)
	if err != nil {
		return harvester.Page{}, err
	}
	return got.page(decodeHAL(got.Body, cursor))
}

// decodeHAL reads the page that was asked for with cursor. Solr gives that cursor
// again when there is no more.
func decodeHAL(body []byte, cursor string) (harvester.Page, error) {
	var answer struct {
		Response *struct {
			Found *jsonInt          `json:"numFound"`
			Docs  *[]jsontext.Value `json:"docs"`
		} `json:"response"`
		Next  jsonText `json:"nextCursorMark"`
		Error struct {
			Message jsonText `json:"msg"`
		} `json:"error"`
	}
	if err := readJSON(body, &answer); err != nil {
		return harvester.Page{}, err
	}
	if message := answer.Error.Message.line(); message != "" {
		return harvester.Page{}, fmt.Errorf("the source says %q", message)
	}
	if answer.Response == nil || answer.Response.Found == nil || answer.Response.Docs == nil {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks response.numFound or response.docs")
	}
	docs := *answer.Response.Docs
	page := harvester.Page{Announced: int(*answer.Response.Found)}
	page.Records, page.Bad = decodeAll(docs, decodeHALDoc)
	if next := string(answer.Next); len(docs) > 0 && next != cursor {
		page.Next = next
	}
	return page, nil
}

// halDoc is a deposit. Solr gives a field as a text or as a list of texts, by how it
// was declared, which has changed over the years.
type halDoc struct {
	ID         jsonText           `json:"halId_s"`
	URI        jsonText           `json:"uri_s"`
	Type       jsonText           `json:"docType_s"`
	Languages  jsonList[jsonText] `json:"language_s"`
	Titles     jsonList[jsonText] `json:"title_s"`
	Abstracts  jsonList[jsonText] `json:"abstract_s"`
	Keywords   jsonList[jsonText] `json:"keyword_s"`
	Authors    jsonList[jsonText] `json:"authFullName_s"`
	DOI        jsonText           `json:"doiId_s"`
	PMID       jsonText           `json:"pubmedId_s"`
	PMCID      jsonText           `json:"pubmedcentralId_s"`
	ArXiv      jsonText           `json:"arxivId_s"`
	NNT        jsonText           `json:"nntId_s"`
	ISBN       jsonList[jsonText] `json:"isbn_s"`
	Journal    jsonText           `json:"journalTitle_s"`
	Book       jsonText           `json:"bookTitle_s"`
	Conference jsonText           `json:"conferenceTitle_s"`
	ISSN       jsonList[jsonText] `json:"journalIssn_s"`
	EISSN      jsonList[jsonText] `json:"journalEissn_s"`
	Volume     jsonText           `json:"volume_s"`
	Issue      jsonList[jsonText] `json:"issue_s"`
	Page       jsonText           `json:"page_s"`
	Journals   jsonText           `json:"journalPublisher_s"`
	Publishers jsonList[jsonText] `json:"publisher_s"`
	Produced   jsonText           `json:"producedDate_s"`
	Published  jsonText           `json:"publicationDate_s"`
	Year       jsonText           `json:"publicationDateY_i"`
	Modified   jsonText           `json:"modifiedDate_tdate"`
	License    jsonText           `json:"licence_s"`

	// Others are the fields that exist once for each language, by name.
	Others map[string]jsontext.Value `json:",embed"`
}

func decodeHALDoc(raw jsontext.Value) (record.Candidate, error) {
	var d halDoc
	var c record.Candidate
	err := decodeRecord(raw, &d)
	c.SourceID = d.ID.line()
	if err != nil {
		return c, err
	}
	if c.SourceID == "" {
		return c, errors.New("the document has no halId_s")
	}
	for _, l := range d.Languages {
		for _, lang := range normalLangs(string(l)) {
			c.Languages = appendNew(c.Languages, lang)
		}
	}
	if err := halTexts(&c, &d); err != nil {
		return c, err
	}
	for _, a := range d.Authors {
		if name := a.line(); name != "" {
			c.Authors = append(c.Authors, record.Author{Name: name})
		}
	}
	for _, stated := range []jsonText{d.Published, d.Produced, d.Year} {
		if c.Date, c.Year = normalDate(string(stated)); c.Year != 0 {
			break
		}
	}
	c.Container = firstOf(d.Journal, d.Book, d.Conference)
	c.Volume, c.Issue, c.Pages = d.Volume.line(), firstOf(d.Issue...), d.Page.line()
	c.Publisher = firstOf(append(jsonList[jsonText]{d.Journals}, d.Publishers...)...)
	c.Type, c.License = d.Type.line(), d.License.line()
	for _, issn := range append(d.ISSN, d.EISSN...) {
		c.ISSN = appendNew(c.ISSN, normalISSN(string(issn)))
	}
	c.IDs = record.Identifiers{DOI: normalDOI(string(d.DOI)), PMID: normalPMID(string(d.PMID)), PMCID: normalPMCID(string(d.PMCID))}
	addOther(&c.IDs, "hal", c.SourceID)
	addOther(&c.IDs, "arxiv", d.ArXiv.line())
	addOther(&c.IDs, "nnt", d.NNT.line())
	addOther(&c.IDs, "isbn", firstOf(d.ISBN...))
	if c.URL = webAddress(d.URI); c.URL == "" {
		c.URL = "https://hal.science/" + url.PathEscape(c.SourceID)
	}
	c.Version = stamp(string(d.Modified))
	return c, nil
}

// halTexts takes the texts from the fields of each language, those of the document's
// own language first, and then what only the fields without a language have.
func halTexts(c *record.Candidate, d *halDoc) error {
	names := slices.Sorted(maps.Keys(d.Others))
	slices.SortStableFunc(names, func(a, b string) int {
		own := func(name string) int {
			lang, _, _ := strings.Cut(name, "_")
			if slices.Contains(c.Languages, normalLang(lang)) {
				return 0
			}
			return 1
		}
		return own(a) - own(b)
	})
	for _, name := range names {
		code, kind, _ := strings.Cut(name, "_")
		if kind != "title_s" && kind != "abstract_s" && kind != "keyword_s" {
			continue
		}
		var texts jsonList[jsonText]
		if err := readJSON(d.Others[name], &texts); err != nil {
			return fmt.Errorf("field %s is no list of texts", name)
		}
		lang := normalLang(code)
		for i, t := range texts {
			switch kind {
			case "title_s":
				title := t.line()
				if i == 0 {
					title = withSubtitle(title, halSubtitle(d.Others[code+"_subTitle_s"]))
				}
				c.Titles = addText(c.Titles, title, lang)
			case "abstract_s":
				c.Abstracts = addText(c.Abstracts, halAbstract(t), lang)
			case "keyword_s":
				c.Keywords = addText(c.Keywords, t.line(), lang)
			}
		}
	}
	for _, t := range d.Titles {
		if title := t.line(); !slices.ContainsFunc(c.Titles, func(have record.Text) bool { return strings.HasPrefix(have.Text, title) }) {
			c.Titles = addText(c.Titles, title, "")
		}
	}
	for _, t := range d.Abstracts {
		c.Abstracts = addText(c.Abstracts, halAbstract(t), "")
	}
	for _, t := range d.Keywords {
		c.Keywords = addText(c.Keywords, t.line(), "")
	}
	return nil
}

func halSubtitle(raw jsontext.Value) string {
	var texts jsonList[jsonText]
	if readJSON(raw, &texts) != nil {
		return ""
	}
	return firstOf(texts...)
}

// halAbstract is an abstract; HAL wants one, and depositors who have none write
// "[...]".
func halAbstract(t jsonText) string {
	if text := plainText(string(t)); strings.Trim(text, "[].… ") != "" {
		return text
	}
	return ""
}
