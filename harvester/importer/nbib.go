package importer

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"polyglean/harvester/source"
	"polyglean/internal/record"
)

// nbibTag is a line that begins a field: a tag in four columns, a hyphen, a blank.
var nbibTag = regexp.MustCompile(`^([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)$`)

// nbibReader reads the MEDLINE display format of PubMed, "NBIB".
type nbibReader struct{ lines *lines }

func newNBIB(r io.Reader) *nbibReader { return &nbibReader{lines: newLines(r)} }

// next collects the lines of a record. One begins with its PMID, or where there is
// none, after an empty line with a tag that stands only once.
func (r *nbibReader) next() (item, error) {
	var b block
	once := map[string]bool{}
	gap := false
	for {
		ln, err := r.lines.next()
		if errors.Is(err, io.EOF) && !b.empty() {
			break
		}
		if err != nil {
			return item{}, err
		}
		if blank(ln.text) {
			gap = true
			continue
		}
		if tag, _, ok := nbibLine(ln.text); ok {
			switch tag {
			case "PMID", "OWN", "STAT", "TI", "DP":
				if !b.empty() && (tag == "PMID" || gap && once[tag]) {
					r.lines.unread(ln)
					return r.item(&b), nil
				}
				once[tag] = true
			}
		}
		gap = false
		b.add(ln)
	}
	return r.item(&b), nil
}

func (r *nbibReader) item(b *block) item {
	if b.cut {
		return b.bad(tooLong)
	}
	fields := b.fields(nbibLine, " ")
	if len(fields) == 0 {
		return b.bad("lines outside of a record: no \"PMID- \" before them")
	}
	return item{line: b.first(), raw: b.text(), draft: nbibDraft(fields)}
}

// nbibLine reads a line that begins a field. One that goes on is indented.
func nbibLine(text string) (tag, value string, ok bool) {
	if m := nbibTag.FindStringSubmatch(text); m != nil {
		return m[1], m[2], true
	}
	return "", "", false
}

// nbibDraft reads fields in their order, in which authors and their identifiers, and
// other abstracts and their languages, belong together.
func nbibDraft(fields []field) draft {
	var d draft
	var title, bookTitle, vernacular, container, short string
	var full, abbreviated, editors []record.Author
	var kinds, langs []string
	for _, f := range fields {
		v := strings.TrimSpace(f.value)
		switch f.tag {
		case "PMID":
			d.pmids = append(d.pmids, v)
			d.accession = v
		case "PMC":
			d.pmcids = append(d.pmcids, v)
		case "TI":
			title = v
		case "BTI":
			bookTitle = v
		case "TT":
			vernacular = v
		case "AB":
			d.addAbstract(v, "en")
		case "OAB":
			// "Publisher: Abstract available from the publisher" is none.
			if !strings.Contains(v, "Abstract available from the publisher") {
				d.addAbstract(v, "")
			}
		case "OABL":
			// The language of the abstract before it.
			if n := len(d.abstracts); n > 0 && d.abstracts[n-1].Lang == "" {
				d.abstracts[n-1].Lang = langOf(v)
			}
		case "FAU":
			full = append(full, author(v))
		case "FED":
			editors = append(editors, author(v))
		case "AU":
			abbreviated = append(abbreviated, record.Author{Name: v})
		case "CN":
			full = append(full, record.Author{Name: v})
		case "AUID":
			if n := len(full); n > 0 && full[n-1].ORCID == "" {
				full[n-1].ORCID = source.NormalORCID(strings.TrimPrefix(v, "ORCID:"))
			}
		case "DP", "DEP":
			d.dates = append(d.dates, v)
		case "JT":
			container = v
		case "TA":
			short = v
		case "VI":
			d.volume = v
		case "IP":
			d.issue = v
		case "PG":
			d.pages = v
		case "PB":
			d.publisher = v
		case "PL":
			// The country of a journal, "England", and the place of a book.
			d.country, d.place = v, v
		case "LA":
			langs = append(langs, source.NormalLangs(v)...)
		case "AID", "LID":
			if id, ok := strings.CutSuffix(v, "[doi]"); ok {
				d.dois = append(d.dois, strings.TrimSpace(id))
			}
		case "IS":
			d.issns = append(d.issns, splitList(v, " (),;")...)
		case "MH":
			// Subheadings and the star of a major topic are no part of the heading.
			heading, _, _ := strings.Cut(v, "/")
			d.keywords = append(d.keywords, strings.TrimPrefix(heading, "*"))
		case "OT":
			d.keywords = append(d.keywords, strings.TrimPrefix(v, "*"))
		case "PT":
			kinds = append(kinds, v)
		case "GN":
			d.addStudy(v)
		case "RIN":
			d.retracted = true
		}
	}
	if title == "" {
		title, container = bookTitle, firstOf(container, short)
	} else {
		container = firstOf(container, bookTitle, short)
	}
	d.container = container
	d.languages = strings.Join(langs, "; ")
	d.addTitles(title, vernacular, langs)
	for _, names := range [][]record.Author{full, abbreviated, editors} {
		if len(names) > 0 {
			d.authors = names
			break
		}
	}
	kind, retracted := source.PublicationType(kinds)
	d.kind, d.retracted = kind, d.retracted || retracted
	for _, id := range d.pmids {
		if id = source.NormalPMID(id); id != "" {
			d.urls = append(d.urls, "https://pubmed.ncbi.nlm.nih.gov/"+id+"/")
		}
	}
	return d
}

// addTitles adds PubMed's titles: the main one is English, and stands in brackets
// where the article is not.
func (d *draft) addTitles(title, vernacular string, langs []string) {
	lang := ""
	if bare, ok := source.Unbracket(title); ok {
		title, lang = bare, "en"
	} else if slices.Contains(langs, "en") {
		lang = "en"
	}
	d.addTitle(title, lang)
	other := slices.IndexFunc(langs, func(l string) bool { return l != "en" })
	switch {
	case vernacular == "":
	case other >= 0:
		d.addTitle(vernacular, langs[other])
	default:
		d.addTitle(vernacular, "")
	}
}

// langOf is the one language that a field names, or "".
func langOf(s string) string {
	if langs := source.NormalLangs(s); len(langs) == 1 {
		return langs[0]
	}
	return ""
}
