package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

func init() { register("jstage", newJStage, Traits{}) }

const (
	jstageURL  = "https://api.jstage.jst.go.jp/searchapi/do"
	jstageRate = 1 // no limit is stated
	jstagePage = 200
	jstageMost = 1000
	// jstageYears are taken off the start of an incremental window: J-STAGE can be
	// asked by year of publication alone, and takes in back volumes.
	jstageYears = 1
	// jstageCountry is that of all journals.
	jstageCountry = "JP"
)

// jstage is J-STAGE, the platform of Japan's learned societies, by its search API.
// Its answers have titles, names and journals in Japanese and in English, and no
// abstracts. They do not say where a journal is published, since J-STAGE takes in the
// journals of societies and institutes in Japan alone.
//
// It has no Boolean search: a parameter is matched by a part of the text, whatever
// its case. So the strategy is asked term by term (termQueries), in full text where
// a term names no field. Only searches in Japanese and English are asked, since
// there is nothing else to match.
type jstage struct{ client }

func newJStage(c Config, f *Fetcher) (harvester.Source, error) {
	cl, err := newClient("jstage", c, f, jstageURL, jstagePage, jstageMost, jstageRate)
	return &jstage{cl}, err
}

// jstageFields are the parameters that match a field.
var jstageFields = map[strategy.Field]string{
	strategy.AnyField:  "text",
	strategy.Title:     "article",
	strategy.Abstract:  "abst",
	strategy.Keyword:   "keyword",
	strategy.Author:    "author",
	strategy.Container: "material",
}

// Queries implements harvester.Source: one for each term.
func (s *jstage) Queries(p *protocol.Protocol, since time.Time) ([]harvester.Query, error) {
	if !since.IsZero() {
		since = since.AddDate(-jstageYears, 0, 0)
	}
	return termQueries(s.name, p, since, []string{"en", "ja"}, func(t *strategy.Term) string {
		return jstageFields[t.Field] + ":" + pieceOf(t)
	})
}

// Page implements harvester.Source. The cursor is the position of the page's first
// record in the result, from 1 on.
func (s *jstage) Page(ctx context.Context, q harvester.Query, cursor string) (harvester.Page, error) {
	term, ok := q.Strategy.(*strategy.Term)
	if !ok {
		return harvester.Page{}, fmt.Errorf("jstage: query %q is not a single term, and no more can be asked at once", q.Name)
	}
	start, err := position(cursor, 1)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("jstage: query %q: %w", q.Name, err)
	}
	params := url.Values{
		"service": {"3"}, jstageFields[term.Field]: {pieceOf(term)}, "start": {strconv.Itoa(start)}, "count": {strconv.Itoa(s.pageSize)},
	}
	if !q.From.IsZero() {
		params.Set("pubyearfrom", strconv.Itoa(q.From.UTC().Year()))
	}
	if !q.Until.IsZero() {
		params.Set("pubyearto", strconv.Itoa(q.Until.UTC().Year()))
	}
	feed, sent, err := s.getXML(ctx, params, "feed")
	if err != nil {
		return harvester.Page{}, err
	}
	page, err := decodeJStage(&feed)
	if err != nil {
		return harvester.Page{}, fmt.Errorf("%s: %w", sent, err)
	}
	page.Sent, page.Mended = sent, feed.mended
	if got := len(page.Records) + len(page.Bad); got > 0 && start+got <= page.Announced {
		page.Next = strconv.Itoa(start + got)
	}
	return page, nil
}

