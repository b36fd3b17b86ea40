package demo

import (
	"net/http"
	"sync/atomic"
)

// weather is what goes wrong on the way, always at the same places: a refusal
// that says when to come back, and an answer cut short that is whole when asked
// for again. (Records that are wrong in themselves are in the corpus.) A nil
// weather is fine.
type weather struct {
	refused atomic.Bool
	cut     atomic.Bool
}

// refuse answers the very first request to Europe PMC with 429.
func (w *weather) refuse(rw http.ResponseWriter) bool {
	if w == nil || w.refused.Swap(true) {
		return false
	}
	rw.Header().Set("Retry-After", "1")
	http.Error(rw, `{"errMsg":"Too many requests, try again in a second"}`, http.StatusTooManyRequests)
	return true
}

// shorten cuts the first second page Crossref is asked for in the middle.
func (w *weather) shorten(body []byte, offset int) []byte {
	if w == nil || offset == 0 || w.cut.Swap(true) {
		return body
	}
	return body[:len(body)/2]
}
