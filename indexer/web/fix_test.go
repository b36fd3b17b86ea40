package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
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
