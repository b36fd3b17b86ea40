package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"polyglean/indexer"
)

// TestFaultOffersItsFix: a query that cannot be read is one click from one that can.
func TestFaultOffersItsFix(t *testing.T) {
	lib, h := newReader(t)
	q := url.QueryEscape(`(leaving OR "sex work`)
	p := get(t, h, "/?language=es&q="+q)
	checkPage(p)
	if p.status != http.StatusBadRequest {
		t.Fatalf("status %d", p.status)
	}
	link := p.one("p.fix a")
	if got := inner(link); got != `(leaving OR "sex work")` {
		t.Errorf("offered %q", got)
	}
	if p = get(t, h, attr(link, "href")); p.status != http.StatusOK || lib.asked.Filters["language"][0] != "es" {
		t.Errorf("the offer gives status %d and filters %v", p.status, lib.asked.Filters)
	}
	if p = get(t, h, "/?q="+url.QueryEscape("AND")); len(p.all("p.fix")) > 0 {
		t.Error("something is offered where nobody can tell what was meant")
	}
	var answer apiError
	if err := json.Unmarshal([]byte(get(t, h, "/api/search?q="+q).body), &answer); err != nil || answer.Fix != `(leaving OR "sex work")` {
		t.Errorf("the answer to programs %+v, %v", answer, err)
	}
}

// TestQueriesOfDatabases are answered with how they were read, or refused with a query to
// take over.
func TestQueriesOfDatabases(t *testing.T) {
	h := newSite(t, embedded(t, []indexer.Study{study(makeRecord("pubmed", "1", "en", 2015, "Exit from sex trafficking, a synthetic title", ""))}))
	p := get(t, h, "/?q="+url.QueryEscape(`"sex trafficking"[ti] AND exit [Title/Abstract]`))
	checkPage(p)
	if len(p.all("article")) != 1 {
		t.Errorf("status %d, %d studies, want the one there is", p.status, len(p.all("article")))
	}
	if got := inner(p.one("p.note")); !strings.HasPrefix(got, `Read as ti:"sex trafficking" AND exit: `) || !strings.HasSuffix(got, "PubMed.") {
		t.Errorf("the page says %q", got)
	}
	p = get(t, h, "/?q="+url.QueryEscape(`exit[tiab] AND 2015[dp]`))
	checkPage(p)
	link := p.one("p.fix a")
	if p.status != http.StatusBadRequest || inner(link) != "exit" || inner(p.one("p.query .fault")) != "2" {
		t.Errorf("status %d, offered %q, fault at %q", p.status, inner(link), inner(p.one("p.query .fault")))
	}
	if p = get(t, h, attr(link, "href")); p.status != http.StatusOK || len(p.all("article")) != 1 {
		t.Errorf("what is offered gives status %d and %d studies", p.status, len(p.all("article")))
	}
}
