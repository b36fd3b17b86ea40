package source

import (
	"cmp"
	"encoding/xml"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"polyglean/harvester"
	"polyglean/internal/record"
)

// oaiList is one answer to ListRecords. Its records are as they came: the next answer
// can be asked for before they are read.
type oaiList struct {
	elements []element
	// token is that of the next page, empty at the end.
	token string
	// size is the announced number of records, -1 when there is none.
	size int
	// fault is what the repository reports in the place of records.
	fault *OAIError
}

// oaiRecords are the records of an answer.
type oaiRecords struct {
	records []record.Candidate
	bad     []harvester.Bad
	mended  mendings
	scanner recordScanner
}

type (
	oaiRecord struct {
		Header struct {
			Status     string `xml:"status,attr"`
			Identifier string `xml:"identifier"`
			Datestamp  string `xml:"datestamp"`
		} `xml:"header"`
		Metadata struct {
			Formats []oaiMetadata `xml:",any"`
		} `xml:"metadata"`
	}
	// oaiMetadata is a record's metadata in one format.
	oaiMetadata struct {
		XMLName  xml.Name
		Elements []dcElement `xml:",any"`
	}
	// oaiReader fills a candidate from metadata in one format.
	oaiReader func(*record.Candidate, []dcElement)
	// dcElement is one element of Dublin Core.
	dcElement struct {
		XMLName xml.Name
		Attrs   []xml.Attr `xml:",any,attr"`
		markup
	}
	oaiToken struct {
		Size  string `xml:"completeListSize,attr"`
		Token string `xml:",chardata"`
	}
	oaiFault struct {
		Code string `xml:"code,attr"`
		markup
	}
)

func readOAIList(answer xmlPage) (oaiList, error) {
	list := oaiList{size: -1, fault: &OAIError{}}
	elements, rest, err := split(answer.doc, "record")
	if err != nil {
		return list, err
	}
	list.elements = elements
	// KCI puts the token beside ListRecords instead of into it.
	parts, _, err := split(rest, "error", "resumptionToken", "ListRecords", "GetRecord")
	if err != nil {
		return list, err
	}
	listed := false
	for len(parts) > 0 {
		part := parts[0]
		parts = parts[1:]
		switch part.name {
		case "error":
			fault, _, err := decodeXML[oaiFault](part.raw)
			if err != nil {
				return list, err
			}
			// A window without records is the least of several faults.
			if code := cmp.Or(fault.Code, "an error without a code"); list.fault.Code == "" || list.fault.Code == "noRecordsMatch" {
				list.fault = &OAIError{Code: code, Text: excerpt([]byte(fault.text()))}
			}
		case "resumptionToken":
			token, _, err := decodeXML[oaiToken](part.raw)
			if err != nil {
				return list, err
			}
			list.token = strings.TrimSpace(token.Token)
			if size, err := strconv.Atoi(strings.TrimSpace(token.Size)); err == nil && size >= 0 {
				list.size = size
			}
		default:
			listed = true
			inner, _, err := split(part.raw, "resumptionToken")
			if err != nil {
				return list, err
			}
			parts = append(parts, inner...)
		}
	}
	if !listed && list.fault.Code == "" {
		return list, errors.New("the answer holds neither records nor an error: check that the endpoint in the protocol is the base URL of the repository")
	}
	return list, nil
}

// read reads the records.
func (l *oaiList) read() *oaiRecords {
	r := &oaiRecords{records: make([]record.Candidate, 0, len(l.elements))}
	for _, e := range l.elements {
		r.add(e.raw)
	}
	return r
}

// published gives the records, but for those that are gone, the country of the journals
// of their repository; "" is none.
func (l *oaiRecords) published(country string) {
	for i := range l.records {
		if c := &l.records[i]; !c.Deleted {
			c.JournalCountry = country
		}
	}
}

