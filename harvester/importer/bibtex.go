package importer

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"polyglean/harvester/source"
)

// bibStart is the start of an entry. At the start of a line it ends whatever entry
// stands before it, so that a missing brace costs one entry and not the file.
var (
	bibLine  = regexp.MustCompile(`^\s*@[A-Za-z]+\s*[{(]`)
	bibStart = regexp.MustCompile(`@([A-Za-z]+)\s*([{(])`)
)

// bibReader reads BibTeX and BibLaTeX. Text between entries is comment there.
type bibReader struct {
	lines  *lines
	macros map[string]string
	queue  []item
}

// bibMonths are the macros every style defines.
const bibMonths = "jan feb mar apr may jun jul aug sep oct nov dec"

func newBibTeX(r io.Reader) *bibReader {
	macros := map[string]string{}
	for m := range strings.FieldsSeq(bibMonths) {
		macros[m] = m
	}
	return &bibReader{lines: newLines(r), macros: macros}
}

func (r *bibReader) next() (item, error) {
	for len(r.queue) == 0 {
		b, err := r.block()
		if err != nil {
			return item{}, err
		}
		if b.cut && bibLine.MatchString(b.lines[0].text) {
			r.queue = append(r.queue, b.bad(tooLong))
			continue
		}
		r.entries(&b)
	}
	it := r.queue[0]
	r.queue = r.queue[1:]
	return it, nil
}

// block collects the lines from the start of an entry to the next one that starts a
// line.
func (r *bibReader) block() (block, error) {
	var b block
	for {
		ln, err := r.lines.next()
		if errors.Is(err, io.EOF) && !b.empty() {
			return b, nil
		}
		if err != nil {
			return b, err
		}
		if !b.empty() && bibLine.MatchString(ln.text) {
			r.lines.unread(ln)
			return b, nil
		}
		b.add(ln)
	}
}

// entries queues the entries of a block: most often one.
func (r *bibReader) entries(b *block) {
	text := b.text()
	line, counted := b.first(), 0
	for at := 0; ; {
		m := bibStart.FindStringSubmatchIndex(text[at:])
		if m == nil {
			return
		}
		start := at + m[0]
		line += strings.Count(text[counted:start], "\n")
		counted = start
		p := &bibParser{text: text, at: at + m[1], macros: r.macros}
		kind := strings.ToLower(text[at+m[2] : at+m[3]])
		p.shut = '}'
		if text[at+m[4]] == '(' {
			p.shut = ')'
		}
		switch kind {
		case "comment", "preamble":
			p.skip()
		case "string":
			p.macro()
		default:
			fields, err := p.entry()
			it := item{line: line}
			if err != nil {
				it.reason = err.Error()
			} else {
				it.draft = bibDraft(kind, fields)
			}
			it.raw = text[start:p.at]
			if err != nil {
				it.raw = text[start:]
			}
			r.queue = append(r.queue, it)
		}
		at = max(p.at, at+m[1])
	}
}

// bibParser reads the inside of one entry.
type bibParser struct {
	text   string
	at     int
	shut   byte // what ends the entry
	macros map[string]string
}

func (p *bibParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\n\r\f\v", p.text[p.at]) >= 0 {
		p.at++
	}
}

// peek is the next byte after white space, 0 at the end.
func (p *bibParser) peek() byte {
	p.space()
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

// skip passes over an entry that holds nothing for us.
func (p *bibParser) skip() {
	for depth := 0; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == p.shut && depth <= 0:
			p.at++
			return
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
	}
}

// macro reads the inside of @string.
func (p *bibParser) macro() {
	name := p.name()
	if name == "" || p.peek() != '=' {
		return
	}
	p.at++
	value, err := p.value()
	if err == nil && len(p.macros) < 10_000 {
		p.macros[name] = value
	}
	p.skip()
}

// name reads the name of a field or macro, in lower case.
func (p *bibParser) name() string {
	p.space()
	from := p.at
	for p.at < len(p.text) && strings.IndexByte(" \t\n\r={}(),#\"", p.text[p.at]) < 0 {
		p.at++
	}
	return strings.ToLower(p.text[from:p.at])
}

var errNoEnd = errors.New("the entry has no end: a brace or quotation mark is missing")

// entry reads the key and the fields; of a field given twice the first stays.
func (p *bibParser) entry() (map[string]string, error) {
	fields := map[string]string{}
	// The key may hold anything but a comma; some programs leave it out.
	from := p.at
	for p.at < len(p.text) && p.text[p.at] != ',' && p.text[p.at] != '=' && p.text[p.at] != p.shut {
		p.at++
	}
	if p.at < len(p.text) && p.text[p.at] == '=' {
		p.at = from
	}
	for {
		switch p.peek() {
		case 0:
			return nil, errNoEnd
		case p.shut:
			p.at++
			return fields, nil
		case ',':
			p.at++
			continue
		}
		name := p.name()
		if name == "" || p.peek() != '=' {
			return nil, fmt.Errorf("no \"=\" after %q", excerpt(name))
		}
		p.at++
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		if fields[name] == "" {
			fields[name] = value
		}
		if c := p.peek(); c != ',' && c != p.shut && c != 0 {
			return nil, fmt.Errorf("no comma after the field %q", excerpt(name))
		}
	}
}

