package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

func syntaxError(query string, offset int) *strategy.SyntaxError {
	return &strategy.SyntaxError{Query: query, Offset: offset, Problem: "a fault"}
}

// shelved is the study of the shelf whose first source is the one named.
func shelved(t *testing.T, lib *library, source string) *indexer.Study {
	t.Helper()
	for i := range lib.studies {
		if lib.studies[i].Members[0].Record.Candidate.Source == source {
			return &lib.studies[i]
		}
	}
	t.Fatalf("no study from %s", source)
	return nil
}

func TestEveryStudyHasASoundPage(t *testing.T) {
	lib := shelf()
	h := newSite(t, lib)
	for _, st := range lib.studies {
		p := get(t, h, "/study/"+st.ID)
		if p.status != http.StatusOK {
			t.Errorf("study %s: status %d", st.ID, p.status)
		}
		checkPage(p)
	}
}

func TestStudySaysWhyItIsHere(t *testing.T) {
	lib := shelf()
	st := shelved(t, lib, "scielo")
	p := get(t, newSite(t, lib), "/study/"+st.ID)

	finding := p.with("aside.why ul.findings li", "Not in English")
	if got := inner(finding); !strings.Contains(got, "express both parts") {
		t.Errorf("finding %q", got)
	}
	// Its words lead to their place in the text, where they are marked and named.
	link := p.with("ul.findings p.evidence a", "Salir de la trata")
	if attr(link, "lang") != "es" {
		t.Errorf("evidence in %q", attr(link, "lang"))
	}
	target := p.one("mark" + attr(link, "href"))
	if inner(target) != "Salir de la trata" || attr(target, "title") != "leaving the sex trade" {
		t.Errorf("mark %q, title %q", inner(target), attr(target, "title"))
	}

	p.with("aside.why section", "Does not find it.")
	for _, want := range []string{"trafficking: none of its words", "exit: none of its words"} {
		p.with("ul.blocks li", want)
	}
	if got := innerAll(p.all("aside.why section[aria-labelledby=concepts] h4")); !slices.Equal(got, []string{"Leaving and after", "Factors"}) {
		t.Errorf("groups of concepts %q", got)
	}
	p.with("ul.concepts li", "social support (weak sign)")
	ledger := innerAll(p.all("ul.ledger li"))
	for _, want := range []string{"Title 1: Spanish (detected, 98 %)", "Title 2: English (detected, 93 %)", "Abstract: Spanish (detected, 98 %)", "The paper itself: Spanish", "Declared by the source: English", "Conflict: the source declares English, the text reads as Spanish and English."} {
		if !slices.Contains(ledger, want) {
			t.Errorf("ledger lacks %q: %q", want, ledger)
		}
	}
}

func TestStudySaysWhatItIsLike(t *testing.T) {
	lib := shelf()
	st := shelved(t, lib, "doaj")
	words := "زنان قربانی قاچاق"
	title := st.Members[0].Record.Candidate.Titles[0].Text
	at := strings.Index(title, words)
	st.Members[0].Score = &indexer.LoggedScore{Seq: 1, Score: record.Score{
		Model: "m", Value: 0.234, Flag: true, Grounds: []record.Ground{
			{Kind: record.GroundWord, Text: words, Evidence: []record.Evidence{{Field: record.FieldTitle, Start: at, End: at + len(words), Words: words}}},
			{Kind: record.GroundNear, Text: "A synthetic <seed>", Study: "sseed", Seed: 4},
			{Kind: record.GroundCited, Text: "A synthetic include", Study: "sincluded", How: record.CitedBy},
		},
	}}
	p := get(t, newSite(t, lib), "/study/"+st.ID)
	checkPage(p)
	like := p.with("aside.why ul.findings li", "Reads like the included studies")
	if got := inner(like); !strings.Contains(got, "most of all like seed study 4, “A synthetic <seed>”") || !strings.Contains(got, words) {
		t.Errorf("finding %q", got)
	}
	if href := attr(p.with("ul.findings a", "sseed"), "href"); href != "/study/sseed" {
		t.Errorf("it leads to %q", href)
	}
	cited := p.with("aside.why ul.findings li", "Linked to an included study by a citation")
	if got := inner(cited); !strings.Contains(got, "It cites the included study “A synthetic include”.") {
		t.Errorf("finding %q", got)
	}
	p.with("aside.why p", "23 %")
	p.with("header a.badge.reason", "Reads like the included studies")
}

