package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// maxPrefix is how many bytes may be asked to be gone on from: the longest phrase
	// of the vocabulary fits, whatever the script.
	maxPrefix = 1 << 10
	// suggestTimeout is how long a suggestion may take: after that the reader has typed
	// on.
	suggestTimeout = 2 * time.Second
)

// suggest answers GET /suggest?q=PREFIX with the words and phrases that begin so, an
// array of indexer.Completion. The search box asks while a reader types.
func (s *site) suggest(w http.ResponseWriter, r *http.Request) {
	prefix, err := readPrefix(r.URL.RawQuery)
	if err != nil {
		s.fail(w, r, 0, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), suggestTimeout)
	defer cancel()
	found, err := s.searcher.Complete(ctx, prefix, 0)
	if errors.Is(err, context.DeadlineExceeded) {
		// It comes with every key that is pressed: no error for the log.
		s.log.Warn("suggestions took too long", "prefix", prefix, "limit", suggestTimeout)
		writeJSON(w, http.StatusServiceUnavailable, apiError{
			Error: "The index did not answer within " + suggestTimeout.String() + ".", Hint: "Search without suggestions, or try again.",
		})
		return
	}
	if err != nil {
		s.fail(w, r, 0, err)
		return
	}
	writeJSON(w, http.StatusOK, found)
}

func readPrefix(raw string) (string, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "", &paramError{"address", "it is not percent-encoded as it should be", "Start from the search box."}
	}
	for name, v := range values {
		switch {
		case name != paramText:
			return "", &paramError{name, "there is none of this name", "The only one is " + paramText + ", the beginning of a word."}
		case len(v) > 1:
			return "", &paramError{name, "it is given more than once", "Keep one."}
		case !utf8.ValidString(v[0]) || strings.ContainsRune(v[0], 0):
			return "", &paramError{name, "it is not UTF-8 text", "Type it into the search box instead."}
		case len(v[0]) > maxPrefix:
			return "", &paramError{name, fmt.Sprintf("it has %d bytes, and %d is the most", len(v[0]), maxPrefix), "Give the beginning of a word or phrase."}
		}
	}
	return values.Get(paramText), nil
}
