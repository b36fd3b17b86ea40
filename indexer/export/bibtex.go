package export

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"polyglean/internal/record"
)

// bibKinds are BibTeX's entry types; the rest is @misc.
var bibKinds = map[string]string{
	"journal-article": "article", "review": "article", "letter": "article", "editorial": "article",
	"book": "book", "book-chapter": "incollection", "conference-paper": "inproceedings",
	"dissertation": "phdthesis", "report": "techreport", preprint: "unpublished",
}

// preprint is a kind that neither BibTeX nor EndNote knows: what they have is for all that
// is not published, and the word itself stands in their fields for the type of a work.
const preprint = "preprint"

// bibtex writes BibTeX in UTF-8, as BibLaTeX, Biber and all present programs read it.
type bibtex struct{ out *bufio.Writer }

func newBibTeX(w io.Writer, _ Options) (Writer, error) { return &bibtex{bufio.NewWriter(w)}, nil }

// Write implements Writer.
func (w *bibtex) Write(r *Reference) error {
	kind := firstKnown(bibKinds, r.Kinds, "misc")
	fmt.Fprintf(w.out, "@%s{%s,\n", kind, bibKey(r))
	if title := latex(r.Title()); title != "" {
		// The inner braces keep styles from changing capitals, which most languages
		// use otherwise than English.
		w.raw("title", "{"+title+"}")
	}
	w.further("title", r.Titles)
	if kind == bibKinds[preprint] {
		w.raw("type", preprint)
	}
	w.raw("author", bibAuthors(r.Authors))
	year, month, day := splitDate(r.Date)
	w.raw("year", year)
	w.raw("month", month)
	w.raw("day", day)
	in := "journal"
	switch kind {
	case "incollection", "inproceedings":
		in = "booktitle"
	case "book", "phdthesis":
		in = "series"
	}
	w.text(in, r.Container)
	w.text("volume", r.Volume)
	w.text("number", r.Issue)
	first, last := pageRange(r.Pages)
	if last != "" {
		first = latex(first) + "--" + latex(last)
	} else {
		first = latex(first)
	}
	w.raw("pages", first)
	publisher := "publisher"
	switch kind {
	case "phdthesis":
		publisher = "school"
	case "techreport":
		publisher = "institution"
	}
	w.text(publisher, r.Publisher)
	w.text("issn", strings.Join(r.ISSN, ", "))
	w.raw("doi", bibAddress(r.Identifiers.DOI))
	w.raw("pmid", r.Identifiers.PMID)
	w.raw("pmcid", r.Identifiers.PMCID)
	if all := r.addresses(); len(all) > 0 {
		w.raw("url", bibAddress(all[min(1, len(all)-1)]))
	}
	w.text("language", r.Language())
	w.text("abstract", r.Abstract())
	w.further("abstract", r.Abstracts)
	var keywords []string
	for _, k := range r.Keywords {
		keywords = append(keywords, k.Text)
	}
	w.text("keywords", strings.Join(keywords, "; "))
	w.text("note", strings.Join(r.notes(), " | "))
	_, err := w.out.WriteString("}\n\n")
	return err
}

// further writes the texts beside the first as fields of their language, "title_es"; of
// two in one language the second is left out.
func (w *bibtex) further(name string, texts []record.Text) {
	seen := make(map[string]bool)
	for _, t := range texts[min(1, len(texts)):] {
		if lang := langOr(t, record.Undetermined); !seen[lang] {
			seen[lang] = true
			w.text(name+"_"+strings.ToLower(lang), t.Text)
		}
	}
}

func (w *bibtex) text(name, value string) { w.raw(name, latex(value)) }

func (w *bibtex) raw(name, value string) {
	if value != "" {
		fmt.Fprintf(w.out, "  %s = {%s},\n", name, value)
	}
}

// Close implements Writer.
func (w *bibtex) Close() error { return w.out.Flush() }

// latexEscapes are the characters that are commands in LaTeX.
var latexEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `$`, `\$`, `&`, `\&`, `#`, `\#`, `_`, `\_`, `%`, `\%`,
	`~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`,
)

func latex(s string) string { return latexEscapes.Replace(line(s)) }

// bibAddress is an address or a DOI, which readers take literally: only what would
// end the field or begin a comment in it is written otherwise.
func bibAddress(s string) string {
	return strings.NewReplacer("{", "%7B", "}", "%7D", `\`, "%5C").Replace(line(s))
}

// bibAuthors joins names by " and ". A name that holds the word itself, or a comma
// without being family and given name, is kept together by braces.
func bibAuthors(authors []record.Author) string {
	var out []string
	for _, a := range authors {
		n := latex(name(a))
		lower := " " + strings.ToLower(n) + " "
		if strings.Contains(lower, " and ") || a.Family == "" && strings.Contains(n, ",") || strings.EqualFold(n, "others") {
			n = "{" + n + "}"
		}
		if n != "" {
			out = append(out, n)
		}
	}
	return strings.Join(out, " and ")
}

// bibKey is the name of an entry: first author, year, and the study's ID, which makes
// it the study's own and the same in every export.
func bibKey(r *Reference) string {
	author := ""
	if len(r.Authors) > 0 {
		author = r.Authors[0].Family
		if author == "" {
			author = r.Authors[0].Name
		}
	}
	var b strings.Builder
	for _, c := range norm.NFKD.String(author) {
		if c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)) && b.Len() < 24 {
			b.WriteRune(unicode.ToLower(c))
		}
	}
	if r.Year > 0 {
		b.WriteString(strconv.Itoa(r.Year))
	}
	for _, c := range strings.ToLower(r.ID) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func splitDate(date string) (year, month, day string) {
	parts := append(strings.SplitN(date, "-", 3), "", "")
	return parts[0], parts[1], parts[2]
}
