package export

import (
	"bufio"
	"io"
	"strings"
)

// risKinds are RIS's codes for kinds of documents; the rest is GEN.
var risKinds = map[string]string{
	"journal-article": "JOUR", "review": "JOUR", "preprint": "UNPB", "dissertation": "THES", "book": "BOOK",
	"book-chapter": "CHAP", "conference-paper": "CPAPER", "report": "RPRT", "web-page": "ELEC", "dataset": "DATA",
	"newspaper-article": "NEWS", "magazine-article": "MGZN", "letter": "JOUR", "editorial": "JOUR",
}

// ris writes RIS as Research Information Systems described it, UTF-8 without byte
// order mark, lines ended by CR LF, which is what all importers take.
type ris struct{ out *bufio.Writer }

func newRIS(w io.Writer, _ Options) (Writer, error) { return &ris{bufio.NewWriter(w)}, nil }

// Write implements Writer.
func (w *ris) Write(r *Reference) error {
	w.field("TY", firstKnown(risKinds, r.Kinds, "GEN"))
	w.field("TI", r.Title())
	for _, a := range r.Authors {
		w.field("AU", name(a))
	}
	if r.Year != 0 {
		w.field("PY", strings.SplitN(r.Date, "-", 2)[0])
		// Always four parts: year, month, day, other.
		w.field("DA", strings.ReplaceAll(r.Date, "-", "/")+strings.Repeat("/", 3-strings.Count(r.Date, "-")))
	}
	w.field("T2", r.Container)
	w.field("VL", r.Volume)
	w.field("IS", r.Issue)
	first, last := pageRange(r.Pages)
	w.field("SP", first)
	w.field("EP", last)
	w.field("PB", r.Publisher)
	w.field("SN", strings.Join(r.ISSN, "; "))
	w.field("DO", r.Identifiers.DOI)
	w.field("C2", r.Identifiers.PMCID)
	for _, u := range r.addresses() {
		w.field("UR", u)
	}
	w.field("LA", r.Language())
	w.field("AB", r.Abstract())
	for _, k := range r.Keywords {
		w.field("KW", k.Text)
	}
	// TT and N2 would do for other titles and abstracts, were there not readers that
	// put them in the place of the main ones.
	for _, t := range r.further() {
		w.field("N1", t)
	}
	for _, n := range r.notes() {
		w.field("N1", n)
	}
	w.field("ID", r.ID)
	_, err := w.out.WriteString("ER  - \r\n\r\n")
	return err
}

// field writes a tag with its value; errors stay in the writer until the next one
// that is asked for.
func (w *ris) field(tag, value string) {
	if value = line(value); value == "" {
		return
	}
	_, _ = w.out.WriteString(tag + "  - " + value + "\r\n")
}

// Close implements Writer.
func (w *ris) Close() error { return w.out.Flush() }

// firstKnown is the word for the first kind that the table has.
func firstKnown(table map[string]string, kinds []string, otherwise string) string {
	for _, k := range kinds {
		if word, ok := table[k]; ok {
			return word
		}
	}
	return otherwise
}