// add reads one record.
func (l *oaiRecords) add(raw []byte) {
	r, mended, err := l.decode(raw)
	id := plainLine(r.Header.Identifier)
	switch {
	case err != nil:
		l.bad = append(l.bad, harvester.Bad{SourceID: id, Reason: "it is not XML: " + err.Error(), Raw: raw})
	case id == "":
		l.bad = append(l.bad, harvester.Bad{Reason: "its header has no identifier", Raw: raw})
	default:
		if mended {
			l.mended.add(mendingOf(raw))
		}
		c := record.Candidate{SourceID: id, Version: oaiVersion(r.Header.Datestamp)}
		if strings.EqualFold(strings.TrimSpace(r.Header.Status), "deleted") {
			c.Deleted = true
			l.records = append(l.records, c)
			return
		}
		elements := 0
		for _, format := range r.Metadata.Formats {
			elements += len(format.Elements)
			format.read(&c)
		}
		if elements == 0 {
			l.bad = append(l.bad, harvester.Bad{SourceID: id, Reason: "it has no metadata and is not marked as deleted", Raw: raw})
			return
		}
		l.records = append(l.records, c)
	}
}

// decode reads the XML of a record; mended says that it had faults. The record holds
// until the next call.
func (l *oaiRecords) decode(raw []byte) (r *oaiRecord, mended bool, err error) {
	if r, ok := l.scanner.scan(raw); ok {
		return r, false, nil
	}
	slow, mended, err := decodeXML[oaiRecord](raw)
	return &slow, mended, err
}

// read fills c as the name of the metadata's root element asks for. Repositories
// call the root of Dublin Core all sorts of names.
func (m oaiMetadata) read(c *record.Candidate) {
	read, known := oaiFormats[m.XMLName.Local]
	if !known {
		read = readDC
	}
	read(c, m.Elements)
}

// oaiVersion reads a datestamp of either granularity, 0 for anything else.
func oaiVersion(stamp string) int64 {
	stamp = strings.TrimSpace(stamp)
	for _, layout := range []string{time.RFC3339, time.DateOnly, "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, stamp); err == nil {
			return t.UnixMilli()
		}
	}
	return 0
}

// attr returns the value of an attribute by local name.
func (e dcElement) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// readDC fills c from elements of Dublin Core, simple or qualified.
func readDC(c *record.Candidate, elements []dcElement) {
	var dates, types []string
	var source, relation string
	for _, e := range elements {
		if e.XMLName.Local == "language" {
			for _, lang := range dcLanguages(e.line()) {
				c.Languages = appendNew(c.Languages, lang)
			}
		}
	}
	for _, e := range elements {
		text := e.text()
		if text == "" {
			continue
		}
		line := oneLine(text)
		switch e.XMLName.Local {
		case "title", "alternative":
			c.Titles = appendText(c.Titles, line, e.lang(c.Languages))
		case "description", "abstract":
			if isAbstract(line) {
				c.Abstracts = appendText(c.Abstracts, text, e.lang(c.Languages))
			}
		case "subject":
			for keyword := range strings.SplitSeq(line, ";") {
				if keyword = strings.TrimSpace(keyword); keyword != "" {
					c.Keywords = appendText(c.Keywords, keyword, e.lang(c.Languages))
				}
			}
		case "creator":
			c.Authors = append(c.Authors, dcAuthor(line))
		case "publisher":
			if c.Publisher == "" && !isAddress(line) {
				c.Publisher = line
			}
		case "date", "issued", "created":
			dates = append(dates, line)
		case "type":
			types = append(types, line)
		case "identifier", "url", "doi":
			dcIdentifier(c, e, line)
		case "source":
			source = dcContainer(c, source, line)
		case "relation", "isPartOf", "bibliographicCitation":
			relation = dcContainer(c, relation, line)
		case "rights", "license":
			c.License = dcLicense(c.License, line)
		}
	}
	c.Date, c.Year = dcDate(dates)
	c.Type = dcType(types)
	dcCitation(c, cmp.Or(source, relation))
}

