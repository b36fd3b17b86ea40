// Package demo is the other side of the pipeline: a corpus of records in many
// languages and a server on this machine's loopback address that answers for
// them as OpenAlex, Crossref, Europe PMC, PubMed and an OAI-PMH repository
// would, wire format, paging, errors and bad weather included.
//
// It lets a newcomer see a whole harvest in a minute without an account or a
// packet off the machine, and tests drive the real sources' code with it. It
// shares no code with the harvester, so that a mistake there cannot hide here.
//
// Except for the thirteen seeds of the default protocol, which are bibliographic
// facts, every record is invented and says so in its authors, journal, publisher,
// keywords and DOI.
package demo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Server answers for the five sources.
type Server struct {
	corpus  *Corpus
	base    string
	http    *http.Server
	done    chan struct{}
	latency atomic.Int64
	limits  map[string]int
	weather *weather

	mu    sync.Mutex
	found map[question][]*Copy
	stats map[string]Stats
	// kept are answers by the address they were given to, room is how many bytes more may be kept.
	kept map[string]answer
	room int
}

// Stats says what one source was asked.
type Stats struct {
	// Requests counts all requests, bad ones too.
	Requests int
	// Announced sums the totals announced to distinct queries.
	Announced int
}

// question identifies a query, whatever page of it is asked for.
type question struct {
	source, text, set string
	window            window
	link              link
}

// The page sizes. Those of the demonstration are small so that paging happens
// with few records; those under load are what the live sources allow.
var (
	demoLimits = map[string]int{OpenAlex: 25, Crossref: 20, EuropePMC: 10, PubMed: 10000, OAI: 20}
	loadLimits = map[string]int{OpenAlex: 100, Crossref: 1000, EuropePMC: 1000, PubMed: 10000, OAI: 100}
)

// Start serves the demonstration corpus on a free port of 127.0.0.1.
func Start() (*Server, error) {
	c, err := Load()
	if err != nil {
		return nil, err
	}
	return serve(c, demoLimits, &weather{})
}

// StartGenerated serves n generated records, the given number of which OpenAlex
// gives an abstract that cannot be read. There is no bad weather.
func StartGenerated(n, poison int) (*Server, error) {
	c := Generate(n, 1)
	c.poison(poison)
	return serve(c, loadLimits, nil)
}

func serve(c *Corpus, limits map[string]int, w *weather) (*Server, error) {
	ln, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demonstration server: %w", err)
	}
	if !c.uniform {
		for _, r := range c.Records {
			r.index()
		}
	}
	s := &Server{
		corpus: c, base: "http://" + ln.Addr().String(), limits: limits, weather: w,
		done: make(chan struct{}), found: map[question][]*Copy{}, stats: map[string]Stats{}, kept: map[string]answer{},
	}
	mux := http.NewServeMux()
	for source, routes := range map[string]map[string]http.HandlerFunc{
		OpenAlex:  {"/works": s.openAlexWorks},
		Crossref:  {"/works": s.crossrefWorks},
		EuropePMC: {"/search": s.europePMCSearch},
		PubMed:    {"/esearch.fcgi": s.pubMedSearch, "/efetch.fcgi": s.pubMedFetch},
		OAI:       {"": s.oai},
	} {
		for path, h := range routes {
			mux.HandleFunc("/"+source+path, s.watch(source, s.keeping(h)))
		}
	}
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(ln) // ErrServerClosed, after Close
	}()
	return s, nil
}

// watch counts a source's requests and holds them up for the set latency.
func (s *Server) watch(source string, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.count(source, 1, 0)
		if d := time.Duration(s.latency.Load()); d > 0 {
			select {
			case <-time.After(d):
			case <-r.Context().Done():
				return
			}
		}
		if r.Method != http.MethodGet && r.Method != http.MethodPost {
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		h(w, r)
	}
}

func (s *Server) count(source string, requests, announced int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats[source]
	st.Requests += requests
	st.Announced += announced
	s.stats[source] = st
}

// URL is what takes the place of a source's live endpoint in its configuration
// (base_url): the address searched for OpenAlex, Crossref and Europe PMC, the
// folder of esearch.fcgi and efetch.fcgi for PubMed, the OAI-PMH base URL.
func (s *Server) URL(source string) string {
	switch source {
	case OpenAlex, Crossref:
		return s.base + "/" + source + "/works"
	case EuropePMC:
		return s.base + "/" + source + "/search"
	}
	return s.base + "/" + source
}

// Corpus is what the server serves.
func (s *Server) Corpus() *Corpus { return s.corpus }

// Stats says what each source has been asked so far.
func (s *Server) Stats() map[string]Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.stats)
}

// SetLatency makes every request from now on take at least d, as slow sources do.
func (s *Server) SetLatency(d time.Duration) { s.latency.Store(int64(d)) }

// Close stops the server and waits until it has; requests under way get a second.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	<-s.done
	return err
}

// find answers a query with all its records in the source's stable order. The
// answer is remembered, so that a walk through the pages searches once.
func (s *Server) find(q question) []*Copy {
	s.mu.Lock()
	defer s.mu.Unlock()
	hits, known := s.found[q]
	if known {
		return hits
	}
	all := s.corpus.Copies(q.source)
	if s.corpus.uniform && q.window == (window{}) && q.link == (link{}) && q.set == "" {
		hits = all
	} else {
		wanted := terms(q.text)
		everything := s.corpus.uniform || q.text == ""
		for _, cp := range all {
			if (q.set == "" || cp.Set == q.set) && q.window.holds(cp.Record) && q.link.holds(s.corpus, cp) && (everything || cp.matches(wanted)) {
				hits = append(hits, cp)
			}
		}
	}
	s.found[q] = hits
	st := s.stats[q.source]
	st.Announced += len(hits)
	s.stats[q.source] = st
	return hits
}

// parameters are a request's, from its URL and, as PubMed permits for long
// queries, from its form.
func parameters(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	return r.Form, nil
}
