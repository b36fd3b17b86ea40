package source

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"polyglean/harvester"
	"polyglean/internal/country"
	"polyglean/internal/record"
)

// pubmedRoots are the documents EFetch answers with.
var pubmedRoots = []string{"PubmedArticleSet", "PubmedBookArticleSet", "PubmedBookArticle"}

// The elements of NLM's PubMed DTD (pubmed_250101.dtd) that a Candidate is made of.
type (
	pmArticle struct {
		Citation struct {
			PMID      string `xml:"PMID"`
			Completed pmDate `xml:"DateCompleted"`
			Revised   pmDate `xml:"DateRevised"`
			Article   struct {
				Journal struct {
					ISSN  []string `xml:"ISSN"`
					Issue struct {
						Volume string `xml:"Volume"`
						Issue  string `xml:"Issue"`
						Date   pmDate `xml:"PubDate"`
					} `xml:"JournalIssue"`
					Title markup `xml:"Title"`
					Short string `xml:"ISOAbbreviation"`
				} `xml:"Journal"`
				Title      markup         `xml:"ArticleTitle"`
				Vernacular markup         `xml:"VernacularTitle"`
				Pagination pmPages        `xml:"Pagination"`
				Locations  []pmLocation   `xml:"ELocationID"`
				Abstract   []markupPart   `xml:"Abstract>AbstractText"`
				Authors    []pmAuthorList `xml:"AuthorList"`
				Languages  []string       `xml:"Language"`
				Types      []string       `xml:"PublicationTypeList>PublicationType"`
				Date       []pmDate       `xml:"ArticleDate"`
			} `xml:"Article"`
			Medline struct {
				Short string `xml:"MedlineTA"`
				ISSN  string `xml:"ISSNLinking"`
				// Country is where the journal is published, in the words of NLM's
				// catalogue: "England", "Korea (South)".
				Country string `xml:"Country"`
			} `xml:"MedlineJournalInfo"`
			Other       []pmOtherAbstract `xml:"OtherAbstract"`
			Keywords    []markup          `xml:"KeywordList>Keyword"`
			Headings    []markup          `xml:"MeshHeadingList>MeshHeading>DescriptorName"`
			Corrections []struct {
				Type   string `xml:"RefType,attr"`
				PMID   string `xml:"PMID"`
				Source string `xml:"RefSource"`
			} `xml:"CommentsCorrectionsList>CommentsCorrections"`
		} `xml:"MedlineCitation"`
		Data struct {
			IDs        []pmID            `xml:"ArticleIdList>ArticleId"`
			References []pmReferenceList `xml:"ReferenceList"`
		} `xml:"PubmedData"`
	}

	pmBook struct {
		Document struct {
			PMID string `xml:"PMID"`
			IDs  []pmID `xml:"ArticleIdList>ArticleId"`
			Book struct {
				Publisher  markup         `xml:"Publisher>PublisherName"`
				Place      markup         `xml:"Publisher>PublisherLocation"`
				Title      markup         `xml:"BookTitle"`
				Date       pmDate         `xml:"PubDate"`
				Authors    []pmAuthorList `xml:"AuthorList"`
				Volume     string         `xml:"Volume"`
				Collection markup         `xml:"CollectionTitle"`
				ISBN       []string       `xml:"Isbn"`
				Locations  []pmLocation   `xml:"ELocationID"`
			} `xml:"Book"`
			Title        markup            `xml:"ArticleTitle"`
			Vernacular   markup            `xml:"VernacularTitle"`
			Pagination   pmPages           `xml:"Pagination"`
			Languages    []string          `xml:"Language"`
			Authors      []pmAuthorList    `xml:"AuthorList"`
			Types        []string          `xml:"PublicationType"`
			Abstract     []markupPart      `xml:"Abstract>AbstractText"`
			Other        []pmOtherAbstract `xml:"OtherAbstract"`
			Keywords     []markup          `xml:"KeywordList>Keyword"`
			Contribution pmDate            `xml:"ContributionDate"`
			Revised      pmDate            `xml:"DateRevised"`
			References   []pmReferenceList `xml:"ReferenceList"`
		} `xml:"BookDocument"`
		Data struct {
			IDs []pmID `xml:"ArticleIdList>ArticleId"`
		} `xml:"PubmedBookData"`
	}

	pmDate struct {
		Year    string `xml:"Year"`
		Month   string `xml:"Month"`
		Day     string `xml:"Day"`
		Medline string `xml:"MedlineDate"`
	}
	pmPages struct {
		Start   string `xml:"StartPage"`
		End     string `xml:"EndPage"`
		Medline string `xml:"MedlinePgn"`
	}
	pmLocation struct {
		Type  string `xml:"EIdType,attr"`
		Valid string `xml:"ValidYN,attr"`
		Value string `xml:",chardata"`
	}
	pmID struct {
		Type  string `xml:"IdType,attr"`
		Value string `xml:",chardata"`
	}
	pmAuthorList struct {
		Type    string     `xml:"Type,attr"`
		Authors []pmAuthor `xml:"Author"`
	}
	pmAuthor struct {
		Valid       string `xml:"ValidYN,attr"`
		Last        markup `xml:"LastName"`
		Fore        markup `xml:"ForeName"`
		Initials    string `xml:"Initials"`
		Suffix      markup `xml:"Suffix"`
		Collective  markup `xml:"CollectiveName"`
		Identifiers []struct {
			Source string `xml:"Source,attr"`
			Value  string `xml:",chardata"`
		} `xml:"Identifier"`
	}
	markupPart struct {
		Label string `xml:"Label,attr"`
		markup
	}
	pmOtherAbstract struct {
		Language string       `xml:"Language,attr"`
		Parts    []markupPart `xml:"AbstractText"`
	}
	// A reference list may hold others, one for each part of a long article.
	pmReferenceList struct {
		References []struct {
			IDs []pmID `xml:"ArticleIdList>ArticleId"`
		} `xml:"Reference"`
		Lists []pmReferenceList `xml:"ReferenceList"`
	}
	pmDeletions struct {
		PMIDs []string `xml:"PMID"`
	}
)

