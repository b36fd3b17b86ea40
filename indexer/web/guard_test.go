package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/html"

	"polyglean/indexer"
	"polyglean/internal/record"
)

func TestHeadersOnEveryAnswer(t *testing.T) {
	h := newSite(t, shelf())
	for _, path := range []string{"/", "/?from=x", "/nothing", "/study/none", "/api/search", "/static/style.css", "/healthz"} {
		p := get(t, h, path)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"Referrer-Policy":         "no-referrer",
			"X-Content-Type-Options":  "nosniff",
		} {
			if got := p.header.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
}

func TestPagesAskNothingOfOtherHosts(t *testing.T) {
	lib := shelf()
	h := newSite(t, lib)
	paths := []string{"/", "/nothing"}
	for _, st := range lib.studies {
		paths = append(paths, "/study/"+st.ID)
	}
	for _, path := range paths {
		p := get(t, h, path)
		for n := range p.root.Descendants() {
			for _, a := range n.Attr {
				loads := a.Key == "src" || a.Key == "srcset" || a.Key == "action" || n.Data == "link" && a.Key == "href"
				if loads && !strings.HasPrefix(a.Val, "/") {
					t.Errorf("%s: <%s %s=%q>", path, n.Data, a.Key, a.Val)
				}
			}
		}
	}
	for _, asset := range []string{"style.css", "page.js", "suggest.js", "icon.svg"} {
		raw, err := files.ReadFile("static/" + asset)
		if err != nil {
			t.Fatal(err)
		}
		body := strings.ReplaceAll(string(raw), "http://www.w3.org/2000/svg", "")
		if strings.Contains(body, "://") || strings.Contains(body, "@import") {
			t.Errorf("%s reaches outside", asset)
		}
	}
}

func TestAssetsAreKeptByTheirDigest(t *testing.T) {
	h := newSite(t, shelf())
	href := attr(get(t, h, "/").one("link[rel=stylesheet]"), "href")
	if p := get(t, h, href); p.status != http.StatusOK || !strings.Contains(p.header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(p.header.Get("Content-Type"), "text/css") {
		t.Errorf("%s: %d %q %q", href, p.status, p.header.Get("Cache-Control"), p.header.Get("Content-Type"))
	}
	if p := get(t, h, "/static/style.css?v=old"); p.header.Get("Cache-Control") != "no-cache" {
		t.Errorf("an old digest is kept for ever: %q", p.header.Get("Cache-Control"))
	}
}

func TestOnlyThisMachinesNamesAreAnswered(t *testing.T) {
	h := newSite(t, shelf())
	ask := func(host string, port int) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Host = host
		if port != 0 {
			addr := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, addr))
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for _, host := range []string{"localhost:8080", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080"} {
		if got := ask(host, 8080); got != http.StatusOK {
			t.Errorf("%s: %d", host, got)
		}
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		if got := ask(host, 80); got != http.StatusOK {
			t.Errorf("%s on port 80: %d", host, got)
		}
	}
	for _, host := range []string{
		"", "evil.example:8080", "localhost.evil.example:8080", "127.0.0.1.evil.example:8080", "localhost:9090", "127.0.0.1", "0.0.0.0:8080",
		"192.168.1.5:8080", "[::]:8080", "0x7f.1:8080", "2130706433:8080", "localhost.:8080",
	} {
		if got := ask(host, 8080); got != http.StatusForbidden {
			t.Errorf("%q was answered with %d, want 403", host, got)
		}
	}
}

func TestPanicBecomesAPage(t *testing.T) {
	h := newSite(t, panicking{})
	for _, path := range []string{"/", "/study/x"} {
		p := get(t, h, path)
		if p.status != http.StatusInternalServerError || inner(p.one("h1")) != "Something went wrong" || strings.Contains(p.body, "boom") {
			t.Errorf("%s: %d %s", path, p.status, p.body)
		}
	}
}

type panicking struct{}

func (panicking) Search(context.Context, indexer.Query) (indexer.Result, error) { panic("boom") }
func (panicking) Complete(context.Context, string, int) ([]indexer.Completion, error) {
	panic("boom")
}
func (panicking) Study(context.Context, string) (indexer.Study, error) { panic("boom") }

func TestASlowIndexIsNotWaitedFor(t *testing.T) {
	for _, path := range []string{"/?q=exit", "/study/x", "/api/search"} {
		synctest.Test(t, func(t *testing.T) {
			h := newSite(t, &library{wait: true})
			start := time.Now()
			p := get(t, h, path)
			if took := time.Since(start); took != requestTimeout {
				t.Errorf("%s took %s", path, took)
			}
			if p.status != http.StatusServiceUnavailable || !strings.Contains(p.body, "That took too long") {
				t.Errorf("%s: %d %s", path, p.status, p.body)
			}
		})
	}
}

func TestHealth(t *testing.T) {
	if p := get(t, newSite(t, shelf()), "/healthz"); p.status != http.StatusOK || p.body != "ok\n" {
		t.Errorf("healthy: %d %q", p.status, p.body)
	}
	if p := get(t, newSite(t, &library{err: indexer.ErrUnavailable}), "/healthz"); p.status != http.StatusServiceUnavailable {
		t.Errorf("without an index: %d", p.status)
	}
	var stuck error
	h, err := New(shelf(), Options{Log: slog.New(slog.DiscardHandler), Ready: func() error { return stuck }})
	if err != nil {
		t.Fatal(err)
	}
	if p := get(t, h, "/healthz"); p.status != http.StatusOK {
		t.Errorf("while the index takes what comes: %d %q", p.status, p.body)
	}
	stuck = indexer.ErrUnavailable
	if p := get(t, h, "/healthz"); p.status != http.StatusServiceUnavailable || !strings.Contains(p.body, "takes nothing new") {
		t.Errorf("while it does not: %d %q", p.status, p.body)
	}
}

func TestHeaderCounts(t *testing.T) {
	count := func(c Counts, failure error) *page {
		h, err := New(shelf(), Options{Log: slog.New(slog.DiscardHandler), Counts: func(context.Context) (Counts, error) { return c, failure }})
		if err != nil {
			t.Fatal(err)
		}
		return get(t, h, "/")
	}
	p := count(Counts{Records: 12345, Studies: 1, Updated: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, nil)
	checkPage(p)
	for _, want := range []string{"12,345 records", "1 study in all", "harvested 2 January 2026"} {
		p.with("p.counts span", want)
	}
	if got := inner(p.one("p.counts")); strings.Contains(got, "unreadable") {
		t.Errorf("zero is shown: %s", got)
	}
	if p := count(Counts{Records: 1}, errors.New("log unreachable")); p.status != http.StatusOK || len(p.all("p.counts")) != 0 {
		t.Errorf("a failed count: %d, %d lines", p.status, len(p.all("p.counts")))
	}
}

// hostile is a record whose every text tries to be more than text.
func hostile() *made {
	const script = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{.}}{{template "layout"}}` + "\u202egnp.exe\u202c\u2066"
	r := makeRecord("crossref", script, `en"><script>`, 2020, script, script)
	c := &r.Candidate
	c.URL = "javascript:alert(3)"
	c.Container, c.Volume, c.Issue, c.Pages, c.Publisher, c.Type, c.License, c.Query, c.Date = script, script, script, script, script, script, script, script, script
	c.Authors = []record.Author{{Name: script, Family: script, Given: script}}
	c.IDs = record.Identifiers{DOI: `10.1/"><script>`, PMID: "javascript:alert(4)", PMCID: "//evil.example", OpenAlex: "../../x", Other: map[string]string{"handle": "javascript:alert(5)", script: script}}
	c.ISSN, c.Keywords = []string{script}, []record.Text{{Text: script, Lang: script}}
	c.Languages, c.Route, c.Source = []string{script}, script, script
	r.Language = record.LanguageLedger{Declared: []string{script}, Detected: []record.Detection{{Field: script, Lang: script, How: script, Confidence: 7}}, Languages: []string{script}, Work: script, Conflict: true}
	r.Strategy = record.StrategyMatch{Mode: script, Blocks: []record.BlockMatch{{Block: script, Evidence: []record.Evidence{{Field: record.FieldTitle, End: len(script), Words: script, Concept: script, Lang: script}}}}}
	r.Concepts = []record.ConceptHit{{Concept: script, Facet: script, Evidence: []record.Evidence{{Field: record.FieldAbstract, Start: 1, End: 5, Words: script}}}}
	r.Findings = []record.Finding{{Flag: script, Reason: script, Detail: script}}
	return r
}

func TestHostileRecordsStayText(t *testing.T) {
	st := study(hostile())
	st.Decisions = []indexer.LoggedDecision{{Decision: record.Decision{Verdict: "<script>", Stage: "<script>", Reason: "<script>", By: "<script>"}}}
	h := newSite(t, &library{studies: []indexer.Study{st}})
	for _, path := range []string{"/", "/?q=%3Cscript%3E&source=%3Cscript%3E&set-aside=1", "/study/" + st.ID, "/study/" + st.ID + "?q=%22%3E%3Cscript%3E"} {
		p := get(t, h, path)
		checkPage(p) // no inline script, handler or style, and nothing unsafe in an attribute
		for _, script := range p.all("script") {
			if src := attr(script, "src"); !strings.HasPrefix(src, "/static/") || inner(script) != "" {
				t.Errorf("%s: a script from %q that says %q", path, src, inner(script))
			}
		}
		if n := len(p.all("img")); n != 1 {
			t.Errorf("%s: %d images, want our own alone", path, n)
		}
		for _, a := range p.all("a[href]") {
			href := attr(a, "href")
			if !strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "https://") && !strings.HasPrefix(href, "http://") || strings.HasPrefix(href, "//") {
				t.Errorf("%s: link to %q", path, href)
			}
		}
		for _, want := range []string{"{{.}}", `{{template "layout"}}`} {
			if !strings.Contains(inner(p.one("body")), want) && strings.HasPrefix(path, "/study") {
				t.Errorf("%s: %q was not shown as it is", path, want)
			}
		}
		checkBidi(p)
	}
}

