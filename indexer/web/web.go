// Package web is where reviewers read: a search page with facets, a page for each
// study that says why it is here, and the same answers as JSON. Pages are made on
// the server and complete without JavaScript; the one script only adds comfort.
// Everything a page needs is compiled in, and nothing is asked of another host.
//
// The package needs no more than an indexer.Searcher. What it shows was written by
// strangers in every script: all of it passes through html/template, each text
// carries its language and direction, and only http and https addresses become
// links.
package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"polyglean/indexer"
	"polyglean/internal/prisma"
	"polyglean/internal/protocol"
	"polyglean/internal/untrusted"
)

// Options are what a site may be told besides the Searcher; the zero value works.
type Options struct {
	// Review is the review's title, shown in the header.
	Review string
	// Names are what the protocol calls the concepts and facets of its lexicon.
	Names protocol.Names
	// Attributes are what the protocol extracts of each study.
	Attributes []string
	// Counts, when set, fills the line of figures in the header. A failure is
	// logged and leaves the line out.
	Counts func(context.Context) (Counts, error)
	// Screening, when set, says what the order of screening promises: how much to read
	// for which part of what is relevant.
	Screening func(context.Context) string
	// Flow, when set, is the review's PRISMA flow as it stands; updated asks for the form
	// of an updated review.
	Flow func(ctx context.Context, updated bool) (prisma.Flow, error)
	// Atom, when set, is the feed of the alert of a name, for readers who opened the site at
	// base; false where there is no such alert.
	Atom func(ctx context.Context, name, base string) (feed []byte, found bool, err error)
	// Ready, when set, says why nothing new can come into the index at present.
	Ready func() error
	// Log receives panics and failed requests; nil means slog.Default.
	Log *slog.Logger
}

// Counts are the figures of the header; what is zero is left out.
type Counts struct {
	Records int
	// Studies are all there are, with those set aside.
	Studies int
	// Parked records could not be handled.
	Parked int
	// Updated is when the last harvest ended.
	Updated time.Time
}

// requestTimeout is how long a request may take before the reader is told so.
const requestTimeout = indexer.MaxTime

// site is the handler's state: all of it is read-only after New.
type site struct {
	searcher indexer.Searcher
	opts     Options
	// facets are those that pages show.
	facets []string
	log    *slog.Logger
	pages  map[string]*template.Template
}

// New returns the handler of a whole site: pages, JSON, style and script. An error
// means that the pages compiled into the program are broken.
func New(s indexer.Searcher, opts Options) (http.Handler, error) {
	pages, err := parsePages()
	if err != nil {
		return nil, fmt.Errorf("web pages: %w", err)
	}
	st := &site{searcher: s, opts: opts, facets: indexer.AllFacets(opts.Attributes), log: opts.Log, pages: pages}
	if st.log == nil {
		st.log = slog.Default()
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", st.searchPage)
	mux.HandleFunc("GET /study/{id}", st.studyPage)
	mux.HandleFunc("GET /api/search", st.searchJSON)
	mux.HandleFunc("GET /api/study/{id}", st.studyJSON)
	mux.HandleFunc("GET /suggest", st.suggest)
	mux.HandleFunc("GET /export/{format}", st.export)
	if opts.Flow != nil {
		mux.HandleFunc("GET /prisma.svg", st.flow)
	}
	if opts.Atom != nil {
		mux.HandleFunc("GET /alerts/{file}", st.atom)
	}
	mux.HandleFunc("GET /static/{file}", st.static)
	mux.HandleFunc("GET /healthz", st.health)
	mux.HandleFunc("/", st.elsewhere)
	return st.guard(mux), nil
}

// health says whether the site can answer and shows what is new: 200 when a search comes
// back and the index takes what comes, else 503.
func (s *site) health(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if _, err := s.searcher.Search(r.Context(), indexer.Query{Size: 1}); err != nil {
		s.log.Error("health check", "err", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, "the index does not answer")
		return
	}
	if s.opts.Ready != nil {
		if err := s.opts.Ready(); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable) // the stage has logged it
			fmt.Fprintln(w, "the index can be searched, but takes nothing new: the log says why, and polyglean doctor")
			return
		}
	}
	fmt.Fprintln(w, "ok")
}

// elsewhere answers every path and method without a page of its own.
func (s *site) elsewhere(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		s.fail(w, r, http.StatusMethodNotAllowed, errors.New(r.Method+" is not offered here"))
		return
	}
	s.fail(w, r, http.StatusNotFound, nil)
}

// frame is what every page has around its own matter.
type frame struct {
	// Title is the document's title, without the name of the program.
	Title  string
	Review string
	Counts *Counts
	// Flow says that there is a PRISMA flow to link to.
	Flow bool
	// Page is the matter of the page itself.
	Page any
}

// render writes a page. It is made whole before its first byte is sent, so that an
// error becomes an error page and never half a page.
func (s *site) render(w http.ResponseWriter, r *http.Request, status int, page, title string, data any) {
	f := frame{Title: untrusted.Line(title), Review: s.opts.Review, Page: data, Flow: s.opts.Flow != nil}
	if s.opts.Counts != nil {
		counts, err := s.opts.Counts(r.Context())
		if err != nil {
			s.log.Warn("counts for the header", "err", err)
		} else {
			f.Counts = &counts
		}
	}
	var buf bytes.Buffer
	if err := s.pages[page].ExecuteTemplate(&buf, "layout", f); err != nil {
		// The middleware turns it into a plain answer that needs no template.
		panic(fmt.Errorf("page %s: %w", page, err))
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "private, no-cache")
	w.WriteHeader(status)
	_, _ = buf.WriteTo(w) // a reader who left is not an error
}
