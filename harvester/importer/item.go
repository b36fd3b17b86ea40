package importer

import (
	"cmp"
	"errors"
	"html"
	"regexp"
	"strings"

	"polyglean/harvester/source"
	"polyglean/internal/country"
	"polyglean/internal/record"
)

// item is one record of a file as its format's reader found it.
type item struct {
	// line is the number of its first line.
	line int
	// raw is the record as it stands in the file, in UTF-8.
	raw string
	// reason says why it cannot be read, empty when it can.
	reason string
	draft  draft
}

// reader reads the records of one file. It returns io.EOF after the last one; other
// errors are those of the file itself. What is wrong with one record is in its item.
type reader interface {
	next() (item, error)
}

// draft is a record in a file's own words, before it is cleaned.
type draft struct {
	titles []record.Text
	// abstracts and keywords are in the order of the file.
	abstracts []record.Text
	keywords  []string
	authors   []record.Author
	// languages names those of the work, in any form.
	languages string
	// dates are the statements of when it was published, the best one first.
	dates                    []string
	container, volume, issue string
	pages                    string
	publisher, kind          string
	// country names that of the journal, place where it or its publisher is.
	country, place      string
	dois, pmids, pmcids []string
	issns               []string
	urls                []string
	// other are identifiers of further schemes.
	other map[string]string
	// accession is the number under which the database keeps it.
	accession string
	// study is the ID of the study that polyglean exported as this record.
	study     string
	retracted bool
	label     Label
}

func (d *draft) addTitle(text, lang string) {
	d.titles = append(d.titles, record.Text{Text: text, Lang: lang})
}

func (d *draft) addAbstract(text, lang string) {
	d.abstracts = append(d.abstracts, record.Text{Text: text, Lang: lang})
}

// noted is a further title or abstract in a note, as polyglean export writes it.
var noted = regexp.MustCompile(`^(Title|Abstract) \[([A-Za-z-]{2,16})\]: (.+)$`)

// addNoted adds the titles and abstracts that stand in notes.
func (d *draft) addNoted(notes []string) {
	for _, n := range notes {
		m := noted.FindStringSubmatch(strings.TrimSpace(n))
		if m == nil {
			continue
		}
		if m[1] == "Title" {
			d.addTitle(m[3], langOf(m[2]))
		} else {
			d.addAbstract(m[3], langOf(m[2]))
		}
	}
}

func (d *draft) addOther(scheme, value string) {
	if d.other == nil {
		d.other = map[string]string{}
	}
	if d.other[scheme] == "" {
		d.other[scheme] = value
	}
}

// pageRange joins a first and a last page.
func pageRange(first, last string) string {
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	switch {
	case first == "":
		return last
	case last == "" || last == first || strings.ContainsAny(first, "-–"):
		return first
	}
	return first + "-" + last
}

// maxISSNs is how many ISSNs of a record are looked at: a journal has two or three.
const maxISSNs = 20

var errNothing = errors.New("it has neither a title nor a DOI, PubMed ID or accession number")

// candidate cleans the draft.
func (d *draft) candidate() (record.Candidate, error) {
	c := record.Candidate{
		Titles:    cleanTexts(d.titles, source.PlainLine),
		Abstracts: cleanTexts(d.abstracts, source.PlainText),
		Languages: source.NormalLangs(d.languages),
		Container: source.PlainLine(d.container),
		Volume:    source.PlainLine(d.volume),
		Issue:     source.PlainLine(d.issue),
		Pages:     source.PlainLine(d.pages),
		Publisher: source.PlainLine(d.publisher),
		Type:      source.PlainLine(d.kind),
		ISSN:      source.NormalISSNs(d.issns[:min(len(d.issns), maxISSNs)]...),
		Retracted: d.retracted,
	}
	seen := map[string]bool{"": true}
	for _, k := range d.keywords {
		k = source.PlainLine(k)
		if lower := strings.ToLower(k); !seen[lower] {
			seen[lower] = true
			c.Keywords = append(c.Keywords, record.Text{Text: k})
		}
	}
	for _, a := range d.authors {
		a.Name, a.Family, a.Given = source.PlainLine(a.Name), source.PlainLine(a.Family), source.PlainLine(a.Given)
		if a.Name != "" {
			c.Authors = append(c.Authors, a)
		}
	}
	c.JournalCountry = cmp.Or(country.Code(source.PlainLine(d.country)), country.OfPlace(source.PlainLine(d.place)))
	c.Date, c.Year = bestDate(d.dates)
	c.IDs.DOI = first(source.NormalDOI, d.dois)
	c.IDs.PMID = first(source.NormalPMID, d.pmids)
	c.IDs.PMCID = first(source.NormalPMCID, d.pmcids)
	for scheme, value := range d.other {
		if value = source.PlainLine(value); value != "" {
			if c.IDs.Other == nil {
				c.IDs.Other = map[string]string{}
			}
			c.IDs.Other[scheme] = value
		}
	}
	c.URL = first(webAddress, d.urls)
	if c.IDs.DOI == "" {
		c.IDs.DOI = first(resolvedDOI, d.urls)
	}
	if c.IDs.PMID == "" {
		c.IDs.PMID = first(pubmedAddress, d.urls)
	}
	if len(c.Titles) == 0 && c.IDs.DOI == "" && c.IDs.PMID == "" && c.IDs.PMCID == "" && accessionNumber(d.accession) == "" && d.study == "" {
		return c, errNothing
	}
	return c, nil
}

