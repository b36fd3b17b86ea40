package web

import (
	"encoding/json"
	"strings"
	"testing"

	"polyglean/indexer"
)

// TestNotesAreTold: how a query was read stands on the page and in the JSON.
func TestNotesAreTold(t *testing.T) {
	lib := shelf()
	lib.notes = []string{`"and" was searched as a word`}
	s := newSite(t, lib)
	p := get(t, s, "/?q=trata")
	checkPage(p)
	if got := inner(p.one("p.note")); got != `"and" was searched as a word.` {
		t.Errorf("the page says %q", got)
	}
	var res indexer.Result
	if err := json.Unmarshal([]byte(get(t, s, "/api/search?q=trata").body), &res); err != nil || len(res.Notes) != 1 || !strings.HasPrefix(res.Notes[0], `"and"`) {
		t.Errorf("the JSON says %q, error %v", res.Notes, err)
	}
}