// checkBidi asserts that text which reorders its surroundings is always inside of
// an element that isolates it, and never in an attribute or the document's title.
func checkBidi(p *page) {
	p.t.Helper()
	for n := range p.root.Descendants() {
		for _, a := range n.Attr {
			if strings.ContainsAny(a.Val, "\u202e\u2066") && a.Key != "value" && a.Key != "href" {
				p.t.Errorf("bidi control in %s of <%s>", a.Key, n.Data)
			}
		}
		if n.Type != html.TextNode || !strings.ContainsAny(n.Data, "\u202e\u2066") {
			continue
		}
		isolated := false
		for up := n.Parent; up != nil; up = up.Parent {
			// Blocks end what a control began; bdi and dir isolate it within a line.
			isolated = isolated || up.Data == "bdi" || attr(up, "dir") != "" && up.Data != "html"
		}
		if !isolated {
			p.t.Errorf("bidi control outside of an isolate, in <%s>: %.60q", n.Parent.Data, n.Data)
		}
	}
}

func TestIdentifiersBecomeLinks(t *testing.T) {
	ids := identifiers(record.Identifiers{DOI: "10.1000/a#b?c<d>", Other: map[string]string{"handle": "1/2"}})
	if ids[0].URL != "https://doi.org/10.1000/a%23b%3Fc%3Cd%3E" || ids[1].URL != "https://hdl.handle.net/1/2" {
		t.Errorf("identifiers %+v", ids)
	}
}
