package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"polyglean/indexer"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

func TestSearchPageShowsEveryHitInItsLanguage(t *testing.T) {
	p := get(t, newSite(t, shelf()), "/")
	checkPage(p)
	if p.status != http.StatusOK {
		t.Fatalf("status %d", p.status)
	}
	if got := inner(p.one("h2#count")); got != "7 studies" {
		t.Errorf("count %q, want 7 studies: the one set aside does not count", got)
	}
	for _, want := range []struct{ title, lang, dir string }{
		{"Salir de la trata", "es", "ltr"},
		{"Harm and strength", "en", "ltr"},
		{"التعافي", "ar", "rtl"},
		{"بازگشت به زندگی", "fa", "rtl"},
		{"性的搾取からの離脱", "ja", "ltr"},
		{"देह व्यापार", "hi", "ltr"},
		{"Реинтеграция", "ru", "ltr"},
	} {
		h := p.with("li.hit h3", want.title)
		if attr(h, "lang") != want.lang || attr(h, "dir") != want.dir {
			t.Errorf("%s: lang %q dir %q, want %q %q", want.title, attr(h, "lang"), attr(h, "dir"), want.lang, want.dir)
		}
	}
	spanish := p.with("li.hit", "Salir de la trata")
	text := inner(spanish)
	for _, want := range []string{"Autora Sintética Uno", "and 2 more", "2019", "Journal of Synthetic Records", "SciELO, OpenAlex", "2 records merged", "Spanish español", "Not in English", "Decided: Include"} {
		if !strings.Contains(text, want) {
			t.Errorf("hit lacks %q: %s", want, text)
		}
	}
	if got := inner(p.with("li.hit", "Реинтеграция")); !strings.Contains(got, "Retracted") {
		t.Errorf("a retracted study without a warning: %s", got)
	}
	if got := inner(p.with("li.hit", "Harm and strength")); !strings.Contains(got, "Seed study 1") {
		t.Errorf("a seed without its badge: %s", got)
	}
}

func TestSearchMarksWords(t *testing.T) {
	p := get(t, newSite(t, shelf()), "/?q="+url.QueryEscape("trata"))
	checkPage(p)
	if got := inner(p.one("li.hit h3 mark")); got != "trata" {
		t.Errorf("marked in the title: %q", got)
	}
	passage := p.with("li.hit p.passage", "cualitativo")
	if attr(passage, "lang") != "es" {
		t.Errorf("passage in %q, want es", attr(passage, "lang"))
	}
	if box := p.one("input#q"); attr(box, "value") != "trata" {
		t.Errorf("the box forgot the query: %q", attr(box, "value"))
	}
}

func TestPassageOfABilingualAbstractIsInItsOwnLanguage(t *testing.T) {
	h := newSite(t, shelf())
	for query, want := range map[string]string{"former": "en", "интервью": "ru", "": "ru"} {
		p := get(t, h, "/?seed=&source=crossref&from=2017&to=2017&q="+url.QueryEscape(query))
		if got := attr(p.one("li.hit p.passage"), "lang"); got != want {
			t.Errorf("%q: passage in %q, want %q", query, got, want)
		}
	}
}

func TestFacetsAreLinksInPlainWords(t *testing.T) {
	lib := shelf()
	h := newSite(t, lib)
	p := get(t, h, "/")
	for _, want := range []string{"Why a keyword search would miss it", "Flags", "Language", "Source", "Decision", "Kind of document", "Concept"} {
		p.with("aside#filters h3", want)
	}
	for _, want := range []string{"Says it in other words", "Not in English", "One part of the search is missing", "No abstract to judge by", "Leaving the sex trade", "Journal article", "Russian русский"} {
		p.with("aside#filters li", want)
	}

	// One click narrows, the chip lifts, and both survive a new query.
	link := p.with("aside#filters li a", "Arabic")
	p = get(t, h, attr(link, "href"))
	checkPage(p)
	if got := inner(p.one("h2#count")); got != "1 study" {
		t.Errorf("count %q, want 1 study", got)
	}
	if got := lib.asked.Filters[indexer.FacetLanguage]; !slices.Equal(got, []string{"ar"}) {
		t.Errorf("asked for %v", got)
	}
	if active := p.with("aside#filters li a", "Arabic"); attr(active, "aria-current") != "true" {
		t.Error("the value in force is not marked as such")
	}
	if carried := p.one("form#ask input[type=hidden][name=language]"); attr(carried, "value") != "ar" {
		t.Errorf("a new query would drop the filter: %q", attr(carried, "value"))
	}
	p = get(t, h, attr(p.with("ul.chips a", "Language: Arabic"), "href"))
	if got := inner(p.one("h2#count")); got != "7 studies" {
		t.Errorf("after lifting the filter: %q", got)
	}
}

