package web

import (
	"errors"
	"net/http"
	"time"

	"polyglean/indexer"
	"polyglean/indexer/export"
	"polyglean/internal/strategy"
)

// exportTimeout is how long a reader may take to fetch an export: a hundred thousand
// studies come through a slow line in that time.
const exportTimeout = 15 * time.Minute

// download is an export that a page offers.
type download struct{ Label, Href string }

// downloads are the exports of an ask.
func downloads(a ask) []download {
	var out []download
	for _, f := range export.Formats() {
		out = append(out, download{f.Label(), a.with(func(*indexer.Query) {}).href("/export/" + string(f))})
	}
	return out
}

// export answers GET /export/{format} with all studies of an ask; the parameters are
// those of the search page. Studies are sent as they are read. When that fails in the
// middle the connection is cut, so that half a file is not taken for a whole one.
func (s *site) export(w http.ResponseWriter, r *http.Request) {
	format, err := export.ParseFormat(r.PathValue("format"))
	if err != nil {
		s.fail(w, r, http.StatusNotFound, err)
		return
	}
	a, err := readAsk(r)
	if err != nil {
		s.fail(w, r, 0, err)
		return
	}
	// What would fail at once is to fail before the first byte.
	first := s.query(a)
	first.Size, first.Facets, first.Suggest, first.Bare = 1, nil, false, true
	_, err = s.searcher.Search(r.Context(), first)
	var syntax *strategy.SyntaxError
	if errors.As(err, &syntax) {
		// The search page points at the fault.
		http.Redirect(w, r, a.href("/"), http.StatusSeeOther)
		return
	}
	if err != nil {
		s.fail(w, r, 0, err)
		return
	}
	// The server's own deadline is that of a page.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportTimeout))
	h := w.Header()
	h.Set("Content-Type", format.MediaType())
	h.Set("Content-Disposition", `attachment; filename="polyglean-`+time.Now().UTC().Format(time.DateOnly)+format.Extension()+`"`)
	h.Set("Cache-Control", "no-store")
	opts := export.Options{Names: s.opts.Names, Attributes: s.opts.Attributes}
	out, err := export.NewWriter(format, w, opts)
	if err == nil {
		_, err = indexer.EachFound(r.Context(), s.searcher, s.query(a), func(study *indexer.Study) error {
			ref := export.Of(study, opts)
			return out.Write(&ref)
		})
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		s.log.Error("export cut short", "path", r.URL.Path, "err", err)
		panic(http.ErrAbortHandler)
	}
}
