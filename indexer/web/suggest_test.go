package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"polyglean/indexer"
	"polyglean/internal/protocol"
)

// TestSuggest: words go on from what was typed, in every script.
func TestSuggest(t *testing.T) {
	h := newSite(t, embedded(t, shelf().studies))
	for prefix, want := range map[string]string{
		"exp":         "explotación",
		"EXPLÓT":      "explotación",
		"synthetic r": "synthetic record",
		"торг":        "торговли",
		"الات":        "الاتجار",
		"زندگ":        "زندگی",
		"व्या":        "व्यापार",
	} {
		p := get(t, h, "/suggest?q="+url.QueryEscape(prefix))
		var got []indexer.Completion
		if err := json.Unmarshal([]byte(p.body), &got); err != nil || p.status != http.StatusOK {
			t.Errorf("%q: status %d, %v: %s", prefix, p.status, err, p.body)
			continue
		}
		if !slices.ContainsFunc(got, func(c indexer.Completion) bool { return c.Text == want && c.Studies > 0 }) {
			t.Errorf("%q: %s lacks %q", prefix, p.body, want)
		}
	}
	for _, path := range []string{"/suggest", "/suggest?q=", "/suggest?q=e", "/suggest?q=unheard", "/suggest?q=" + strings.Repeat("e", 500)} {
		if p := get(t, h, path); p.status != http.StatusOK || strings.TrimSpace(p.body) != "[]" {
			t.Errorf("%.40s: status %d, %s; want an empty list", path, p.status, p.body)
		}
	}
}

// TestSuggestSaysHowFarAWordReaches: in how many languages its meaning is looked for.
func TestSuggestSaysHowFarAWordReaches(t *testing.T) {
	lib := embedded(t, shelf().studies).WithThesaurus(indexer.NewThesaurus(protocol.Default().Lexicon))
	h := newSite(t, lib)
	for prefix, names := range map[string]bool{"prostitute": true, "strength": false} {
		var got []indexer.Completion
		if err := json.Unmarshal([]byte(get(t, h, "/suggest?q="+url.QueryEscape(prefix)).body), &got); err != nil || len(got) == 0 {
			t.Fatalf("%s: %v, %v", prefix, got, err)
		}
		result, err := lib.Search(t.Context(), indexer.Query{Text: `"` + got[0].Text + `"`})
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, e := range result.Expansions {
			_, languages := e.Used()
			want = max(want, languages)
		}
		if got[0].Languages != want || want > 1 != names {
			t.Errorf("%+v: a search looks in %d languages, names a concept: %t", got[0], want, names)
		}
	}
}

// TestSuggestRefusesWhatIsNoPrefix: what was typed is not trusted, and the words come
// from records.
func TestSuggestRefusesWhatIsNoPrefix(t *testing.T) {
	h := newSite(t, &library{})
	for raw, want := range map[string]string{
		"q=%ff":                          "UTF-8",
		"q=a%00b":                        "UTF-8",
		"q=%zz":                          "percent-encoded",
		"q=exit&q=leave":                 "more than once",
		"prefix=exit":                    "none of this name",
		"q=" + strings.Repeat("x", 1025): "1025 bytes, and 1024 is the most",
	} {
		p := get(t, h, "/suggest?"+raw)
		var fault apiError
		if err := json.Unmarshal([]byte(p.body), &fault); err != nil || p.status != http.StatusBadRequest || !strings.Contains(fault.Error, want) || fault.Hint == "" {
			t.Errorf("%.40s: status %d, %s; want %q and a way out", raw, p.status, p.body, want)
		}
	}
	if p := get(t, h, "/suggest?q=traffick"); !strings.Contains(p.body, `traffick\u003cb\u003e`) || !strings.HasPrefix(p.header.Get("Content-Type"), "application/json") {
		t.Errorf("%s %s", p.header.Get("Content-Type"), p.body)
	}
}

func TestSuggestOfAnIndexThatFails(t *testing.T) {
	h := newSite(t, &library{err: errors.New("away")})
	if p := get(t, h, "/suggest?q=traffick"); p.status != http.StatusInternalServerError || strings.Contains(p.body, "away") {
		t.Errorf("status %d, %s", p.status, p.body)
	}
}

// TestSuggestOfASlowIndex: a suggestion that comes late is of no use.
func TestSuggestOfASlowIndex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newSite(t, &library{wait: true})
		began := time.Now()
		p := get(t, h, "/suggest?q=exit")
		if took := time.Since(began); took != suggestTimeout || p.status != http.StatusServiceUnavailable || !strings.Contains(p.body, "within 2s") {
			t.Errorf("status %d after %s: %s", p.status, took, p.body)
		}
	})
}

// TestTheBoxIsPlainWithoutScript: only the script makes a list of it, so that nobody is
// told of one that never comes.
func TestTheBoxIsPlainWithoutScript(t *testing.T) {
	box := get(t, newSite(t, shelf()), "/").one("input#q")
	for _, a := range box.Attr {
		if a.Key == "role" || a.Key == "aria-controls" || a.Key == "aria-expanded" || a.Key == "type" && a.Val != "search" {
			t.Errorf("the page has %s=%q", a.Key, a.Val)
		}
	}
}