func TestValuesOfOneNameAreToldApart(t *testing.T) {
	one, two, three := makeRecord("a", "1", "en", 2020, "One", ""), makeRecord("a", "2", "en", 2020, "Two", ""), makeRecord("a", "3", "en", 2020, "Three", "")
	one.Candidate.Type, two.Candidate.Type, three.Candidate.Type = "journal-article", "Journal Article", "book-chapter"
	p := get(t, newSite(t, &library{studies: []indexer.Study{study(one), study(two), study(three)}}), "/")
	got := innerAll(p.all("aside#filters details[data-group=type] li span.name"))
	slices.Sort(got)
	if want := []string{"Book chapter", "Journal Article", "journal-article"}; !slices.Equal(got, want) {
		t.Errorf("kinds %q, want %q", got, want)
	}
}

func TestCopiesOfAPassageAreShownOnce(t *testing.T) {
	const text = "We followed forty women for a year after they had left the brothels of a made-up city."
	one := makeRecord("a", "1", "en", 2020, "Women after the brothel", text)
	two := makeRecord("b", "2", "en", 2020, "WOMEN AFTER THE BROTHEL.", strings.ReplaceAll(strings.ToUpper(text), " ", "  "))
	two.Candidate.Abstracts = append(two.Candidate.Abstracts, record.Text{Text: "Another abstract about women, which says something else entirely of them.", Lang: "en"})
	p := get(t, newSite(t, &library{studies: []indexer.Study{study(one, two)}}), "/?q=women")
	if got := innerAll(p.all("p.passage")); len(got) != 2 {
		t.Errorf("%d passages, want 2: %q", len(got), got)
	}
	if got := innerAll(p.all("li.hit h3 mark")); len(got) != 1 {
		t.Errorf("marked in the title: %q", got)
	}
}

func TestAFilterThatMatchesNothingCanBeLifted(t *testing.T) {
	p := get(t, newSite(t, shelf()), "/?language=ar&reason=not-judgeable")
	checkPage(p)
	if got := inner(p.one("h2#count")); got != "0 studies" {
		t.Fatalf("count %q", got)
	}
	p.with("aside#filters li a[aria-current]", "Arabic")
	if lift := p.with("div.empty a", "Lift all filters"); attr(lift, "href") != "/" {
		t.Errorf("lifting all filters leads to %q", attr(lift, "href"))
	}
	p.with("div.empty a", "set aside")
}

func TestYearsSortAndSetAside(t *testing.T) {
	lib := shelf()
	h := newSite(t, lib)
	p := get(t, h, "/?q=a&from=2016&to=2019&sort=oldest&set-aside=1")
	checkPage(p)
	if q := lib.asked; q.YearFrom != 2016 || q.YearTo != 2019 || q.Order != indexer.Oldest || !q.SetAside || !slices.Equal(q.Facets, indexer.AllFacets(protocol.Default().Attributes)) {
		t.Errorf("asked %+v", q)
	}
	if got := attr(p.one("input[type=number][name=from]"), "value"); got != "2016" {
		t.Errorf("from %q", got)
	}
	p.one("input[type=checkbox][name=set-aside][checked]")
	if got := inner(p.one("nav.orders a[aria-current]")); got != "Oldest" {
		t.Errorf("order in force: %q", got)
	}
	if href := attr(p.with("nav.orders a", "Newest"), "href"); href != "/?q=a&from=2016&to=2019&set-aside=1&sort=newest" {
		t.Errorf("the order's link drops something: %s", href)
	}
}

func TestOrderOfScreeningSaysWhatItPromises(t *testing.T) {
	promise := "Of what is relevant it expects <half> among the first 10."
	h, err := New(shelf(), Options{Screening: func(context.Context) string { return promise }})
	if err != nil {
		t.Fatal(err)
	}
	p := get(t, h, "/?sort=screening")
	if got := inner(p.one("p.promise")); got != promise {
		t.Errorf("promise %q", got)
	}
	if current := p.with("nav.orders a", "Likely first"); attr(current, "aria-current") != "true" {
		t.Error("the order in force is not marked")
	}
	if n := len(get(t, h, "/").all("p.promise")); n != 0 {
		t.Error("another order promises the same")
	}
}

func TestPaging(t *testing.T) {
	h := newSite(t, shelf())
	p := get(t, h, "/?size=3")
	checkPage(p)
	if n := len(p.all("li.hit")); n != 3 {
		t.Fatalf("%d hits, want 3", n)
	}
	seen := map[string]bool{}
	for {
		for _, a := range p.all("li.hit h3 a") {
			if seen[inner(a)] {
				t.Errorf("twice: %s", inner(a))
			}
			seen[inner(a)] = true
		}
		next := p.all("nav.pages a[rel=next]")
		if len(next) == 0 {
			break
		}
		p = get(t, h, attr(next[0], "href"))
	}
	if len(seen) != 7 {
		t.Errorf("saw %d studies over all pages, want 7", len(seen))
	}
	if back := p.with("nav.pages a", "first page"); attr(back, "href") != "/?size=3" {
		t.Errorf("back leads to %q", attr(back, "href"))
	}
}

