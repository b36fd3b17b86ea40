package source

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

func init() {
	recordedHooks["scielo"] = recordedHook{
		// What is recorded is the article alone, without the list it was found in.
		answers: func(t *testing.T, i interaction) []interaction {
			code := leaves(jsonObject(t, i.body), "code")[0]
			list := i
			list.body = fmt.Appendf(nil, `{"meta":{"total":1},"objects":[{"code":%q,"collection":"scl"}]}`, code)
			return []interaction{list, i}
		},
		holds: func(t *testing.T, body []byte) []map[string]bool {
			return each([]any{jsonObject(t, body)}, scieloHolds)
		},
		query: func(interaction) harvester.Query {
			return harvester.Query{Name: "set:recorded", Route: record.RouteHarvest, Endpoint: scieloIdentifiers, Set: "scl"}
		},
	}
}

func scieloHolds(r any) map[string]bool {
	cited := false
	for _, link := range leaves(r, "citations", "v37", "_") {
		cited = cited || strings.Contains(link, "doi.org/10.")
	}
	return map[string]bool{
		"bad":        !has(r, "article.v12._"),
		"titles":     has(r, "article.v12._"),
		"titles2":    len(leaves(r, "article", "v12", "_")) > 1,
		"abstracts":  has(r, "article.v83.a"),
		"abstracts2": len(leaves(r, "article", "v83", "a")) > 1,
		"keywords":   has(r, "article.v85.k"),
		"authors":    has(r, "article.v10.s"),
		"orcid":      has(r, "article.v10.k"),
		"languages":  has(r, "article.v40._"),
		"year":       has(r, "article.v65._"),
		"date":       has(r, "article.v65._"),
		"container":  has(r, "title.v100._"),
		"volume":     has(r, "article.v31._"),
		"issue":      has(r, "article.v32._"),
		"pages":      has(r, "article.v14.f", "article.v14.e"),
		"publisher":  has(r, "title.v480._"),
		"country":    has(r, "title.v310._"),
		"type":       has(r, "article.v71._"),
		"doi":        has(r, "doi", "article.v237._"),
		"other":      true,
		"issn":       has(r, "article.v35._"),
		"references": cited,
		"url":        has(r, "fulltexts.html.pt", "fulltexts.html.en"),
		"license":    has(r, "license", "title.v541._"),
		"retracted":  false,
		"deleted":    false,
		"version":    has(r, "article.v91._", "processing_date"),
	}
}

func scieloProtocol(specs ...string) *protocol.Protocol {
	use := protocol.SourceUse{Name: "scielo"}
	for i, spec := range specs {
		use.Sets = append(use.Sets, protocol.Set{Name: fmt.Sprintf("set%d", i), Spec: spec})
	}
	return &protocol.Protocol{Sources: []protocol.SourceUse{{Name: "pubmed"}, use}}
}

func TestSciELOQueries(t *testing.T) {
	s := sourceAt(t, "scielo", Config{}, FetchConfig{})
	since := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		since time.Time
		want  string
	}{
		// There is nothing yet that could have been deleted.
		{time.Time{}, "set:set0 article/identifiers scl; set:set1 article/identifiers mex/1234-5679"},
		{since, "set:set0 article/identifiers scl; deleted:set0 article/history scl; set:set1 article/identifiers mex/1234-5679"},
	} {
		queries, err := s.Queries(scieloProtocol("scl", "mex/1234-5679"), c.since)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, q := range queries {
			got = append(got, q.Name+" "+q.Endpoint+" "+q.Set)
			if q.Route != record.RouteHarvest || !q.From.Equal(c.since) || !q.Dated || q.Earliest.IsZero() {
				t.Errorf("query is %+v", q)
			}
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("queries are %s, want %s", strings.Join(got, "; "), c.want)
		}
	}
	for _, spec := range []string{"", "brazil", "SCL", "scl/1234-5678", "scl/"} {
		if _, err := s.Queries(scieloProtocol("arg", spec), since); err == nil || !strings.Contains(err.Error(), "set1") {
			t.Errorf("spec %q: error is %v, want one that names the set", spec, err)
		}
	}
	if _, err := s.Queries(scieloProtocol(), since); err == nil || !strings.Contains(err.Error(), "sets") {
		t.Errorf("no collection: error is %v", err)
	}
}

