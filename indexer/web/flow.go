package web

import (
	"bytes"
	"net/http"
)

// flow answers GET /prisma.svg with the review's flow diagram; form=updated asks for
// the form of an updated review.
func (s *site) flow(w http.ResponseWriter, r *http.Request) {
	form := r.URL.Query().Get("form")
	if form != "" && form != "updated" {
		s.fail(w, r, 0, &paramError{"form", "there is none of this name", "Leave it out, or say updated."})
		return
	}
	f, err := s.opts.Flow(r.Context(), form == "updated")
	var drawn bytes.Buffer
	if err == nil {
		err = f.SVG(&drawn)
	}
	if err != nil {
		s.fail(w, r, 0, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Cache-Control", "no-store")
	// The drawing brings its own style along and loads nothing.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	_, _ = drawn.WriteTo(w) // a reader who left is not an error
}
