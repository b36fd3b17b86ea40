package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"polyglean/internal/prisma"
)

func TestFlowDiagramIsOnThePages(t *testing.T) {
	var failure error
	site, err := New(shelf(), Options{Flow: func(_ context.Context, updated bool) (prisma.Flow, error) {
		return prisma.Flow{Review: "A synthetic review", Updated: updated, Previous: 13}, failure
	}})
	if err != nil {
		t.Fatal(err)
	}
	p := get(t, site, "/")
	checkPage(p)
	for link, want := range map[string]string{
		"PRISMA flow diagram": "A synthetic review", "as an updated review": "Studies (n = 13)",
	} {
		href := attr(p.with("footer a", link), "href")
		got := get(t, site, href)
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(got.body, want) {
			t.Errorf("%s: status %d, %s:\n%s", href, got.status, got.header.Get("Content-Type"), got.body)
		}
	}
	if got := get(t, site, "/prisma.svg?form=old"); got.status != http.StatusBadRequest {
		t.Errorf("a form that is none: status %d", got.status)
	}
	failure = errors.New("the index is away")
	if got := get(t, site, "/prisma.svg"); got.status < 500 || strings.Contains(got.body, "<svg xmlns") {
		t.Errorf("an index that is away: status %d", got.status)
	}
	if without := get(t, newSite(t, shelf()), "/"); strings.Contains(without.body, "prisma.svg") {
		t.Error("a site without a flow links to it")
	}
}