// A list is read to its end: to its total where it gives one, or else to the first
// slice that is not full.
func TestSciELOPaging(t *testing.T) {
	for name, c := range map[string]struct {
		total string
		sizes []int
		want  int
	}{
		"to the total":             {`"total":5,`, []int{2, 2, 1}, 5},
		"smaller slices":           {`"total":3,`, []int{1, 1, 1}, 3},
		"to the last slice":        {"", []int{2, 1}, 3},
		"the last slice is full":   {"", []int{2, 2, 0}, 4},
		"an empty collection":      {"", []int{0}, 0},
		"fewer than were promised": {`"total":9,`, []int{2, 0}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			sizes, code := c.sizes, 0
			base := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if !strings.HasSuffix(r.URL.Path, "/article/identifiers/") {
					fmt.Fprintf(w, `{"code":%q,"article":{"v12":[{"_":"Synthetic"}]}}`, r.URL.Query().Get("code"))
					return
				}
				if len(sizes) == 0 {
					t.Errorf("asked on: %s", r.URL)
					http.Error(w, "", http.StatusTeapot)
					return
				}
				if got := r.URL.Query().Get("offset"); got != fmt.Sprint(code) {
					t.Errorf("offset is %s, want %d", got, code)
				}
				var items []string
				for range sizes[0] {
					code++
					items = append(items, fmt.Sprintf(`{"code":"S%d","collection":"scl"}`, code))
				}
				sizes = sizes[1:]
				fmt.Fprintf(w, `{"meta":{%s"limit":2},"objects":[%s]}`, c.total, strings.Join(items, ","))
			})
			s := sourceAt(t, "scielo", fixtureConfig("scielo", base), FetchConfig{Attempts: 1})
			if got := readAll(t, s, fixtureQuery(t, "scielo", "")); len(got.Records) != c.want || len(sizes) > 0 {
				t.Errorf("%d records, %d slices not asked for", len(got.Records), len(sizes))
			}
		})
	}
}

// An article that is gone is bad; a service that fails ends the page, so that none
// of its articles is lost.
func TestSciELOArticleFails(t *testing.T) {
	for status, wantErr := range map[int]bool{http.StatusNotFound: false, http.StatusInternalServerError: true} {
		base := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/article/identifiers/") {
				http.Error(w, "synthetic", status)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"meta":{},"objects":[{"code":"S1","collection":"scl"}]}`)
		})
		s := sourceAt(t, "scielo", fixtureConfig("scielo", base), FetchConfig{Attempts: 2})
		page, err := s.Page(t.Context(), fixtureQuery(t, "scielo", ""), "")
		switch {
		case wantErr && (err == nil || !strings.Contains(err.Error(), "scl/S1")):
			t.Errorf("status %d: error is %v, want one that names the article", status, err)
		case !wantErr && (err != nil || len(page.Bad) != 1 || page.Bad[0].SourceID != "scl/S1"):
			t.Errorf("status %d: %+v, %v", status, page, err)
		}
	}
}

func TestISISValue(t *testing.T) {
	for raw, want := range map[string]string{
		`{"_":"Título","l":"es"}`:        `{"_":"Título","l":"es"}`,
		`"Título^les"`:                   `{"_":"Título","l":"es"}`,
		`{"_":"Título^lpt","l":"es"}`:    `{"_":"Título","l":"es"}`,
		`{"a":"Resumo^lpt","_":""}`:      `{"_":"","a":"Resumo","l":"pt"}`,
		`{"_":"2^n and x^l is no mark"}`: `{"_":"2^n and x^l is no mark"}`,
		`2025`:                           `{"_":"2025"}`,
		`null`:                           `{"_":""}`,
		`{"_":null,"n":12}`:              `{"_":"","n":"12"}`,
	} {
		var v isisValue
		if err := readJSON([]byte(raw), &v); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		if got, _ := json.Marshal(v); string(got) != want {
			t.Errorf("%s became %s, want %s", raw, got, want)
		}
	}
}

func FuzzDecodeSciELO(f *testing.F) {
	fuzzPage(f, "scielo", func(body []byte) (harvester.Page, error) {
		list, _, listErr := decodeSciELOList(body, "scl")
		for _, item := range list {
			if item.id() == "" || len(item.raw) == 0 {
				f.Errorf("an article without ID or bytes: %+v", item)
			}
		}
		c, err := decodeSciELOArticle(body, "scl/")
		if err != nil {
			return harvester.Page{}, listErr
		}
		return harvester.Page{Records: []record.Candidate{c}}, nil
	})
}