// pubmedRecords makes Candidates of a page; what cannot be read is in bad. The
// error is for a page that does not hold together.
func pubmedRecords(page *xmlPage) (good []record.Candidate, bad []harvester.Bad, err error) {
	elements, _, err := split(page.doc, "PubmedArticle", "PubmedBookArticle", "DeleteCitation", "DeleteDocument")
	if err != nil {
		return nil, nil, fmt.Errorf("EFetch: %w", err)
	}
	for _, e := range elements {
		var c record.Candidate
		var mended bool
		var err error
		switch e.name {
		case "PubmedArticle":
			var a pmArticle
			if a, mended, err = decodeXML[pmArticle](e.raw); err == nil {
				c = a.candidate()
			}
		case "PubmedBookArticle":
			var b pmBook
			if b, mended, err = decodeXML[pmBook](e.raw); err == nil {
				c = b.candidate()
			}
		default:
			var d pmDeletions
			if d, mended, err = decodeXML[pmDeletions](e.raw); err == nil {
				for _, id := range d.PMIDs {
					if id = normalPMID(id); id != "" {
						good = append(good, record.Candidate{SourceID: id, Deleted: true, IDs: record.Identifiers{PMID: id}})
					}
				}
				continue
			}
		}
		switch {
		case err != nil:
			bad = append(bad, harvester.Bad{SourceID: rawPMID(e.raw), Reason: "it is not XML: " + err.Error(), Raw: e.raw})
		case c.SourceID == "":
			bad = append(bad, harvester.Bad{Reason: "it has no PMID", Raw: e.raw})
		default:
			good = append(good, c)
			if mended {
				page.mended.add(mendingOf(e.raw))
			}
		}
	}
	return good, bad, nil
}

// rawPMID finds the PMID of a record that cannot be decoded.
func rawPMID(raw []byte) string {
	ids, _, err := split(raw, "PMID")
	if err != nil || len(ids) == 0 {
		return ""
	}
	id, _, _ := decodeXML[string](ids[0].raw)
	return normalPMID(id)
}

