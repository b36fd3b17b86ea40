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
)

func init() { register("crossref", newCrossref, Traits{}) }

const (
	crossrefURL = "https://api.crossref.org/works"
	// crossrefRate is what Crossref allows those who name a contact address; it
	// allows others one request a second.
	crossrefRate       = 3
	crossrefPublicRate = 1
	crossrefPage       = 200
	crossrefMostRows   = 1000
	// crossrefWords is the most bytes of words sent; what ranks by words gains
	// nothing from more.
	crossrefWords = 500
	// crossrefCap is how many records of a ranked answer are read. Crossref has no
	// Boolean search: it announces every record with any of the words, millions,
	// best first.
	crossrefCap = 2000
)

// CapError ends a query of a source that ranks instead of selecting: the best
// records were read, and the rest of what it announced was not.
type CapError struct {
	Source string
	// Cap is how many records were read, Announced how many the source has.
	Cap, Announced int
}

func (e *CapError) Error() string {
	return fmt.Sprintf("%s ranks by words instead of matching the search: the best %d of the %d records it announced were read, as planned; "+
		"set max_records of the source to read more", e.Source, e.Cap, e.Announced)
}

// crossref is Crossref, the registry most publishers register DOIs with, by its
// REST API. It ranks all records by the words of the strategy, taken without
// operators, phrases and truncation (query.bibliographic: title, authors, journal,
// year); Config.MaxRecords of them are read, and then the query ends with a
// *CapError.
//
// The cursor is "read/announced/cursor of Crossref". Crossref's own cursor stands
// for a place that moves with each answer, so that asking again with it, after a
// kill, gives the page after; the shortfall then shows at the end, and the query
// ends partial.
type crossref struct {
	client
	cap int
}

func newCrossref(c Config, f *Fetcher) (harvester.Source, error) {
	rate := float64(crossrefRate)
	if c.Contact == "" {
		rate = crossrefPublicRate
	}
	cl, err := newClient("crossref", c, f, crossrefURL, crossrefPage, crossrefMostRows, rate)
	if err != nil {
		return nil, err
	}
	if c.MaxRecords < 0 {
		return nil, fmt.Errorf("source crossref: max_records %d: give a number above 0, or 0 for the default of %d", c.MaxRecords, crossrefCap)
	}
	s := &crossref{client: cl, cap: crossrefCap}
	if c.MaxRecords > 0 {
		s.cap = c.MaxRecords
	}
	return s, nil
}

// Queries implements harvester.Source.
func (s *crossref) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	var queries []harvester.Query
	for _, search := range p.Searches {
		if rankedWords(search.Node, crossrefWords) == "" {
			return nil, fmt.Errorf("search %q: it has no word that crossref can rank by: give it a term in title, abstract or keywords", search.Name)
		}
		queries = append(queries, harvester.Query{
			Name: search.Name, Route: record.RouteSearch, Strategy: search.Node, Lang: search.Lang, From: since,
			Volatile: true, // the same cursor answers with the next page
		})
	}
	return queries, nil
}

// Page implements harvester.Source.
func (s *crossref) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	if q.Follow != nil {
		return s.followPage(ctx, q.Follow, cursor)
	}
	at, err := parseCrossrefCursor(cursor)
	if err != nil {
		return harvester.Page{}, err
	}
	if at.read >= s.cap {
		return harvester.Page{}, &CapError{Source: s.name, Cap: at.read, Announced: at.announced}
	}
	rows := min(s.pageSize, s.cap-at.read)
	params := url.Values{
		"query.bibliographic": {rankedWords(q.Strategy, crossrefWords)},
		"rows":                {strconv.Itoa(rows)},
		"cursor":              {at.cursor},
	}
	var filters []string
	if !q.From.IsZero() {
		filters = append(filters, "from-index-date:"+q.From.UTC().Format(time.DateOnly))
	}
	if !q.Until.IsZero() {
		filters = append(filters, "until-index-date:"+q.Until.UTC().Format(time.DateOnly))
	}
	if filters != nil {
		params.Set("filter", strings.Join(filters, ","))
	}
	if s.contact != "" {
		params.Set("mailto", s.contact)
	}
	got, err := s.get(ctx, params)
	if err != nil {
		return harvester.Page{}, err
	}
	page, next, err := decodeCrossref(got.Body)
	if page, err = got.page(page, err); err != nil {
		return harvester.Page{}, err
	}
	read := len(page.Records) + len(page.Bad)
	at.read, at.announced, at.cursor = at.read+read, page.Announced, next
	// The last page may be short, or empty; what is missing then shows in the counts.
	if read > 0 && next != "" && at.read < page.Announced {
		page.Next = at.String()
	}
	return page, nil
}

