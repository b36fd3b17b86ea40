package web

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
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

// TestAttributesOfAnotherProtocol: what a protocol extracts is what its pages filter by,
// under the names that it gives; a filter by something else that is extracted stays in
// sight.
func TestAttributesOfAnotherProtocol(t *testing.T) {
	m := makeRecord("crossref", "1", "en", 2020, "Synthetic drought", "")
	m.Concepts = []record.ConceptHit{{Facet: "bond", Concept: "place_bond"}, {Facet: "design", Concept: "interview"}}
	h, err := New(&library{studies: []indexer.Study{study(m)}}, Options{
		Log: slog.New(slog.DiscardHandler),
		Names: protocol.Names{
			Facets:   []protocol.FacetName{{ID: "bond", Name: "The bond to a place"}},
			Concepts: map[string]string{"place_bond": "bond to a place"},
		},
		Attributes: []string{"change", "bond"},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := get(t, h, "/")
	checkPage(p)
	if got := inner(p.one("details[data-group=attr:bond]")); !strings.Contains(got, "The bond to a place") || !strings.Contains(got, "Bond to a place") {
		t.Errorf("the page says %s", got)
	}
	if n := len(p.all("details[data-group=attr:design]")); n != 0 {
		t.Error("the page filters by what the protocol does not extract")
	}
	p = get(t, h, "/?attr%3Adesign=interview")
	checkPage(p)
	if got := inner(p.one("details[data-group=attr:design]")); !strings.Contains(got, "Interview") {
		t.Errorf("the filter in force: %s", got)
	}
}