func TestWholeTextsAreNotMarked(t *testing.T) {
	r := makeRecord("crossref", "1", "es", 2020, "Después de la trata", "Resumen sintético.")
	r.Findings = []record.Finding{{
		Flag: record.FlagNonEnglish, Detail: "Title and abstract are in Spanish.",
		Evidence: []record.Evidence{r.at(record.FieldTitle, "Después de la trata", "")},
	}}
	r.concept("trafficking_persons", "topic", true, r.at(record.FieldTitle, "trata", ""))
	st := study(r)
	p := get(t, newSite(t, &library{studies: []indexer.Study{st}}), "/study/"+st.ID)
	if got := inner(p.one("h1 mark")); got != "trata" {
		t.Errorf("marked %q", got)
	}
	p.with("ul.findings li", "Title and abstract are in Spanish.")
}

func TestStudyShowsEachTextOnce(t *testing.T) {
	lib := shelf()
	st := shelved(t, lib, "scielo")
	p := get(t, newSite(t, lib), "/study/"+st.ID)
	if got := inner(p.one("h1")); got != st.Title().Value.Text {
		t.Errorf("title %q", got)
	}
	// The copy in capitals is the same title; the English one is another.
	if others := innerAll(p.all("p.othertitle")); len(others) != 1 || others[0] != "Leaving behind: pathways of women after exploitation" {
		t.Errorf("other titles %q", others)
	}
	if n := len(p.all("div.abstract")); n != 1 {
		t.Errorf("%d abstracts, want 1", n)
	}
	if n := len(p.all("section.members li")); n != 2 {
		t.Errorf("%d members, want 2", n)
	}
	p.with("section.members li", "Found by a search (in Spanish)")
	p.with("section.decisions li", "Include at title and abstract by account-1, 4 November 2025")
}

// A record that citations led to leads to all the studies they began with, also when a
// search found it first.
func TestStudySaysWhichStudiesLedToIt(t *testing.T) {
	r := makeRecord("openalex", "W1", "es", 2020, "Después de la trata", "Resumen sintético.")
	r.Candidate.Route, r.Candidate.Query = record.RouteSnowball, record.CitedBy.Query("sled")
	r.Candidate.Paths = []record.Path{{How: record.CitedBy, Study: "sled", Round: 1}, {How: record.Cites, Study: "sother", Round: 2}}
	found := makeRecord("crossref", "10.5555/w1", "es", 2020, "Después de la trata", "Resumen sintético.")
	found.Candidate.Query, found.Candidate.Paths = "es", []record.Path{{How: record.Cites, Study: "sthird"}}
	st := study(r, found)
	h := newSite(t, &library{studies: []indexer.Study{st}})
	p := get(t, h, "/study/"+st.ID)
	p.with("section.members dl", "Followed from a citation")
	p.with("section.members dd", "cites study sled (round 1), cited by study sother (round 2)")
	for name, want := range map[string]string{"sled": "/study/sled", "sother": "/study/sother", "sthird": "/study/sthird"} {
		if got := attr(p.with("section.members dd a", name), "href"); got != want {
			t.Errorf("%s leads to %q", name, got)
		}
	}
	p.with("section.members dd", "Found by a search (in Spanish)")
	if html := p.one("section.members"); strings.Contains(inner(html), "cited-by:") {
		t.Error("the name of a query is shown in the place of the path")
	}
	get(t, h, "/").with("a", "Cites study sled")
}

func TestBilingualAbstractIsDividedByLanguage(t *testing.T) {
	lib := shelf()
	lib.studies = []indexer.Study{*shelved(t, lib, "crossref"), lib.studies[6]}
	p := get(t, newSite(t, lib), "/study/"+lib.studies[1].ID)
	parts := p.all("div.abstract p")
	if len(parts) != 2 || attr(parts[0], "lang") != "ru" || attr(parts[1], "lang") != "en" {
		t.Fatalf("%d parts: %q", len(parts), innerAll(parts))
	}
	if got := inner(p.one("div.abstract mark")); got != "human trafficking" {
		t.Errorf("marked %q", got)
	}
	p.with("p.alert", "Retracted")
	p.with("ul.ledger li", "Abstract, part 2: English (detected, 97 %)")
	p.with("ul.blocks li", "trafficking: matched")
}

