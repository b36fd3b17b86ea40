package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"polyglean/indexer"
)

// TestLanguagesOfAnAddress are read as the command line reads them.
func TestLanguagesOfAnAddress(t *testing.T) {
	a, err := parseAsk("language=spa&language=es&language=und&language=zh-Hant")
	if want := "/?language=es&language=und&language=zh"; err != nil || a.href("/") != want {
		t.Errorf("%s, %v; want %s", a.href("/"), err, want)
	}
}

// TestFacetsSayWhatTheyLeaveOut: of many values the first are shown, with their number
// and the way to the others; programs ask for as many as they want.
func TestFacetsSayWhatTheyLeaveOut(t *testing.T) {
	lib := &library{}
	for i := range 45 {
		lib.studies = append(lib.studies, study(makeRecord(fmt.Sprintf("source%02d", i), fmt.Sprint(i), "en", 2020, "A synthetic title", "")))
	}
	s := newSite(t, lib)
	p := get(t, s, "/")
	checkPage(p)
	sources := p.one("details[data-group=source]")
	if got := inner(sources); !strings.Contains(got, "30 of 45 shown") {
		t.Errorf("the page says %s", got)
	}
	if got := attr(p.with("details[data-group=source] a", "Show all"), "href"); got != "/?facet_size=1000#all-source" {
		t.Errorf("the others are at %q", got)
	}
	if got := inner(get(t, s, "/?facet_size=3").one("details[data-group=source]")); !strings.Contains(got, "3 of 45 shown") {
		t.Errorf("of three values the page says %s", got)
	}
	all := get(t, s, "/?facet_size=1000")
	checkPage(all)
	if got := inner(all.one("details[data-group=source]")); strings.Contains(got, "shown") || !strings.Contains(got, "source44") && !strings.Contains(got, "Source44") {
		t.Errorf("all of them: %s", got)
	}
	for size, want := range map[string]int{"7": 7, "45": 45, "": 30} {
		var res indexer.Result
		if err := json.Unmarshal([]byte(get(t, s, "/api/search?facet_size="+size).body), &res); err != nil {
			t.Fatal(err)
		}
		if got := len(res.Facets[indexer.FacetSource]); got != want || res.FacetTotals[indexer.FacetSource] != 45 {
			t.Errorf("facet_size=%s: %d of %d, want %d of 45", size, got, res.FacetTotals[indexer.FacetSource], want)
		}
	}
	for _, bad := range []string{"0", "1001", "many"} {
		if p := get(t, s, "/api/search?facet_size="+bad); p.status != http.StatusBadRequest {
			t.Errorf("facet_size=%s: status %d", bad, p.status)
		}
	}
}
