package source

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/strategy"
)

func TestPubMedSyntax(t *testing.T) {
	sex := make([]string, 0, 27)
	sex = append(sex, `"sex"[ti]`)
	for letter := 'a'; letter <= 'z'; letter++ {
		sex = append(sex, fmt.Sprintf(`"sex%c*"[ti]`, letter))
	}
	for text, want := range map[string]string{
		"survivor":             `"survivor"[tiab]`,
		"sex traffick*":        `"sex traffick*"[tiab]`,
		"traffick* survivor":   `"traffick*"[tiab] AND "survivor"[tiab]`,
		`ti:"forced marriage"`: `"forced marriage"[ti]`,
		"au:Dalla":             `"dalla"[au]`,
		"jo:Dignity":           `"dignity"[jour]`,
		"kw:exit":              `("exit"[ot] OR "exit"[mh])`,
		"ti:sex*":              "(" + strings.Join(sex, " OR ") + ")",
		"wom?n AND exit":       `"wom*"`, // checked below: too long to write out
		"(sex traffick* OR forced prostitution) AND (survivor OR exit)": `("sex traffick*"[tiab] OR "forced prostitution"[tiab]) AND ("survivor"[tiab] OR "exit"[tiab])`,
		"exit NOT fire":               `"exit"[tiab] NOT "fire"[tiab]`,
		"exit NOT (fire* drill)":      `"exit"[tiab]`, // what PubMed cannot say exactly takes nothing away
		"exit NEAR/3 prostitution":    `"exit prostitution"[tiab:~3]`,
		"(a1 OR b1) NEAR/2 c1":        `"a1 c1"[tiab:~2] OR "b1 c1"[tiab:~2]`,
		"exit NEAR/3 prostitut*":      `"exit"[tiab] AND "prostitut*"[tiab]`,
		"ti:exit NEAR/3 au:Dalla":     `"exit"[ti] AND "dalla"[au]`,
		"kill NOT (exit ADJ/3 house)": `"kill"[tiab]`,
		`"a[tiab] OR b" AND x:y`:      "",
		"人身売買":                        `"人身売買"[tiab]`,
		"выход* OR salida":            `"выход*"[tiab] OR "salida"[tiab]`,
	} {
		n, err := strategy.Parse(text, strategy.AsPhrase)
		if err != nil {
			if want != "" {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		got := pubmedDialect.compile(n)
		if strings.HasPrefix(text, "wom?n") {
			if !strings.Contains(got, `"wom"[tiab] OR "woma*"[tiab]`) || !strings.HasSuffix(got, `) AND "exit"[tiab]`) {
				t.Errorf("%s became %s", text, got)
			}
			continue
		}
		if want != "" && got != want {
			t.Errorf("%s\n became %s\n   want %s", text, got, want)
		}
	}
}

func TestPubMedQueries(t *testing.T) {
	since := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	p := &protocol.Protocol{
		Strategy: protocol.Strategy{Mode: strategy.Exact},
		Searches: []protocol.Search{
			{Name: "published", Lang: "en", Node: mustParse(t, "sex traffick* AND exit")},
			{Name: "es", Lang: "es", Node: mustParse(t, "trata de personas AND salida")},
		},
	}
	s := sourceAt(t, "pubmed", Config{}, FetchConfig{})
	queries, err := s.Queries(p, since)
	if err != nil {
		t.Fatal(err)
	}
	if len(queries) != 2 || queries[0].Name != "published" || queries[1].Name != "es" || queries[1].Lang != "es" || !queries[0].From.Equal(since) {
		t.Errorf("queries are %+v", queries)
	}
	// A search too long for an address is asked in parts that together ask the same.
	var words []string
	for i := range 600 {
		words = append(words, fmt.Sprintf("synthetic%dword", i))
	}
	p.Searches = []protocol.Search{{Name: "wide", Lang: "en", Node: mustParse(t, "("+strings.Join(words, " OR ")+") AND exit")}}
	if queries, err = s.Queries(p, since); err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, q := range queries {
		all += pubmedDialect.compile(q.Strategy)
	}
	for _, w := range words {
		if !strings.Contains(all, `"`+w+`"`) {
			t.Fatalf("%s is asked in none of the %d parts", w, len(queries))
		}
	}
	if len(queries) < 2 {
		t.Error("the search was not taken apart")
	}
}

// esearch serves fixed answers of ESearch, and of EFetch.
func pubmedServer(t *testing.T, c Config, search, fetch string) (harvester.Source, *atomic.Int32) {
	t.Helper()
	asked := new(atomic.Int32)
	c.BaseURL = serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if strings.HasSuffix(r.URL.Path, "/esearch.fcgi") {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, search)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, fetch)
	})
	c.RequestsPerSecond = 10_000
	s, err := New("pubmed", c, testFetcher(t, FetchConfig{Attempts: 2}))
	if err != nil {
		t.Fatal(err)
	}
	return s, asked
}

