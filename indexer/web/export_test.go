package web

import (
	"encoding/csv"
	"errors"
	"net/http"
	"strings"
	"testing"

	"polyglean/indexer"
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
		resp := get(t, site, attr(link, "href"))
		if resp.status != http.StatusOK || len(resp.body) == 0 || resp.header.Get("Content-Type") != f.MediaType() {
			t.Errorf("%s: status %d, %d bytes of %s", f, resp.status, len(resp.body), resp.header.Get("Content-Type"))
		}
		if d := resp.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment;") || !strings.Contains(d, f.Extension()) {
			t.Errorf("%s: disposition %q", f, d)
		}
	}
}

func TestExportHoldsAllStudiesOfTheSearch(t *testing.T) {
	site := newSite(t, shelf())
	resp := get(t, site, "/export/csv?size=1")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(resp.body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 1+7 {
		t.Errorf("%d rows, %v; want the header and 7 studies", len(rows), err)
	}
}

// TestExportAsksForNothingItLeavesOut: snippets, facets and suggestions are for pages.
func TestExportAsksForNothingItLeavesOut(t *testing.T) {
	lib := shelf()
	get(t, newSite(t, lib), "/export/csv?q=trata")
	if q := lib.asked; !q.Bare || q.Suggest || q.Facets != nil || q.Text != "trata" {
		t.Errorf("asked %+v", q)
	}
	found, err := embedded(t, lib.studies).Search(t.Context(), indexer.Query{Text: "trata", Bare: true})
	if err != nil || len(found.Hits) != 1 || found.Hits[0].Snippets != nil {
		t.Errorf("%+v, error %v; want one study and no snippets", found.Hits, err)
	}
}

func TestExportFailsBeforeItsFirstByteOrCutsTheConnection(t *testing.T) {
	for path, want := range map[string]int{
		"/export/docx":         http.StatusNotFound,
		"/export/ris?year=x":   http.StatusBadRequest,
		"/export/ris?q=exit)":  http.StatusSeeOther,
		"/export/ris?nobody=1": http.StatusBadRequest,
	} {
		resp := get(t, newSite(t, shelf()), path)
		if resp.status != want || resp.header.Get("Content-Disposition") != "" {
			t.Errorf("%s: status %d, want %d; disposition %q", path, resp.status, want, resp.header.Get("Content-Disposition"))
		}
	}
	lib := shelf()
	lib.err = errors.New("the index is away")
	resp := get(t, newSite(t, lib), "/export/ris")
	if resp.status < 500 {
		t.Errorf("status %d of an index that is away", resp.status)
	}
}
