package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Format is a format of reference files.
type Format string

// The formats that can be read.
const (
	RIS     Format = "ris"
	NBIB    Format = "nbib"
	BibTeX  Format = "bibtex"
	CSV     Format = "csv"
	EndNote Format = "endnote"
)

// formats are what is known of each format: a line that only it has, for telling and
// for explaining, and its reader.
var formats = []struct {
	format Format
	name   string
	sign   *regexp.Regexp
	says   string
	read   func(io.Reader) (reader, error)
}{
	{RIS, "RIS", regexp.MustCompile(`(?m)^[ \t]*TY[ \t\x{00a0}]*-[ \t\x{00a0}]*[A-Za-z]{2,10}[ \t]*$`), `no line "TY  - JOUR"`, ready(newRIS)},
	{NBIB, "NBIB", regexp.MustCompile(`(?m)^(?:PMID ?- ?[0-9]|OWN {1,2}- [A-Z])`), `no line "PMID- " or "OWN - "`, ready(newNBIB)},
	{BibTeX, "BibTeX", regexp.MustCompile(`(?m)^\s*@[A-Za-z]+\s*[{(]`), "no entry @article{", ready(newBibTeX)},
	{EndNote, "EndNote XML", regexp.MustCompile(`<records?(?:\s[^<>]*)?>`), "no <record>", ready(newEndNote)},
	{CSV, "CSV", nil, "no header with a title column", func(r io.Reader) (reader, error) {
		c, err := newCSV(r)
		if err != nil {
			return nil, err
		}
		return c, nil
	}},
}

func ready[R reader](open func(io.Reader) R) func(io.Reader) (reader, error) {
	return func(r io.Reader) (reader, error) { return open(r), nil }
}

// ParseFormat reads the name of a format.
func ParseFormat(s string) (Format, error) {
	names := make([]string, len(formats))
	for i, f := range formats {
		if string(f.format) == s {
			return f.format, nil
		}
		names[i] = string(f.format)
	}
	return "", fmt.Errorf("format %q: want one of %s", s, strings.Join(names, ", "))
}

// Name is the format's name as people write it.
func (f Format) Name() string {
	for _, known := range formats {
		if known.format == f {
			return known.name
		}
	}
	return string(f)
}

func (f Format) read(r io.Reader) (reader, error) {
	for _, known := range formats {
		if known.format == f {
			return known.read(r)
		}
	}
	return nil, fmt.Errorf("format %q is not known", f)
}

// others are formats that look like one of ours to people, each with the way to one
// that is.
var others = []struct {
	sign *regexp.Regexp
	is   string
}{
	{regexp.MustCompile(`(?m)\A(?:FN .*\n)?VR 1\.0$|(?m)^PT [JBSP]\nAU `), "Web of Science's plain text: export RIS, BibTeX or tab-delimited there"},
	{regexp.MustCompile(`(?m)^%0 [A-Z]`), "EndNote's tagged form (ENW): export RIS or XML"},
	{regexp.MustCompile(`(?i)\A\s*(?:<!doctype html|<html)`), "a web page: the export was perhaps refused or asks to log in; export again"},
	{regexp.MustCompile(`<PubmedArticle`), "PubMed's XML: export PubMed format (NBIB)"},
	{regexp.MustCompile(`\A\s*<`), "an XML that is not EndNote's: export RIS"},
	{regexp.MustCompile(`\A\s*\{"id":"s[a-km-np-z2-9]{20}"`), "polyglean's own JSON lines, which are for programs: export the same studies as RIS, with polyglean export -o studies.ris"},
	{cslItems, "CSL-JSON: open it in Zotero or another reference manager and export RIS there; if polyglean wrote it, export the same studies with polyglean export -o studies.ris"},
	{regexp.MustCompile(`\A\s*\{[^\n]*\}\s*\n\s*\{`), "JSON lines: export RIS or CSV where it was made, or make a CSV of it with the columns title, authors, year, doi and abstract"},
	{regexp.MustCompile(`\A\s*[\[{]\s*["{]`), "JSON: export RIS or CSV where it was made, or make a CSV of it with the columns title, authors, year, doi and abstract"},
}

// cslItems is the beginning of a list of items of CSL, told by keys and types that it
// alone has.
var cslItems = regexp.MustCompile(`(?s)\A\s*\[\s*\{.*"(?:issued"\s*:|container-title"\s*:|` +
	`type"\s*:\s*"(?:article|article-journal|book|chapter|dataset|document|paper-conference|report|thesis|webpage)")`)

// detect tells the format from the beginning of a text: the first line that only one
// of them has decides, unless the text begins as a table does.
func detect(start []byte) (Format, error) {
	if len(bytes.TrimSpace(start)) == 0 {
		return "", errors.New("the file is empty")
	}
	xml := bytes.HasPrefix(bytes.TrimSpace(start), []byte("<"))
	var found Format
	if !xml {
		if _, err := newCSV(bytes.NewReader(start)); err == nil {
			found = CSV
		}
	}
	at := len(start)
	for _, f := range formats {
		if f.sign == nil || found == CSV || xml != (f.format == EndNote) {
			continue
		}
		if m := f.sign.FindIndex(start); m != nil && m[0] < at {
			found, at = f.format, m[0]
		}
	}
	if found != "" {
		return found, nil
	}
	for _, o := range others {
		if o.sign.Match(start) {
			return "", errors.New("this looks like " + o.is)
		}
	}
	tried := make([]string, len(formats))
	for i, f := range formats {
		tried[i] = f.name + " (" + f.says + ")"
	}
	return "", fmt.Errorf("it is none of %s; if it is one of them, name it with --format", strings.Join(tried, ", "))
}