func TestCitationForReferenceManagers(t *testing.T) {
	lib := shelf()
	st := shelved(t, lib, "scielo")
	p := get(t, newSite(t, lib), "/study/"+st.ID)
	got := map[string][]string{}
	for _, m := range p.all("meta[name]") {
		got[attr(m, "name")] = append(got[attr(m, "name")], attr(m, "content"))
	}
	if n := len(got["citation_author"]); n != 5 {
		t.Errorf("%d authors", n)
	}
	for name, want := range map[string]string{
		"citation_publication_date": "2019", "citation_journal_title": "Journal of Synthetic Records", "citation_volume": "12", "citation_issue": "3",
		"citation_firstpage": "201", "citation_lastpage": "219", "citation_doi": "10.5555/synthetic.es.1", "citation_issn": "0000-0019",
	} {
		if len(got[name]) != 1 || got[name][0] != want {
			t.Errorf("%s %q, want %q", name, got[name], want)
		}
	}
	hrefs := map[string]bool{}
	for _, a := range p.all("a[href]") {
		hrefs[attr(a, "href")] = true
	}
	for _, want := range []string{"https://doi.org/10.5555/synthetic.es.1", "https://openalex.org/W0000000001", "https://example.org/es/1"} {
		if !hrefs[want] {
			t.Errorf("no link to %s", want)
		}
	}
}

func TestStudyKeepsTheWayBack(t *testing.T) {
	lib := shelf()
	h := newSite(t, lib)
	list := get(t, h, "/?q=trata&language=es&sort=oldest")
	p := get(t, h, attr(list.one("li.hit h3 a"), "href"))
	if back := p.one("nav.crumbs a"); attr(back, "href") != "/?q=trata&language=es&sort=oldest" || !strings.Contains(inner(back), "Back to the results") {
		t.Errorf("the way back is %q", attr(back, "href"))
	}
	if canonical := p.one("link[rel=canonical]"); strings.Contains(attr(canonical, "href"), "?") {
		t.Errorf("canonical address %q", attr(canonical, "href"))
	}
}