func TestSyntaxErrorPointsAtTheFault(t *testing.T) {
	h := newSite(t, shelf())
	for _, c := range []struct{ query, before, at string }{
		{"exit) trata", "exit", ")"},
		{"خروج)", "خروج", ")"},
		{"<b>x)", "<b>x", ")"},
	} {
		p := get(t, h, "/?language=es&q="+url.QueryEscape(c.query))
		checkPage(p)
		if p.status != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", c.query, p.status)
		}
		box := p.one("input#q")
		if attr(box, "value") != c.query || attr(box, "aria-invalid") != "true" || attr(box, "aria-describedby") != "fault" {
			t.Errorf("%s: the box lost the query or its fault: %v", c.query, box.Attr)
		}
		if got := attr(box, "data-fault"); got != fmt.Sprint(len([]rune(c.before))) {
			t.Errorf("%s: fault at %s", c.query, got)
		}
		line := p.one("#fault p.query")
		if got := inner(line); got != c.query {
			t.Errorf("the query is shown as %q, want %q", got, c.query)
		}
		if got := inner(p.one("#fault span.fault")); got != c.at {
			t.Errorf("pointed at %q, want %q", got, c.at)
		}
		p.with("#fault p", "Remove it")
		p.one("form#ask input[type=hidden][name=language]")
	}
}

func TestFaultAtTheEndAndOutsideOfAQuery(t *testing.T) {
	for _, c := range []struct {
		query  string
		offset int
		before string
		at     string
		utf16  int
	}{
		{"exit AND", 8, "exit AND", "", 8},
		{"exit", 99, "exit", "", 4},
		{"exit", -1, "", "e", 0},
		{"é)", 1, "", "é", 0}, // inside a character
		{"𝒳 )", 5, "𝒳 ", ")", 3},
		{"", 0, "", "", 0},
	} {
		f := pointAt(syntaxError(c.query, c.offset))
		if f.Before != c.before || f.At != c.at || f.Offset != c.utf16 || f.Before+f.At+f.After != c.query {
			t.Errorf("%q at %d: %+v", c.query, c.offset, f)
		}
	}
}

func TestUnreadableAddressesAreNamed(t *testing.T) {
	h := newSite(t, shelf())
	long := strings.Repeat("é", maxText)
	for _, c := range []struct{ query, want string }{
		{"from=abc", `"abc" is not a year`},
		{"from=2020&to=2010", "2020 to 2010 is empty"},
		{"langauge=es", "there is none of this name"},
		{"sort=random", `"random" is no order`},
		{"size=5000", "from 1 to 1,000"},
		{"set-aside=yes", "neither 0 nor 1"},
		{"q=a&q=b", "more than once"},
		{"q=%ff", "not UTF-8"},
		{"q=%zz", "percent-encoded"},
		{"q=" + url.QueryEscape(long), "bytes"},
		{"source=" + strings.Repeat("x", indexer.MaxValue+1), "longer than"},
		{"after=" + strings.Repeat("x", maxAfter+1), "too long"},
		{strings.Repeat("source=a&", maxValues+1), "filters at once"},
	} {
		p := get(t, h, "/?"+c.query)
		checkPage(p)
		if p.status != http.StatusBadRequest || !strings.Contains(inner(p.one("div.alert")), c.want) {
			t.Errorf("%.40s: status %d, %q lacks %q", c.query, p.status, inner(p.one("div.alert")), c.want)
		}
		api := get(t, h, "/api/search?"+c.query)
		var answer apiError
		if err := json.Unmarshal([]byte(api.body), &answer); err != nil || api.status != http.StatusBadRequest || !strings.Contains(answer.Error, c.want) {
			t.Errorf("%.40s as JSON: %d %s", c.query, api.status, api.body)
		}
	}
}

