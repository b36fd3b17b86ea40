package demo

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func start(t *testing.T) *Server {
	t.Helper()
	s, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// get fetches from a source, or from a path below its URL, and returns the status and the body.
func get(t *testing.T, s *Server, source string, p url.Values) (int, []byte, http.Header) {
	t.Helper()
	source, path, _ := strings.Cut(source, "/")
	address, err := url.JoinPath(s.URL(source), path)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(address + "?" + p.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body, resp.Header
}

// getJSON is get for a good answer, into a generic tree.
func getJSON(t *testing.T, s *Server, source string, p url.Values) map[string]any {
	t.Helper()
	status, body, _ := get(t, s, source, p)
	var v map[string]any
	if err := json.Unmarshal(body, &v); err != nil || status != http.StatusOK {
		t.Fatalf("%s %v: status %d, %v", source, p, status, err)
	}
	return v
}

// dig walks down a JSON tree by keys and indices.
func dig(v any, path ...any) any {
	for _, p := range path {
		switch k := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[k]
		case int:
			l, _ := v.([]any)
			if k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

// wide is a query in many languages' words, so that each source pages.
const wide = `"sex traffick*" OR traffick* OR survivor OR exit OR recovery OR prostitut* OR "trata" OR "prostitución" OR проституци* OR 성매매 OR 人身 OR 売春 OR الدعارة OR "देह व्यापार"`

// walks reads a source to its end, page by page, and returns the IDs as
// received and the number announced.
var walks = map[string]func(t *testing.T, s *Server, query string) (ids []string, announced int){
	OpenAlex: func(t *testing.T, s *Server, query string) (ids []string, announced int) {
		for mark := any("*"); mark != nil; {
			v := getJSON(t, s, OpenAlex, url.Values{"search": {query}, "per_page": {"200"}, "cursor": {mark.(string)}})
			announced = int(dig(v, "meta", "count").(float64))
			results := dig(v, "results").([]any)
			for _, r := range results {
				ids = append(ids, strings.TrimPrefix(dig(r, "id").(string), "https://openalex.org/"))
			}
			if len(results) > 25 {
				t.Errorf("openalex: a page of %d", len(results))
			}
			mark = dig(v, "meta", "next_cursor")
		}
		return ids, announced
	},
	Crossref: func(t *testing.T, s *Server, query string) (ids []string, announced int) {
		for mark := "*"; ; {
			p := url.Values{"query.bibliographic": {query}, "rows": {"1000"}, "cursor": {mark}}
			_, body, _ := get(t, s, Crossref, p)
			if !json.Valid(body) {
				_, body, _ = get(t, s, Crossref, p)
			}
			var v map[string]any
			if err := json.Unmarshal(body, &v); err != nil {
				t.Fatal(err)
			}
			announced = int(dig(v, "message", "total-results").(float64))
			items := dig(v, "message", "items").([]any)
			if len(items) == 0 {
				return ids, announced
			}
			for _, it := range items {
				ids = append(ids, dig(it, "DOI").(string))
			}
			mark = dig(v, "message", "next-cursor").(string)
		}
	},
	EuropePMC: func(t *testing.T, s *Server, query string) (ids []string, announced int) {
		for mark := "*"; ; {
			p := url.Values{"query": {query}, "pageSize": {"1000"}, "format": {"json"}, "resultType": {"core"}, "cursorMark": {mark}}
			status, body, _ := get(t, s, EuropePMC, p)
			if status == http.StatusTooManyRequests {
				continue
			}
			var v map[string]any
			if err := json.Unmarshal(body, &v); err != nil {
				t.Fatal(err)
			}
			announced = int(dig(v, "hitCount").(float64))
			for _, r := range dig(v, "resultList", "result").([]any) {
				ids = append(ids, dig(r, "source").(string)+"/"+dig(r, "id").(string))
			}
			next, _ := dig(v, "nextCursorMark").(string)
			if next == "" || next == mark {
				return ids, announced
			}
			mark = next
		}
	},
	PubMed: func(t *testing.T, s *Server, query string) (ids []string, announced int) {
		for begin := 0; ; {
			v := getJSON(t, s, PubMed+"/esearch.fcgi", url.Values{
				"db": {"pubmed"}, "term": {query}, "retmode": {"json"}, "retmax": {"7"}, "retstart": {fmt.Sprint(begin)},
			})
			announced = atoi(dig(v, "esearchresult", "count").(string))
			list := dig(v, "esearchresult", "idlist").([]any)
			if len(list) == 0 {
				return ids, announced
			}
			begin += len(list)
			var asked []string
			for _, id := range list {
				asked = append(asked, id.(string))
			}
			ids = append(ids, pmids(t, s, url.Values{"id": {strings.Join(asked, ",")}})...)
		}
	},
	OAI: func(t *testing.T, s *Server, _ string) (ids []string, announced int) {
		p := url.Values{"verb": {"ListRecords"}, "metadataPrefix": {"oai_dc"}}
		for {
			_, body, _ := get(t, s, OAI, p)
			v := readOAI(t, body)
			for _, r := range v.Records {
				ids = append(ids, r.Header.Identifier)
			}
			announced = v.Token.Size
			if v.Token.Text == "" {
				return ids, announced
			}
			p = url.Values{"verb": {"ListRecords"}, "resumptionToken": {v.Token.Text}}
		}
	},
}

func pmids(t *testing.T, s *Server, p url.Values) []string {
	t.Helper()
	p.Set("retmode", "xml")
	p.Set("db", "pubmed")
	_, body, _ := get(t, s, PubMed+"/efetch.fcgi", p)
	var set struct {
		PMIDs []string `xml:"PubmedArticle>MedlineCitation>PMID"`
	}
	if err := xml.Unmarshal(body, &set); err != nil {
		t.Fatal(err)
	}
	return set.PMIDs
}

type oaiAnswer struct {
	Error struct {
		Code string `xml:"code,attr"`
	} `xml:"error"`
	Records []struct {
		Header struct {
			Status     string `xml:"status,attr"`
			Identifier string `xml:"identifier"`
		} `xml:"header"`
		Titles []string `xml:"metadata>dc>title"`
	} `xml:"ListRecords>record"`
	Token struct {
		Text string `xml:",chardata"`
		Size int    `xml:"completeListSize,attr"`
	} `xml:"ListRecords>resumptionToken"`
}

// readOAI reads what a careful client can read: the odd bytes are mended first.
func readOAI(t *testing.T, body []byte) oaiAnswer {
	t.Helper()
	mended := strings.Map(func(r rune) rune {
		if r < ' ' && !strings.ContainsRune("\t\r\n", r) {
			return -1
		}
		return r
	}, string(body))
	var v oaiAnswer
	d := xml.NewDecoder(strings.NewReader(mended))
	d.Entity = xml.HTMLEntity
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestPagingDeliversEachRecordOnce reads every source to its end with a query
// wide enough for several pages: as many come as were announced, none twice.
func TestPagingDeliversEachRecordOnce(t *testing.T) {
	s := start(t)
	for source, walk := range walks {
		ids, announced := walk(t, s, wide)
		if len(ids) != announced || announced == 0 {
			t.Errorf("%s: %d received, %d announced", source, len(ids), announced)
		}
		known := map[string]bool{}
		for _, cp := range s.Corpus().Copies(source) {
			known[cp.SourceID] = true
		}
		seen := map[string]bool{}
		for _, id := range ids {
			if seen[id] || !known[id] {
				t.Errorf("%s: %s came twice or is not in the corpus", source, id)
			}
			seen[id] = true
		}
		if source == OAI && len(ids) != len(known) {
			t.Errorf("oai: read whole, %d of %d came", len(ids), len(known))
		}
		if st := s.Stats()[source]; st.Requests < 2 || st.Announced != announced {
			t.Errorf("%s: stats %+v, want several requests and %d announced", source, st, announced)
		}
	}
}

// TestQueriesDiffer: another query, another answer; the two may overlap.
func TestQueriesDiffer(t *testing.T) {
	s := start(t)
	a, _ := walks[OpenAlex](t, s, `"sex traffick*"`)
	b, _ := walks[OpenAlex](t, s, `"red-light" OR brothel*`)
	none, announced := walks[OpenAlex](t, s, "zzzzzz")
	if len(a) == 0 || len(b) == 0 || slices.Equal(a, b) {
		t.Errorf("%d and %d records for two queries", len(a), len(b))
	}
	if len(none) != 0 || announced != 0 {
		t.Errorf("a word nobody wrote finds %d", len(none))
	}
}

func TestBadWeatherOnce(t *testing.T) {
	s := start(t)
	p := url.Values{"query": {"exit"}, "format": {"json"}}
	status, _, h := get(t, s, EuropePMC, p)
	if status != http.StatusTooManyRequests || h.Get("Retry-After") != "1" {
		t.Errorf("first request to Europe PMC: status %d, Retry-After %q, want 429 and 1", status, h.Get("Retry-After"))
	}
	for range 3 {
		if status, _, _ := get(t, s, EuropePMC, p); status != http.StatusOK {
			t.Errorf("a later request: status %d", status)
		}
	}
	first := getJSON(t, s, Crossref, url.Values{"query": {wide}, "cursor": {"*"}})
	p = url.Values{"query": {wide}, "cursor": {dig(first, "message", "next-cursor").(string)}}
	_, cut, _ := get(t, s, Crossref, p)
	_, whole, _ := get(t, s, Crossref, p)
	if json.Valid(cut) || !json.Valid(whole) || !strings.HasPrefix(string(whole), string(cut)) {
		t.Error("the second Crossref page must be cut short once, then whole")
	}
	// The OAI answer does not parse as it is, and does when mended.
	var v oaiAnswer
	odd := 0
	for _, set := range Sets {
		p = url.Values{"verb": {"ListRecords"}, "metadataPrefix": {"oai_dc"}, "set": {set}}
		for p != nil {
			_, body, _ := get(t, s, OAI, p)
			if xml.Unmarshal(body, &v) != nil {
				odd++
			}
			next := readOAI(t, body).Token.Text
			p = url.Values{"verb": {"ListRecords"}, "resumptionToken": {next}}
			if next == "" {
				p = nil
			}
		}
	}
	if odd == 0 {
		t.Error("no OAI page with odd bytes came")
	}
}

func TestOpenAlexForm(t *testing.T) {
	s := start(t)
	v := getJSON(t, s, OpenAlex, url.Values{"filter": {`title_and_abstract.search:"doors that open",from_publication_date:2019-01-01`}})
	work := dig(v, "results", 0)
	for path, want := range map[string]any{
		"id": "https://openalex.org/W9900000014", "doi": "https://doi.org/10.5555/polyglean-demo-014", "language": "en",
		"is_retracted": false, "type": "article",
	} {
		if got := dig(work, path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	index, _ := dig(work, "abstract_inverted_index").(map[string]any)
	words := map[int]string{}
	for w, places := range index {
		for _, p := range places.([]any) {
			words[int(p.(float64))] = w
		}
	}
	if got := fmt.Sprint(words[0], " ", words[1], " ", words[2]); got != "Background: Rescue is" || len(words) < 60 {
		t.Errorf("the abstract begins %q and has %d words", got, len(words))
	}
	if got := dig(work, "primary_location", "source", "display_name"); got != "Synthetic Journal of Demonstration Studies" {
		t.Errorf("container %v", got)
	}
	if got := dig(work, "authorships", 0, "author", "display_name"); got != "A. Synthetic Author 42" {
		t.Errorf("author %v", got)
	}
	status, _, _ := get(t, s, OpenAlex, url.Values{"filter": {"nonsense:1"}})
	if status != http.StatusBadRequest {
		t.Errorf("unknown filter: status %d", status)
	}
	status, _, _ = get(t, s, OpenAlex, url.Values{"cursor": {"thing"}})
	if status != http.StatusBadRequest {
		t.Errorf("bad cursor: status %d", status)
	}
}

func TestCrossrefForm(t *testing.T) {
	s := start(t)
	v := getJSON(t, s, Crossref, url.Values{"query": {`"doors that open"`}})
	item := dig(v, "message", "items", 0)
	if got := dig(item, "abstract"); !strings.HasPrefix(got.(string), "<jats:sec><jats:title>Background</jats:title><jats:p>Rescue") {
		t.Errorf("abstract %.80v", got)
	}
	if got := dig(item, "title", 0).(string); !strings.HasPrefix(got, "DOORS THAT OPEN") {
		t.Errorf("title %q", got)
	}
	if got := dig(item, "issued", "date-parts", 0, 0); got != 2019.0 {
		t.Errorf("year %v", got)
	}
	if got := dig(item, "author", 0, "family"); got != "Synthetic Author 42" {
		t.Errorf("family %v", got)
	}
	status, body, _ := get(t, s, Crossref, url.Values{"query": {"exit"}, "cursor": {"thing"}})
	if status != http.StatusNotFound || !strings.Contains(string(body), "cursor-invalid") {
		t.Errorf("bad cursor: %d %s", status, body)
	}
	status, body, _ = get(t, s, Crossref, url.Values{"rows": {"things"}})
	if status != http.StatusBadRequest || !strings.Contains(string(body), "integer-not-valid") {
		t.Errorf("bad rows: %d %s", status, body)
	}
}

func TestEuropePMCForm(t *testing.T) {
	s := start(t)
	p := url.Values{"query": {`TITLE:"prostitución callejera"`}, "format": {"json"}, "resultType": {"core"}}
	get(t, s, EuropePMC, p) // refused, as the first request is
	v := getJSON(t, s, EuropePMC, p)
	result := dig(v, "resultList", "result", 0)
	for path, want := range map[string]any{
		"id": "90000056", "source": "MED", "pmid": "90000056", "doi": "10.5555/polyglean-demo-056", "language": "spa", "pubYear": "2021",
		"title":        "[Staying in and leaving street prostitution: a survey of migrant women in three Spanish cities].",
		"authorString": "Synthetic Author 168 A, Synthetic Author 169 B, Synthetic Author 170 C.",
	} {
		if got := dig(result, path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if got, _ := dig(result, "abstractText").(string); !strings.HasPrefix(got, "<h4>Objective</h4>To describe") {
		t.Errorf("abstract %.60q", got)
	}
	p.Set("query", `"prostitución callejera" AND FIRST_IDATE:[2024-01-01 TO 2024-12-31]`)
	if v := getJSON(t, s, EuropePMC, p); dig(v, "hitCount") != 0.0 || dig(v, "nextCursorMark") != nil {
		t.Errorf("a window before the record was added: %v hits, next %v", dig(v, "hitCount"), dig(v, "nextCursorMark"))
	}
}

// TestBilingualForms: sources without a place for a second language run both
// together under headings; PubMed keeps them apart.
func TestBilingualForms(t *testing.T) {
	s := start(t)
	v := getJSON(t, s, Crossref, url.Values{"query": {"탈성매매"}})
	item := dig(v, "message", "items", 0)
	abstract, _ := dig(item, "abstract").(string)
	ko, en := strings.Index(abstract, "<jats:title>초록</jats:title>"), strings.Index(abstract, "<jats:title>Abstract</jats:title>")
	if ko != 0 || en < 100 {
		t.Errorf("headings at %d and %d in %.200q", ko, en, abstract)
	}
	if title, original := dig(item, "title", 0), dig(item, "original-title", 0); !strings.HasPrefix(fmt.Sprint(title), "A qualitative study") ||
		!strings.HasPrefix(fmt.Sprint(original), "탈성매매") {
		t.Errorf("title %v, original title %v", title, original)
	}
	_, body, _ := get(t, s, PubMed+"/efetch.fcgi", url.Values{"id": {"90000145"}})
	for _, want := range []string{
		"<ArticleTitle>[A qualitative study", "<VernacularTitle>탈성매매", `<OtherAbstract Type="Publisher" Language="kor"><AbstractText>본 연구는`,
		"<Abstract><AbstractText>Thirteen women", "<Language>kor</Language>",
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("PubMed: no %s", want)
		}
	}
}

func TestPubMedForm(t *testing.T) {
	s := start(t)
	_, body, _ := get(t, s, PubMed+"/efetch.fcgi", url.Values{"id": {"90000014,1"}})
	for _, want := range []string{
		`<PMID Version="1">90000014</PMID>`, `<AbstractText Label="BACKGROUND" NlmCategory="UNASSIGNED">Rescue`,
		`<ArticleId IdType="doi">10.5555/polyglean-demo-014</ArticleId>`, `<Language>eng</Language>`,
		`<LastName>Synthetic Author 42</LastName><ForeName>A</ForeName>`,
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %s", want)
		}
	}
	v := getJSON(t, s, PubMed+"/esearch.fcgi", url.Values{"term": {"exit"}, "retmode": {"json"}, "usehistory": {"y"}})
	env, _ := dig(v, "esearchresult", "webenv").(string)
	n := atoi(dig(v, "esearchresult", "count").(string))
	if got := pmids(t, s, url.Values{"WebEnv": {env}, "query_key": {"1"}, "retmax": {"100"}}); len(got) != n || n == 0 {
		t.Errorf("history: %d of %d", len(got), n)
	}
	if got := pmids(t, s, url.Values{"WebEnv": {env}, "query_key": {"1"}, "retstart": {fmt.Sprint(n - 1)}}); len(got) != 1 {
		t.Errorf("the last of the history: %d records", len(got))
	}
}

func TestOAIForm(t *testing.T) {
	s := start(t)
	code := func(p url.Values) string {
		_, body, _ := get(t, s, OAI, p)
		return readOAI(t, body).Error.Code
	}
	for name, c := range map[string]struct {
		p    string
		want string
	}{
		"verb":             {"verb=Nonsense", "badVerb"},
		"no prefix":        {"verb=ListRecords", "badArgument"},
		"other prefix":     {"verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"},
		"argument":         {"verb=ListRecords&metadataPrefix=oai_dc&mailto=x", "badArgument"},
		"date":             {"verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"},
		"token":            {"verb=ListRecords&resumptionToken=thing", "badResumptionToken"},
		"token and prefix": {"verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=thing", "badArgument"},
		"nothing new":      {"verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01", "noRecordsMatch"},
		"no such set":      {"verb=ListRecords&metadataPrefix=oai_dc&set=east", "noRecordsMatch"},
		"no such record":   {"verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:x", "idDoesNotExist"},
		"Identify":         {"verb=Identify", ""}, "ListSets": {"verb=ListSets", ""},
		"GetRecord": {"verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:north.demo.example:3", ""},
	} {
		p, err := url.ParseQuery(c.p)
		if err != nil {
			t.Fatal(err)
		}
		if got := code(p); got != c.want {
			t.Errorf("%s: error %q, want %q", name, got, c.want)
		}
	}
	// A window and its complement are the whole set; the deleted record has a
	// header and no metadata.
	count, deleted := 0, 0
	for _, bounds := range []string{"until=2025-02-15T00:00:00Z", "from=2025-02-16T00:00:00Z"} {
		p, _ := url.ParseQuery("verb=ListRecords&metadataPrefix=oai_dc&set=north&" + bounds)
		for {
			_, body, _ := get(t, s, OAI, p)
			v := readOAI(t, body)
			for _, r := range v.Records {
				count++
				if r.Header.Status == "deleted" {
					deleted++
				} else if len(r.Titles) == 0 {
					t.Errorf("%s has no title", r.Header.Identifier)
				}
			}
			if v.Token.Text == "" {
				break
			}
			p = url.Values{"verb": {"ListRecords"}, "resumptionToken": {v.Token.Text}}
		}
	}
	want := 0
	for _, cp := range s.Corpus().Copies(OAI) {
		if cp.Set == "north" {
			want++
		}
	}
	if count != want || deleted != 1 {
		t.Errorf("%d of %d records in two windows, %d deleted, want 1", count, want, deleted)
	}
}

func TestLatency(t *testing.T) {
	s := start(t)
	s.SetLatency(30 * time.Millisecond)
	begin := time.Now()
	get(t, s, OAI, url.Values{"verb": {"Identify"}})
	if d := time.Since(begin); d < 30*time.Millisecond {
		t.Errorf("answered after %v", d)
	}
}

func TestGenerated(t *testing.T) {
	const n, poison = 2000, 3
	s, err := StartGenerated(n, poison)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	c := s.Corpus()
	if got := len(c.IDs(OpenAlex)); got != n-poison {
		t.Errorf("%d readable records, want %d", got, n-poison)
	}
	if got := c.Expect(); got.Studies != n || got.Parked != poison {
		t.Errorf("%+v", got)
	}
	var ids []string
	for mark := any("*"); mark != nil; {
		v := getJSON(t, s, OpenAlex, url.Values{"search": {"whatever"}, "per_page": {"100"}, "cursor": {mark.(string)}})
		for _, r := range dig(v, "results").([]any) {
			ids = append(ids, "openalex:"+strings.TrimPrefix(dig(r, "id").(string), "https://openalex.org/"))
		}
		mark = dig(v, "meta", "next_cursor")
	}
	slices.Sort(ids)
	if want := slices.Sorted(slices.Values(append(c.IDs(OpenAlex), c.PoisonIDs()...))); !slices.Equal(ids, want) {
		t.Errorf("%d records came, want %d", len(ids), len(want))
	}
	if oai, _ := walks[OAI](t, s, ""); len(oai) != n {
		t.Errorf("OAI: %d records, want %d", len(oai), n)
	}
	again, other := Generate(50, 7), Generate(50, 8)
	same := func(a, b *Corpus) bool {
		return slices.EqualFunc(a.Records, b.Records, func(x, y *Record) bool { return x.Title == y.Title && x.Abstract == y.Abstract })
	}
	if !same(again, Generate(50, 7)) || same(again, other) {
		t.Error("the seed must decide, and nothing else")
	}
	if titles := titleCount(c); titles != n {
		t.Errorf("%d distinct titles of %d", titles, n)
	}
}

func titleCount(c *Corpus) int {
	titles := map[string]bool{}
	for _, r := range c.Records {
		titles[r.Title] = true
	}
	return len(slices.Collect(maps.Keys(titles)))
}

func BenchmarkOpenAlexPage(b *testing.B) {
	c := Generate(1000, 1)
	for b.Loop() {
		results := make([]openAlexWork, 100)
		for i, cp := range page(c.Copies(OpenAlex), 300, 100) {
			results[i] = cp.openAlexWork()
		}
		if _, err := encodeJSON(results); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		Generate(20_000, 1)
	}
}
