package web

import (
	"net/http"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// TestDatabasesOfImports are counted by their names beside the sources, and chosen in
// whatever case an address has them.
func TestDatabasesOfImports(t *testing.T) {
	imported := func(id, database, title string) indexer.Study {
		r := makeRecord("import", id, "en", 2020, title, "")
		r.Candidate.Route, r.Candidate.Query = record.RouteImport, database
		return study(r)
	}
	s := newSite(t, embedded(t, []indexer.Study{
		imported("sa:1", "Sociological Abstracts", "A synthetic title"), imported("sa:2", "Sociological Abstracts", "Quite another, synthetic"),
		imported("pubmed:3", "PubMed", "A third, synthetic"), study(makeRecord("pubmed", "4", "en", 2020, "The fourth, synthetic", "")),
	}))
	p := get(t, s, "/")
	checkPage(p)
	for name, value := range map[string]string{"Sociological Abstracts": "Sociological+Abstracts", "PubMed (imported)": "PubMed+%28imported%29"} {
		if got := attr(p.with("details[data-group=source] a", name), "href"); got != "/?source="+value {
			t.Errorf("%s is at %q", name, got)
		}
	}
	typed := get(t, s, "/?source=SOCIOLOGICAL+abstracts")
	if typed.status != http.StatusSeeOther || typed.header.Get("Location") != "/?source=Sociological+Abstracts" {
		t.Errorf("in another case: status %d, to %q", typed.status, typed.header.Get("Location"))
	}
	chosen := get(t, s, "/?source=Sociological+Abstracts")
	if n := len(chosen.all("article")); chosen.status != http.StatusOK || n != 2 {
		t.Errorf("the database alone: status %d, %d studies, want 2", chosen.status, n)
	}
	if p := get(t, s, "/?source=Embase"); p.status != http.StatusBadRequest || !strings.Contains(p.body, "Sociological Abstracts") {
		t.Errorf("a database that nothing is from: status %d, %s", p.status, p.body)
	}
}
