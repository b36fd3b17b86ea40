package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The feed of an alert is sent once for each state of it, and only where there is one.
func TestAtomFeed(t *testing.T) {
	body := "<feed>выход</feed>"
	h, err := New(shelf(), Options{Atom: func(_ context.Context, name, base string) ([]byte, bool, error) {
		if name == "broken" {
			return nil, false, errors.New("the log is away")
		}
		return []byte(body + base), name == "exits", nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path, etag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8600"+path, nil)
		r.Header.Set("If-None-Match", etag)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	first := get("/alerts/exits.atom", "")
	if first.Code != http.StatusOK || first.Body.String() != body+"http://127.0.0.1:8600" || first.Header().Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		t.Errorf("status %d, %v\n%s", first.Code, first.Header(), first.Body)
	}
	if again := get("/alerts/exits.atom", first.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("again: status %d, %d bytes", again.Code, again.Body.Len())
	}
	body = "<feed>другое</feed>"
	if changed := get("/alerts/exits.atom", first.Header().Get("ETag")); changed.Code != http.StatusOK || !strings.HasPrefix(changed.Body.String(), body) {
		t.Errorf("changed: status %d\n%s", changed.Code, changed.Body)
	}
	for path, want := range map[string]int{"/alerts/other.atom": 404, "/alerts/exits": 404, "/alerts/": 404, "/alerts/broken.atom": 500} {
		if got := get(path, "").Code; got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
}
