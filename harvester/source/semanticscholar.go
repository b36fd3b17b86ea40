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

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/go-json-experiment/json/jsontext"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

func init() {
	register("semanticscholar", newSemanticScholar, Traits{OffByDefault: true, NeedsKey: true})
}

const (
	semanticScholarURL = "https://api.semanticscholar.org/graph/v1/paper/search/bulk"
	// semanticScholarRate is what a key allows for searches.
	semanticScholarRate = 1
	semanticScholarPage = 1000 // the most
	// semanticScholarQuery is the longest compiled strategy in bytes of URL: web
	// servers take 8 KB.
	semanticScholarQuery = 6000
	// semanticScholarOverlap is taken off the start of an incremental window, for the
	// reason OpenAlex has: only the date of publication can be asked for.
	semanticScholarOverlap = openAlexOverlap
	semanticScholarFields  = "paperId,corpusId,externalIds,url,title,abstract,venue,publicationVenue,year,publicationDate," +
		"publicationTypes,journal,authors,openAccessPdf"
)

// semanticScholar is Semantic Scholar, an index of papers of all fields with a
// leaning towards English ones, by its bulk search.
//
// Carried over are AND, OR, phrases and truncation of single words. Semantic
// Scholar reduces the words of its texts to English stems, and a truncated word is
// compared with those: rehabilitat* would not be found in "rehabilit". Such a word
// is therefore cut back to what its stems have in common. Wider than the strategy
// besides: a phrase with a truncated word asks for its words anywhere, proximity
// for both sides anywhere, a field for title and abstract, and a NOT is not sent.
// Author, journal and keyword fields cannot be asked.
type semanticScholar struct {
	client
}

func newSemanticScholar(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("semanticscholar", c, f, semanticScholarURL, semanticScholarPage, semanticScholarPage, semanticScholarRate)
	if cl.key != "" {
		cl.header = http.Header{"X-Api-Key": {cl.key.Reveal()}}
	}
	return &semanticScholar{cl}, err
}

var semanticScholarDialect = dialect{terms: func(field strategy.Field, terms []phrase) (string, bool) {
	if field == strategy.Author || field == strategy.Container || field == strategy.Keyword {
		return "", false
	}
	return widely(semanticScholarTerms)(terms)
}}

func semanticScholarTerms(terms []phrase) (string, bool) {
	return luceneOr(terms, func(w stem) string {
		if w.cut {
			w.text = stemmed(w.text)
		}
		return w.lucene()
	})
}

// stemmed is what the English stems of the words that begin with beginning have in
// common.
func stemmed(beginning string) string {
	common := beginning
	for _, form := range forms(beginning) {
		env := snowballstem.NewEnv(form)
		english.Stem(env)
		stem := env.Current()
		for len([]rune(common)) > minStem && !strings.HasPrefix(stem, common) {
			runes := []rune(common)
			common = string(runes[:len(runes)-1])
		}
	}
	return common
}

// semanticScholarOperators stand for those of the dialect. Words are in lower case,
// so that nothing else is replaced.
var semanticScholarOperators = strings.NewReplacer(" AND ", " + ", " OR ", " | ")

// Queries implements harvester.Source.
func (s *semanticScholar) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	if err := s.needKey("https://www.semanticscholar.org/product/api"); err != nil {
		return nil, err
	}
	if !since.IsZero() {
		since = since.Add(-semanticScholarOverlap)
	}
	return semanticScholarDialect.searches(s.name, p, since, semanticScholarQuery)
}

// Page implements harvester.Source.
func (s *semanticScholar) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	text := semanticScholarOperators.Replace(semanticScholarDialect.compile(q.Strategy))
	if text == "" {
		return harvester.Page{}, noTerm(s.name, q)
	}
	params := url.Values{
		"query":  {text},
		"fields": {semanticScholarFields},
		"limit":  {strconv.Itoa(s.pageSize)},
	}
	if !q.From.IsZero() || !q.Until.IsZero() {
		params.Set("publicationDateOrYear", dayOr(q.From, "")+":"+dayOr(q.Until, ""))
	}
	if cursor != "" {
		params.Set("token", cursor)
	}
	got, err := s.get(ctx, params)
	if err != nil {
		return harvester.Page{}, err
	}
	return got.page(decodeSemanticScholar(got.Body))
}