type crossrefCursor struct {
	read, announced int
	cursor          string
}

func (c crossrefCursor) String() string {
	return fmt.Sprintf("%d/%d/%s", c.read, c.announced, c.cursor)
}

func parseCrossrefCursor(s string) (crossrefCursor, error) {
	if s == "" {
		return crossrefCursor{cursor: "*"}, nil
	}
	read, rest, _ := strings.Cut(s, "/")
	announced, cursor, ok := strings.Cut(rest, "/")
	r, err1 := strconv.Atoi(read)
	a, err2 := strconv.Atoi(announced)
	if !ok || err1 != nil || err2 != nil || r < 0 || a < 0 || cursor == "" {
		return crossrefCursor{}, fmt.Errorf("crossref: cursor %q is none of this program's: start the query anew", s)
	}
	return crossrefCursor{r, a, cursor}, nil
}

// decodeCrossref reads a page; next is Crossref's own cursor.
func decodeCrossref(body []byte) (page harvester.Page, next string, err error) {
	var answer struct {
		Status  jsonText       `json:"status"`
		Message jsontext.Value `json:"message"`
	}
	if err := readJSON(body, &answer); err != nil {
		return page, "", err
	}
	if answer.Status != "ok" || answer.Message.Kind() != jsontext.KindBeginObject {
		return page, "", fmt.Errorf("the answer has the status %q instead of ok, saying %q", string(answer.Status), excerpt(answer.Message))
	}
	var message struct {
		Total *jsonInt          `json:"total-results"`
		Next  jsonText          `json:"next-cursor"`
		Items *[]jsontext.Value `json:"items"`
	}
	if err := readJSON(answer.Message, &message); err != nil {
		return page, "", err
	}
	if message.Total == nil || message.Items == nil {
		return page, "", errors.New("the answer is no page of results: it lacks total-results or items")
	}
	page.Announced = int(*message.Total)
	page.Records, page.Bad = decodeAll(*message.Items, decodeCrossrefWork)
	return page, string(message.Next), nil
}

type crossrefWork struct {
	DOI           jsonText           `json:"DOI"`
	Title         jsonList[jsonText] `json:"title"`
	Subtitle      jsonList[jsonText] `json:"subtitle"`
	OriginalTitle jsonList[jsonText] `json:"original-title"`
	Abstract      jsonText           `json:"abstract"`
	Language      jsonText           `json:"language"`
	Author        []crossrefAuthor   `json:"author"`
	Issued        *crossrefDate      `json:"issued"`
	Published     *crossrefDate      `json:"published"`
	Print         *crossrefDate      `json:"published-print"`
	Online        *crossrefDate      `json:"published-online"`
	Posted        *crossrefDate      `json:"posted"`
	Container     jsonList[jsonText] `json:"container-title"`
	ShortTitle    jsonList[jsonText] `json:"short-container-title"`
	Volume        jsonText           `json:"volume"`
	Issue         jsonText           `json:"issue"`
	Page          jsonText           `json:"page"`
	ArticleNumber jsonText           `json:"article-number"`
	Publisher     jsonText           `json:"publisher"`
	Place         jsonText           `json:"publisher-location"`
	Type          jsonText           `json:"type"`
	Subtype       jsonText           `json:"subtype"`
	ISSN          jsonList[jsonText] `json:"ISSN"`
	ISBN          jsonList[jsonText] `json:"ISBN"`
	Subject       jsonList[jsonText] `json:"subject"`
	References    []crossrefRef      `json:"reference"`
	License       []struct {
		URL jsonText `json:"URL"`
	} `json:"license"`
	UpdateTo  []crossrefUpdate `json:"update-to"`
	UpdatedBy []crossrefUpdate `json:"updated-by"`
	Relation  crossrefRelated  `json:"relation"`
	Indexed   struct {
		Timestamp jsonInt  `json:"timestamp"`
		DateTime  jsonText `json:"date-time"`
	} `json:"indexed"`
	URL      jsonText `json:"URL"`
	Resource struct {
		Primary struct {
			URL jsonText `json:"URL"`
		} `json:"primary"`
	} `json:"resource"`
}

