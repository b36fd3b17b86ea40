package source

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
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

func init() { register("lilacs", newLILACS, Traits{Unverified: true}) }

const (
	lilacsURL  = "https://search.bvsalud.org/portal/"
	lilacsRate = 1 // no limit is stated
	lilacsPage = 100
	lilacsMost = 500
	// lilacsQuery is the longest compiled strategy in bytes of URL: web servers take
	// 8 KB.
	lilacsQuery = 6000
	// lilacsYears are taken off the start of an incremental window: the portal can be
	// asked by year of publication alone, and journals are indexed a year or two late.
	lilacsYears = 2
)

// lilacs is LILACS, the health literature of Latin America and the Caribbean, by
// the JSON that the search portal of BVS (iAHx) gives. Titles and abstracts are in
// Spanish, Portuguese and English, each in a field of its own.
//
// Not verified against recordings: the portal's interface is documented nowhere, and
// written from what others tell of it.
//
// Carried over are AND, OR, NOT, phrases, truncation of single words and the
// fields; a term without a field asks for title, abstract and descriptors. Wider
// than the strategy: a phrase with a truncated word asks for its words anywhere in
// the field, proximity for both sides anywhere.
type lilacs struct{ client }

func newLILACS(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("lilacs", c, f, lilacsURL, lilacsPage, lilacsMost, lilacsRate)
	return &lilacs{cl}, err
}

var lilacsFields = map[strategy.Field]string{
	strategy.AnyField:  "tw",
	strategy.Title:     "ti",
	strategy.Abstract:  "ab",
	strategy.Keyword:   "mh",
	strategy.Author:    "au",
	strategy.Container: "ta",
}

var lilacsDialect = dialect{terms: func(field strategy.Field, terms []phrase) (string, bool) {
	text, exact := orOfPhrases(terms)
	return lilacsFields[field] + ":(" + text + ")", exact
}}

// Queries implements harvester.Source.
func (s *lilacs) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	if !since.IsZero() {
		since = since.AddDate(-lilacsYears, 0, 0)
	}
	return lilacsDialect.searches(s.name, p, since, lilacsQuery)
}

// Page implements harvester.Source. The cursor is the position of the page's first
// record in the result, from 1 on.
func (s *lilacs) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	text, err := lilacsDialect.ask(s.name, q)
	if err != nil {
		return harvester.Page{}, err
	}
	start, err := position(cursor, 1)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("lilacs: query %q: %w", q.Name, err)
	}
	if !q.From.IsZero() || !q.Until.IsZero() {
		from, until := firstYear, lastYear
		if !q.From.IsZero() {
			from = q.From.UTC().Year()
		}
		if !q.Until.IsZero() {
			until = q.Until.UTC().Year()
		}
		text = fmt.Sprintf("(%s) AND year_cluster:[%d TO %d]", text, from, until)
	}
	got, err := s.get(ctx, url.Values{
		"output": {"json"}, "lang": {"en"}, "q": {text}, "filter[db][]": {"LILACS"},
		"from": {strconv.Itoa(start)}, "count": {strconv.Itoa(s.pageSize)},
	})
	if err != nil {
		return harvester.Page{}, err
	}
	page, err := got.page(decodeLILACS(got.Body))
	if err != nil {
		return harvester.Page{}, err
	}
	if got := len(page.Records) + len(page.Bad); got > 0 && start+got <= page.Announced {
		page.Next = strconv.Itoa(start + got)
	}
	return page, nil
}

// decodeLILACS reads a page of results, which iAHx wraps as often as it has
// servers behind it.
func decodeLILACS(body []byte) (harvester.Page, error) {
	var answer struct {
		Servers jsonList[struct {
			Response *struct {
				Found *jsonInt          `json:"numFound"`
				Docs  *[]jsontext.Value `json:"docs"`
			} `json:"response"`
		}] `json:"diaServerResponse"`
	}
	if err := readJSON(body, &answer); err != nil {
		return harvester.Page{}, err
	}
	if len(answer.Servers) == 0 || answer.Servers[0].Response == nil || answer.Servers[0].Response.Found == nil || answer.Servers[0].Response.Docs == nil {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks diaServerResponse with numFound and docs")
	}
	response := answer.Servers[0].Response
	page := harvester.Page{Announced: int(*response.Found)}
	page.Records, page.Bad = decodeAll(*response.Docs, decodeLILACSRecord)
	return page, nil
}