// dcLanguages reads a dc:language. Where it is nothing else, it may be several
// codes with blanks between them: "en fr".
func dcLanguages(line string) []string {
	langs := normalLangs(line)
	if langs != nil {
		return langs
	}
	for code := range strings.FieldsSeq(line) {
		lang := normalLang(code)
		if lang == "" || len(code) > 3 {
			return nil
		}
		langs = appendNew(langs, lang)
	}
	return langs
}

// lang is the language an element declares for its text.
func (e dcElement) lang(work []string) string { return textLang(e.attr("lang"), work) }

// textLang reads the language declared for a text of a work in the languages work.
// KCI says "original" and "english" instead of a code.
func textLang(declared string, work []string) string {
	if declared == "original" {
		if len(work) == 1 {
			return work[0]
		}
		return ""
	}
	return normalLang(declared)
}

// appendText appends a text unless it is there already, when at most its
// language is learned.
func appendText(list []record.Text, text, lang string) []record.Text {
	for i := range list {
		if list[i].Text == text && (list[i].Lang == lang || list[i].Lang == "" || lang == "") {
			list[i].Lang = cmp.Or(list[i].Lang, lang)
			return list
		}
	}
	return append(list, record.Text{Text: text, Lang: lang})
}

// notAbstracts are descriptions that say nothing of the content, in lower case
// without the stop at their end. They come from the fixed vocabularies of
// repository software and DataCite, and from forms that had to be filled in.
var notAbstracts = []string{
	"abstract", "peer reviewed", "peer-reviewed", "peerreviewed", "non peer reviewed", "nonpeerreviewed",
	"not peer reviewed", "refereed", "seriesinformation", "tableofcontents", "technicalinfo", "methods", "other",
	"none", "n/a", "na", "tba", "tbd", "not applicable", "not available", "no documentation",
	"no abstract", "no abstract available", "abstract not available", "[no abstract available]",
	"published", "published version", "accepted version", "submitted version", "open access", "full text",
	"international", "national", "info:eu-repo/semantics/publishedversion",
}

// isAbstract tells a description that may be an abstract from one that is
// certainly none: an address, a fixed phrase, no word at all.
func isAbstract(line string) bool {
	const longest = 64 // more bytes than any of notAbstracts has
	if !strings.ContainsFunc(line, unicode.IsLetter) || isAddress(line) {
		return false
	}
	if arXiv := "comment: "; len(line) >= len(arXiv) && strings.EqualFold(line[:len(arXiv)], arXiv) { // "Comment: 12 pages"
		return false
	}
	plain := strings.TrimRight(line, ". ")
	return len(plain) > longest || !slices.Contains(notAbstracts, strings.ToLower(plain))
}

// isAddress reports whether a text is a URL and nothing else.
func isAddress(line string) bool {
	if !strings.Contains(line, "://") || strings.ContainsAny(line, " \n\t") {
		return false
	}
	u, err := url.Parse(line)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ftp")
}

// dcAuthor reads a creator. "Family, Given" is split; a name with more commas, or
// with none, is an institution or a name nobody but its owner can split.
func dcAuthor(line string) record.Author {
	a := record.Author{Name: line}
	if family, given, ok := strings.Cut(line, ","); ok && !strings.Contains(given, ",") {
		family, given = strings.TrimSpace(family), strings.TrimSpace(given)
		if family != "" && given != "" {
			a.Family, a.Given = family, given
		}
	}
	return a
}

// dcDate chooses the date of publication. DSpace sends the moments of deposit, to
// the second, before it; where there are only moments, the first is taken.
func dcDate(dates []string) (date string, year int) {
	for _, moments := range []bool{false, true} {
		for _, d := range dates {
			if strings.HasPrefix(d, "info:eu-repo/date/") || strings.Contains(d, "T") != moments {
				continue
			}
			if date, year := normalDate(d); year != 0 {
				return date, year
			}
		}
	}
	return "", 0
}

