package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"polyglean/internal/langcode"
	"polyglean/internal/record"
	"polyglean/internal/untrusted"
)

// Message is a digest as it is told. It is a function of the ledger and the alert: sent
// again, it is the same. Its JSON form is the body of a webhook.
type Message struct {
	Schema int `json:"v"`
	// Digest is the same whenever the message is sent again.
	Digest string `json:"digest"`
	Alert  string `json:"alert"`
	Title  string `json:"title"`
	Review string `json:"review"`
	At     string `json:"at"` // RFC 3339
	// Counts are the studies by kind; one of several kinds counts for each.
	Counts  map[Kind]int `json:"counts"`
	Studies []News       `json:"studies"`
}

// News is what is new of a study.
type News struct {
	Kinds []Kind `json:"kinds"`
	ID    string `json:"id"`
	// URL is the study's page, which stays when studies are joined or split; "" where it is
	// not known at which address the pages are.
	URL     string   `json:"url,omitempty"`
	Records []string `json:"records"`
	*Story
}

// digestID names a digest of an alert, always the same.
func digestID(a *Alert, number int) string { return fmt.Sprintf("%s-%d", a.ID, number) }

// message makes a digest ready to be told.
func (s *Service) message(a *Alert, d Digest, items []Item) *Message {
	m := &Message{
		Schema: 1, Digest: digestID(a, d.Number), Alert: a.Name, Title: a.Title, Review: untrusted.Line(s.opts.Title),
		At: d.At.Format(time.RFC3339), Counts: map[Kind]int{}, Studies: make([]News, len(items)),
	}
	for i := range items {
		m.Studies[i] = s.news(&items[i], s.opts.BaseURL)
		for _, k := range items[i].Kinds {
			m.Counts[k]++
		}
	}
	// Retractions before what is new, what is new before what has changed.
	slices.SortStableFunc(m.Studies, func(a, b News) int {
		return slices.Index(Kinds, a.Kinds[0]) - slices.Index(Kinds, b.Kinds[0])
	})
	return m
}

func (s *Service) news(item *Item, base string) News {
	n := News{Kinds: item.Kinds, ID: item.Study, Story: item.Story}
	if base != "" {
		n.URL = strings.TrimSuffix(base, "/") + "/study/" + item.Study
	}
	for _, p := range item.Records {
		n.Records = append(n.Records, p.Record)
	}
	return n
}

// kindNames are what people read.
var kindNames = map[Kind]string{NewStudy: "New", AbstractArrived: "Abstract has arrived", Changed: "Changed", Retracted: "Retracted"}

// Summary is the counts in words: "3 new, 1 retracted".
func (m *Message) Summary() string {
	var parts []string
	for _, k := range Kinds {
		n := m.Counts[k]
		switch {
		case n == 0:
		case k == AbstractArrived:
			parts = append(parts, count(n, "abstract has arrived", "abstracts have arrived"))
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, k))
		}
	}
	return strings.Join(parts, ", ")
}

// Group is the news of a message under one heading.
type Group struct {
	Heading string
	News    []News
}

// Groups are the news by their first kind.
func (m *Message) Groups() []Group {
	var groups []Group
	for _, n := range m.Studies {
		heading := kindNames[n.Kinds[0]]
		if last := len(groups) - 1; last < 0 || groups[last].Heading != heading {
			groups = append(groups, Group{Heading: heading})
		}
		last := &groups[len(groups)-1]
		last.News = append(last.News, n)
	}
	return groups
}

// The methods below are a news item's lines in messages for people.

// Heading is the best title.
func (n News) Heading() record.Text {
	if len(n.Titles) == 0 {
		return record.Text{Text: "(no title)", Lang: "en"}
	}
	return n.Titles[0]
}

// OtherTitles are those in other languages or words.
func (n News) OtherTitles() []record.Text { return n.Titles[min(1, len(n.Titles)):] }

// Reference is who wrote it, when, and where it appeared.
func (n News) Reference() string {
	var parts []string
	if len(n.Authors) > 0 {
		names := strings.Join(n.Authors, "; ")
		if n.More > 0 {
			names += fmt.Sprintf(" and %d more", n.More)
		}
		parts = append(parts, names)
	}
	if n.Year != 0 {
		parts = append(parts, yearText(n.Year))
	}
	if n.Container != "" {
		parts = append(parts, n.Container)
	}
	return strings.Join(parts, " · ")
}

// Found are the words that the search found, with what they say.
func (n News) Found() []string {
	var lines []string
	for _, w := range n.Words {
		quoted := make([]string, len(w.Words))
		for i, word := range w.Words {
			quoted[i] = "“" + word + "”"
		}
		line := strings.Join(quoted, ", ")
		if w.Name != "" {
			line = w.Name + ": " + line
		}
		lines = append(lines, line)
	}
	return lines
}

// Tongues are the languages of the study by name.
func (n News) Tongues() string { return strings.Join(names(n.Languages), ", ") }

// Origin is where the study was found.
func (n News) Origin() string { return strings.Join(n.Sources, ", ") }

// Further are the kinds of news besides the first, and what has changed.
func (n News) Further() string {
	var parts []string
	for _, k := range n.Kinds[1:] {
		if k != Changed {
			parts = append(parts, strings.ToLower(kindNames[k]))
		}
	}
	if n.Kinds[0] == NewStudy {
		if n.Retracted {
			parts = append(parts, "retracted")
		}
		return strings.Join(parts, "; ")
	}
	for _, c := range n.Changes {
		switch {
		case !slices.Contains(n.Kinds, Changed):
		case c.What == "year":
			parts = append(parts, "the year is now "+c.Now)
		case c.What == "language":
			parts = append(parts, "a text in "+langcode.Name(c.Now)+" has come")
		default:
			parts = append(parts, "another "+c.What)
		}
	}
	return strings.Join(parts, "; ")
}

// DOILink is the address of the DOI.
func (n News) DOILink() string {
	if n.DOI == "" {
		return ""
	}
	return untrusted.WebURL("https://doi.org/" + n.DOI)
}

// Read is where the study itself can be read, "" where no source says.
func (n News) Read() string {
	if link := n.DOILink(); link != "" {
		return link
	}
	return n.Link
}

// Tongue is what a text's language is called, "" where it is not known.
func (n News) Tongue(t record.Text) string {
	if t.Lang == "" || t.Lang == record.Undetermined {
		return ""
	}
	return langcode.Name(t.Lang)
}

func names(codes []string) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = langcode.Name(c)
	}
	return out
}
