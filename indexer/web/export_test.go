package web

import (
	"encoding/csv"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"polyglean/indexer/export"
)

func TestSearchPageOffersEveryFormatOfWhatWasFound(t *testing.T) {
	site := newSite(t, shelf())
	p := get(t, site, "/?language=es&after=0")
	checkPage(p)
	for _, f := range export.Formats() {
		link := p.with("details.downloads a", f.Label())
		if want := "/export/" + string(f) + "?language=es"; attr(link, "href") != want {
			t.Errorf("%s leads to %q, want %q", f, attr(link, "href"), want)
		}
		resp := httptest.NewRecorder()
		req := httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+attr(link, "href"), nil)
		site.ServeHTTP(resp, req)
		if resp.Code != http.StatusOK || resp.Body.Len() == 0 || resp.Header().Get("Content-Type") != f.MediaType() {
			t.Errorf("%s: status %d, %d bytes of %s", f, resp.Code, resp.Body.Len(), resp.Header().Get("Content-Type"))
		}
		if d := resp.Header().Get("Content-Disposition"); !strings.HasPrefix(d, "attachment;") || !strings.Contains(d, f.Extension()) {
			t.Errorf("%s: disposition %q", f, d)
		}
	}
}

func TestExportHoldsAllStudiesOfTheSearch(t *testing.T) {
	site := newSite(t, shelf())
	resp := httptest.NewRecorder()
	site.ServeHTTP(resp, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/export/csv?size=1", nil))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(resp.Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 1+7 {
		t.Errorf("%d rows, %v; want the header and 7 studies", len(rows), err)
	}
}

func TestExportFailsBeforeItsFirstByteOrCutsTheConnection(t *testing.T) {
	for path, want := range map[string]int{
		"/export/docx":         http.StatusNotFound,
		"/export/ris?year=x":   http.StatusBadRequest,
		"/export/ris?q=exit)":  http.StatusSeeOther,
		"/export/ris?nobody=1": http.StatusBadRequest,
	} {
		resp := httptest.NewRecorder()
		newSite(t, shelf()).ServeHTTP(resp, httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil))
		if resp.Code != want || resp.Header().Get("Content-Disposition") != "" {
			t.Errorf("%s: status %d, want %d; disposition %q", path, resp.Code, want, resp.Header().Get("Content-Disposition"))
		}
	}
	lib := shelf()
	lib.err = errors.New("the index is away")
	resp := httptest.NewRecorder()
	newSite(t, lib).ServeHTTP(resp, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/export/ris", nil))
	if resp.Code < 500 {
		t.Errorf("status %d of an index that is away", resp.Code)
	}
}
