package alerts

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"polyglean/internal/record"
)

// readFeed is a feed as another program reads it: elements by their names.
type readFeed struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Updated  string      `xml:"updated"`
	Authors  []string    `xml:"author>name"`
	Links    []readLink  `xml:"link"`
	Entries  []readEntry `xml:"entry"`
	Language string      `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
}

type readLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type readEntry struct {
	ID    string `xml:"id"`
	Title struct {
		Text string `xml:",chardata"`
		Lang string `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	} `xml:"title"`
	Updated    string     `xml:"updated"`
	Links      []readLink `xml:"link"`
	Categories []struct {
		Term string `xml:"term,attr"`
	} `xml:"category"`
	Content struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	} `xml:"content"`
}

// feed fetches the feed of an alert and holds it to what RFC 4287 asks of every feed.
func (d *desk) feed(name string) readFeed {
	d.t.Helper()
	raw, err := d.service.Atom(d.t.Context(), name, "http://127.0.0.1:8600")
	if err != nil {
		d.t.Fatal(err)
	}
	var f readFeed
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimSpace(raw)))
	if err := dec.Decode(&f); err != nil {
		d.t.Fatalf("%v\n%s", err, raw)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		d.t.Errorf("more than a feed: %v", err)
	}
	seen := map[string]bool{}
	once := func(id string) {
		u, err := url.Parse(id)
		if err != nil || !u.IsAbs() || seen[id] {
			d.t.Errorf("ID %q: not absolute, or not alone: %v", id, err)
		}
		seen[id] = true
	}
	date := func(text string) {
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			d.t.Error(err)
		}
	}
	once(f.ID)
	date(f.Updated)
	if f.Title == "" || len(f.Authors) == 0 || f.Language != "en" {
		d.t.Errorf("feed without title, author or language: %+v", f)
	}
	for _, e := range f.Entries {
		once(e.ID)
		date(e.Updated)
		if e.Title.Text == "" || e.Content.Type != "html" || e.Content.Text == "" {
			d.t.Errorf("entry without title or content: %+v", e)
		}
		for _, l := range append(f.Links, e.Links...) {
			if u, err := url.Parse(l.Href); err != nil || u.Scheme != "http" && u.Scheme != "https" {
				d.t.Errorf("link %q: %v", l.Href, err)
			}
		}
	}
	return f
}

// A feed has the latest news first, under IDs that stay.
func TestAtom(t *testing.T) {
	d := newDesk(t, nil)
	d.alert("exits", func(a *Alert) { a.Title, a.Targets = "Выход & <путь>", nil })
	if f := d.feed("exits"); len(f.Entries) != 0 || f.Title != "Выход & <путь>" {
		t.Errorf("feed %+v", f)
	}
	w := newWork("scielo:1").title("Salir \x01 de la <b>trata</b>", "es").languages("es")
	w.Candidate.URL = "javascript:alert(1)"
	w.Findings = []record.Finding{{Flag: record.FlagKeywordMiss, Reason: record.OtherLanguage, Detail: "The Spanish title says it."}}
	d.put(w)
	d.ranNow("exits")
	first := d.feed("exits")
	if len(first.Entries) != 1 {
		t.Fatalf("%d entries, want 1", len(first.Entries))
	}
	e := first.Entries[0]
	var terms []string
	for _, c := range e.Categories {
		terms = append(terms, c.Term)
	}
	if e.Title.Text != "Salir de la <b>trata</b>" || e.Title.Lang != "es" || !slices.Equal(terms, []string{"new", "other-language", "es"}) {
		t.Errorf("entry %+v, terms %q", e, terms)
	}
	if want := "https://review.example.org/study/" + record.StudyID("scielo:1"); e.Links[0].Href != want {
		t.Errorf("link %s, want %s", e.Links[0].Href, want)
	}
	if !strings.Contains(e.Content.Text, "The Spanish title says it.") || strings.Contains(e.Content.Text, "javascript") {
		t.Errorf("content %s", e.Content.Text)
	}
	d.put(newWork("scielo:1").title("Salir de la trata", "es").languages("es").retracted())
	d.ranNow("exits")
	d.restart()
	second := d.feed("exits")
	if len(second.Entries) != 2 || second.ID != first.ID || second.Entries[1].ID != e.ID || !strings.HasPrefix(second.Entries[0].Title.Text, "Retracted: ") {
		t.Errorf("feed %+v", second)
	}
	if _, err := d.service.Atom(t.Context(), "nothing", ""); !errors.Is(err, ErrNoAlert) {
		t.Errorf("error %v, want ErrNoAlert", err)
	}
}

// A feed is no longer than what readers fetch between two looks.
func TestAtomIsBounded(t *testing.T) {
	d := newDesk(t, nil)
	d.alert("all", func(a *Alert) { a.Targets = nil })
	var works []*work
	for i := range feedEntries + 20 {
		works = append(works, newWork("a:"+yearText(i)).title(strings.Repeat(yearText(1000+i)+" ", 3), "en"))
	}
	d.put(works...)
	d.ranNow("all")
	d.put(newWork("b:last").title("The last one of all", "en"))
	d.ranNow("all")
	if f := d.feed("all"); len(f.Entries) != feedEntries || f.Entries[0].Title.Text != "The last one of all" {
		t.Errorf("%d entries, the first is %q", len(f.Entries), f.Entries[0].Title.Text)
	}
}

// The address of an alert cannot be made to name anything else.
func TestNames(t *testing.T) {
	for _, name := range []string{"", "A", "a.b", "a/b", "a*", ">", "-a", "a-", strings.Repeat("a", 41), "выход", "a b", "..", "a\n"} {
		if _, err := NewAlert(name, "", nil, nil); err == nil {
			t.Errorf("%q is taken for a name", name)
		}
	}
	a, err := NewAlert("exits-2", " Выход\u202e\n из ", []string{"Ana <ana@example.org>", "ana@example.org", "b@example.org"}, []string{"https://hooks.example.org/x"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Target{{"mail-1", ByMail, "ana@example.org"}, {"mail-2", ByMail, "b@example.org"}, {"webhook-1", ByWebhook, "https://hooks.example.org/x"}}
	if a.Title != "Выход из" || !slices.Equal(a.Targets, want) {
		t.Errorf("title %q, targets %+v", a.Title, a.Targets)
	}
	for _, bad := range []string{"file:///etc/passwd", "https://", "hooks.example.org", "https://user:pw@hooks.example.org/"} {
		if _, err := NewAlert("a", "", nil, []string{bad}); err == nil {
			t.Errorf("%q is taken for a webhook", bad)
		}
	}
	if _, err := NewAlert("a", "", []string{"nobody"}, nil); err == nil {
		t.Error("an address without a host is taken")
	}
}
