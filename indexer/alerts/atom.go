package alerts

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"polyglean/internal/langcode"
	"polyglean/internal/record"
	"polyglean/internal/untrusted"
)

// feedEntries is how many news a feed has; a reader fetches it more often than that many
// come.
const feedEntries = 100

// The elements of RFC 4287 that a feed is made of.
type (
	atomFeed struct {
		XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang     string      `xml:"xml:lang,attr"`
		ID       string      `xml:"id"`
		Title    string      `xml:"title"`
		Subtitle string      `xml:"subtitle,omitempty"`
		Updated  string      `xml:"updated"`
		Author   atomPerson  `xml:"author"`
		Links    []atomLink  `xml:"link"`
		Maker    string      `xml:"generator"`
		Entries  []atomEntry `xml:"entry"`
	}
	atomEntry struct {
		ID         string         `xml:"id"`
		Title      atomText       `xml:"title"`
		Updated    string         `xml:"updated"`
		Published  string         `xml:"published"`
		Authors    []atomPerson   `xml:"author"`
		Categories []atomCategory `xml:"category"`
		Links      []atomLink     `xml:"link"`
		Summary    *atomText      `xml:"summary"`
		Content    atomText       `xml:"content"`
	}
	atomPerson struct {
		Name string `xml:"name"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomCategory struct {
		Term   string `xml:"term,attr"`
		Scheme string `xml:"scheme,attr"`
		Label  string `xml:"label,attr,omitempty"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		Lang string `xml:"xml:lang,attr,omitempty"`
		Text string `xml:",chardata"`
	}
)

// The schemes of an entry's categories: what the news is, why a keyword search would miss
// the study, and its languages.
const (
	schemeKind     = "urn:polyglean:news"
	schemeReason   = "urn:polyglean:reason"
	schemeLanguage = "urn:polyglean:language"
)

// Atom is the feed of an alert: its latest news, each an entry whose ID stays. Base is where
// the reader opened the pages; the base URL of the options comes before it. The error is
// ErrNoAlert where there is none of that name.
func (s *Service) Atom(ctx context.Context, name, base string) ([]byte, error) {
	a, err := s.Alert(ctx, name)
	if err != nil {
		return nil, err
	}
	l := s.ledger(&a)
	if err := l.read(ctx); err != nil {
		return nil, err
	}
	base = strings.TrimSuffix(cmp.Or(s.opts.BaseURL, base), "/")
	feed := atomFeed{
		Lang: "en", ID: urn(a.ID), Title: a.Title, Subtitle: untrusted.Line(s.opts.Title), Updated: a.Made.Format(time.RFC3339),
		Author: atomPerson{"Polyglean"}, Maker: "Polyglean",
		Links: []atomLink{
			{"self", "application/atom+xml", base + "/alerts/" + a.Name + ".atom"},
			{"alternate", "text/html", base + "/"},
		},
	}
	digests := l.closedDigests()
	if n := len(digests); n > 0 {
		feed.Updated = digests[n-1].At.Format(time.RFC3339)
	}
	for _, d := range slices.Backward(digests) {
		items, err := l.load(ctx, d)
		if err != nil {
			return nil, err
		}
		for i := range items[:min(len(items), feedEntries-len(feed.Entries))] {
			e, err := s.entry(&a, d, &items[i], base)
			if err != nil {
				return nil, err
			}
			feed.Entries = append(feed.Entries, e)
		}
		if len(feed.Entries) == feedEntries {
			break
		}
	}
	body, err := xml.MarshalIndent(feed, "", " ")
	if err != nil {
		return nil, fmt.Errorf("feed of alert %s: %w", name, err)
	}
	return append([]byte(xml.Header), append(body, '\n')...), nil
}

func (s *Service) entry(a *Alert, d Digest, item *Item, base string) (atomEntry, error) {
	n := s.news(item, base)
	page, err := n.html()
	if err != nil {
		return atomEntry{}, err
	}
	title := n.Heading()
	e := atomEntry{
		ID:      urn(digestID(a, d.Number) + "/" + item.Study),
		Title:   atomText{Type: "text", Lang: langAttribute(title.Lang), Text: title.Text},
		Updated: d.At.Format(time.RFC3339), Published: d.At.Format(time.RFC3339),
		Links:   []atomLink{{"alternate", "text/html", n.URL}},
		Content: atomText{Type: "html", Text: page},
	}
	if kind := n.Kinds[0]; kind != NewStudy {
		e.Title = atomText{Type: "text", Text: kindNames[kind] + ": " + title.Text}
	}
	for _, name := range n.Authors {
		e.Authors = append(e.Authors, atomPerson{name})
	}
	for _, k := range n.Kinds {
		e.Categories = append(e.Categories, atomCategory{string(k), schemeKind, kindNames[k]})
	}
	for _, r := range n.Reasons {
		c := atomCategory{Term: string(r.Reason), Scheme: schemeReason}
		if !slices.Contains(e.Categories, c) {
			e.Categories = append(e.Categories, c)
		}
	}
	for _, code := range n.Languages {
		e.Categories = append(e.Categories, atomCategory{code, schemeLanguage, langcode.Name(code)})
	}
	if n.Abstract != nil {
		e.Summary = &atomText{Type: "text", Lang: langAttribute(n.Abstract.Lang), Text: n.Abstract.Text}
	}
	if link := n.Read(); link != "" {
		e.Links = append(e.Links, atomLink{Rel: "related", Href: link})
	}
	return e, nil
}

// langAttribute is a language as xml:lang has it.
func langAttribute(code string) string {
	if code == record.Undetermined {
		return ""
	}
	return code
}

// urn is a UUID made of a name (version 8 of RFC 9562), the same for ever.
func urn(name string) string {
	sum := sha256.Sum256([]byte("polyglean alert " + name))
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
