package web

import (
	"errors"
	"net/http"

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
	res, err := s.searcher.Search(r.Context(), s.query(a))
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
