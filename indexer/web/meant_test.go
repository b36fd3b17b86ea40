package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"polyglean/indexer"
	"polyglean/internal/protocol"
)

// reader is a library that also says what a query means.
type reader struct {
	*library
	thesaurus *indexer.Thesaurus
}

func (r *reader) Search(ctx context.Context, q indexer.Query) (indexer.Result, error) {
	c, err := indexer.Compile(q, r.thesaurus)
	if err != nil {
		return indexer.Result{}, err
	}
	res, err := r.library.Search(ctx, q)
	res.Expansions = c.Expansions
	return res, err
}

func newReader(t *testing.T) (*reader, http.Handler) {
	t.Helper()
	lib := &reader{shelf(), indexer.NewThesaurus(protocol.Default().Lexicon)}
	h, err := New(lib, Options{Names: protocol.Names{Concepts: map[string]string{"sex_trafficking": "trafficking for sex"}}})
	if err != nil {
		t.Fatal(err)
	}
	return lib, h
}

func TestPageSaysWhatAQueryMeans(t *testing.T) {
	lib, h := newReader(t)
	q := "sex trafficking NOT brothel"
	p := get(t, h, "/?language=es&q="+url.QueryEscape(q))
	checkPage(p)
	if got := inner(p.all("details.meant summary")[0]); !strings.HasPrefix(got, "Also what “sex trafficking” means, in ") {
		t.Errorf("summary %q", got)
	}
	if got := inner(p.one("details.part summary")); !strings.HasPrefix(got, "“sex trafficking” means trafficking for sex: ") || !strings.Contains(got, " terms in ") {
		t.Errorf("part %q", got)
	}
	spanish := p.with("details.part dl div", "Spanish")
	if dd := meaningIn(spanish); attr(dd, "lang") != "es" || !strings.Contains(inner(dd), "trata") {
		t.Errorf("the Spanish words in %q: %q", attr(dd, "lang"), inner(dd))
	}
	if dd := meaningIn(p.with("details.part dl div", "Arabic")); attr(dd, "dir") != "rtl" {
		t.Errorf("Arabic words run %q", attr(dd, "dir"))
	}
	// The form works without a script: what it sends is read back.
	sent := url.Values{}
	for _, input := range p.all("details.meant input") {
		switch {
		case attr(input, "type") == "hidden":
			sent.Add(attr(input, "name"), attr(input, "value"))
		case attr(input, "name") == "expand" && slices.Contains([]string{"es", "pt"}, attr(input, "value")):
			sent.Add("expand", attr(input, "value"))
		}
	}
	p = get(t, h, "/?"+sent.Encode())
	checkPage(p)
	want := indexer.Expand{Languages: []string{"es", "pt"}}
	if !reflect.DeepEqual(lib.asked.Expand, want) || lib.asked.Text != q || lib.asked.Filters["language"][0] != "es" {
		t.Errorf("the form asked %+v", lib.asked)
	}
	if got := inner(p.all("details.meant summary")[0]); !strings.HasSuffix(got, "in 2 languages") {
		t.Errorf("summary %q", got)
	}
	ticked := 0
	for _, input := range p.all("details.meant input") {
		if slices.ContainsFunc(input.Attr, func(a html.Attribute) bool { return a.Key == "checked" }) {
			ticked++
		}
	}
	if ticked != 2 {
		t.Errorf("%d boxes are ticked, want 2", ticked)
	}
	p = get(t, h, attr(p.with("details.meant a", "Only the words as typed"), "href"))
	checkPage(p)
	if !lib.asked.Expand.Off || inner(p.all("details.meant summary")[0]) != "Only the words as typed" {
		t.Errorf("as typed, asked %+v", lib.asked.Expand)
	}
	get(t, h, attr(p.with("details.meant a", "All languages"), "href"))
	if !reflect.DeepEqual(lib.asked.Expand, indexer.Expand{}) {
		t.Errorf("all languages, asked %+v", lib.asked.Expand)
	}
}

// meaningIn is what a language calls a concept.
func meaningIn(row *html.Node) *html.Node {
	for n := range row.Descendants() {
		if n.Data == "dd" {
			return n
		}
	}
	return row
}

func TestNothingToSayOfPlainWords(t *testing.T) {
	_, h := newReader(t)
	for _, q := range []string{"", "police", "ti:years"} {
		if p := get(t, h, "/?q="+url.QueryEscape(q)); len(p.all("details.meant")) > 0 {
			t.Errorf("%q: the page says what it means", q)
		}
	}
}

func TestExpandInAddresses(t *testing.T) {
	for _, test := range []struct {
		raw  string
		want indexer.Expand
		href string
	}{
		{"", indexer.Expand{}, "/"},
		{"expand=off", indexer.Expand{Off: true}, "/?expand=off"},
		{"expand=pt&expand=es&expand=es", indexer.Expand{Languages: []string{"es", "pt"}}, "/?expand=es&expand=pt"},
		{"expand=off&expand=es", indexer.Expand{Languages: []string{"es"}}, "/?expand=es"},
		{"expand=spa&expand=zh-Hant&expand=es", indexer.Expand{Languages: []string{"es", "zh"}}, "/?expand=es&expand=zh"},
		{"expand=&expand-not=1", indexer.Expand{Negated: true}, "/?expand-not=1"},
	} {
		a, err := parseAsk(test.raw)
		if err != nil || !reflect.DeepEqual(a.q.Expand, test.want) || a.href("/") != test.href {
			t.Errorf("%q: %+v, %v, address %s; want %+v and %s", test.raw, a.q.Expand, err, a.href("/"), test.want, test.href)
		}
	}
	for _, raw := range []string{"expand=" + strings.Repeat("x", 50), "expand=xx", "expand-not=maybe", strings.Repeat("expand=es&", 101)} {
		if _, err := parseAsk(raw); err == nil {
			t.Errorf("%.60q is read", raw)
		}
	}
	_, h := newReader(t)
	for _, path := range []string{"/?q=brothel&expand=tlh", "/?expand=tlh"} {
		if p := get(t, h, path); p.status != http.StatusBadRequest || !strings.Contains(inner(p.one(".alert")), "tlh") {
			t.Errorf("%s, a language the lexicon lacks: status %d", path, p.status)
		}
	}
}

// TestAllLanguagesHaveOneAddress: ticking every box is the same as never having
// unticked one.
func TestAllLanguagesHaveOneAddress(t *testing.T) {
	lib, h := newReader(t)
	var b strings.Builder
	for _, lang := range protocol.Default().Lexicon.Languages() {
		b.WriteString("&expand=" + lang)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/?q=brothel&expand=off"+b.String(), nil))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/?q=brothel" {
		t.Errorf("status %d to %q, asked %+v", w.Code, w.Header().Get("Location"), lib.asked.Expand)
	}
}

func TestReaderLanguages(t *testing.T) {
	for header, want := range map[string][]string{
		"":                                 nil,
		"de-AT,de;q=0.9,en;q=0.8":          {"de", "en"},
		"nb-NO, ja;q=0.1":                  {"no", "ja"},
		"*":                                nil,
		"und;q=1":                          nil,
		"fr,es,it,pt,ro,ca":                {"fr", "es", "it", "pt"},
		"not a header at all":              nil,
		"de" + strings.Repeat(",de", 5000): nil,
	} {
		if got := readerLanguages(header); !slices.Equal(got, want) {
			t.Errorf("%.40q: %v, want %v", header, got, want)
		}
	}
}
