package web

import (
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"polyglean/internal/strategy"
)

// searchJSON answers GET /api/search with an indexer.Result; the parameters are
// those of the search page.
func (s *site) searchJSON(w http.ResponseWriter, r *http.Request) {
	a, err := readAsk(r)
	if err != nil {
		s.fail(w, r, 0, err)
		return
	}
	res, err := s.searcher.Search(r.Context(), a.query())
	var syntax *strategy.SyntaxError
	switch {
	case errors.As(err, &syntax):
		writeJSON(w, http.StatusBadRequest, apiError{Error: syntax.Problem, Hint: syntax.Hint, Fix: syntax.Fix, Offset: &syntax.Offset})
	case err != nil:
		s.fail(w, r, 0, err)
	default:
		writeJSON(w, http.StatusOK, res)
	}
}

// studyJSON answers GET /api/study/{id} with an indexer.Study. An alias is answered
// with the study as it is now called.
func (s *site) studyJSON(w http.ResponseWriter, r *http.Request) {
	study, err := s.searcher.Study(r.Context(), r.PathValue("id"))
	if err != nil {
		s.fail(w, r, 0, err)
		return
	}
	writeJSON(w, http.StatusOK, study)
}

// completions answers GET /suggest?q=PREFIX with the words and phrases that begin so, an
// array of indexer.Completion.
func (s *site) completions(w http.ResponseWriter, r *http.Request) {
	prefix := r.URL.Query().Get("q")
	if !utf8.ValidString(prefix) || strings.ContainsRune(prefix, 0) {
		s.fail(w, r, 0, &paramError{"q", "it is not UTF-8 text", "Type it into the search box instead."})
		return
	}
	found, err := s.searcher.Complete(r.Context(), prefix, 0)
	if err != nil {
		s.fail(w, r, 0, err)
		return
	}
	writeJSON(w, http.StatusOK, found)
}