func (a *pmArticle) candidate() record.Candidate {
	m, art := &a.Citation, &a.Citation.Article
	c := record.Candidate{
		SourceID:  normalPMID(m.PMID),
		Languages: pmLanguages(art.Languages),
		Container: cmp.Or(art.Journal.Title.line(), plainLine(art.Journal.Short), plainLine(m.Medline.Short)),
		Volume:    plainLine(art.Journal.Issue.Volume),
		Issue:     plainLine(art.Journal.Issue.Issue),
		Pages:     art.Pagination.String(),
		ISSN:      normalISSNs(append(art.Journal.ISSN, m.Medline.ISSN)...),
		Authors:   pmAuthors(art.Authors),
		Type:      pmType(art.Types),
		Retracted: slices.ContainsFunc(art.Types, isRetracted),
		Version:   cmp.Or(m.Revised.version(), m.Completed.version()),

		JournalCountry: country.Code(plainLine(m.Medline.Country)),
	}
	c.Titles = pmTitles(art.Title.line(), art.Vernacular.line(), c.Languages)
	c.Abstracts = pmAbstracts(art.Abstract, m.Other)
	c.Keywords = pmKeywords(m.Keywords, m.Headings)
	c.Date, c.Year = art.Journal.Issue.Date.read()
	// The issue may be dated by year alone where the article is dated to the day.
	for _, d := range art.Date {
		if date, year := d.read(); year != 0 && (c.Year == 0 || year == c.Year && len(date) > len(c.Date)) {
			c.Date, c.Year = date, year
		}
	}
	c.IDs = pmIdentifiers(c.SourceID, art.Locations, a.Data.IDs)
	c.URL = pmAddress(c.SourceID)
	for _, r := range m.Corrections {
		c.Relations = addRelation(c.Relations, medlineRelation(r.Type), cmp.Or(relatedID("pmid", r.PMID), doiIn(r.Source)))
		switch r.Type {
		case "RetractionIn":
			c.Retracted = true
		case "Cites":
			c.References = appendNew(c.References, pmReference("", r.PMID))
		}
	}
	c.References = pmReferences(c.References, a.Data.References)
	return c
}

// doiIn finds the DOI in a citation of a work that has no PMID.
func doiIn(citation string) string {
	_, doi, ok := strings.Cut(citation, "doi:")
	if !ok {
		return ""
	}
	doi, _, _ = strings.Cut(strings.TrimSpace(doi), " ")
	return relatedID("doi", strings.TrimRight(doi, ".;,"))
}

func (b *pmBook) candidate() record.Candidate {
	d, book := &b.Document, &b.Document.Book
	title, container := d.Title.line(), book.Title.line()
	if title == "" {
		title, container = container, book.Collection.line()
	}
	authors := pmAuthors(d.Authors)
	if len(authors) == 0 {
		authors = pmAuthors(book.Authors)
	}
	c := record.Candidate{
		SourceID:  normalPMID(d.PMID),
		Languages: pmLanguages(d.Languages),
		Container: container,
		Volume:    plainLine(book.Volume),
		Pages:     d.Pagination.String(),
		Publisher: book.Publisher.line(),
		Authors:   authors,
		Type:      cmp.Or(pmType(d.Types), "Book"),
		Retracted: slices.ContainsFunc(d.Types, isRetracted),
		Version:   cmp.Or(d.Revised.version(), d.Contribution.version()),

		JournalCountry: country.OfPlace(book.Place.line()),
	}
	c.Titles = pmTitles(title, d.Vernacular.line(), c.Languages)
	c.Abstracts = pmAbstracts(d.Abstract, d.Other)
	c.Keywords = pmKeywords(d.Keywords, nil)
	c.Date, c.Year = book.Date.read()
	if c.Year == 0 {
		c.Date, c.Year = d.Contribution.read()
	}
	c.IDs = pmIdentifiers(c.SourceID, book.Locations, slices.Concat(d.IDs, b.Data.IDs))
	for _, isbn := range book.ISBN {
		if isbn = plainLine(isbn); isbn != "" {
			addOther(&c.IDs, "isbn", isbn)
		}
	}
	c.URL = pmAddress(c.SourceID)
	c.References = pmReferences(nil, d.References)
	return c
}

