package importer

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"

	"polyglean/harvester/source"
)

// endnoteReader reads EndNote's XML record by record. Each is cut out by its tags
// alone and decoded on its own, so that one that is broken does not take the file
// with it.
type endnoteReader struct {
	r *bufio.Reader
	// line is where the reader stands.
	line int
	// begun is the start tag of a record that was found inside of another.
	begun []byte
}

func newEndNote(r io.Reader) *endnoteReader {
	return &endnoteReader{r: bufio.NewReaderSize(r, 64<<10), line: 1}
}

var (
	recordStart = regexp.MustCompile(`^<record(?:\s[^<>]*)?>$`)
	recordEnd   = []byte("</record>")
)

func (e *endnoteReader) next() (item, error) {
	raw := e.begun
	e.begun = nil
	for raw == nil {
		tag, err := e.tag(nil)
		if err != nil {
			return item{}, err
		}
		if at := bytes.LastIndexByte(tag, '<'); at >= 0 && recordStart.Match(tag[at:]) {
			raw = bytes.Clone(tag[at:])
		}
	}
	it := item{line: e.line}
	for {
		from := len(raw)
		var err error
		raw, err = e.tag(raw)
		at := from + max(0, bytes.LastIndexByte(raw[from:], '<'))
		switch {
		case errors.Is(err, io.EOF):
			it.raw, it.reason = string(raw), "the record has no end: the file was cut short"
			return it, nil
		case err != nil:
			return item{}, err
		case recordStart.Match(raw[at:]):
			e.begun = bytes.Clone(raw[at:])
			it.raw, it.reason = string(raw[:at]), "the record has no end"
			return it, nil
		case len(raw) > maxRecord:
			it.raw, it.reason = string(raw), tooLong
			return it, nil
		}
		if bytes.HasSuffix(raw, recordEnd) {
			break
		}
	}
	it.raw = string(raw)
	r, err := source.DecodeXML[endnoteRecord](raw)
	if err != nil {
		it.reason = "it is not XML: " + err.Error()
		return it, nil
	}
	it.draft = r.draft()
	return it, nil
}

// tag appends to b what comes up to the next ">", counting lines. Of a stretch
// without any, the last part is kept.
func (e *endnoteReader) tag(b []byte) ([]byte, error) {
	for {
		part, err := e.r.ReadSlice('>')
		e.line += bytes.Count(part, []byte("\n"))
		b = append(b, part...)
		if !errors.Is(err, bufio.ErrBufferFull) || len(b) > maxRecord {
			if errors.Is(err, bufio.ErrBufferFull) {
				err = nil
			}
			return b, err
		}
	}
}

// styled is a text that may be cut up by <style> elements.
type styled string

// UnmarshalXML implements xml.Unmarshaler: the text of all that is inside.
func (s *styled) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	var b strings.Builder
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			if depth--; depth < 0 {
				*s = styled(b.String())
				return nil
			}
		case xml.CharData:
			b.Write(t)
		}
	}
}

// endnoteRecord holds the elements of EndNote's XML that a record is made of.
type endnoteRecord struct {
	Kind struct {
		Name string `xml:"name,attr"`
	} `xml:"ref-type"`
	Authors    []styled `xml:"contributors>authors>author"`
	Editors    []styled `xml:"contributors>secondary-authors>author"`
	Title      styled   `xml:"titles>title"`
	Secondary  styled   `xml:"titles>secondary-title"`
	Translated styled   `xml:"titles>translated-title"`
	Journal    styled   `xml:"periodical>full-title"`
	Short      styled   `xml:"periodical>abbr-1"`
	Volume     styled   `xml:"volume"`
	Number     styled   `xml:"number"`
	Pages      styled   `xml:"pages"`
	Year       styled   `xml:"dates>year"`
	Dates      []styled `xml:"dates>pub-dates>date"`
	Publisher  styled   `xml:"publisher"`
	Place      styled   `xml:"pub-location"`
	ISBN       styled   `xml:"isbn"`
	Accession  styled   `xml:"accession-num"`
	DOI        styled   `xml:"electronic-resource-num"`
	Abstract   styled   `xml:"abstract"`
	Keywords   []styled `xml:"keywords>keyword"`
	Language   styled   `xml:"language"`
	Notes      styled   `xml:"notes"`
	Research   styled   `xml:"research-notes"`
	WorkType   styled   `xml:"work-type"`
	PMCID      styled   `xml:"custom2"`
	Origin     styled   `xml:"remote-database-name"`
	Provider   styled   `xml:"remote-database-provider"`
	URLs       struct {
		Related []styled `xml:"related-urls>url"`
		Text    []styled `xml:"text-urls>url"`
		Web     []styled `xml:"web-urls>url"`
	} `xml:"urls"`
}

func (r *endnoteRecord) draft() draft {
	d := draft{
		container: firstOf(string(r.Journal), string(r.Secondary), string(r.Short)),
		volume:    string(r.Volume),
		issue:     string(r.Number),
		pages:     string(r.Pages),
		publisher: string(r.Publisher),
		kind:      firstOf(string(r.WorkType), r.Kind.Name),
		languages: string(r.Language),
		dates:     []string{string(r.Year)},
		dois:      []string{string(r.DOI)},
		pmcids:    matching(source.NormalPMCID, "PMC", []string{string(r.PMCID)}),
		issns:     splitList(string(r.ISBN), " ;,\r\n()"),
		accession: string(r.Accession),
		label:     rayyanLabel(string(r.Notes)),
	}
	// Of a conference it is where it met.
	if !strings.HasPrefix(r.Kind.Name, "Conference") {
		d.place = string(r.Place)
	}
	d.addTitle(string(r.Title), "")
	d.addTitle(string(r.Translated), "")
	d.addAbstract(string(r.Abstract), "")
	d.addNoted(strings.Split(string(r.Research), "\n"))
	d.addStudy(string(r.Research))
	for _, k := range r.Keywords {
		d.keywords = append(d.keywords, splitKeywords(string(k), "\r\n;")...)
	}
	names := r.Authors
	if len(names) == 0 {
		names = r.Editors
	}
	for _, n := range names {
		if a := author(string(n)); a.Name != "" {
			d.authors = append(d.authors, a)
		}
	}
	for _, date := range r.Dates {
		// EndNote keeps the day and month without the year: "May 12".
		d.dates = append(d.dates, string(r.Year)+" "+string(date), string(date))
	}
	for _, list := range [][]styled{r.URLs.Related, r.URLs.Web, r.URLs.Text} {
		for _, u := range list {
			d.urls = append(d.urls, strings.Fields(string(u))...)
		}
	}
	origin := strings.ToLower(string(r.Origin + " " + r.Provider))
	if strings.Contains(origin, "pubmed") || strings.Contains(origin, "medline") || strings.Contains(origin, "nlm") {
		d.pmids = []string{string(r.Accession)}
	}
	for _, u := range d.urls {
		if eid := scopusID(u); eid != "" {
			d.addOther("scopus", eid)
			d.accession = firstOf(d.accession, eid)
		}
	}
	return d
}
