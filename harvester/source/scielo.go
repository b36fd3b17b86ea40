package source

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"polyglean/harvester"
	"polyglean/internal/country"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

func init() { register("scielo", newSciELO, Traits{}) }

const (
	scieloURL = "https://articlemeta.scielo.org/api/v1"
	// scieloRate is the courtesy of one request a second: no limit is stated.
	scieloRate = 1
	// scieloPage is small because every article of a page is a request of its own: a
	// page takes 21 seconds.
	scieloPage = 20
	scieloMost = 1000
)

// The endpoints that queries read: the identifiers of articles, and what happened
// to them.
const (
	scieloIdentifiers = "article/identifiers"
	scieloHistory     = "article/history"
)

// scieloFirst is before the first day that SciELO processed anything.
var scieloFirst = time.Date(1997, 1, 1, 0, 0, 0, 0, time.UTC)

// scielo reads collections of SciELO whole, by its ArticleMeta service, for want of a
// text search that programs may use: a page is a slice of a collection's
// identifiers, and its articles are fetched one by one.
//
// A set of the protocol names a collection by its three letters, "scl" for Brazil,
// and may narrow it to one journal: "scl/0034-8910". A window is by the day of
// processing. An incremental run also reads the history of each collection for
// what was taken out of it; an article is believed to be gone when it cannot be
// fetched any more.
//
// A record's ID is collection and code, "scl/S0034-89102010000400007", since an
// article may be in two collections.
type scielo struct{ client }

func newSciELO(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("scielo", c, f, scieloURL, scieloPage, scieloMost, scieloRate)
	return &scielo{cl}, err
}

// Pace implements harvester.Paced: however long a page is, every article in it is a
// request.
func (s *scielo) Pace() harvester.Pace {
	pace := s.client.Pace()
	pace.PageSize = 1
	return pace
}

var collectionForm = regexp.MustCompile(`^[a-z]{3}$`)

// Queries implements harvester.Source: one for each set that the protocol names
// under this source, and for an incremental run one more for its deletions.
func (s *scielo) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	var queries []harvester.Query
	for _, use := range p.Sources {
		if use.Name != s.name {
			continue
		}
		for _, set := range use.Sets {
			collection, issn, narrowed := strings.Cut(set.Spec, "/")
			if !collectionForm.MatchString(collection) || narrowed && (issn == "" || normalISSN(issn) != issn) {
				return nil, fmt.Errorf("scielo: set %q: spec %q is neither a collection, such as scl, nor one with the ISSN of a journal, such as scl/0034-8910", set.Name, set.Spec)
			}
			q := harvester.Query{
				Name: "set:" + set.Name, Route: record.RouteHarvest, Endpoint: scieloIdentifiers, Set: set.Spec,
				From: since, Dated: true, Earliest: scieloFirst,
			}
			queries = append(queries, q)
			if !since.IsZero() && !narrowed {
				q.Name, q.Endpoint = "deleted:"+set.Name, scieloHistory
				queries = append(queries, q)
			}
		}
	}
	if len(queries) == 0 {
		return nil, errors.New("scielo: the protocol names no collection to read: give the source sets, of which each has a spec such as scl")
	}
	return queries, nil
}

// Page implements harvester.Source. The cursor is the position of the page's
// first identifier.
func (s *scielo) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	offset, err := position(cursor, 0)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("scielo: %s: %w", q.Name, err)
	}
	list, page, err := s.list(ctx, q, offset)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("scielo: %s: %w", q.Name, err)
	}
	if q.Endpoint == scieloHistory {
		err = s.deletions(ctx, list, &page)
	} else {
		err = s.articles(ctx, list, &page)
	}
	if err != nil {
		return harvester.Page{}, fmt.Errorf("scielo: %s: %w", q.Name, err)
	}
	return page, nil
}

// scieloItem is an article as the lists name it.
type scieloItem struct {
	Code       jsonText `json:"code"`
	Collection jsonText `json:"collection"`
	// Event and Date are of the history: "add", "update" or "delete", and when.
	Event jsonText `json:"event"`
	Date  jsonText `json:"date"`
	raw   jsontext.Value
}

func (i scieloItem) id() string { return i.Collection.line() + "/" + i.Code.line() }

