package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"polyglean/indexer"
	"polyglean/internal/strategy"
)

// fault is an error as a reader sees it: what happened and the way on.
type fault struct {
	Status  int
	Heading string
	Text    string
	Hint    string
}

// fail answers with an error page, or with JSON where the answer would be JSON. The cause is logged
// when the fault is ours; the reader gets plain words.
func (s *site) fail(w http.ResponseWriter, r *http.Request, status int, err error) {
	f := describe(status, err)
	s.note(r, f, err)
	if strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/suggest" {
		writeJSON(w, f.Status, apiError{Error: f.Heading + ". " + f.Text, Hint: f.Hint})
		return
	}
	s.render(w, r, f.Status, "error", f.Heading, f)
}

// note logs a fault that is ours. That a reader left is nobody's fault.
func (s *site) note(r *http.Request, f fault, err error) {
	if f.Status >= 500 && !errors.Is(err, context.Canceled) {
		s.log.Error("request failed", "path", r.URL.Path, "query", r.URL.RawQuery, "status", f.Status, "err", err)
	}
}

// describe finds the words for an error. A status of 0 leaves the choice to err.
func describe(status int, err error) fault {
	var (
		bad   *paramError
		query *indexer.QueryError
	)
	switch {
	case errors.As(err, &query):
		return fault{http.StatusBadRequest, "That cannot be searched for", sentence(query.Part + ": " + query.Problem), sentence(query.Hint)}
	case errors.Is(err, indexer.ErrPage):
		return fault{http.StatusBadRequest, "There is no such page of results", "This is not the continuation of such a search.", "Start again at the first page."}
	case errors.As(err, &bad):
		return fault{http.StatusBadRequest, "That address cannot be read", bad.Error(), bad.hint}
	case errors.Is(err, indexer.ErrNotFound):
		return fault{
			http.StatusNotFound, "No such study", "No study answers to this ID.",
			"It may have been mistyped, or the index is being rebuilt.",
		}
	case errors.Is(err, context.DeadlineExceeded):
		return fault{
			http.StatusServiceUnavailable, "That took too long", "The index did not answer within " + requestTimeout.String() + ".",
			"Try again, or ask for less: a longer beginning before a *, fewer terms.",
		}
	case errors.Is(err, indexer.ErrUnavailable), errors.Is(err, context.Canceled):
		return fault{
			http.StatusServiceUnavailable, "The index cannot be reached", "Nothing is lost: it is rebuilt from the log of records.",
			"Try again in a moment. If it stays so, the program's log tells why.",
		}
	}
	switch status {
	case http.StatusNotFound:
		return fault{status, "There is no such page", "Nothing lives at this address.", ""}
	case http.StatusMethodNotAllowed:
		return fault{status, "That cannot be done here", err.Error() + ".", "These pages can be read, not written to."}
	}
	return fault{
		http.StatusInternalServerError, "Something went wrong", "This is a fault of the program, not of what you asked.",
		"Its log says more.",
	}
}

// syntaxFault is an error in a query, cut at the place of the fault so that a page
// can point at it whatever the script.
type syntaxFault struct {
	Problem, Hint string
	// Fix is the query mended and FixHref its address; both may be empty.
	Fix, FixHref string
	// Before, At and After are the query; At is the character in fault, empty when
	// something is missing at the end.
	Before, At, After string
	// Char is the position of At in characters, the first being 1.
	Char int
	// Offset is the same in UTF-16 units, which is how scripts in a page count.
	Offset int
}

func pointAt(e *strategy.SyntaxError) *syntaxFault {
	at := min(max(e.Offset, 0), len(e.Query))
	for at > 0 && at < len(e.Query) && !utf8.RuneStart(e.Query[at]) {
		at--
	}
	_, size := utf8.DecodeRuneInString(e.Query[at:])
	f := &syntaxFault{
		Problem: sentence(e.Problem), Hint: sentence(e.Hint), Fix: e.Fix,
		Before: e.Query[:at], At: e.Query[at : at+size], After: e.Query[at+size:],
		Char: utf8.RuneCountInString(e.Query[:at]) + 1,
	}
	for _, r := range f.Before {
		f.Offset++
		if r > 0xFFFF {
			f.Offset++
		}
	}
	return f
}

// apiError is the JSON of an error.
type apiError struct {
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
	// Fix is the whole query mended.
	Fix string `json:"fix,omitempty"`
	// Offset is the byte of the query where it cannot be read.
	Offset *int `json:"offset,omitempty"`
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "private, no-cache")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a reader who left is not an error
}