// dcNotTypes are values of dc:type that do not say what kind of document it is:
// the broad DCMI type, its version, its review.
var dcNotTypes = []string{
	"text", "none", "peerreviewed", "nonpeerreviewed", "publishedversion", "acceptedversion",
	"submittedversion", "draft", "updatedversion", "untilarticleappears", "oneyear", "peer-reviewed article",
}

func dcType(types []string) string {
	first := ""
	for _, t := range types {
		for _, prefix := range []string{"info:eu-repo/semantics/", "doc-type:"} {
			t = strings.TrimPrefix(t, prefix)
		}
		if !slices.Contains(dcNotTypes, strings.ToLower(t)) {
			return t
		}
		first = cmp.Or(first, t)
	}
	return first
}

// dcLicense chooses among rights: a Creative Commons address first, then the
// first statement there is. Dates of embargo are not rights.
func dcLicense(have, line string) string {
	switch {
	case strings.HasPrefix(line, "info:eu-repo/date/"):
		return have
	case strings.Contains(line, "creativecommons.org/") && !strings.Contains(have, "creativecommons.org/"):
		return line
	}
	return cmp.Or(have, line)
}

var (
	isbnIn   = regexp.MustCompile(`(?i)^(?:urn:)?isbn[:\s]*([0-9][0-9 -]{8,16}[0-9x])$`)
	handleIn = regexp.MustCompile(`(?i)^(?:hdl:|info:hdl/|https?://hdl\.handle\.net/)(\S+/\S+)$`)
	urnIn    = regexp.MustCompile(`(?i)^(?:urn:|https?://nbn-resolving\.(?:de|org)/)?(urn:nbn:\S+)$`)
	halIn    = regexp.MustCompile(`(?i)^(?:https?://\S+/)?((?:hal|halshs|tel|dumas|cel|inserm|ineris|pasteur)-[0-9]{6,})(?:v[0-9]+)?$`)
	arxivIn  = regexp.MustCompile(`(?i)^(?:arxiv:|https?://arxiv\.org/abs/)(\S+)$`)
	picture  = regexp.MustCompile(`(?i)\.(?:jpe?g|png|gif|svg)$`)
)

// dcIdentifier reads one identifier into c.
func dcIdentifier(c *record.Candidate, e dcElement, line string) {
	// KCI hangs the ISSN on the citation.
	for _, issn := range normalISSNs(e.attr("issn")) {
		c.ISSN = appendNew(c.ISSN, issn)
	}
	if e.attr("linktype") == "thumbnail" || picture.MatchString(line) {
		return
	}
	if doi := normalDOI(line); doi != "" {
		c.IDs.DOI = cmp.Or(c.IDs.DOI, doi)
		// A resolver's address serves where the repository gives none of its own.
		if isAddress(line) && c.URL == "" {
			c.URL = line
		}
		return
	}
	if isAddress(line) && (c.URL == "" || normalDOI(c.URL) != "") {
		c.URL = line
	}
	lower := strings.ToLower(line)
	if strings.Contains(lower, "pubmed") || strings.Contains(lower, "pmid") {
		c.IDs.PMID = cmp.Or(c.IDs.PMID, normalPMID(line))
	}
	if strings.Contains(lower, "pmc") {
		c.IDs.PMCID = cmp.Or(c.IDs.PMCID, normalPMCID(line))
	}
	for _, other := range dcSchemes {
		if !strings.Contains(lower, other.sign) {
			continue
		}
		if m := other.form.FindStringSubmatch(line); m != nil {
			addOther(&c.IDs, other.scheme, m[1])
		}
	}
	issn, _ := dcISSN(line)
	c.ISSN = appendNew(c.ISSN, issn)
}

