package source

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"polyglean/harvester"
)

func TestClinicalTrialsAsks(t *testing.T) {
	answer := `{"totalCount":0,"studies":[]}`
	var asked url.Values
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Query()
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, answer)
	})
	s := sourceAt(t, "clinicaltrials", Config{BaseURL: base, RequestsPerSecond: 10_000}, FetchConfig{})
	q := harvester.Query{Name: "q", Strategy: mustParse(t, "traffick* AND exit NOT drug"), Until: dayOf(2026, 1, 2)}
	if _, err := s.Page(t.Context(), q, ""); err != nil {
		t.Fatal(err)
	}
	if term := asked.Get("query.term"); !strings.HasPrefix(term, "(traffick OR ") || !strings.Contains(term, " OR trafficking OR ") || !strings.HasSuffix(term, ") AND exit") {
		t.Errorf("asked %s", term)
	}
	if got := asked.Get("filter.advanced"); got != "AREA[LastUpdatePostDate]RANGE[MIN,2026-01-02]" {
		t.Errorf("window is %s", got)
	}
	// Without a total the end of a harvest could not be told from its middle.
	answer = `{"studies":[]}`
	if _, err := s.Page(t.Context(), q, ""); err == nil || !strings.Contains(err.Error(), "totalCount") {
		t.Errorf("error is %v", err)
	}
	if page, err := s.Page(t.Context(), q, "next"); err != nil || page.Announced != -1 || asked.Get("pageToken") != "next" {
		t.Errorf("a later page: %+v, %v", page, err)
	}
}
