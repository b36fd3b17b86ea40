package source

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/internal/protocol"
)

func init() {
	recordedHooks["core"] = recordedHook{
		answers: func(t *testing.T, i interaction) []interaction {
			// Recorded is a search for more than CORE gives.
			o := jsonObject(t, i.body)
			results, _ := o["results"].([]any)
			o["totalHits"] = len(results)
			i.body = jsonBytes(t, o)
			return []interaction{i}
		},
		holds: func(t *testing.T, body []byte) []map[string]bool {
			results, _ := jsonObject(t, body)["results"].([]any)
			return each(results, coreHolds)
		},
	}
}

func coreHolds(w any) map[string]bool {
	return map[string]bool{
		"bad":        !has(w, "id"),
		"titles":     has(w, "title"),
		"abstracts":  has(w, "abstract"),
		"authors":    has(w, "authors.name"),
		"languages":  has(w, "language.code"),
		"year":       has(w, "yearPublished", "publishedDate"),
		"date":       has(w, "yearPublished", "publishedDate"),
		"container":  has(w, "journals.title"),
		"publisher":  has(w, "publisher"),
		"type":       has(w, "documentType"),
		"doi":        has(w, "doi"),
		"pmid":       has(w, "pubmedId"),
		"other":      has(w, "arxivId", "magId", "oaiIds"),
		"references": has(w, "references.doi", "references.raw"),
		"url":        true,
		"retracted":  false,
		"deleted":    false,
		"version":    has(w, "updatedDate"),
	}
}

// Sources that give nothing without a key say so before they are asked, and send it
// where no log shows it.
func TestKeys(t *testing.T) {
	p := &protocol.Protocol{Searches: []protocol.Search{{Name: "published", Lang: "en", Node: mustParse(t, "exit")}}}
	for _, name := range Names() {
		if !About(name).NeedsKey {
			continue
		}
		sent := ""
		base := serve(t, func(w http.ResponseWriter, r *http.Request) {
			sent = fmt.Sprint(r.Header, r.URL)
			http.Error(w, "no access for "+sent, http.StatusForbidden)
		})
		s := sourceAt(t, name, Config{BaseURL: base}, FetchConfig{})
		if _, err := s.Queries(p, time.Time{}); err == nil || !strings.Contains(err.Error(), "sources."+name+".key") {
			t.Errorf("%s without a key: %v", name, err)
		}
		s = sourceAt(t, name, Config{BaseURL: base, Key: "canary-key", RequestsPerSecond: 10_000}, FetchConfig{})
		queries, err := s.Queries(p, time.Time{})
		if err != nil || len(queries) != 1 {
			t.Fatalf("%s: %v, %v", name, queries, err)
		}
		_, err = s.Page(t.Context(), queries[0], "")
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: error is %v", name, err)
		}
		if !strings.Contains(sent, "canary-key") {
			t.Errorf("%s: the key was not sent: %s", name, sent)
		}
	}
}

func TestCOREPages(t *testing.T) {
	total, asked := 10_001, ""
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Query().Get("q")
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"totalHits":%d,"results":[{"id":"%s-1"},{"id":"%s-2"}]}`, total, r.URL.Query().Get("offset"), r.URL.Query().Get("offset"))
	})
	s := sourceAt(t, "core", Config{BaseURL: base, Key: "k", RequestsPerSecond: 10_000}, FetchConfig{})
	q := harvester.Query{Name: "q", Strategy: mustParse(t, "ti:exit"), From: dayOf(2026, 1, 2), Until: dayOf(2026, 1, 31)}
	_, err := s.Page(t.Context(), q, "")
	if many, ok := errors.AsType[*harvester.TooManyError](err); !ok || many.Announced != total || many.Max != 10_000 {
		t.Errorf("error is %v", err)
	}
	if want := "((title:exit) AND createdDate>=2026-01-02) AND createdDate<2026-02-01"; asked != want {
		t.Errorf("asked %s, want %s", asked, want)
	}
	total = 10_000
	for cursor, want := range map[string]string{"": "2", "2": "4", "9998": ""} {
		if page, err := s.Page(t.Context(), q, cursor); err != nil || page.Next != want {
			t.Errorf("after %q: next is %q, want %q: %v", cursor, page.Next, want, err)
		}
	}
}
