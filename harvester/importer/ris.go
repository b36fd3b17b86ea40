package importer

import (
	"cmp"
	"errors"
	"io"
	"regexp"
	"strings"

	"polyglean/harvester/source"
)

// risTag is a line that begins a field. Databases differ in the blanks round the
// hyphen; without any before it "T2-weighted" at the start of a wrapped line would
// be a field.
var (
	risTag   = regexp.MustCompile(`^([A-Z][A-Z0-9])[ \t\x{00a0}]{1,4}-(?:[ \t\x{00a0}]+(.*))?$`)
	risStart = regexp.MustCompile(`^[ \t]*TY[ \t\x{00a0}]*-[ \t\x{00a0}]*([A-Za-z]{2,10})[ \t]*$`)
	risEnd   = regexp.MustCompile(`^[ \t]*ER[ \t\x{00a0}]*(?:-[ \t\x{00a0}]*)?$`)
)

// risReader reads RIS, as Research Information Systems described it and as
// databases write it.
type risReader struct {
	lines *lines
	begun bool
}

func newRIS(r io.Reader) *risReader { return &risReader{lines: newLines(r)} }

// next collects the lines of a record: from TY to ER, or to the next TY where ER is
// missing.
func (r *risReader) next() (item, error) {
	for {
		var b block
		typed := false
		for {
			ln, err := r.lines.next()
			if errors.Is(err, io.EOF) && !b.empty() {
				break
			}
			if err != nil {
				return item{}, err
			}
			starts := risStart.MatchString(ln.text)
			if starts && !b.empty() {
				r.lines.unread(ln)
				break
			}
			if b.empty() && blank(ln.text) {
				continue
			}
			if risEnd.MatchString(ln.text) {
				if b.empty() {
					continue
				}
				break
			}
			typed = typed || starts
			b.add(ln)
		}
		if !typed && !r.begun && len(risFields(&b)) == 0 {
			// What a database prints above its records.
			continue
		}
		r.begun = true
		if b.cut {
			return b.bad(tooLong), nil
		}
		fields := risFields(&b)
		it := item{line: b.first(), raw: b.text(), draft: fields.draft()}
		if !typed && len(it.draft.titles) == 0 {
			it.reason = "lines outside of a record: no \"TY  - \" before them"
		}
		return it, nil
	}
}

// tooLong is the reason of a record over maxRecord.
const tooLong = "the record is longer than 4 MB: a line end or the end of a record is missing"

// tagged are the values of a record by tag, in the order of the file.
type tagged map[string][]string

func (t tagged) first(tags ...string) string {
	for _, tag := range tags {
		for _, v := range t[tag] {
			if strings.TrimSpace(v) != "" {
				return v
			}
		}
	}
	return ""
}

func (t tagged) all(tags ...string) []string {
	var out []string
	for _, tag := range tags {
		out = append(out, t[tag]...)
	}
	return out
}

func risFields(b *block) tagged {
	fields := tagged{}
	for _, f := range b.fields(risLine, "\n") {
		fields[f.tag] = append(fields[f.tag], f.value)
	}
	return fields
}

func risLine(text string) (tag, value string, ok bool) {
	if m := risStart.FindStringSubmatch(text); m != nil {
		return "TY", m[1], true
	}
	if m := risTag.FindStringSubmatch(text); m != nil {
		return m[1], m[2], true
	}
	return "", "", false
}

// risKinds are the words for RIS's codes of document types.
var risKinds = map[string]string{
	"ABST": "abstract", "BLOG": "blog", "BOOK": "book", "CHAP": "book-chapter", "CONF": "conference-paper",
	"CPAPER": "conference-paper", "EBOOK": "book", "ECHAP": "book-chapter", "EDBOOK": "book", "EJOUR": "journal-article",
	"ELEC": "web-page", "GOVDOC": "report", "INPR": "preprint", "JFULL": "journal-issue", "JOUR": "journal-article",
	"MGZN": "magazine-article", "NEWS": "newspaper-article", "RPRT": "report", "THES": "thesis", "UNPB": "preprint",
	"UNPD": "preprint", "WEB": "web-page",
}

