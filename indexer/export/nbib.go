package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/text/language"

	"polyglean/internal/country"
	"polyglean/internal/record"
)

// nbibKinds are PubMed's publication types.
var nbibKinds = map[string]string{
	"journal-article": "Journal Article", "review": "Review", "preprint": "Preprint", "dissertation": "Academic Dissertation",
	"book": "Book", "book-chapter": "Book Chapter", "conference-paper": "Congress", "report": "Technical Report",
	"letter": "Letter", "editorial": "Editorial", "dataset": "Dataset",
}

// nbibWidth is where PubMed breaks lines, in columns.
const nbibWidth = 87

// nbib writes PubMed's MEDLINE display format. The title field is English in it: a
// title in another language stands in TT, and in brackets in TI where there is no
// English one, as PubMed has it.
type nbib struct{ out *bufio.Writer }

func newNBIB(w io.Writer, _ Options) (Writer, error) { return &nbib{bufio.NewWriter(w)}, nil }

// Write implements Writer.
func (w *nbib) Write(r *Reference) error {
	ids := r.Identifiers
	if ids.PMID != "" {
		w.field("PMID", ids.PMID)
	}
	w.field("OWN", "POLYGLEAN")
	for _, issn := range r.ISSN {
		// The ISSN that stands for all forms of a journal: which form it is of is not known.
		w.field("IS", issn+" (Linking)")
	}
	w.field("VI", r.Volume)
	w.field("IP", r.Issue)
	w.field("DP", nbibDate(r.Date))
	w.titles(r)
	w.field("PG", r.Pages)
	if ids.DOI != "" {
		w.field("LID", ids.DOI+" [doi]")
	}
	w.abstracts(r)
	for _, a := range r.Authors {
		w.field("FAU", name(a))
		if a.ORCID != "" {
			w.field("AUID", "ORCID: "+a.ORCID)
		}
	}
	for _, lang := range languagesOf(r) {
		w.field("LA", iso3(lang))
	}
	for _, k := range r.Kinds {
		if word, ok := nbibKinds[k]; ok {
			w.field("PT", word)
		}
	}
	if r.Retracted {
		w.field("PT", "Retracted Publication")
	}
	w.field("JT", r.Container)
	w.field("PB", r.Publisher)
	w.field("PL", country.Name(r.JournalCountry))
	if ids.PMCID != "" {
		w.field("PMC", ids.PMCID)
	}
	for _, k := range r.Keywords {
		w.field("OT", k.Text)
	}
	if ids.DOI != "" {
		w.field("AID", ids.DOI+" [doi]")
	}
	w.field("GN", strings.Join(r.notes(), " | "))
	_, err := w.out.WriteString("\n")
	return err
}

func (w *nbib) titles(r *Reference) {
	if len(r.Titles) == 0 {
		return
	}
	main := englishFirst(r.Titles)
	if main[0].Lang == "en" || main[0].Lang == "" {
		w.field("TI", main[0].Text)
		main = main[1:]
	} else {
		w.field("TI", "["+main[0].Text+"]")
	}
	for _, t := range main {
		w.field("TT", t.Text)
	}
}

func (w *nbib) abstracts(r *Reference) {
	for i, t := range englishFirst(r.Abstracts) {
		if i == 0 && (t.Lang == "en" || t.Lang == "") {
			w.field("AB", t.Text)
			continue
		}
		w.field("OAB", t.Text)
		w.field("OABL", iso3(t.Lang))
	}
}

// englishFirst brings the first English text forward.
func englishFirst(texts []record.Text) []record.Text {
	for i, t := range texts {
		if t.Lang == "en" && i > 0 {
			out := append([]record.Text{t}, texts[:i]...)
			return append(out, texts[i+1:]...)
		}
	}
	return texts
}

func languagesOf(r *Reference) []string {
	if len(r.Work) > 0 {
		return r.Work
	}
	if lang := r.Language(); lang != "" {
		return []string{lang}
	}
	return nil
}

// iso3 is the code of ISO 639-2 that PubMed uses, "und" where there is none.
func iso3(lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return record.Undetermined
	}
	base, _ := tag.Base()
	return base.ISO3()
}

// nbibDate writes 2018-05-03 as "2018 May 3".
func nbibDate(date string) string {
	for _, form := range [][2]string{{time.DateOnly, "2006 Jan 2"}, {"2006-01", "2006 Jan"}} {
		if t, err := time.Parse(form[0], date); err == nil {
			return t.Format(form[1])
		}
	}
	return date
}

// field writes a value broken into lines at blanks, those that go on indented, as no
// line that begins a field is.
func (w *nbib) field(tag, value string) {
	if value = line(value); value == "" {
		return
	}
	fmt.Fprintf(w.out, "%-4s- ", tag)
	width := 6
	for i, word := range strings.Split(value, " ") {
		switch {
		case i == 0:
		case width+1+len(word) > nbibWidth:
			_, _ = w.out.WriteString("\n      ")
			width = 6
		default:
			_ = w.out.WriteByte(' ')
			width++
		}
		_, _ = w.out.WriteString(word)
		width += len(word)
	}
	_ = w.out.WriteByte('\n')
}

// Close implements Writer.
func (w *nbib) Close() error { return w.out.Flush() }