// maxValue bounds a field, which macros made of macros could double without end.
const maxValue = 1 << 20

// value reads strings, numbers and macros joined with "#".
func (p *bibParser) value() (string, error) {
	var b strings.Builder
	for {
		var part string
		switch c := p.peek(); c {
		case 0:
			return "", errNoEnd
		case '{', '"':
			var ok bool
			if part, ok = p.quoted(c); !ok {
				return "", errNoEnd
			}
		default:
			name := p.name()
			if name == "" {
				return "", fmt.Errorf("no value before %q", c)
			}
			part = name
			if text, ok := p.macros[name]; ok {
				part = text
			}
		}
		if b.Len()+len(part) > maxValue {
			return "", errors.New("a field is longer than 1 MB")
		}
		b.WriteString(part)
		if p.peek() != '#' {
			return b.String(), nil
		}
		p.at++
	}
}

// quoted reads "…" or {…}. Braces inside are in pairs, unless escaped.
func (p *bibParser) quoted(open byte) (string, bool) {
	p.at++
	from, depth := p.at, 0
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '\\' && p.at+1 < len(p.text) && strings.IndexByte("{}\\\"", p.text[p.at+1]) >= 0:
			p.at++
		case depth == 0 && (open == '"' && c == '"' || open == '{' && c == '}'):
			p.at++
			return p.text[from : p.at-1], true
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
	}
	return "", false
}

// bibDraft reads the fields of BibTeX, BibLaTeX and those that databases add.
func bibDraft(kind string, fields map[string]string) draft {
	get := func(names ...string) string {
		for _, n := range names {
			if v := strings.TrimSpace(latexText(fields[n])); v != "" {
				return v
			}
		}
		return ""
	}
	d := draft{
		container: get("journal", "journaltitle", "booktitle", "maintitle"),
		volume:    get("volume"),
		issue:     get("number", "issue"),
		pages:     firstOf(strings.ReplaceAll(get("pages"), "–", "-"), get("art_number", "article-number", "eid")),
		publisher: get("publisher", "school", "institution", "organization"),
		kind:      firstOf(get("document_type", "type"), kind),
		languages: get("language", "langid"),
		keywords:  splitKeywords(get("keywords", "keyword", "author_keywords"), ";\n"),
		dois:      []string{plainIdent(fields["doi"])},
		pmids:     []string{get("pmid", "pubmed_id")},
		pmcids:    []string{get("pmcid", "pmc")},
		issns:     splitList(get("issn")+";"+get("eissn"), ";, "),
		urls:      []string{plainIdent(fields["url"])},
		label:     rayyanLabel(get("note", "notes", "annote")),
	}
	if len(d.keywords) == 1 {
		d.keywords = splitList(d.keywords[0], ",，、")
	}
	title := get("title")
	if subtitle := get("subtitle"); title != "" && subtitle != "" {
		title += ": " + subtitle
	}
	d.addTitle(title, "")
	d.addTitle(get("title_english", "translatedtitle", "englishtitle"), "")
	d.addAbstract(get("abstract"), "")
	d.dates = []string{get("date"), bibDate(get("year"), get("month"), get("day")), get("year")}
	d.authors = bibAuthors(fields["author"])
	if len(d.authors) == 0 {
		d.authors = bibAuthors(fields["editor"])
	}
	// SciELO writes an article's own DOI into crossref, which elsewhere names the
	// entry of the volume it is in.
	if kind == "article" && source.NormalDOI(d.dois[0]) == "" {
		d.dois = append(d.dois, plainIdent(fields["crossref"]))
	}
	d.accession = firstOf(get("unique-id", "accession", "accession_number", "ut"), scopusID(d.urls[0]))
	if eid := scopusID(d.urls[0]); eid != "" {
		d.addOther("scopus", eid)
	}
	return d
}

func bibDate(year, month, day string) string {
	switch {
	case year == "" || month == "":
		return year
	case strings.Trim(month, "0123456789") != "":
		return strings.TrimSpace(strings.TrimSuffix(year+" "+month, ".") + " " + day)
	case day == "":
		return year + "-" + month
	}
	return year + "-" + month + "-" + day
}

// plainIdent undoes the escapes of an identifier or address, in which tildes and
// hyphens stand for themselves.
func plainIdent(s string) string {
	return strings.TrimSpace(strings.NewReplacer(`\_`, "_", `\&`, "&", `\%`, "%", `\#`, "#", `\~{}`, "~", `\textasciitilde`, "~", "{", "", "}", "").Replace(s))
}

// excerpt shortens what is quoted in a reason.
func excerpt(s string) string {
	if runes := []rune(s); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return s
}