// list asks for one slice of a list; page has all but its records.
func (s *scielo) list(ctx context.Context, q harvester.Query, offset int) ([]scieloItem, harvester.Page, error) {
	collection, issn, _ := strings.Cut(q.Set, "/")
	size := s.pageSize
	if q.Endpoint == scieloHistory {
		size = scieloMost // few of these are fetched
	}
	params := url.Values{
		"collection": {collection}, "offset": {strconv.Itoa(offset)}, "limit": {strconv.Itoa(size)},
	}
	if issn != "" {
		params.Set("issn", issn)
	}
	if !q.From.IsZero() {
		params.Set("from", q.From.UTC().Format(time.DateOnly))
	}
	if !q.Until.IsZero() {
		params.Set("until", q.Until.UTC().Format(time.DateOnly))
	}
	got, err := s.getAt(ctx, s.base.JoinPath(q.Endpoint, "/"), params)
	if err != nil {
		return nil, harvester.Page{}, err
	}
	list, total, err := decodeSciELOList(got.Body, collection)
	if err != nil {
		return nil, harvester.Page{}, fmt.Errorf("%s: %w", got.sent, err)
	}
	page := harvester.Page{Announced: total, Sent: got.sent, Mended: got.mended}
	// A list ends with a slice that is not full. Its total, where one is given, is the
	// better witness: a server may give fewer than it is asked for.
	if next := offset + len(list); len(list) > 0 && (total >= 0 && next < total || total < 0 && len(list) >= size) {
		page.Next = strconv.Itoa(next)
	}
	return list, page, nil
}

// decodeSciELOList reads a slice of identifiers or of history; total is -1 when the
// answer gives none.
func decodeSciELOList(body []byte, collection string) (list []scieloItem, total int, err error) {
	var answer struct {
		Meta struct {
			Total *jsonInt `json:"total"`
		} `json:"meta"`
		Objects *[]jsontext.Value `json:"objects"`
	}
	if err := readJSON(body, &answer); err != nil {
		return nil, 0, err
	}
	if answer.Objects == nil {
		return nil, 0, errors.New("the answer is no list of articles: it lacks objects")
	}
	total = -1
	if answer.Meta.Total != nil {
		total = int(*answer.Meta.Total)
	}
	for n, raw := range *answer.Objects {
		item := scieloItem{raw: raw}
		if err := decodeRecord(raw, &item); err != nil || item.Code.line() == "" {
			return nil, 0, fmt.Errorf("article %d of the list has no code", n+1)
		}
		if item.Collection.line() == "" {
			item.Collection = jsonText(collection)
		}
		list = append(list, item)
	}
	return list, total, nil
}

// articles fetches the articles of a slice into page. One that does not come is
// reported as bad: it was listed.
func (s *scielo) articles(ctx context.Context, list []scieloItem, page *harvester.Page) error {
	for _, item := range list {
		raw, mended, err := s.article(ctx, item)
		if err != nil {
			return err
		}
		(*mendings)(&page.Mended).also(mended)
		if raw == nil {
			page.Bad = append(page.Bad, harvester.Bad{SourceID: item.id(), Reason: "SciELO listed it and did not send it", Raw: item.raw})
			continue
		}
		c, err := decodeSciELOArticle(raw, item.id())
		if err != nil {
			page.Bad = append(page.Bad, harvester.Bad{SourceID: item.id(), Reason: err.Error(), Raw: raw})
			continue
		}
		page.Records = append(page.Records, c)
	}
	return nil
}

// deletions puts into page the articles of a slice of history that were deleted
// and are gone still.
func (s *scielo) deletions(ctx context.Context, list []scieloItem, page *harvester.Page) error {
	// What the list counts are events of every kind.
	page.Announced = -1
	for _, item := range list {
		if item.Event.line() != "delete" {
			continue
		}
		raw, _, err := s.article(ctx, item)
		if err != nil {
			return err
		}
		if raw == nil {
			page.Records = append(page.Records, record.Candidate{SourceID: item.id(), Deleted: true, Version: stamp(string(item.Date))})
		}
	}
	return nil
}

// article fetches one article, nil when there is none.
func (s *scielo) article(ctx context.Context, item scieloItem) (jsontext.Value, mendings, error) {
	got, err := s.getAt(ctx, s.base.JoinPath("article", "/"), url.Values{
		"collection": {item.Collection.line()}, "code": {item.Code.line()}, "format": {"json"},
	})
	if status, ok := errors.AsType[*StatusError](err); ok && status.Status == http.StatusNotFound {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("article %s: %w", item.id(), err)
	}
	if jsontext.Value(got.Body).Kind() == jsontext.KindNull {
		return nil, nil, nil
	}
	return got.Body, got.mended, nil
}

