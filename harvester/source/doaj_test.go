package source

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"polyglean/harvester"
	"polyglean/internal/protocol"
)

func init() {
	recordedHooks["doaj"] = recordedHook{
		answers: func(t *testing.T, i interaction) []interaction {
			// Those who recorded asked for more than DOAJ gives, or for one article.
			o := jsonObject(t, i.body)
			results, list := o["results"].([]any)
			if !list {
				results = []any{o}
			}
			i.body = jsonBytes(t, map[string]any{"total": len(results), "results": results})
			return []interaction{i}
		},
		holds: func(t *testing.T, body []byte) []map[string]bool {
			o := jsonObject(t, body)
			results, list := o["results"].([]any)
			if !list {
				results = []any{o}
			}
			return each(results, doajHolds)
		},
	}
}

func doajHolds(a any) map[string]bool {
	var dois, issns []string
	o, _ := a.(map[string]any)
	b, _ := o["bibjson"].(map[string]any)
	identifiers, _ := b["identifier"].([]any)
	for _, id := range identifiers {
		kind, value := leaves(id, "type"), leaves(id, "id")
		switch {
		case len(kind) == 0:
		case kind[0] == "doi":
			dois = append(dois, value...)
		default:
			issns = append(issns, value...)
		}
	}
	return map[string]bool{
		"bad":       !has(a, "id"),
		"titles":    has(a, "bibjson.title"),
		"titles2":   false,
		"abstracts": has(a, "bibjson.abstract"),
		"keywords":  has(a, "bibjson.keywords"),
		"authors":   has(a, "bibjson.author.name"),
		"country":   has(a, "bibjson.journal.country"),
		"orcid":     has(a, "bibjson.author.orcid_id"),
		"languages": len(leaves(a, "bibjson", "journal", "language")) == 1,
		"year":      has(a, "bibjson.year"),
		"date":      has(a, "bibjson.year"),
		"container": has(a, "bibjson.journal.title"),
		"volume":    has(a, "bibjson.journal.volume"),
		"issue":     has(a, "bibjson.journal.number"),
		"pages":     has(a, "bibjson.start_page", "bibjson.end_page"),
		"publisher": has(a, "bibjson.journal.publisher"),
		"doi":       len(dois) > 0,
		"issn":      hasISSN(append(issns, leaves(a, "bibjson", "journal", "issns")...)),
		"license":   has(a, "bibjson.journal.license.type"),
		"url":       true,
		"retracted": false,
		"deleted":   false,
		"version":   has(a, "last_updated"),
	}
}

// The query is a segment of the path, where a plus sign is no blank.
func TestDOAJAsks(t *testing.T) {
	var asked *url.URL
	var agent string
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked, agent = r.URL, r.UserAgent()
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"total":0,"results":[]}`)
	})
	s := sourceAt(t, "doaj", Config{BaseURL: base + "/api/v4/search/articles", RequestsPerSecond: 10_000}, FetchConfig{})
	for in, want := range map[string]string{
		"forced prostitution AND exit*":       `(bibjson.title:("forced prostitution") OR bibjson.abstract:("forced prostitution") OR bibjson.keywords:("forced prostitution"))`,
		"ti:traffick*":                        "bibjson.title:([traffick TO traffick\U0010FFFD])",
		"ti:exit NOT ti:drug":                 "bibjson.title:exit",
		`ti:(sex traffick* OR "trata a/b ?")`: `bibjson.title:((sex AND [traffick TO traffick` + "\U0010FFFD" + `]) OR "trata a b")`,
	} {
		q := harvester.Query{Name: "q", Strategy: mustParse(t, in), From: dayOf(2026, 1, 2), Until: dayOf(2026, 2, 3)}
		page, err := s.Page(t.Context(), q, "")
		if err != nil {
			t.Fatal(err)
		}
		text, ok := strings.CutPrefix(asked.Path, "/api/v4/search/articles/")
		if !ok || !strings.Contains(text, want) || !strings.HasSuffix(text, " AND created_date:[2026-01-02 TO 2026-02-03]") {
			t.Errorf("%s: asked %s", in, asked.Path)
		}
		if strings.ContainsAny(text, "*?~") {
			t.Errorf("%s: has what DOAJ refuses: %s", in, text)
		}
		if strings.Contains(asked.EscapedPath(), "+") || !strings.Contains(page.Sent, "%20AND%20") {
			t.Errorf("%s: sent as %s", in, page.Sent)
		}
		if strings.Contains(agent, "+https://") {
			t.Errorf("asked as %q", agent)
		}
	}
	if _, err := s.Page(t.Context(), harvester.Query{Strategy: mustParse(t, "exit")}, "x"); err == nil {
		t.Error("a cursor that is none was taken")
	}
}

// What DOAJ would cut off at its limit is never begun.
func TestDOAJTooMany(t *testing.T) {
	total := 1001
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"total":%d,"results":[{"id":"page %s"}]}`, total, r.URL.Query().Get("page"))
	})
	s := sourceAt(t, "doaj", Config{BaseURL: base, RequestsPerSecond: 10_000}, FetchConfig{})
	p := &protocol.Protocol{Searches: []protocol.Search{{Name: "published", Lang: "en", Node: mustParse(t, "exit")}}}
	queries, err := s.Queries(p, dayOf(2026, 1, 2))
	if err != nil {
		t.Fatal(err)
	}
	if q := queries[0]; !q.Dated || q.Earliest.IsZero() || !q.From.Equal(dayOf(2026, 1, 2)) {
		t.Errorf("the query cannot be asked in parts: %+v", q)
	}
	_, err = s.Page(t.Context(), queries[0], "")
	if many, ok := errors.AsType[*harvester.TooManyError](err); !ok || many.Announced != 1001 || many.Max != 1000 || many.Source != "doaj" {
		t.Errorf("error is %v", err)
	}
	total = 1000
	page, err := s.Page(t.Context(), queries[0], "")
	if err != nil || page.Next != "2" {
		t.Errorf("the first of ten pages: next is %q, %v", page.Next, err)
	}
	if page, err = s.Page(t.Context(), queries[0], "10"); err != nil || page.Next != "" {
		t.Errorf("the last of ten pages: next is %q, %v", page.Next, err)
	}
	total = 1001 // one was added on the way; page 11 would be refused
	if page, err = s.Page(t.Context(), queries[0], "10"); err != nil || page.Next != "" || page.Announced != 1001 {
		t.Errorf("the last page that is given: %+v, %v", page, err)
	}
}

func TestDOAJRefusesSomeNames(t *testing.T) {
	f := testFetcher(t, FetchConfig{UserAgent: "reviewer (+https://example.org)"})
	s, err := New("doaj", Config{}, f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Queries(&protocol.Protocol{}, dayOf(2026, 1, 2)); err == nil || !strings.Contains(err.Error(), "user_agent") {
		t.Errorf("error is %v", err)
	}
}