func TestAnAskSurvivesItsAddress(t *testing.T) {
	for _, raw := range []string{
		"", "q=a", "q=%22a+b%22&reason=other-words&language=es&language=fr&source=crossref&from=1990&to=2000&set-aside=1&sort=newest&size=50&after=x%2By",
	} {
		a, err := parseAsk(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.encode(); got != raw {
			t.Errorf("%q came back as %q", raw, got)
		}
	}
	a, _ := parseAsk("language=es&after=x")
	if got := a.toggle("language", "fr").encode(); got != "language=es&language=fr" {
		t.Errorf("toggle on: %s", got)
	}
	if got := a.toggle("language", "es").encode(); got != "" {
		t.Errorf("toggle off: %s", got)
	}
	if got := a.encode(); got != "language=es&after=x" {
		t.Errorf("toggle changed its receiver: %s", got)
	}
}

func FuzzParseAsk(f *testing.F) {
	f.Add("q=exit&language=es&from=1990")
	f.Add("q=%ff&%zz")
	f.Add("after=%00&seed=1&seed=1")
	f.Fuzz(func(t *testing.T, raw string) {
		a, err := parseAsk(raw)
		if err != nil {
			return
		}
		again, err := parseAsk(a.encode())
		if err != nil || again.encode() != a.encode() {
			t.Errorf("%q: %q came back as %q, %v", raw, a.encode(), again.encode(), err)
		}
	})
}

func TestSearchFailuresInPlainWords(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		want   string
	}{
		{fmt.Errorf("find: %w", indexer.ErrUnavailable), http.StatusServiceUnavailable, "The index cannot be reached"},
		{errors.New("disk: secret detail"), http.StatusInternalServerError, "Something went wrong"},
	} {
		p := get(t, newSite(t, &library{err: c.err}), "/?q=exit")
		checkPage(p)
		if p.status != c.status || !strings.Contains(inner(p.one("div.alert")), c.want) {
			t.Errorf("%v: %d %s", c.err, p.status, inner(p.one("div.alert")))
		}
		if strings.Contains(p.body, "secret detail") {
			t.Error("the page tells a reader what only the log should")
		}
		if attr(p.one("input#q"), "value") != "exit" {
			t.Error("the query is lost")
		}
	}
}

func TestAnEmptyIndexSaysHowToFillIt(t *testing.T) {
	p := get(t, newSite(t, &library{}), "/")
	checkPage(p)
	p.with("div.empty", "polyglean harvest")
}

func TestSearchJSON(t *testing.T) {
	h := newSite(t, shelf())
	p := get(t, h, attr(get(t, h, "/?language=ja").one("p.json a"), "href"))
	var res indexer.Result
	if err := json.Unmarshal([]byte(p.body), &res); err != nil {
		t.Fatal(err)
	}
	if res.Total != 1 || res.Hits[0].Study.Members[0].Record.Candidate.Source != "jstage" || len(res.Facets[indexer.FacetReason]) != 1 {
		t.Errorf("result %+v", res)
	}
	if ct := p.header.Get("Content-Type"); ct != "application/json; charset=utf-8" {
		t.Errorf("content type %q", ct)
	}

	p = get(t, h, "/api/search?q="+url.QueryEscape("é)"))
	var answer apiError
	if err := json.Unmarshal([]byte(p.body), &answer); err != nil || p.status != http.StatusBadRequest || answer.Offset == nil || *answer.Offset != 2 || answer.Hint == "" {
		t.Errorf("syntax error as JSON: %d %s", p.status, p.body)
	}
}

func TestTongues(t *testing.T) {
	for _, c := range []struct {
		tag  string
		want tongue
	}{
		{"es", tongue{"es", "Spanish", "español", "ltr"}},
		{"fa", tongue{"fa", "Persian", "فارسی", "rtl"}},
		{"ckb", tongue{"ckb", "Central Kurdish", "کوردیی ناوەندی", "rtl"}},
		{"no", tongue{"no", "Norwegian", "norsk", "ltr"}},
		{"en", tongue{"en", "English", "", "ltr"}},
		{"zh-hant", tongue{"zh-Hant", "Traditional Chinese", "繁體中文", "ltr"}},
		{record.Undetermined, tongue{"", "Language unknown", "", "auto"}},
		{"", tongue{"", "Language unknown", "", "auto"}},
		{`x" onload="`, tongue{"", `x" onload="`, "", "auto"}},
	} {
		if got := tongueOf(c.tag); got != c.want {
			t.Errorf("%q: %+v, want %+v", c.tag, got, c.want)
		}
	}
}

// texts of a page's nodes, for messages.
func innerAll(nodes []*html.Node) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = inner(n)
	}
	return out
}

// TestPerhaps: a query that finds nothing is offered with the words that may have been
// meant, everything else in it as it was.
func TestPerhaps(t *testing.T) {
	lib := shelf()
	lib.suggestion = &indexer.Suggestion{Query: "trafficking <b>"}
	p := get(t, newSite(t, lib), "/?q=traficking&language=es")
	link := p.one("p.perhaps a")
	if got := inner(link); got != "trafficking <b>" {
		t.Errorf("the link says %q", got)
	}
	if href := attr(link, "href"); !strings.Contains(href, "q=trafficking+%3Cb%3E") || !strings.Contains(href, "language=es") {
		t.Errorf("it leads to %s", href)
	}
	if !lib.asked.Suggest {
		t.Error("the page asked for no suggestion")
	}
}
