package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"polyglean/indexer"
	"polyglean/internal/protocol"
)

// page is an answer, parsed.
type page struct {
	t      *testing.T
	status int
	header http.Header
	body   string
	root   *html.Node
}

func newSite(t *testing.T, s indexer.Searcher) http.Handler {
	t.Helper()
	h, err := New(s, Options{
		Log:        slog.New(slog.DiscardHandler),
		Review:     "A synthetic review of leaving exploitation",
		Names:      protocol.Default().Names,
		Attributes: protocol.Default().Attributes,
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// get asks for a path as a browser on this machine would.
func get(t *testing.T, h http.Handler, path string) *page {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Host = "127.0.0.1:8080"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	root, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return &page{t, w.Code, w.Header(), w.Body.String(), root}
}

// all returns the elements that a selector "tag.class#id[attr=value]" fits; each
// part is optional, and a space means "inside of".
func (p *page) all(selector string) []*html.Node {
	found := []*html.Node{p.root}
	for step := range strings.FieldsSeq(selector) {
		var next []*html.Node
		for _, root := range found {
			for n := range root.Descendants() {
				if fits(n, step) && !slices.Contains(next, n) {
					next = append(next, n)
				}
			}
		}
		found = next
	}
	return found
}

// one returns the only such element.
func (p *page) one(selector string) *html.Node {
	p.t.Helper()
	found := p.all(selector)
	if len(found) != 1 {
		p.t.Fatalf("%d elements %q, want 1\n%s", len(found), selector, p.body)
	}
	return found[0]
}

// with returns the only such element that holds a text.
func (p *page) with(selector, text string) *html.Node {
	p.t.Helper()
	var found []*html.Node
	for _, n := range p.all(selector) {
		if strings.Contains(inner(n), text) {
			found = append(found, n)
		}
	}
	if len(found) != 1 {
		p.t.Fatalf("%d elements %q with %q, want 1\n%s", len(found), selector, text, p.body)
	}
	return found[0]
}

func fits(n *html.Node, step string) bool {
	if n.Type != html.ElementNode {
		return false
	}
	for step != "" {
		end := strings.IndexAny(step[1:], ".#[") + 1
		if end == 0 {
			end = len(step)
		}
		part := step[:end]
		step = step[end:]
		switch part[0] {
		case '.':
			if !slices.Contains(strings.Fields(attr(n, "class")), part[1:]) {
				return false
			}
		case '#':
			if attr(n, "id") != part[1:] {
				return false
			}
		case '[':
			name, value, exact := strings.Cut(strings.Trim(part, "[]"), "=")
			if !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name && (!exact || a.Val == value) }) {
				return false
			}
		default:
			if n.Data != part {
				return false
			}
		}
	}
	return true
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// inner is the text of an element, with white space as a browser shows it.
func inner(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// checkPage asserts what holds for every page: one h1, headings that skip no level,
// unique IDs, labels, references that lead somewhere, and nothing inline that the
// content policy forbids.
func checkPage(p *page) {
	p.t.Helper()
	ids := map[string]bool{}
	level, firsts := 0, 0
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				p.t.Errorf("two elements with the ID %q", id)
			}
			ids[id] = true
		}
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			now := int(n.Data[1] - '0')
			if now == 1 {
				firsts++
			}
			if now > level+1 {
				p.t.Errorf("heading %q jumps from level %d to %d", inner(n), level, now)
			}
			level = now
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				p.t.Errorf("inline %s on <%s>", a.Key, n.Data)
			}
			if strings.Contains(a.Val, "ZgotmplZ") {
				p.t.Errorf("an unsafe value reached %s of <%s>", a.Key, n.Data)
			}
		}
		if (n.Data == "script" || n.Data == "style") && n.FirstChild != nil {
			p.t.Errorf("inline <%s>", n.Data)
		}
		if n.Data == "a" && inner(n) == "" {
			p.t.Errorf("a link without text to %q", attr(n, "href"))
		}
	}
	if firsts != 1 {
		p.t.Errorf("%d first headings, want 1", firsts)
	}
	for n := range p.root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, name := range []string{"aria-labelledby", "aria-describedby", "for"} {
			if ref := attr(n, name); ref != "" && !ids[ref] {
				p.t.Errorf("%s=%q leads nowhere", name, ref)
			}
		}
		if href := attr(n, "href"); n.Data == "a" && strings.HasPrefix(href, "#") && !ids[href[1:]] {
			p.t.Errorf("link to %s leads nowhere", href)
		}
		if n.Data == "input" && attr(n, "type") != "hidden" {
			labelled := false
			for up := n.Parent; up != nil; up = up.Parent {
				labelled = labelled || up.Data == "label"
			}
			for _, l := range p.all("label") {
				labelled = labelled || attr(l, "for") != "" && attr(l, "for") == attr(n, "id")
			}
			if !labelled {
				p.t.Errorf("input %q has no label", attr(n, "name"))
			}
		}
	}
	if attr(p.one("html"), "lang") != "en" || len(p.all("main#main")) != 1 || attr(p.one("a.skip"), "href") != "#main" {
		p.t.Error("page without language, main part or skip link")
	}
}