// decodeJStage reads a page of results. Its status says ERR_001 of a search that
// finds nothing, and WARN_002 of pages that are whole.
func decodeJStage(feed *xmlPage) (harvester.Page, error) {
	entries, rest, err := split(feed.doc, "entry")
	if err != nil {
		return harvester.Page{}, err
	}
	envelope, _, err := decodeXML[struct {
		Status  string `xml:"result>status"`
		Message markup `xml:"result>message"`
		Total   string `xml:"totalResults"`
	}](rest)
	if err != nil {
		return harvester.Page{}, err
	}
	status := strings.TrimSpace(envelope.Status)
	if status == "ERR_001" {
		return harvester.Page{}, nil
	}
	if strings.HasPrefix(status, "ERR") {
		return harvester.Page{}, fmt.Errorf("the source says %q (%q)", status, excerpt([]byte(envelope.Message.line())))
	}
	total, err := strconv.Atoi(strings.TrimSpace(envelope.Total))
	if err != nil || total < 0 {
		return harvester.Page{}, errors.New("the answer is no page of results: it lacks totalResults")
	}
	page := harvester.Page{Announced: total}
	page.Records, page.Bad = feed.entries(entries, decodeJStageEntry)
	return page, nil
}

type (
	jstageEntry struct {
		Title   jstageText `xml:"article_title"`
		Link    jstageText `xml:"article_link"`
		Authors struct {
			EN []markup `xml:"en>name"`
			JA []markup `xml:"ja>name"`
		} `xml:"author"`
		Journal jstageText `xml:"material_title"`
		ISSN    string     `xml:"issn"`
		EISSN   string     `xml:"eIssn"`
		Volume  markup     `xml:"volume"`
		Number  markup     `xml:"number"`
		First   markup     `xml:"startingPage"`
		Last    markup     `xml:"endingPage"`
		Year    string     `xml:"pubyear"`
		DOI     string     `xml:"doi"`
		Main    markup     `xml:"title"`
		ID      string     `xml:"id"`
		Updated string     `xml:"updated"`
	}
	jstageText struct {
		EN markup `xml:"en"`
		JA markup `xml:"ja"`
	}
)

// either is the Japanese text, or else the English one.
func (t jstageText) either() string { return cmp.Or(t.JA.line(), t.EN.line()) }

// jstagePath finds an article's place in its address:
// ".../article/JOURNAL/VOLUME/ISSUE/FIRST/_article/-char/ja/".
var jstagePath = regexp.MustCompile(`/article/(.+?)/_article(?:/|$)`)

func decodeJStageEntry(raw []byte) (record.Candidate, bool, error) {
	e, mended, err := decodeXML[jstageEntry](raw)
	var c record.Candidate
	for _, address := range []string{e.ID, e.Link.either()} {
		if m := jstagePath.FindStringSubmatch(address); m != nil {
			c.SourceID = m[1]
			break
		}
	}
	if err != nil {
		return c, mended, fmt.Errorf("it is not XML: %w", err)
	}
	c.IDs.DOI = normalDOI(e.DOI)
	if c.SourceID = cmp.Or(c.SourceID, c.IDs.DOI); c.SourceID == "" {
		return c, mended, errors.New("it has neither an article's address nor a DOI")
	}
	c.Titles = addText(addText(nil, e.Title.JA.line(), "ja"), e.Title.EN.line(), "en")
	if c.Titles == nil {
		c.Titles = addText(nil, e.Main.line(), "")
	}
	names := e.Authors.JA
	if len(names) == 0 {
		names = e.Authors.EN
	}
	for _, n := range names {
		if name := n.line(); name != "" {
			c.Authors = append(c.Authors, record.Author{Name: name})
		}
	}
	c.Container, c.JournalCountry = e.Journal.either(), jstageCountry
	c.ISSN = normalISSNs(e.ISSN, e.EISSN)
	c.Volume, c.Issue = e.Volume.line(), e.Number.line()
	c.Pages = pageRange(e.First.line(), e.Last.line())
	c.Date, c.Year = normalDate(e.Year)
	c.URL = cmp.Or(webAddress(jsonText(e.Link.either())), webAddress(jsonText(e.ID)))
	c.Version = stamp(strings.TrimSpace(e.Updated))
	return c, mended, nil
}