// dcSchemes are identifiers of further schemes. A sign is in lower case what each of a
// scheme holds: most lines hold none, and looking for it takes a fraction of the time.
var dcSchemes = []struct {
	scheme, sign string
	form         *regexp.Regexp
}{
	{"handle", "hdl", handleIn},
	{"urn", "urn:nbn:", urnIn},
	{"isbn", "isbn", isbnIn},
	{"arxiv", "arxiv", arxivIn},
	{"hal", "hal", halIn},
	{"hal", "tel-", halIn},
	{"hal", "dumas-", halIn},
	{"hal", "cel-", halIn},
	{"hal", "inserm-", halIn},
	{"hal", "ineris-", halIn},
	{"hal", "pasteur-", halIn},
}

// dcISSN says whether a line is an ISSN, or ends with one behind the word ISSN, and
// returns it; "" when its check digit is wrong.
func dcISSN(line string) (issn string, ok bool) {
	const digits, hyphen = 8, 4 // "12345678" or "1234-5678"
	at := len(line) - digits
	if at > 0 && line[at+hyphen-1] == '-' {
		at--
	}
	if at < 0 {
		return "", false
	}
	number := strings.Replace(line[at:], "-", "", 1)
	if len(number) != digits || strings.Trim(number[:digits-1], "0123456789") != "" || !strings.Contains("0123456789xX", number[digits-1:]) {
		return "", false
	}
	name := strings.TrimRight(line[:at], ": \t\r\n\f")
	if at > 0 && (len(name) < len("issn") || !strings.EqualFold(name[len(name)-len("issn"):], "issn")) {
		return "", false
	}
	return normalISSN(number), true
}

// dcContainer looks at a source or relation: an ISSN is one, an identifier or
// address of another work says nothing of this one's container, and the first
// other text is kept as its citation.
func dcContainer(c *record.Candidate, have, line string) string {
	if issn, ok := dcISSN(line); ok {
		c.ISSN = appendNew(c.ISSN, issn)
		return have
	}
	if m := isbnIn.FindStringSubmatch(line); m != nil {
		return have // the book's, which may hold many works
	}
	if isAddress(line) || normalDOI(line) != "" || have != "" ||
		strings.HasPrefix(line, "info:") || strings.HasPrefix(strings.ToUpper(line), "PMID:") ||
		!strings.ContainsFunc(line, unicode.IsLetter) {
		return have
	}
	return line
}

var (
	volumeIn = regexp.MustCompile(`(?i)\b(?:vol(?:ume)?|v|jg|tome|cilt|том)\.?\s*:?\s*([0-9]+)`)
	issueIn  = regexp.MustCompile(`(?i)\b(?:no|nr|num(?:ber)?|issue|iss|n[º°]?|núm|sayı|№)\.?\s*:?\s*([0-9]+(?:[-–/][0-9]+)?)`)
	pagesIn  = regexp.MustCompile(`(?i)^(?:pp?\.?\s*)?([0-9]+\s*[-–]\s*[0-9]+)$`)
)

// dcCitation reads a citation as journal software writes it: the container, then
// after semicolons volume, issue and pages.
// "Cadernos de Exemplo; v. 12 n. 3 (2019); 45-67".
func dcCitation(c *record.Candidate, citation string) {
	name, rest, _ := strings.Cut(citation, ";")
	c.Container = strings.TrimSpace(name)
	for part := range strings.SplitSeq(rest, ";") {
		part = strings.TrimSpace(part)
		if m := pagesIn.FindStringSubmatch(part); m != nil {
			c.Pages = cmp.Or(c.Pages, m[1])
			continue // it says nothing else
		}
		if m := volumeIn.FindStringSubmatch(part); m != nil {
			c.Volume = cmp.Or(c.Volume, m[1])
		}
		if m := issueIn.FindStringSubmatch(part); m != nil {
			c.Issue = cmp.Or(c.Issue, m[1])
		}
	}
}
