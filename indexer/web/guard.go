package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
)

// contentPolicy lets a page load what this site serves and nothing else: a second
// line of defence behind html/template.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard stands before every route: it sets the headers that limit what a page may
// do, refuses requests that came under another name, bounds their time, and turns
// a panic into an answer.
func (s *site) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")

		if err := checkHost(r); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			s.log.Error("panic", "path", r.URL.Path, "value", p, "stack", string(debug.Stack()))
			h.Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, panicPage)
		}()
		timeout := requestTimeout
		if strings.HasPrefix(r.URL.Path, "/export/") {
			timeout = exportTimeout
		}
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// panicPage needs no template: a template may be what panicked.
const panicPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Something went wrong</title>
<h1>Something went wrong</h1><p>This is a fault of the program, not of what you asked. Its log says more.</p>
<p><a href="/">Back to the search</a></p></html>
`

// checkHost refuses a request whose Host is not this machine. A page elsewhere can
// have its own name resolve to 127.0.0.1 and would then read the site as if it were
// its own (DNS rebinding); the Host header still carries that other name.
func checkHost(r *http.Request) error {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		host, port = strings.Trim(r.Host, "[]"), "80"
	}
	wantPort := ""
	if addr, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		wantPort = fmt.Sprint(addr.Port)
	}
	if loopbackName(host) && (wantPort == "" || port == wantPort) {
		return nil
	}
	if wantPort == "" {
		wantPort = port
	}
	return fmt.Errorf("host %q is not this site: open http://127.0.0.1:%s/ instead", r.Host, wantPort)
}

// loopbackName reports whether a host is this machine by its very spelling; no name
// is looked up, because whoever answers the lookup could lie.
func loopbackName(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