// pmTitles reads the titles. PubMed's main title is English; where the article
// is not, it stands in brackets, as a translation: "[Title]."
func pmTitles(title, vernacular string, languages []string) []record.Text {
	var titles []record.Text
	lang := ""
	if bare, ok := unbracket(title); ok {
		title, lang = bare, "en"
	}
	if lang == "" && slices.Contains(languages, "en") {
		lang = "en"
	}
	if title != "" {
		titles = append(titles, record.Text{Text: title, Lang: lang})
	}
	if vernacular != "" && vernacular != title {
		lang = ""
		if i := slices.IndexFunc(languages, func(l string) bool { return l != "en" }); i >= 0 {
			lang = languages[i]
		}
		titles = append(titles, record.Text{Text: vernacular, Lang: lang})
	}
	return titles
}

// unbracket takes off the brackets that hold the whole of a title, and the stop
// behind them; a title that only begins with a word in brackets has none.
func unbracket(title string) (string, bool) {
	bare := strings.TrimRight(title, ". ")
	depth := 0
	for i, r := range bare {
		switch r {
		case '[':
			depth++
		case ']':
			depth--
		}
		if depth <= 0 {
			if i == 0 || i+1 < len(bare) {
				return "", false
			}
			return strings.TrimSpace(bare[1:i]), true
		}
	}
	return "", false
}

// pmAbstracts reads the abstracts: the English one, and those that say their
// language themselves.
func pmAbstracts(abstract []markupPart, other []pmOtherAbstract) []record.Text {
	var out []record.Text
	if text := pmSections(abstract); text != "" {
		out = append(out, record.Text{Text: text, Lang: "en"})
	}
	for _, o := range other {
		if text := pmSections(o.Parts); text != "" {
			out = append(out, record.Text{Text: text, Lang: normalLang(o.Language)})
		}
	}
	return out
}

// pmSections joins the sections of a structured abstract, each behind its label.
func pmSections(parts []markupPart) string {
	var sections []string
	for _, p := range parts {
		text := p.text()
		if text == "" {
			continue
		}
		if label := plainLine(p.Label); label != "" && !strings.EqualFold(label, "unlabelled") {
			text = strings.TrimSuffix(label, ":") + ": " + text
		}
		sections = append(sections, text)
	}
	return strings.Join(sections, "\n\n")
}

func pmKeywords(lists ...[]markup) []record.Text {
	var out []record.Text
	seen := make(map[string]bool)
	for _, list := range lists {
		for _, k := range list {
			text := k.line()
			if text == "" || seen[strings.ToLower(text)] {
				continue
			}
			seen[strings.ToLower(text)] = true
			out = append(out, record.Text{Text: text, Lang: "en"})
		}
	}
	return out
}

func pmLanguages(codes []string) []string {
	var out []string
	for _, code := range codes {
		out = appendNew(out, normalLang(code))
	}
	return out
}

func pmAuthors(lists []pmAuthorList) []record.Author {
	var out []record.Author
	for _, list := range lists {
		if strings.EqualFold(list.Type, "editors") {
			continue
		}
		for _, a := range list.Authors {
			// A name that was printed wrongly; the right one follows.
			if a.Valid == "N" {
				continue
			}
			author := record.Author{
				Family: a.Last.line(),
				Given:  cmp.Or(a.Fore.line(), plainLine(a.Initials)),
			}
			author.Name = strings.Join(strings.Fields(author.Given+" "+author.Family+" "+a.Suffix.line()), " ")
			if author.Name == "" {
				author.Name = a.Collective.line()
			}
			if author.Name == "" {
				continue
			}
			for _, id := range a.Identifiers {
				if id.Source == "ORCID" {
					author.ORCID = normalORCID(id.Value)
				}
			}
			out = append(out, author)
		}
	}
	return out
}

