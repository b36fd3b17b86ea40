package source

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// oaiServer answers each request with what answer makes of its arguments.
func oaiServer(t *testing.T, answer func(url.Values) string) harvester.Source {
	t.Helper()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html") // as PHP does when nobody tells it
		fmt.Fprint(w, answer(r.URL.Query()))
	})
	s, err := New("oai", Config{BaseURL: base, RequestsPerSecond: 10_000}, testFetcher(t, FetchConfig{Attempts: 2}))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func oaiPage(id, token string) string {
	return fmt.Sprintf(`<OAI-PMH><ListRecords><record><header><identifier>oai:x:%s</identifier><datestamp>2026-01-02</datestamp></header>
		<metadata><dc><title>Synthetic</title></dc></metadata></record><resumptionToken>%s</resumptionToken></ListRecords></OAI-PMH>`, id, token)
}

func TestOAIQueries(t *testing.T) {
	since := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	p := &protocol.Protocol{Sources: []protocol.SourceUse{
		{Name: "pubmed"},
		{Name: "oai", Sets: []protocol.Set{
			{Name: "theses", Endpoint: "https://a.example/oai", Spec: "col_1", Format: "qdc"},
			{Name: "all", Endpoint: "https://b.example/oai?repo=2"},
		}},
	}}
	f := testFetcher(t, FetchConfig{})
	s, err := New("oai", Config{}, f)
	if err != nil {
		t.Fatal(err)
	}
	queries, err := s.Queries(p, since)
	if err != nil {
		t.Fatal(err)
	}
	want := []harvester.Query{
		{Name: "set:theses", Route: record.RouteHarvest, Endpoint: "https://a.example/oai", Set: "col_1", Format: "qdc", From: since, Dated: true, Earliest: oaiFirst},
		{Name: "set:all", Route: record.RouteHarvest, Endpoint: "https://b.example/oai?repo=2", From: since, Dated: true, Earliest: oaiFirst},
	}
	if fmt.Sprint(queries) != fmt.Sprint(want) {
		t.Errorf("queries are %+v", queries)
	}
	for _, endpoint := range []string{"", "oai.example/x", "ftp://a.example/"} {
		p.Sources[1].Sets[0].Endpoint = endpoint
		if _, err := s.Queries(p, since); err == nil || !strings.Contains(err.Error(), "theses") {
			t.Errorf("endpoint %q: error is %v, want one that names the set", endpoint, err)
		}
	}
	p.Sources[1].Sets[0] = protocol.Set{Name: "theses", Endpoint: "https://a.example/oai", Format: "marc21"}
	if _, err := s.Queries(p, since); err == nil || !strings.Contains(err.Error(), "theses") || !strings.Contains(err.Error(), "oai_kci") {
		t.Errorf("an unknown format: error is %v, want one that names the set and the known ones", err)
	}
	for name, c := range map[string]Config{
		"base_url": {BaseURL: "nowhere"}, "requests_per_second": {RequestsPerSecond: -1}, "page_size": {PageSize: 10},
	} {
		if _, err := New("oai", c, f); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("a bad %s: error is %v", name, err)
		}
	}
}