// isisField is a field of the ISIS record that ArticleMeta passes on: all its
// occurrences.
type isisField jsonList[isisValue]

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (f *isisField) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return json.UnmarshalDecode(dec, (*jsonList[isisValue])(f))
}

// isisValue is one occurrence of a field: its subfields by their letter, and under
// "_" what stands before the first.
type isisValue map[string]string

// UnmarshalJSONFrom implements json.UnmarshalerFrom. A language that was left inside of
// a text, "Título^les", is taken out.
func (v *isisValue) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*v = isisValue{}
	subfields := map[string]jsonText{}
	if dec.PeekKind() == jsontext.KindBeginObject {
		if err := json.UnmarshalDecode(dec, &subfields); err != nil {
			return err
		}
	} else {
		var text jsonText
		if err := json.UnmarshalDecode(dec, &text); err != nil {
			return err
		}
		subfields["_"] = text
	}
	for letter, text := range subfields {
		(*v)[letter] = string(text)
	}
	for _, letter := range []string{"_", "a"} {
		text := (*v)[letter]
		if at := isisLang.FindStringIndex(text); at != nil {
			(*v)[letter] = text[:at[0]]
			if (*v)["l"] == "" {
				(*v)["l"] = text[at[0]+len("^l"):]
			}
		}
	}
	return nil
}

var isisLang = regexp.MustCompile(`\^l[a-z]{2}$`)

// line is a subfield on one line. ISIS records say "nd" for what is not defined.
func (v isisValue) line(letter string) string {
	if line := plainLine(v[letter]); line != "nd" && line != "ND" {
		return line
	}
	return ""
}

// isisFirst is the first text of the fields, on one line.
func isisFirst(fields ...isisField) string {
	for _, f := range fields {
		for _, v := range f {
			if line := v.line("_"); line != "" {
				return line
			}
		}
	}
	return ""
}

// scieloArticle is an article of ArticleMeta. The fields are numbered as in the
// SciELO data model, which is that of LILACS.
type scieloArticle struct {
	Article *struct {
		Authors    isisField `json:"v10"`
		Corporate  isisField `json:"v11"`
		Titles     isisField `json:"v12"`
		Pages      isisField `json:"v14"`
		Volume     isisField `json:"v31"`
		Issue      isisField `json:"v32"`
		ISSN       isisField `json:"v35"`
		Language   isisField `json:"v40"`
		Date       isisField `json:"v65"`
		Type       isisField `json:"v71"`
		Abstracts  isisField `json:"v83"`
		Keywords   isisField `json:"v85"`
		Processed  isisField `json:"v91"`
		Journal    isisField `json:"v100"`
		DOI        isisField `json:"v237"`
		AllISSN    isisField `json:"v435"`
		Translated isisField `json:"v601"`
	} `json:"article"`
	Journal struct {
		Title     isisField          `json:"v100"`
		Short     isisField          `json:"v150"`
		Country   isisField          `json:"v310"`
		ISSN      isisField          `json:"v400"`
		AllISSN   isisField          `json:"v435"`
		Publisher isisField          `json:"v480"`
		License   isisField          `json:"v541"`
		ISSNs     jsonList[jsonText] `json:"issns"`
	} `json:"title"`
	Citations []struct {
		DOI  isisField `json:"v237"`
		Link isisField `json:"v37"`
	} `json:"citations"`
	Code      jsonText                       `json:"code"`
	DOI       jsonText                       `json:"doi"`
	Type      jsonText                       `json:"document_type"`
	License   jsonText                       `json:"license"`
	Processed jsonText                       `json:"processing_date"`
	Texts     map[string]map[string]jsonText `json:"fulltexts"`
}