type crossrefAuthor struct {
	Given  jsonText `json:"given"`
	Family jsonText `json:"family"`
	Suffix jsonText `json:"suffix"`
	// Name is that of a group, or of a person whose name the publisher did not split.
	Name  jsonText `json:"name"`
	ORCID jsonText `json:"ORCID"`
}

type crossrefDate struct {
	Parts [][]jsonInt `json:"date-parts"`
}

type crossrefUpdate struct {
	DOI  jsonText `json:"DOI"`
	Type jsonText `json:"type"`
}

// crossrefRelated are the works a work is related to, by the type of relation. An empty
// one is sometimes an empty array.
type crossrefRelated map[string][]struct {
	Scheme jsonText `json:"id-type"`
	ID     jsonText `json:"id"`
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom. Relations are an aside: what cannot
// be read of them costs nobody the record.
func (r *crossrefRelated) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	var plain map[string]jsonList[struct {
		Scheme jsonText `json:"id-type"`
		ID     jsonText `json:"id"`
	}]
	if readJSON(raw, &plain) != nil {
		return nil
	}
	*r = make(crossrefRelated, len(plain))
	for kind, works := range plain {
		(*r)[kind] = works
	}
	return nil
}

type crossrefRef struct {
	DOI          jsonText `json:"DOI"`
	Unstructured jsonText `json:"unstructured"`
	Author       jsonText `json:"author"`
	Year         jsonText `json:"year"`
	Article      jsonText `json:"article-title"`
	VolumeTitle  jsonText `json:"volume-title"`
	Series       jsonText `json:"series-title"`
	Journal      jsonText `json:"journal-title"`
	Volume       jsonText `json:"volume"`
	FirstPage    jsonText `json:"first-page"`
}