func TestAliasLeadsToTheStudy(t *testing.T) {
	lib := shelf()
	st := shelved(t, lib, "scielo")
	h := newSite(t, lib)
	p := get(t, h, "/study/"+st.Aliases[1]+"?q=trata")
	if p.status != http.StatusFound || p.header.Get("Location") != "/study/"+st.ID+"?q=trata" {
		t.Errorf("alias: %d to %q", p.status, p.header.Get("Location"))
	}
	var got indexer.Study
	if err := json.Unmarshal([]byte(get(t, h, "/api/study/"+st.Aliases[1]).body), &got); err != nil || got.ID != st.ID || len(got.Members) != 2 {
		t.Errorf("alias as JSON: %v %+v", err, got.ID)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	h := newSite(t, shelf())
	for path, want := range map[string]string{
		"/study/snone": "No such study", "/nothing/here": "There is no such page", "/static/none.css": "There is no such page",
		"/static/..%2fweb.go": "There is no such page", "/study/%3Cscript%3E": "No such study",
	} {
		p := get(t, h, path)
		checkPage(p)
		if p.status != http.StatusNotFound || !strings.Contains(inner(p.one("main")), want) {
			t.Errorf("%s: %d %s", path, p.status, inner(p.one("main")))
		}
		if attr(p.one("main a.button"), "href") != "/" {
			t.Errorf("%s: no way back", path)
		}
	}
	if p := get(t, h, "/api/study/snone"); p.status != http.StatusNotFound || !strings.Contains(p.body, `"error"`) {
		t.Errorf("as JSON: %d %s", p.status, p.body)
	}

	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/", nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

func TestStudyWithNextToNothing(t *testing.T) {
	bare := &made{record.Classified{Candidate: record.Candidate{ID: "x:1", Source: "x", SourceID: "1"}}}
	st := study(bare)
	h := newSite(t, &library{studies: []indexer.Study{st}})
	for _, path := range []string{"/", "/study/" + st.ID} {
		p := get(t, h, path)
		checkPage(p)
		if !strings.Contains(p.body, "Untitled study") {
			t.Errorf("%s: a study without a title has no name", path)
		}
	}
}

func TestEvidenceThatNoLongerFits(t *testing.T) {
	r := makeRecord("crossref", "1", "es", 2020, "Después de la trata", "Resumen sintético.")
	r.miss(record.OtherWords, "Evidence of an older text.",
		record.Evidence{Field: record.FieldTitle, Start: 4, End: 5, Words: "?"},                     // inside a character
		record.Evidence{Field: record.FieldTitle, Start: -3, End: 900, Words: "elsewhere"},          // outside of the text
		record.Evidence{Field: record.FieldTitle, Index: 7, Start: 0, End: 4, Words: "gone"},        // no such title
		record.Evidence{Field: record.FieldTitle, Start: 0, End: 3, Words: "trata"},                 // moved
		record.Evidence{Field: "nowhere", Start: 0, End: 3, Words: "odd"},                           // no such field
		record.Evidence{Field: record.FieldAbstract, Start: 0, End: 7, Words: "Resumen"},            // sound
		record.Evidence{Field: record.FieldAbstract, Start: 0, End: 17, Words: "Resumen sintético"}, // overlaps, one byte short
	)
	st := study(r)
	p := get(t, newSite(t, &library{studies: []indexer.Study{st}}), "/study/"+st.ID)
	checkPage(p)
	for _, gone := range []string{"elsewhere", "gone", "odd"} {
		if n := p.with("p.evidence span", gone); n.Data == "a" {
			t.Errorf("%q is a link to nowhere", gone)
		}
	}
	if got := innerAll(p.all("h1 mark")); !slices.Equal(got, []string{"trata"}) {
		t.Errorf("marked in the title: %q", got)
	}
	if got := innerAll(p.all("div.abstract mark")); !slices.Equal(got, []string{"Resumen sintético"}) {
		t.Errorf("marked in the abstract: %q", got)
	}
}

func TestSoundMarks(t *testing.T) {
	const text = "añb"
	for _, c := range []struct {
		marks []mark
		want  string
	}{
		{nil, "añb"},
		{[]mark{{start: 0, end: 1}}, "[a]ñb"},
		{[]mark{{start: 1, end: 3}}, "a[ñ]b"},
		{[]mark{{start: 1, end: 2}}, "añb"},
		{[]mark{{start: 2, end: 3}}, "añb"},
		{[]mark{{start: 3, end: 4}, {start: 0, end: 1}}, "[a]ñ[b]"},
		{[]mark{{start: 0, end: 3}, {start: 1, end: 4}}, "[añb]"},
		{[]mark{{start: 0, end: 1}, {start: 1, end: 3}}, "[a][ñ]b"},
		{[]mark{{start: 3, end: 9}, {start: 2, end: 2}, {start: -1, end: 1}, {start: 3, end: 1}}, "añb"},
	} {
		var b strings.Builder
		for _, p := range newPassage(text, "", sound(text, c.marks)).Pieces {
			if p.Mark {
				b.WriteString("[" + p.Text + "]")
			} else {
				b.WriteString(p.Text)
			}
		}
		if b.String() != c.want {
			t.Errorf("%v: %s, want %s", c.marks, b.String(), c.want)
		}
	}
}

func FuzzMarks(f *testing.F) {
	f.Add("añb", 0, 1, 1, 3, 2)
	f.Fuzz(func(t *testing.T, text string, a, b, c, d, cut int) {
		marks := sound(text, []mark{{start: a, end: b}, {start: c, end: d}})
		if got := newPassage(text, "", marks).String(); got != text {
			t.Errorf("%q became %q", text, got)
		}
		if cut < 0 || cut > len(text) {
			return
		}
		var both strings.Builder
		for _, p := range append(pieces(text, 0, cut, marks), pieces(text, cut, len(text), marks)...) {
			both.WriteString(p.Text)
		}
		if both.String() != text {
			t.Errorf("%q cut at %d became %q", text, cut, both.String())
		}
	})
}