// decodeSciELOArticle reads an article that was listed under id.
func decodeSciELOArticle(raw jsontext.Value, id string) (record.Candidate, error) {
	c := record.Candidate{SourceID: id}
	var r scieloArticle
	if err := decodeRecord(raw, &r); err != nil {
		return c, err
	}
	if r.Article == nil {
		return c, errors.New("the record lacks its article")
	}
	if code := r.Code.line(); code != "" && !strings.HasSuffix(id, "/"+code) {
		return c, fmt.Errorf("SciELO sent the article %s in its place", code)
	}
	a := r.Article
	for _, field := range []isisField{a.Language, a.Translated} {
		for _, v := range field {
			c.Languages = appendNew(c.Languages, normalLang(v.line("_")))
		}
	}
	r.texts(&c)
	r.authors(&c)
	c.Date, c.Year = normalDate(isisFirst(a.Date))
	c.Container = isisFirst(a.Journal, r.Journal.Title, r.Journal.Short)
	c.Volume, c.Issue = isisFirst(a.Volume), isisFirst(a.Issue)
	for _, v := range a.Pages {
		if pages := pageRange(v.line("f"), v.line("l")); pages != "" {
			c.Pages = pages
			break
		}
		if c.Pages == "" {
			c.Pages = v.line("e") // an article number
		}
	}
	// The journal's own country: a collection may be of several, as Public Health is.
	c.Publisher, c.JournalCountry = isisFirst(r.Journal.Publisher), country.Code(isisFirst(r.Journal.Country))
	if c.Type = r.Type.line(); c.Type == "" {
		c.Type = isisFirst(a.Type)
	}
	if c.License = r.License.line(); c.License == "" {
		c.License = isisFirst(r.Journal.License)
	}
	c.IDs.DOI = normalDOI(isisFirst(a.DOI))
	if c.IDs.DOI == "" {
		c.IDs.DOI = normalDOI(string(r.DOI))
	}
	addOther(&c.IDs, "scielo", r.Code.line())
	for _, field := range []isisField{a.AllISSN, a.ISSN, r.Journal.AllISSN, r.Journal.ISSN} {
		for _, v := range field {
			c.ISSN = appendNew(c.ISSN, normalISSN(v.line("_")))
		}
	}
	for _, issn := range r.Journal.ISSNs {
		c.ISSN = appendNew(c.ISSN, normalISSN(string(issn)))
	}
	var references uniques
	for _, ref := range r.Citations {
		for _, field := range []isisField{ref.DOI, ref.Link} {
			references.add(normalDOI(isisFirst(field)))
		}
	}
	c.References = references.list
	c.URL = r.address(c.Languages)
	day, _ := normalDate(isisFirst(a.Processed))
	c.Version = max(stamp(string(r.Processed)), stamp(day))
	return c, nil
}

// texts reads titles, abstracts and keywords in all their languages, the title in
// the article's own first.
func (r *scieloArticle) texts(c *record.Candidate) {
	own := ""
	if len(c.Languages) > 0 {
		own = c.Languages[0]
	}
	for _, main := range []bool{true, false} {
		for _, v := range r.Article.Titles {
			if lang := normalLang(v.line("l")); (lang == own) == main {
				c.Titles = addText(c.Titles, v.line("_"), lang)
			}
		}
	}
	for _, v := range r.Article.Abstracts {
		text := plainText(v["a"])
		if text == "" {
			text = plainText(v["_"])
		}
		c.Abstracts = addText(c.Abstracts, text, normalLang(v.line("l")))
	}
	for _, v := range r.Article.Keywords {
		keyword := v.line("k")
		if part := v.line("s"); keyword != "" && part != "" {
			keyword += "/" + part // a descriptor and its qualifier
		}
		if keyword != "" {
			c.Keywords = appendText(c.Keywords, keyword, normalLang(v.line("l")))
		}
	}
}

func (r *scieloArticle) authors(c *record.Candidate) {
	for _, v := range r.Article.Authors {
		a := record.Author{Family: v.line("s"), Given: v.line("n"), ORCID: normalORCID(v["k"])}
		if a.Name = strings.TrimSpace(a.Given + " " + a.Family); a.Name == "" {
			a.Name = v.line("_")
		}
		if a.Name != "" {
			c.Authors = append(c.Authors, a)
		}
	}
	for _, v := range r.Article.Corporate {
		if name := v.line("_"); name != "" {
			c.Authors = append(c.Authors, record.Author{Name: name})
		}
	}
}

// address is the page of the article, in the first of the languages there is.
func (r *scieloArticle) address(languages []string) string {
	for _, kind := range []string{"html", "pdf"} {
		for _, lang := range append(languages[:len(languages):len(languages)], "en", "es", "pt") {
			if address := webAddress(r.Texts[kind][lang]); address != "" {
				return address
			}
		}
	}
	return ""
}
