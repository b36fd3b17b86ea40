// Package export writes studies in the forms that reference managers, screening
// tools and spreadsheets read. Each format has a file of its own; what a study is to
// any of them is a Reference (reference.go). Writers keep one study in memory at a
// time, and what they write cannot be taken for something else: no text of a record
// becomes a formula, a field, a second record or a command.
package export

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"polyglean/internal/protocol"
)

// Format is a form that studies are written in.
type Format string

// The formats.
const (
	RIS     Format = "ris"
	NBIB    Format = "nbib"
	BibTeX  Format = "bibtex"
	CSLJSON Format = "csl-json"
	EndNote Format = "endnote"
	CSV     Format = "csv"
	XLSX    Format = "xlsx"
	JSONL   Format = "jsonl"
)

// form is what there is to know of a format.
type form struct {
	format    Format
	extension string
	mediaType string
	// name is what people call it.
	name string
	open func(io.Writer, Options) (Writer, error)
}

var forms = []form{
	{RIS, ".ris", "application/x-research-info-systems", "RIS (Covidence, Rayyan, RevMan, EndNote, Zotero)", newRIS},
	{NBIB, ".nbib", "application/nbib", "NBIB (PubMed format)", newNBIB},
	{BibTeX, ".bib", "application/x-bibtex", "BibTeX", newBibTeX},
	{CSLJSON, ".json", "application/vnd.citationstyles.csl+json", "CSL-JSON (Zotero, pandoc)", newCSL},
	{EndNote, ".xml", "application/xml", "EndNote XML", newEndNote},
	{CSV, ".csv", "text/csv; charset=utf-8", "CSV, a row a study", newCSV},
	{XLSX, ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel, a row a study", newXLSX},
	{JSONL, ".jsonl", "application/jsonl", "JSON lines, for programs", newJSONL},
}

func (f Format) form() (form, bool) {
	i := slices.IndexFunc(forms, func(m form) bool { return m.format == f })
	if i < 0 {
		return form{}, false
	}
	return forms[i], true
}

// Formats are all formats, in the order in which people are offered them.
func Formats() []Format {
	out := make([]Format, len(forms))
	for i, m := range forms {
		out[i] = m.format
	}
	return out
}

// ParseFormat reads the name of a format or the ending of a file name.
func ParseFormat(s string) (Format, error) {
	s = strings.ToLower(s)
	for _, m := range forms {
		if s == string(m.format) || s == m.extension {
			return m.format, nil
		}
	}
	names := make([]string, len(forms))
	for i, m := range forms {
		names[i] = string(m.format)
	}
	return "", fmt.Errorf("format %q: want %s", s, strings.Join(names, ", "))
}

// Extension is the ending of file names, with its dot.
func (f Format) Extension() string { m, _ := f.form(); return m.extension }

// MediaType is the type for HTTP.
func (f Format) MediaType() string { m, _ := f.form(); return m.mediaType }

// Label is what the format is called for people.
func (f Format) Label() string { m, _ := f.form(); return m.name }

// Options adjust what is written.
type Options struct {
	// Raw leaves cells of tables as they are, also those that a spreadsheet would
	// take for formulas.
	Raw bool
	// Abstracts says which abstracts are written.
	Abstracts Abstracts
	// Names are what the protocol calls the concepts of its lexicon, and Attributes what
	// it extracts of each study: the columns of tables besides those of every review.
	Names      protocol.Names
	Attributes []string
}

// Writer writes references. Close ends the document, and not what it is written to.
type Writer interface {
	Write(r *Reference) error
	Close() error
}

// NewWriter begins a document.
func NewWriter(f Format, w io.Writer, opts Options) (Writer, error) {
	m, ok := f.form()
	if !ok {
		return nil, fmt.Errorf("format %q is not known", f)
	}
	return m.open(w, opts)
}