// An endpoint may have arguments of its own.
func TestOAIEndpointKeepsItsQuery(t *testing.T) {
	var got *http.Request
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		fmt.Fprint(w, oaiPage("1", ""))
	})
	s, err := New("oai", Config{Contact: "reviewer@example.org", RequestsPerSecond: 10_000}, testFetcher(t, FetchConfig{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Page(t.Context(), harvester.Query{Endpoint: base + "/oai?repo=2"}, ""); err != nil {
		t.Fatal(err)
	}
	if got.URL.RawQuery != "repo=2&verb=ListRecords&metadataPrefix=oai_dc" {
		t.Errorf("query is %s", got.URL.RawQuery)
	}
	if got.Header.Get("From") != "reviewer@example.org" {
		t.Errorf("From is %q", got.Header.Get("From"))
	}
}

func TestOAIGranularity(t *testing.T) {
	from := time.Date(2026, 1, 2, 23, 4, 5, 0, time.FixedZone("", -5*3600))
	for identify, want := range map[string]string{
		`<OAI-PMH><Identify><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify></OAI-PMH>`: "2026-01-03T04:04:05Z",
		`<OAI-PMH><Identify><granularity>YYYY-MM-DD</granularity></Identify></OAI-PMH>`:           "2026-01-03",
		`<OAI-PMH><Identify></Identify></OAI-PMH>`:                                                "2026-01-03",
		`<OAI-PMH><error code="badVerb"/></OAI-PMH>`:                                              "2026-01-03",
	} {
		got := "not asked"
		s := oaiServer(t, func(q url.Values) string {
			if q.Get("verb") == "Identify" {
				return identify
			}
			got = q.Get("from")
			return oaiPage("1", "")
		})
		if _, err := s.Page(t.Context(), harvester.Query{Name: "set:x", From: from}, ""); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("after %s from is %s, want %s", identify, got, want)
		}
	}
}

// The last day of a window is meant to its end, and how fine the dates are is asked once.
func TestOAIWindowHoldsItsLastDay(t *testing.T) {
	for granularity, want := range map[string]string{"YYYY-MM-DDThh:mm:ssZ": "2026-01-31T23:59:59Z", "YYYY-MM-DD": "2026-01-31"} {
		identified, until := 0, ""
		s := oaiServer(t, func(q url.Values) string {
			if q.Get("verb") == "Identify" {
				identified++
				return `<OAI-PMH><Identify><granularity>` + granularity + `</granularity></Identify></OAI-PMH>`
			}
			until = q.Get("until")
			return oaiPage("1", "")
		})
		for range 2 {
			if _, err := s.Page(t.Context(), harvester.Query{Name: "set:x", Until: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)}, ""); err != nil {
				t.Fatal(err)
			}
		}
		if until != want || identified != 1 {
			t.Errorf("until is %s, want %s; %d times asked for its granularity", until, want, identified)
		}
	}
}