// cleanTexts cleans texts and leaves out what is empty or there already.
func cleanTexts(texts []record.Text, clean func(string) string) []record.Text {
	var out []record.Text
	seen := map[string]bool{"": true}
	for _, t := range texts {
		if t.Text = clean(t.Text); !seen[t.Text] {
			seen[t.Text] = true
			out = append(out, t)
		}
	}
	return out
}

// first returns the first value that normal makes something of.
func first(normal func(string) string, values []string) string {
	for _, v := range values {
		if v = normal(v); v != "" {
			return v
		}
	}
	return ""
}

// webAddress returns s where it is an address for a browser, else "".
func webAddress(s string) string {
	s = strings.TrimSpace(s)
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || rest == "" || len(s) > 2048 || strings.ContainsAny(s, " \t\n\"<>") {
		return ""
	}
	if scheme = strings.ToLower(scheme); scheme != "http" && scheme != "https" {
		return ""
	}
	return s
}

// resolvedDOI returns the DOI of an address of the DOI resolver. Other addresses
// with a DOI in them may be of a part or a comment.
func resolvedDOI(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		host, _, _ := strings.Cut(strings.ToLower(rest), "/")
		if host == "doi.org" || strings.HasSuffix(host, ".doi.org") {
			return source.NormalDOI(s)
		}
	}
	return ""
}

// pubmedAddress returns the PubMed ID of an address in PubMed.
func pubmedAddress(s string) string {
	if rest, ok := strings.CutPrefix(s, "https://pubmed.ncbi.nlm.nih.gov/"); ok {
		return source.NormalPMID(strings.Trim(rest, "/"))
	}
	return ""
}

// bestDate returns the most precise of the dates that agree in their year with the
// first one that is a date at all.
func bestDate(dates []string) (best string, year int) {
	for _, s := range dates {
		date, y := readDate(s)
		if y != 0 && (year == 0 || y == year && len(date) > len(best)) {
			best, year = date, y
		}
	}
	return best, year
}

// readDate reads a date as reference programs write it: besides the ordinary forms
// "2019/05/12/Spring" with parts left out, as RIS has it.
func readDate(s string) (string, int) {
	s = strings.TrimSpace(s)
	if parts := strings.Split(s, "/"); len(parts) > 2 && len(parts[0]) == 4 {
		kept := parts[:1]
		for _, p := range parts[1:min(3, len(parts))] {
			if p = strings.TrimSpace(p); p == "" || strings.Trim(p, "0123456789") != "" {
				break
			}
			kept = append(kept, p)
		}
		s = strings.Join(kept, "-")
	}
	return source.NormalDate(s)
}

// splitKeywords splits a list of keywords. Entities end with one of the separators,
// so they are read before.
func splitKeywords(s, separators string) []string {
	return splitList(html.UnescapeString(s), separators)
}

// splitList splits a field that holds several values.
func splitList(s, separators string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(separators, r) })
}

// firstOf is the first of the values that is not blank.
func firstOf(values ...string) string {
	for i, v := range values {
		values[i] = strings.TrimSpace(v)
	}
	return cmp.Or(values...)
}