type lilacsRecord struct {
	ID          jsonText           `json:"id"`
	Languages   jsonList[jsonText] `json:"la"`
	Authors     jsonList[jsonText] `json:"au"`
	Date        jsonList[jsonText] `json:"da"`
	Year        jsonList[jsonText] `json:"year_cluster"`
	Journal     jsonList[jsonText] `json:"ta"`
	Source      jsonList[jsonText] `json:"fo"`
	Country     jsonList[jsonText] `json:"cp"`
	Descriptors jsonList[jsonText] `json:"mh"`
	Keywords    jsonList[jsonText] `json:"kw"`
	Types       jsonList[jsonText] `json:"type"`
	ISSN        jsonList[jsonText] `json:"is"`
	DOI         jsonList[jsonText] `json:"doi"`
	Addresses   jsonList[jsonText] `json:"ur"`
	Entered     jsonText           `json:"entry_date"`

	// Others are the fields that exist once for each language, by name.
	Others map[string]jsontext.Value `json:",embed"`
}

func decodeLILACSRecord(raw jsontext.Value) (record.Candidate, error) {
	var r lilacsRecord
	var c record.Candidate
	err := decodeRecord(raw, &r)
	c.SourceID = r.ID.line()
	if err != nil {
		return c, err
	}
	if c.SourceID == "" {
		return c, errors.New("the record lacks its id")
	}
	for _, lang := range r.Languages {
		c.Languages = appendNew(c.Languages, normalLang(string(lang)))
	}
	if c.Titles, err = r.texts("ti", c.Languages); err != nil {
		return c, err
	}
	if c.Abstracts, err = r.texts("ab", c.Languages); err != nil {
		return c, err
	}
	for _, author := range r.Authors {
		if name := author.line(); name != "" {
			c.Authors = append(c.Authors, dcAuthor(name))
		}
	}
	for _, descriptor := range append(r.Descriptors, r.Keywords...) {
		c.Keywords = addText(c.Keywords, lilacsDescriptor(descriptor.line()), "")
	}
	c.Date, c.Year = lilacsDate(firstOf(r.Date...))
	if c.Year == 0 {
		c.Date, c.Year = normalDate(firstOf(r.Year...))
	}
	c.Container, c.Type = firstOf(r.Journal...), firstOf(r.Types...)
	c.JournalCountry = country.Code(firstOf(r.Country...))
	if m := lilacsCitation.FindStringSubmatch(firstOf(r.Source...)); m != nil {
		c.Volume, c.Issue, c.Pages = m[1], m[2], m[3]
	}
	for _, issn := range r.ISSN {
		c.ISSN = appendNew(c.ISSN, normalISSN(string(issn)))
	}
	for _, id := range append(r.DOI, r.Addresses...) {
		if c.IDs.DOI == "" {
			c.IDs.DOI = normalDOI(string(id))
		}
		if c.URL == "" {
			c.URL = webAddress(id)
		}
	}
	if c.URL == "" {
		c.URL = "https://search.bvsalud.org/portal/resource/en/" + url.PathEscape(c.SourceID)
	}
	day, _ := normalDate(string(r.Entered))
	c.Version = stamp(day)
	return c, nil
}

// texts reads a field in all its languages, "ti_es", "ti_pt", "ti" …: those of
// the work first, and then what has no language and says something else.
func (r *lilacsRecord) texts(field string, work []string) ([]record.Text, error) {
	byLang := map[string]string{}
	for name := range r.Others {
		if lang, ok := strings.CutPrefix(name, field+"_"); ok && normalLang(lang) != "" {
			byLang[normalLang(lang)] = name
		}
	}
	langs := slices.Clone(work)
	for _, lang := range slices.Sorted(maps.Keys(byLang)) {
		langs = appendNew(langs, lang)
	}
	byLang[""] = field
	var texts []record.Text
	for _, lang := range append(langs, "") {
		var values jsonList[jsonText]
		if raw, ok := r.Others[byLang[lang]]; ok {
			if err := readJSON(raw, &values); err != nil {
				return nil, fmt.Errorf("field %s is %s: this program expects text", byLang[lang], kindName(raw.Kind()))
			}
		}
		for _, v := range values {
			texts = addText(texts, plainText(string(v)), lang)
		}
	}
	return texts, nil
}

var (
	// lilacsCitation reads the citation of a journal article:
	// "Rev. salud; 12(3): 45-56, jul. 2020. tab".
	lilacsCitation = regexp.MustCompile(`;\s*([0-9]+)\s*(?:\(([^)]+)\))?\s*:\s*([0-9A-Za-z]+(?:-[0-9A-Za-z]+)?)`)
	// lilacsDay is a date of which the day, or day and month, may be 00.
	lilacsDay = regexp.MustCompile(`^([0-9]{4})([0-9]{2})?([0-9]{2})?$`)
)

func lilacsDate(text string) (date string, year int) {
	if m := lilacsDay.FindStringSubmatch(text); m != nil {
		return dateOf(number(m[1]), number(m[2]), number(m[3]))
	}
	return normalDate(text)
}

// lilacsDescriptor reads a descriptor of DeCS, which may come with the marks of its
// record: "^dTrata de Personas^sprevención" or "Trata de Personas/prevención".
func lilacsDescriptor(text string) string {
	text = strings.TrimPrefix(text, "^d")
	return strings.ReplaceAll(text, "^s", "/")
}