// decodeSemanticScholar reads a page of papers. An answer without papers may lack
// the list of them.
func decodeSemanticScholar(body []byte) (harvester.Page, error) {
	var answer struct {
		Total *jsonInt          `json:"total"`
		Token jsonText          `json:"token"`
		Data  *[]jsontext.Value `json:"data"`
		Error jsonText          `json:"error"`
	}
	if err := readJSON(body, &answer); err != nil {
		return harvester.Page{}, err
	}
	if message := answer.Error.line(); message != "" {
		return harvester.Page{}, fmt.Errorf("the source says %q", message)
	}
	if answer.Total == nil || answer.Data == nil && *answer.Total != 0 {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks total or data")
	}
	page := harvester.Page{Announced: int(*answer.Total)}
	if answer.Data != nil {
		page.Records, page.Bad = decodeAll(*answer.Data, decodeSemanticScholarPaper)
	}
	if len(page.Records)+len(page.Bad) > 0 {
		page.Next = string(answer.Token)
	}
	return page, nil
}

type semanticScholarPaper struct {
	ID          jsonText            `json:"paperId"`
	CorpusID    jsonText            `json:"corpusId"`
	ExternalIDs map[string]jsonText `json:"externalIds"`
	URL         jsonText            `json:"url"`
	Title       jsonText            `json:"title"`
	Abstract    jsonText            `json:"abstract"`
	Venue       jsonText            `json:"venue"`
	Place       struct {
		Name jsonText `json:"name"`
		ISSN jsonText `json:"issn"`
	} `json:"publicationVenue"`
	Year    jsonInt            `json:"year"`
	Date    jsonText           `json:"publicationDate"`
	Types   jsonList[jsonText] `json:"publicationTypes"`
	Journal struct {
		Name   jsonText `json:"name"`
		Volume jsonText `json:"volume"`
		Pages  jsonText `json:"pages"`
	} `json:"journal"`
	Authors []struct {
		Name jsonText `json:"name"`
	} `json:"authors"`
	OpenAccess struct {
		License jsonText `json:"license"`
	} `json:"openAccessPdf"`
}

func decodeSemanticScholarPaper(raw jsontext.Value) (record.Candidate, error) {
	var p semanticScholarPaper
	var c record.Candidate
	err := decodeRecord(raw, &p)
	c.SourceID = p.ID.line()
	if err != nil {
		return c, err
	}
	if c.SourceID == "" {
		return c, errors.New("the paper has no paperId")
	}
	c.Titles = addText(nil, p.Title.line(), "")
	c.Abstracts = addText(nil, plainText(string(p.Abstract)), "")
	for _, a := range p.Authors {
		if name := a.Name.line(); name != "" {
			c.Authors = append(c.Authors, record.Author{Name: name})
		}
	}
	c.Date, c.Year = normalDate(string(p.Date))
	if date, year := dateOf(int(p.Year), 0, 0); year != 0 && year != c.Year {
		c.Date, c.Year = date, year
	}
	c.Container = firstOf(p.Journal.Name, p.Place.Name, p.Venue)
	c.Volume, c.Pages = p.Journal.Volume.line(), p.Journal.Pages.line()
	c.ISSN = normalISSNs(string(p.Place.ISSN))
	var types []string
	for _, t := range p.Types {
		types = appendNew(types, t.line())
	}
	c.Type = strings.Join(types, "; ")
	c.License = p.OpenAccess.License.line()
	c.IDs = record.Identifiers{
		DOI: normalDOI(string(p.ExternalIDs["DOI"])), PMID: normalPMID(string(p.ExternalIDs["PubMed"])),
		PMCID: normalPMCID(string(p.ExternalIDs["PubMedCentral"])),
	}
	addOther(&c.IDs, "arxiv", p.ExternalIDs["ArXiv"].line())
	addOther(&c.IDs, "mag", p.ExternalIDs["MAG"].line())
	addOther(&c.IDs, "corpusid", firstOf(p.CorpusID, p.ExternalIDs["CorpusId"]))
	if c.URL = webAddress(p.URL); c.URL == "" {
		c.URL = "https://www.semanticscholar.org/paper/" + url.PathEscape(c.SourceID)
	}
	return c, nil
}
