package export

import (
	"bufio"
	"encoding/xml"
	"io"
	"slices"
	"strings"
)

// endnoteKinds are EndNote's reference types with their numbers; the rest is Generic.
var endnoteKinds = map[string]endnoteKind{
	"journal-article": {"Journal Article", 17}, "review": {"Journal Article", 17}, "letter": {"Journal Article", 17},
	"editorial": {"Journal Article", 17}, "book": {"Book", 6}, "book-chapter": {"Book Section", 5},
	"dissertation": {"Thesis", 32}, "conference-paper": {"Conference Paper", 47}, "report": {"Report", 27},
	"web-page": {"Web Page", 12}, preprint: {"Unpublished Work", 34}, "dataset": {"Dataset", 59},
	"newspaper-article": {"Newspaper Article", 23}, "magazine-article": {"Magazine Article", 19},
}

type endnoteKind struct {
	Name   string `xml:"name,attr"`
	Number int    `xml:",chardata"`
}

type endnoteRecord struct {
	XMLName      xml.Name    `xml:"record"`
	Number       int         `xml:"rec-number"`
	Kind         endnoteKind `xml:"ref-type"`
	Authors      []string    `xml:"contributors>authors>author,omitempty"`
	Title        string      `xml:"titles>title,omitempty"`
	Container    string      `xml:"titles>secondary-title,omitempty"`
	Journal      string      `xml:"periodical>full-title,omitempty"`
	Pages        string      `xml:"pages,omitempty"`
	Volume       string      `xml:"volume,omitempty"`
	Number2      string      `xml:"number,omitempty"`
	Keywords     []string    `xml:"keywords>keyword,omitempty"`
	Year         string      `xml:"dates>year,omitempty"`
	PubDate      string      `xml:"dates>pub-dates>date,omitempty"`
	Publisher    string      `xml:"publisher,omitempty"`
	ISBN         string      `xml:"isbn,omitempty"`
	Accession    string      `xml:"accession-num,omitempty"`
	DOI          string      `xml:"electronic-resource-num,omitempty"`
	Abstract     string      `xml:"abstract,omitempty"`
	Notes        string      `xml:"notes,omitempty"`
	PMCID        string      `xml:"custom2,omitempty"`
	URLs         []string    `xml:"urls>related-urls>url,omitempty"`
	Database     string      `xml:"remote-database-name,omitempty"`
	Language     string      `xml:"language,omitempty"`
	WorkType     string      `xml:"work-type,omitempty"`
	ResearchNote string      `xml:"research-notes,omitempty"`
}

// endnote writes the XML that EndNote imports and exports.
type endnote struct {
	out *bufio.Writer
	xml *xml.Encoder
	n   int
}

func newEndNote(w io.Writer, _ Options) (Writer, error) {
	out := bufio.NewWriter(w)
	_, err := out.WriteString(xml.Header + "<xml><records>\n")
	return &endnote{out: out, xml: xml.NewEncoder(out)}, err
}

// Write implements Writer. The encoder escapes, and writes U+FFFD for what XML does
// not allow.
func (w *endnote) Write(r *Reference) error {
	w.n++
	e := endnoteRecord{
		Number: w.n, Kind: endnoteKind{"Generic", 13},
		Title: line(r.Title()), Container: line(r.Container), Pages: line(r.Pages), Volume: line(r.Volume),
		Number2: line(r.Issue), Publisher: line(r.Publisher), ISBN: strings.Join(r.ISSN, "; "),
		DOI: r.Identifiers.DOI, PMCID: r.Identifiers.PMCID, URLs: r.addresses(), Language: r.Language(),
		Abstract: line(r.Abstract()), ResearchNote: strings.Join(slices.Concat(r.further(), r.notes()), "\n"),
	}
	for _, k := range r.Kinds {
		if kind, ok := endnoteKinds[k]; ok {
			e.Kind = kind
			break
		}
	}
	if e.Kind == endnoteKinds[preprint] {
		e.WorkType = preprint
	}
	if e.Kind.Number == 17 {
		e.Journal = e.Container
	}
	for _, a := range r.Authors {
		if n := line(name(a)); n != "" {
			e.Authors = append(e.Authors, n)
		}
	}
	for _, k := range r.Keywords {
		e.Keywords = append(e.Keywords, line(k.Text))
	}
	var rest string
	if e.Year, rest, _ = strings.Cut(r.Date, "-"); rest != "" {
		e.PubDate = r.Date
	}
	if r.Identifiers.PMID != "" {
		e.Accession, e.Database = r.Identifiers.PMID, "PubMed"
	}
	if err := w.xml.Encode(e); err != nil {
		return err
	}
	return w.out.WriteByte('\n')
}

// Close implements Writer.
func (w *endnote) Close() error {
	_, _ = w.out.WriteString("</records></xml>\n")
	return w.out.Flush()
}