func (r crossrefRef) String() string {
	if doi := normalDOI(string(r.DOI)); doi != "" {
		return doi
	}
	if r.Unstructured != "" {
		return r.Unstructured.line()
	}
	var parts []string
	for _, t := range []jsonText{r.Author, r.Year, r.Article, r.VolumeTitle, r.Series, r.Journal, r.Volume, r.FirstPage} {
		if s := t.line(); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// decodeCrossrefWork reads one work. Its ID at Crossref is its DOI.
func decodeCrossrefWork(raw jsontext.Value) (record.Candidate, error) {
	var w crossrefWork
	var c record.Candidate
	err := decodeRecord(raw, &w)
	c.IDs.DOI = normalDOI(string(w.DOI))
	if c.SourceID = c.IDs.DOI; c.SourceID == "" {
		// Crossref has a few that break the form; they are its identifiers all the same.
		c.SourceID = strings.ToLower(strings.TrimSpace(string(w.DOI)))
	}
	if err != nil {
		return c, err
	}
	if c.SourceID == "" {
		return c, errors.New("the work has no DOI")
	}
	c.Titles = w.titles()
	c.Abstracts = jatsAbstracts(string(w.Abstract))
	c.Languages = normalLangs(string(w.Language))
	for _, a := range w.Author {
		if author := a.author(); author.Name != "" {
			c.Authors = append(c.Authors, author)
		}
	}
	for _, d := range []*crossrefDate{w.Issued, w.Published, w.Print, w.Online, w.Posted} {
		if c.Date, c.Year = d.date(); c.Year != 0 {
			break
		}
	}
	for _, t := range append(w.Container, w.ShortTitle...) {
		if c.Container = t.line(); c.Container != "" {
			break
		}
	}
	c.Volume, c.Issue, c.Pages = w.Volume.line(), w.Issue.line(), w.Page.line()
	if c.Pages == "" {
		c.Pages = w.ArticleNumber.line()
	}
	c.Publisher, c.Type = w.Publisher.line(), w.Type.line()
	c.JournalCountry = country.OfPlace(w.Place.line())
	if w.Subtype == "preprint" {
		c.Type = "preprint" // the type is then "posted-content"
	}
	for _, issn := range w.ISSN {
		c.ISSN = appendNew(c.ISSN, normalISSN(string(issn)))
	}
	if len(w.ISBN) > 0 {
		if isbn := w.ISBN[0].line(); isbn != "" {
			c.IDs.Other = map[string]string{"isbn": isbn[strings.LastIndexByte(isbn, '/')+1:]}
		}
	}
	for _, s := range w.Subject {
		c.Keywords = addText(c.Keywords, s.line(), "")
	}
	var references uniques
	for _, r := range w.References {
		references.add(r.String())
	}
	c.References = references.list
	for _, l := range w.License {
		if c.License = l.URL.line(); c.License != "" {
			break
		}
	}
	w.relations(&c)
	if c.URL = webAddress(w.URL); c.URL == "" {
		c.URL = webAddress(w.Resource.Primary.URL)
	}
	c.Version = int64(w.Indexed.Timestamp)
	if c.Version <= 0 {
		c.Version = stamp(string(w.Indexed.DateTime))
	}
	return c, nil
}

// relations reads what the work is to others, and whether it is retracted.
func (w *crossrefWork) relations(c *record.Candidate) {
	for _, kind := range slices.Sorted(maps.Keys(w.Relation)) {
		for _, other := range w.Relation[kind] {
			c.Relations = addRelation(c.Relations, crossrefRelations[kind], relatedID(string(other.Scheme), string(other.ID)))
		}
	}
	for _, u := range w.UpdatedBy {
		c.Retracted = c.Retracted || u.retracts()
		c.Relations = addRelation(c.Relations, crossrefUpdates[u.kind()][1], relatedID("doi", string(u.DOI)))
	}
	for _, u := range w.UpdateTo {
		// What it updates is another work, which a notice of retraction does not make
		// retracted itself, unless a publisher wrote the notice over the work.
		doi := normalDOI(string(u.DOI))
		if doi == c.SourceID {
			c.Retracted = c.Retracted || u.retracts()
			continue
		}
		c.References = appendNew(c.References, doi)
		c.Relations = addRelation(c.Relations, crossrefUpdates[u.kind()][0], relatedID("doi", doi))
	}
}

// titles puts the subtitle behind the main title, which is the one in the original
// language where Crossref has an empty one besides.
func (w *crossrefWork) titles() []record.Text {
	var all []string
	for _, t := range append(w.Title, w.OriginalTitle...) {
		all = appendNew(all, t.line())
	}
	if len(w.Subtitle) > 0 {
		if len(all) == 0 {
			all = []string{""}
		}
		all[0] = withSubtitle(all[0], w.Subtitle[0].line())
	}
	var out []record.Text
	for _, t := range all {
		out = addText(out, t, "")
	}
	return out
}

func (a crossrefAuthor) author() record.Author {
	given, family := a.Given.line(), a.Family.line()
	name := a.Name.line()
	if name == "" {
		name = strings.TrimSpace(given + " " + family)
		if suffix := a.Suffix.line(); suffix != "" && name != "" {
			name += " " + suffix
		}
	}
	return record.Author{Name: name, Family: family, Given: given, ORCID: normalORCID(string(a.ORCID))}
}

func (d *crossrefDate) date() (string, int) {
	if d == nil || len(d.Parts) == 0 {
		return "", 0
	}
	var p [3]int
	for i, n := range d.Parts[0] {
		if i < len(p) && n >= 0 && n <= 9999 {
			p[i] = int(n)
		}
	}
	return dateOf(p[0], p[1], p[2])
}

func (u crossrefUpdate) kind() string { return strings.ToLower(string(u.Type)) }

func (u crossrefUpdate) retracts() bool {
	switch u.kind() {
	case "retraction", "withdrawal", "removal":
		return true
	}
	return false
}

// withSubtitle joins a title and its subtitle, which some publishers deposit in
// the title as well.
func withSubtitle(title, subtitle string) string {
	if subtitle == "" || strings.Contains(title, subtitle) {
		return title
	}
	if title == "" || endsSentence([]rune(title)[len([]rune(title))-1]) {
		return strings.TrimSpace(title + " " + subtitle)
	}
	return title + ": " + subtitle
}

// langMark is a block of an abstract that says its language.
var langMark = regexp.MustCompile(`<(?:jats:)?(?:abstract|trans-abstract|sec|p)\b[^>]*\bxml:lang\s*=\s*["']([^"']*)["'][^>]*>`)

// jatsAbstracts takes an abstract apart where its blocks say that they are in
// different languages.
func jatsAbstracts(s string) []record.Text {
	var out []record.Text
	from, lang := 0, ""
	add := func(to int) {
		text := plainText(s[from:to])
		if n := len(out); n > 0 && out[n-1].Lang == lang && text != "" {
			out[n-1].Text += "\n\n" + text
			return
		}
		out = addText(out, text, lang)
	}
	for _, m := range langMark.FindAllStringSubmatchIndex(s, -1) {
		add(m[0])
		from, lang = m[0], normalLang(s[m[2]:m[3]])
	}
	add(len(s))
	return out
}