func TestPubMedRefuses(t *testing.T) {
	good := `{"esearchresult":{"count":"1","idlist":["1"]}}`
	for name, c := range map[string]struct {
		search, fetch, cursor, want string
		asked                       int32
	}{
		"more than its window":    {`{"esearchresult":{"count":"10000","idlist":["1"]}}`, "", "", "narrow it by date", 1},
		"a list that stops early": {`{"esearchresult":{"count":"300","idlist":[]}}`, "", "100", "listed none from record 101 on", 1},
		"backend error":           {`{"esearchresult":{"ERROR":"Search Backend failed: try later"}}`, "", "", "Search Backend failed", 2},
		"rate limit with 200":     {`{"error":"API rate limit exceeded","count":"11"}`, "", "", "API rate limit exceeded", 2},
		"no result":               {`{"header":{}}`, "", "", "no result", 2},
		"cut":                     {`{"esearchresult":{"count":"1"`, "", "", "no whole JSON", 2},
		"count that is none":      {`{"esearchresult":{"count":"many","idlist":[]}}`, "", "", `"many"`, 2},
		"ID that is none":         {`{"esearchresult":{"count":"1","idlist":["1&db=x"]}}`, "", "", "as a PMID", 2},
		"records cut":             {good, `<PubmedArticleSet><PubmedArticle>`, "", "cut short", 3},
		"error for records":       {good, `<eFetchResult><ERROR>ID list is empty!</ERROR></eFetchResult>`, "", "ID list is empty", 3},
		"HTML for records":        {good, `<html><body>pre</body></html>`, "", "web page", 3},
		"cursor that is none":     {good, "", "next", "is not a position", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, asked := pubmedServer(t, Config{}, c.search, c.fetch)
			_, err := s.Page(t.Context(), harvester.Query{Name: "published", Strategy: mustParse(t, "exit")}, c.cursor)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "pubmed") {
				t.Errorf("error is %v, want one about %q", err, c.want)
			}
			if asked.Load() != c.asked {
				t.Errorf("asked %d times, want %d", asked.Load(), c.asked)
			}
		})
	}
}

func TestPubMedEmptyResult(t *testing.T) {
	s, asked := pubmedServer(t, Config{}, `{"esearchresult":{"count":"0","idlist":[],"errorlist":{"phrasesnotfound":["exit"]}}}`, "")
	page, err := s.Page(t.Context(), harvester.Query{Strategy: mustParse(t, "exit")}, "")
	if err != nil || page.Announced != 0 || len(page.Records) != 0 || page.Next != "" || asked.Load() != 1 {
		t.Errorf("page %+v, %v after %d requests", page, err, asked.Load())
	}
}

func TestPubMedStopsWhenCancelled(t *testing.T) {
	s, _ := pubmedServer(t, Config{}, `{"esearchresult":{"count":"0","idlist":[]}}`, "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Page(ctx, harvester.Query{Strategy: mustParse(t, "exit")}, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

func TestUnbracket(t *testing.T) {
	for title, want := range map[string]string{
		"[A title].":              "A title",
		"[A title]":               "A title",
		"[A [sic] title [b]].":    "A [sic] title [b]",
		"[Not] all of it.":        "",
		"[One] and [two]":         "",
		"No brackets.":            "",
		"[Unclosed.":              "",
		"":                        "",
		"]odd[":                   "",
		"[Una [mal cerrada] cosa": "",
	} {
		got, ok := unbracket(title)
		if got != want || ok != (want != "") {
			t.Errorf("unbracket(%q) = %q, %t", title, got, ok)
		}
	}
}

func TestPubMedPace(t *testing.T) {
	f := testFetcher(t, FetchConfig{})
	for _, c := range []struct {
		config Config
		want   float64
	}{{Config{}, 3}, {Config{Key: "k"}, 10}, {Config{Key: "k", RequestsPerSecond: 5}, 5}} {
		s, err := New("pubmed", c.config, f)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.(*pubmed).rate; got != c.want {
			t.Errorf("%+v: %g requests a second, want %g", c.config, got, c.want)
		}
	}
	if _, err := New("pubmed", Config{PageSize: 5000}, f); err == nil {
		t.Error("a page too large for an address was accepted")
	}
}

func FuzzDecodePubMed(f *testing.F) {
	fuzzXML(f, "pubmed", func(body []byte) (harvester.Page, error) {
		doc, err := readXML(body, "", pubmedRoots...)
		if err != nil {
			return harvester.Page{}, err
		}
		good, bad, err := pubmedRecords(&doc)
		return harvester.Page{Records: good, Bad: bad}, err
	})
}