// pmNotTypes are publication types that say something else than what kind of
// document it is.
var pmNotTypes = []string{"english abstract", "video-audio media", "webcast", "retracted publication", "corrected and republished article"}

func pmType(types []string) string {
	for _, t := range types {
		t = plainLine(t)
		if lower := strings.ToLower(t); t != "" && !slices.Contains(pmNotTypes, lower) && !strings.HasPrefix(lower, "research support") {
			return t
		}
	}
	return ""
}

func isRetracted(t string) bool { return plainLine(t) == "Retracted Publication" }

func pmIdentifiers(pmid string, locations []pmLocation, ids []pmID) record.Identifiers {
	out := record.Identifiers{PMID: pmid}
	for _, l := range locations {
		if l.Type == "doi" && l.Valid != "N" && out.DOI == "" {
			out.DOI = normalDOI(l.Value)
		}
		if l.Type == "pii" && l.Valid != "N" {
			addOther(&out, "pii", plainLine(l.Value))
		}
	}
	for _, id := range ids {
		value := strings.TrimSpace(id.Value)
		switch id.Type {
		case "doi":
			out.DOI = cmp.Or(out.DOI, normalDOI(value))
		case "pmc":
			out.PMCID = cmp.Or(out.PMCID, normalPMCID(value))
		case "pii", "mid", "bookaccession":
			addOther(&out, id.Type, plainLine(value))
		}
	}
	return out
}

// addOther adds an identifier of another scheme; the first of a scheme stays.
func addOther(ids *record.Identifiers, scheme, value string) {
	if value == "" || ids.Other[scheme] != "" {
		return
	}
	if ids.Other == nil {
		ids.Other = make(map[string]string)
	}
	ids.Other[scheme] = value
}

func pmAddress(pmid string) string {
	if pmid == "" {
		return ""
	}
	return "https://pubmed.ncbi.nlm.nih.gov/" + pmid + "/"
}

func pmReferences(refs []string, lists []pmReferenceList) []string {
	for _, list := range lists {
		for _, r := range list.References {
			var doi, pmid string
			for _, id := range r.IDs {
				switch id.Type {
				case "doi":
					doi = cmp.Or(doi, id.Value)
				case "pubmed":
					pmid = cmp.Or(pmid, id.Value)
				}
			}
			refs = appendNew(refs, pmReference(doi, pmid))
		}
		refs = pmReferences(refs, list.Lists)
	}
	return refs
}

// pmReference names a cited work: by its DOI, or as "pmid:123".
func pmReference(doi, pmid string) string {
	if doi = normalDOI(doi); doi != "" {
		return doi
	}
	if pmid = normalPMID(pmid); pmid != "" {
		return "pmid:" + pmid
	}
	return ""
}

func (p pmPages) String() string {
	if pages := plainLine(p.Medline); pages != "" {
		return pages
	}
	start, end := plainLine(p.Start), plainLine(p.End)
	if start != "" && end != "" {
		return start + "-" + end
	}
	return start
}

// read returns the date as precisely as it is stated. Of "1998 Dec-1999 Jan" and
// of seasons the year remains.
func (d pmDate) read() (date string, year int) {
	y, err := strconv.Atoi(strings.TrimSpace(d.Year))
	if err != nil {
		return normalDate(d.Medline)
	}
	month := strings.TrimSpace(d.Month)
	m, err := strconv.Atoi(month)
	if err != nil {
		m = monthOf(month)
	}
	day, _ := strconv.Atoi(strings.TrimSpace(d.Day))
	return dateOf(y, m, day)
}

// version is the date in Unix milliseconds, 0 without one.
func (d pmDate) version() int64 {
	date, year := d.read()
	if year == 0 {
		return 0
	}
	t, err := time.Parse(time.DateOnly[:len(date)], date)
	if err != nil {
		return 0
	}
	return t.UnixMilli()
}
