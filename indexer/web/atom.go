package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"polyglean/internal/record"
)

// atom answers with the feed of an alert. Readers fetch it again and again: one that has
// not changed is not sent.
func (s *site) atom(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("file"), ".atom")
	if !ok {
		s.fail(w, r, http.StatusNotFound, nil)
		return
	}
	feed, found, err := s.opts.Atom(r.Context(), name, "http://"+r.Host)
	if err != nil {
		s.fail(w, r, 0, err)
		return
	}
	if !found {
		s.fail(w, r, http.StatusNotFound, nil)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/atom+xml; charset=utf-8")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", fmt.Sprintf(`"%016x"`, record.Hash64(string(feed))))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(feed))
}