func (t tagged) draft() draft {
	code := strings.ToUpper(t.first("TY"))
	d := draft{
		keywords: keywordLines(t["KW"]),
		dates:    t.all("PY", "Y1", "DA"),
		// T1 and TI are the title of the work itself; T2 and the J tags what it is in.
		container: firstOf(t.first("T2"), t.first("JF"), t.first("JO"), t.first("BT"), t.first("J2"), t.first("JA"), t.first("J1")),
		volume:    t.first("VL"),
		issue:     t.first("IS"),
		pages:     pageRange(t.first("SP"), t.first("EP")),
		publisher: t.first("PB"),
		languages: strings.Join(t["LA"], "; "),
		kind:      cmp.Or(risKinds[code], strings.ToLower(code)),
		dois:      t.all("DO", "M3", "L3", "DI"),
		pmcids:    matching(source.NormalPMCID, "PMC", t.all("C2", "AN")),
		issns:     splitList(strings.Join(t.all("SN"), ";"), ";, \n()"),
		urls:      t.all("UR", "L2", "LK"),
		accession: firstOf(t.first("AN"), t.first("U1")),
		label:     rayyanLabel(strings.Join(t["N1"], "\n")),
	}
	switch code {
	case "CONF", "CPAPER":
		// CY is where the conference met.
	default:
		d.place = firstOf(t.first("CY"), t.first("PP"))
	}
	for _, title := range t.all("T1", "TI", "CT") {
		d.addTitle(title, "")
	}
	if len(d.titles) == 0 && d.container != "" && t.first("BT") != "" {
		// In old files of whole books BT is the title.
		d.addTitle(t.first("BT"), "")
		d.container = ""
	}
	for _, title := range t["TT"] {
		d.addTitle(title, "")
	}
	for _, abstract := range t.all("AB", "N2") {
		d.addAbstract(abstract, "")
	}
	names := t.all("AU", "A1")
	if len(names) == 0 {
		// The editors, of a book that has no authors.
		names = t.all("A2", "ED")
	}
	for _, n := range names {
		if len(names) > 1 {
			// One to a field, as RIS wants it: an "and" is part of the name.
			d.authors = append(d.authors, author(n))
			continue
		}
		d.authors = append(d.authors, authors(n)...)
	}
	d.addNoted(t["N1"])
	d.addStudy(strings.Join(t["N1"], "\n"))
	// M3 is the type of work, where it is not a DOI.
	for _, m3 := range t["M3"] {
		if m3 = strings.TrimSpace(m3); m3 != "" && source.NormalDOI(m3) == "" {
			d.kind = m3
			d.retracted = strings.EqualFold(m3, "Retracted") || strings.EqualFold(m3, "Retracted Publication")
		}
	}
	// ID is a number of the exporting program in some files and the database's own in
	// others; only the latter are long.
	if id := strings.TrimSpace(t.first("ID")); d.accession == "" && len(id) >= 10 {
		d.accession = id
	}
	database := strings.ToLower(t.first("DB") + " " + t.first("DP"))
	if strings.Contains(database, "pubmed") || strings.Contains(database, "medline") {
		d.pmids = t.all("AN")
	}
	for _, u := range d.urls {
		if eid := scopusID(u); eid != "" {
			d.addOther("scopus", eid)
			d.accession = cmp.Or(d.accession, eid)
		}
	}
	return d
}

var scopusEID = regexp.MustCompile(`2-s2\.0-[0-9]{6,20}`)

// scopusID returns the number of a record in Scopus, "2-s2.0-…", or "".
func scopusID(s string) string {
	if !strings.Contains(s, "scopus") {
		return ""
	}
	return scopusEID.FindString(s)
}

// keywordLines reads keywords that stand one to a field, one to a line of it, or
// several behind semicolons.
func keywordLines(fields []string) []string {
	return splitKeywords(strings.Join(fields, "\n"), "\n;；")
}

// matching keeps the values that hold the prefix and are what normal knows.
func matching(normal func(string) string, prefix string, values []string) []string {
	var out []string
	for _, v := range values {
		if strings.Contains(strings.ToUpper(v), prefix) && normal(v) != "" {
			out = append(out, v)
		}
	}
	return out
}
