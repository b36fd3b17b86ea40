package merge

import (
	"strconv"
	"strings"

	"polyglean/internal/record"
	"polyglean/internal/sidebyside"
)

// Record is what is compared of a candidate.
type Record struct {
	// ID is the candidate's.
	ID string

	titles    []title
	authors   []name
	year      int
	container container
	issn      []string
	volume    string
	issue     string
	pages     pages
	doi       string
	ids       []string // scheme:id, without the DOI
	pmid      string
	kind      kind
	languages []string
	// own are the keys that are identifiers of the record.
	own        []string
	statements []statement
	keys       []string
}

// New reads a candidate. What is no year, page or identifier counts as not stated.
func New(c *record.Candidate) *Record {
	r := &Record{
		ID: c.ID, container: newContainer(c.Container), volume: number(c.Volume), issue: number(c.Issue),
		pages: newPages(c.Pages), doi: DOI(c.IDs.DOI), pmid: c.IDs.PMID, year: yearOf(c), languages: c.Languages,
	}
	r.titles = titlesOf(c, r.container.letters)
	r.authors = namesOf(c.Authors)
	for _, n := range c.ISSN {
		if n = strings.ToUpper(strings.ReplaceAll(n, "-", "")); n != "" {
			r.issn = append(r.issn, n)
		}
	}
	add := func(scheme, id string) {
		if id != "" {
			r.ids = append(r.ids, scheme+":"+id)
		}
	}
	add("pmid", c.IDs.PMID)
	add("pmcid", c.IDs.PMCID)
	add("openalex", c.IDs.OpenAlex)
	add("arxiv", arxiv(c.IDs.Other["arxiv"]))
	add("hal", c.IDs.Other["hal"])
	r.own = append(make([]string, 0, 2+len(r.ids)), RecordKey(r.ID))
	if r.doi != "" {
		r.own = append(r.own, BoundedKey("doi:"+r.doi))
	}
	for _, id := range r.ids {
		r.own = append(r.own, BoundedKey(id))
	}
	r.statements = statementsOf(c, r.own)
	r.kind = kindOf(c, r.doi)
	r.keys = r.makeKeys()
	return r
}

// handful is how many records or pairs are worth a goroutine.
const handful = 16

// NewAll reads candidates on all processors.
func NewAll(candidates []record.Candidate) []*Record {
	out := make([]*Record, len(candidates))
	sidebyside.Do(len(out), handful, func(i int) { out[i] = New(&candidates[i]) })
	return out
}

// yearOf is the year of publication where it can be one.
func yearOf(c *record.Candidate) int {
	year := c.Year
	if year == 0 && len(c.Date) >= 4 {
		year, _ = strconv.Atoi(c.Date[:4])
	}
	if !PlausibleYear(year) {
		return 0
	}
	return year
}

// PlausibleYear says that something can have been published in the year.
func PlausibleYear(year int) bool { return year >= 1000 && year <= 2200 }

// number folds a volume or issue: "Vol. 12 (1)" and "12" are one.
func number(s string) string {
	s, _, _ = strings.Cut(s, "(")
	words, _ := foldWords(s, 6)
	for _, w := range words {
		if strings.ContainsAny(w, "0123456789") {
			return strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(w, "vol"), "v"), "0")
		}
	}
	return ""
}

// DOI is the bare identifier in lower case: without address, "doi:" and what
// sentences leave at its end; "" for what is not a DOI.
func DOI(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	at := strings.Index(s, "10.")
	if at < 0 || at > 40 {
		return ""
	}
	s = strings.TrimRight(s[at:], ".,;:)]}>\"' ")
	if i := strings.IndexAny(s, " \t\n"); i >= 0 {
		s = s[:i]
	}
	prefix, suffix, _ := strings.Cut(s, "/")
	if len(prefix) < 6 || suffix == "" {
		return ""
	}
	return s
}

// arxiv is an arXiv identifier without its version.
func arxiv(s string) string {
	s = strings.ToLower(s)
	if at := strings.LastIndexByte(s, 'v'); at > 0 && isNumber(s[at+1:]) {
		s = s[:at]
	}
	return s
}

// kind is the form of publication, as far as it decides whether two records of one
// title can be copies.
type kind string

const (
	anyKind    kind = ""
	journal    kind = "journal article"
	conference kind = "conference paper"
	preprint   kind = "preprint"
	thesis     kind = "thesis"
	book       kind = "book"
	chapter    kind = "chapter"
	dataset    kind = "dataset"
	review     kind = "book review"
)

// kindOf reads the kind off the type, the container and the identifiers. A type that
// says "article" is no proof: databases say so of everything.
func kindOf(c *record.Candidate, doi string) kind {
	t, where := " "+folded(c.Type)+" ", " "+folded(c.Container)+" "
	has := func(s string, words ...string) bool {
		for _, w := range words {
			if strings.Contains(s, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has(t, "preprint", "posted content", "working paper", "submitted version"),
		has(where, " arxiv ", " biorxiv ", " medrxiv ", " ssrn ", " psyarxiv ", " socarxiv ", " osf preprints ", " preprints ", " research square ", " scielo preprints "),
		has(doi, "10.48550/", "10.1101/20", "10.2139/ssrn", "10.31234/", "10.31235/", "10.21203/rs.", "10.20944/preprints", "10.1590/scielopreprints"):
		return preprint
	case has(t, "dataset", "data set", " software ", " image ", " figure "):
		return dataset
	case has(t, "thesis", "dissertation", " these "), has(where, " dissertation abstracts "):
		return thesis
	case has(t, "proceedings", "conference", "inproceedings", "paper conference", " congress "),
		has(where, " proceedings ", " conference ", " symposium ", " workshop ", " congress ", " kongress ", " congreso ", " конференция ", " конференции "):
		if has(where, " national academy ", " royal society ", " academy of ", " proceedings of the institution ", " proceedings of the nutrition ") {
			return journal
		}
		return conference
	case has(t, "book review", "review book"):
		return review
	case has(t, "chapter", "book part", "book section", "incollection"):
		return chapter
	case has(t, " book ", "monograph"):
		return book
	case c.Container != "" && (c.Volume != "" || len(c.ISSN) > 0), strings.HasPrefix(where, " journal "):
		return journal
	}
	return anyKind
}