// A list that is too long to be read in one go is read in windows of dates, and
// whole where no narrower window is left.
func TestOAILongListIsDivided(t *testing.T) {
	size, heeds := oaiWindow+1, true
	s := oaiServer(t, func(q url.Values) string {
		switch {
		case q.Get("verb") == "Identify":
			return `<OAI-PMH><Identify/></OAI-PMH>`
		case heeds && q.Get("until") != "":
			return `<OAI-PMH><error code="noRecordsMatch"/></OAI-PMH>`
		}
		return strings.Replace(oaiPage("1", "token"), "<resumptionToken>", fmt.Sprintf(`<resumptionToken completeListSize="%d">`, size), 1)
	})
	queries, err := s.Queries(&protocol.Protocol{Sources: []protocol.SourceUse{{Name: "oai", Sets: []protocol.Set{{Name: "x"}}}}}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Page(t.Context(), queries[0], "")
	if many, ok := errors.AsType[*harvester.TooManyError](err); !ok || many.Announced != oaiWindow+1 {
		t.Errorf("error %v", err)
	}
	whole := func(why string) {
		t.Helper()
		if page, err := s.Page(t.Context(), queries[0], ""); err != nil || len(page.Records) != 1 || page.Next == "" {
			t.Errorf("%s: page %+v, error %v", why, page, err)
		}
	}
	heeds = false
	whole("a repository that passes over dates")
	heeds, size = true, oaiWindow
	whole("a list that is not too long")
	size, queries[0].Indivisible = oaiWindow+1, true
	whole("no narrower window")
}

// Tokens that run in a circle of any length are found out, and soon.
func TestOAICircle(t *testing.T) {
	for _, c := range []struct{ tail, circle int }{{0, 1}, {1, 1}, {0, 2}, {3, 5}, {10, 7}, {50, 40}} {
		t.Run(fmt.Sprintf("%d then %d", c.tail, c.circle), func(t *testing.T) {
			pages := 0
			s := oaiServer(t, func(url.Values) string {
				n := pages
				pages++
				if n >= c.tail {
					n = c.tail + (n-c.tail)%c.circle
				}
				return oaiPage(fmt.Sprint(n), fmt.Sprintf("token-%d", n))
			})
			cursor := ""
			for {
				page, err := s.Page(t.Context(), harvester.Query{Name: "set:x"}, cursor)
				if err != nil {
					if !strings.Contains(err.Error(), "runs in a circle") {
						t.Errorf("error is %v", err)
					}
					break
				}
				if cursor = page.Next; cursor == "" {
					t.Fatal("the list ended")
				}
				if pages > 4*(c.tail+c.circle)+4 {
					t.Fatalf("not found after %d pages", pages)
				}
			}
		})
	}
	// And a list that is only long is none.
	pages := 0
	s := oaiServer(t, func(url.Values) string {
		pages++
		return oaiPage(fmt.Sprint(pages), fmt.Sprintf("token-%d", pages))
	})
	cursor := ""
	for range 300 {
		page, err := s.Page(t.Context(), harvester.Query{Name: "set:x"}, cursor)
		if err != nil {
			t.Fatal(err)
		}
		if cursor = page.Next; len(cursor) > 200 {
			t.Fatalf("the cursor grew to %d bytes", len(cursor))
		}
	}
}

func TestOAIFaults(t *testing.T) {
	for name, c := range map[string]struct{ body, code, want string }{
		"token expired":     {`<OAI-PMH><error code="badResumptionToken">expired &#x1b;[31m</error></OAI-PMH>`, "badResumptionToken", "must start over"},
		"bad argument":      {`<OAI-PMH><error code="badArgument">no such set</error></OAI-PMH>`, "badArgument", "no such set"},
		"no such format":    {`<OAI-PMH><error code="cannotDisseminateFormat"/></OAI-PMH>`, "cannotDisseminateFormat", "set's format"},
		"two errors":        {`<OAI-PMH><error code="noRecordsMatch"/><error code="badArgument"/></OAI-PMH>`, "badArgument", ""},
		"error without":     {`<OAI-PMH><error>database is down</error></OAI-PMH>`, "an error without a code", "database is down"},
		"no list":           {`<OAI-PMH><responseDate/></OAI-PMH>`, "", "neither records nor an error"},
		"cut":               {`<OAI-PMH><ListRecords><record></record>`, "", "cut short"},
		"record never ends": {`<OAI-PMH><ListRecords><record><header></header></ListRecords></OAI-PMH>`, "", "has no end tag"},
		"another document":  {`<rss><channel>synthetic feed</channel></rss>`, "", "not <OAI-PMH>"},
		"a web page":        {`<!DOCTYPE html><p>Sign in`, "", "web page"},
		"plain text":        {`broken xml`, "", "broken xml"},
	} {
		t.Run(name, func(t *testing.T) {
			s := oaiServer(t, func(url.Values) string { return c.body })
			page, err := s.Page(t.Context(), harvester.Query{Name: "set:x"}, "")
			if err == nil {
				t.Fatalf("no error but %+v", page)
			}
			if e, ok := errors.AsType[*OAIError](err); ok != (c.code != "") || ok && e.Code != c.code {
				t.Errorf("error is %v, want code %q", err, c.code)
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "set:x") || strings.ContainsRune(err.Error(), 0x1b) {
				t.Errorf("error is %q", err)
			}
		})
	}
	s := oaiServer(t, func(url.Values) string { return oaiPage("1", "") })
	if _, err := s.Page(t.Context(), harvester.Query{}, `{"page":3}`); err == nil || !strings.Contains(err.Error(), "cursor") {
		t.Errorf("a cursor without token: error is %v", err)
	}
}

func TestIsAbstract(t *testing.T) {
	for line, want := range map[string]bool{
		"Twelve women were interviewed.": true, "Taiwan": true, "Peer reviewed survey of exits": true, "要旨": true,
		"Peer reviewed": false, "PeerReviewed.": false, "https://a.example/x.pdf": false, "12": false, "-": false,
		"No abstract available.": false, "Comment: 12 pages": false, "n/a": false,
	} {
		if got := isAbstract(line); got != want {
			t.Errorf("isAbstract(%q) = %t", line, got)
		}
	}
}

func TestDCLanguages(t *testing.T) {
	for line, want := range map[string]string{
		"en fr": "[en fr]", "eng": "[en]", "Portuguese, English": "[pt en]", "한국어": "[ko]",
		"Multiple": "[]", "not a language": "[]", "": "[]",
	} {
		if got := fmt.Sprint(dcLanguages(line)); got != want {
			t.Errorf("dcLanguages(%q) = %s, want %s", line, got, want)
		}
	}
}

func FuzzDecodeOAI(f *testing.F) {
	fuzzXML(f, "oai", func(body []byte) (harvester.Page, error) {
		answer, err := readXML(body, "", "OAI-PMH")
		if err != nil {
			return harvester.Page{}, err
		}
		list, err := readOAIList(answer)
		if err != nil {
			return harvester.Page{}, err
		}
		records := list.read()
		return harvester.Page{Records: records.records, Bad: records.bad}, nil
	})
}
