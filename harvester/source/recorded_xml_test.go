package source

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"polyglean/harvester"
	"polyglean/internal/record"
)

func init() {
	recordedHooks["oai"] = recordedHook{
		answers: oaiAnswers,
		holds:   oaiHolds,
		follow:  []string{"resumptionToken"},
		query: func(i interaction) harvester.Query {
			q := harvester.Query{Name: "set:recorded", Route: record.RouteHarvest, Set: "recorded"}
			if bytes.Contains(i.body, []byte("<Identify>")) {
				q.From = dayOf(2020, 1, 2)
			}
			return q
		},
	}
	recordedHooks["pubmed"] = recordedHook{answers: pubmedAnswers, holds: pubmedHolds}
}

// oaiAnswers puts before a source what it would have asked for besides i: after
// an Identify a list, and before the end of a body its beginning.
func oaiAnswers(_ *testing.T, i interaction) []interaction {
	if bytes.Contains(i.body, []byte("<Identify>")) {
		none := i
		none.body = []byte(`<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="noRecordsMatch"/></OAI-PMH>`)
		return []interaction{i, none}
	}
	if strings.Contains(i.File, ".fragment.") {
		i.body = append([]byte(fragmentHead), i.body...)
	}
	return []interaction{i}
}

const fragmentHead = `<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record>
	<header><identifier>oai:synthetic:1</identifier><datestamp>2015-06-03</datestamp></header>
	<metadata><dc><title>A synthetic beginning</title></dc>`

// node is an XML element as the walk sees it.
type node struct {
	name string
	attr map[string]string
	text string
	kids []*node
}

// all returns the elements of a path below n.
func (n *node) all(path ...string) []*node {
	if len(path) == 0 {
		return []*node{n}
	}
	var out []*node
	for _, k := range n.kids {
		if k.name == path[0] {
			out = append(out, k.all(path[1:]...)...)
		}
	}
	return out
}

// has reports whether an element of the path has text that fits.
func (n *node) has(fits func(*node) bool, path ...string) bool {
	for _, k := range n.all(path...) {
		if fits(k) {
			return true
		}
	}
	return false
}

func hasText(n *node) bool { return strings.TrimSpace(n.text) != "" }

// walk reads every element of the given names, wherever they are.
func walk(t *testing.T, body []byte, names ...string) []*node {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	var found []*node
	var stack []*node
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) || err != nil && len(stack) == 0 {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			n := &node{name: tok.Name.Local, attr: map[string]string{}}
			for _, a := range tok.Attr {
				n.attr[a.Name.Local] = a.Value
			}
			if len(stack) > 0 {
				top := stack[len(stack)-1]
				top.kids = append(top.kids, n)
			} else {
				wanted := false
				for _, name := range names {
					wanted = wanted || name == n.name
				}
				if !wanted {
					continue
				}
				found = append(found, n)
			}
			stack = append(stack, n)
		case xml.EndElement:
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
		case xml.CharData:
			for _, n := range stack { // text with the tags inside of it
				n.text += string(tok)
			}
		}
	}
}

var (
	walkYear    = regexp.MustCompile(`(?:^|\D)(1[5-9]|20)\d\d(?:\D|$)`)
	walkDOI     = regexp.MustCompile(`^(doi:|https?://(dx\.)?doi\.org/)10\.\d{4,}/\S+$`)
	walkISSN    = regexp.MustCompile(`(?i)^(urn:)?e?issn:? ?\d{4}-\d{3}[\dx]$`)
	walkISBN    = regexp.MustCompile(`(?i)^isbn`)
	walkPicture = regexp.MustCompile(`\.(jpg|png|gif)$`)
	// The declared languages in the recorded answers that a reader can tell.
	walkLang = regexp.MustCompile(`^(English|Eng?|EN|eng|tr|por|fr|fre|French|en_US|en-US|dut|ger|dan|nor|Jpn|Kor|Chi|oci|yap|ssf|ple|en fr|한국어)$`)
)

func oaiHolds(t *testing.T, body []byte) []map[string]bool {
	t.Helper()
	if bytes.Contains(body, []byte("Undefined index: creator")) {
		body = append([]byte(fragmentHead), body...)
	}
	var all []map[string]bool
records:
	for _, r := range walk(t, body, "record") {
		h := map[string]bool{
			"version": r.has(hasText, "header", "datestamp"),
			"deleted": false, "retracted": false,
		}
		all = append(all, h)
		for _, head := range r.all("header") {
			h["deleted"] = head.attr["status"] == "deleted"
		}
		var dc []*node
		for _, m := range r.all("metadata") {
			for _, format := range m.kids {
				if format.name == "oai_kci" {
					kciHolds(format, h)
					continue records
				}
				dc = append(dc, format.kids...)
			}
		}
		switch {
		case !r.has(hasText, "header", "identifier"), !h["deleted"] && len(dc) == 0:
			h["bad"] = true
			continue
		case h["deleted"]:
			h["titles"], h["abstracts"] = false, false
			continue
		}
		holds := func(field, element string, fits func(text string, n *node) bool) {
			for _, n := range dc {
				if text := strings.TrimSpace(n.text); n.name == element && text != "" && fits(text, n) {
					h[field] = true
				}
			}
		}
		whatever := func(string, *node) bool { return true }
		http := func(s string) bool { return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") }
		holds("titles", "title", whatever)
		holds("keywords", "subject", whatever)
		holds("authors", "creator", whatever)
		holds("type", "type", whatever)
		holds("abstracts", "description", func(s string, _ *node) bool { return len(strings.Fields(s)) >= 8 })
		holds("languages", "language", func(s string, _ *node) bool { return walkLang.MatchString(s) })
		holds("year", "date", func(s string, _ *node) bool { return walkYear.MatchString(s) && !strings.HasPrefix(s, "info:") })
		holds("publisher", "publisher", func(s string, _ *node) bool { return !http(s) })
		holds("doi", "identifier", func(s string, _ *node) bool { return walkDOI.MatchString(s) })
		holds("url", "identifier", func(s string, n *node) bool {
			return http(s) && !strings.Contains(s, " ") && n.attr["linktype"] != "thumbnail" && !walkPicture.MatchString(s)
		})
		holds("license", "rights", func(s string, _ *node) bool { return !strings.HasPrefix(s, "info:eu-repo/date") })
		for _, element := range []string{"identifier", "source", "relation"} {
			holds("issn", element, func(s string, _ *node) bool { return walkISSN.MatchString(s) && normalISSN(s) != "" })
		}
		holds("container", "source", func(s string, _ *node) bool {
			return !http(s) && !walkISSN.MatchString(s) && !walkISBN.MatchString(s) && strings.ContainsAny(strings.ToLower(s), "aeiou")
		})
		// What no element could be the origin of must stay empty.
		for field, elements := range map[string][]string{
			"titles": {"title", "alternative"}, "abstracts": {"description", "abstract"}, "keywords": {"subject"},
			"authors": {"creator"}, "type": {"type"}, "languages": {"language"}, "year": {"date", "issued", "created"},
			"publisher": {"publisher"}, "doi": {"identifier", "doi"}, "license": {"rights", "license"},
		} {
			there := false
			for _, element := range elements {
				for _, n := range dc {
					there = there || n.name == element && hasText(n)
				}
			}
			if !there {
				h[field] = false
			}
		}
	}
	return all
}

// kciHolds fills h from metadata in the format of KCI.
func kciHolds(format *node, h map[string]bool) {
	for field, path := range map[string]string{
		"titles": "articleInfo/title-group/article-title", "abstracts": "articleInfo/abstract-group/abstract",
		"keywords": "articleInfo/article-categories", "authors": "articleInfo/author-name/author/name",
		"languages": "articleInfo/language", "pages": "articleInfo/fpage", "doi": "articleInfo/doi",
		"other": "articleInfo/uci", "url": "articleInfo/url",
		"year": "journalInfo/pub-year", "date": "journalInfo/pub-mon", "container": "journalInfo/journal-name",
		"volume": "journalInfo/volume", "issue": "journalInfo/issue", "publisher": "journalInfo/publisher-name",
		"issn": "journalInfo/pissn",
	} {
		h[field] = format.has(hasText, strings.Split(path, "/")...)
	}
	h["titles2"] = len(format.all("articleInfo", "title-group", "article-title")) > 1
	h["abstracts2"] = len(format.all("articleInfo", "abstract-group", "abstract")) > 1
}

// pubmedAnswers makes the ESearch that leads to a recorded EFetch, from the PMIDs
// in its body.
func pubmedAnswers(t *testing.T, i interaction) []interaction {
	t.Helper()
	if bytes.Contains(i.body, []byte(`"esearchresult"`)) {
		return []interaction{i}
	}
	var ids []string
	for _, r := range walk(t, i.body, "PubmedArticle", "PubmedBookArticle") {
		for _, id := range append(r.all("MedlineCitation", "PMID"), r.all("BookDocument", "PMID")...) {
			ids = append(ids, fmt.Sprintf("%q", strings.TrimSpace(id.text)))
		}
	}
	if len(ids) == 0 {
		ids = []string{`"1"`}
	}
	search := i
	search.File, search.Headers = "search.json", nil
	search.body = fmt.Appendf(nil, `{"esearchresult":{"count":"%d","idlist":[%s]}}`, len(ids), strings.Join(ids, ","))
	return []interaction{search, i}
}

func pubmedHolds(t *testing.T, body []byte) []map[string]bool {
	t.Helper()
	var all []map[string]bool
	for _, r := range walk(t, body, "PubmedArticle", "PubmedBookArticle") {
		h := map[string]bool{"pmid": true, "url": true, "deleted": false, "openalex": false, "license": false}
		all = append(all, h)
		set := func(field string, fits func(*node) bool, paths ...string) {
			for _, path := range paths {
				h[field] = h[field] || r.has(fits, strings.Split(path, "/")...)
			}
		}
		const article, issue, book = "MedlineCitation/Article", "MedlineCitation/Article/Journal/JournalIssue", "BookDocument/Book"
		set("titles", hasText, article+"/ArticleTitle", book+"/BookTitle")
		set("titles2", hasText, article+"/VernacularTitle")
		set("abstracts", hasText, article+"/Abstract/AbstractText", "BookDocument/Abstract/AbstractText", "MedlineCitation/OtherAbstract/AbstractText")
		set("keywords", hasText, "MedlineCitation/KeywordList/Keyword", "MedlineCitation/MeshHeadingList/MeshHeading/DescriptorName")
		set("authors", hasText, article+"/AuthorList/Author/LastName", article+"/AuthorList/Author/CollectiveName", book+"/AuthorList/Author/CollectiveName")
		set("orcid", hasText, article+"/AuthorList/Author/Identifier")
		set("languages", hasText, article+"/Language", "BookDocument/Language")
		set("year", hasText, issue+"/PubDate/Year", issue+"/PubDate/MedlineDate", book+"/PubDate/Year")
		set("container", hasText, article+"/Journal/Title", book+"/CollectionTitle")
		set("volume", hasText, issue+"/Volume", book+"/Volume")
		set("issue", hasText, issue+"/Issue")
		set("pages", hasText, article+"/Pagination/MedlinePgn", article+"/Pagination/StartPage")
		set("country", hasText, "MedlineCitation/MedlineJournalInfo/Country")
		set("publisher", hasText, book+"/Publisher/PublisherName")
		set("type", hasText, article+"/PublicationTypeList/PublicationType", "BookDocument/PublicationType")
		set("issn", hasText, article+"/Journal/ISSN", "MedlineCitation/MedlineJournalInfo/ISSNLinking")
		set("version", hasText, "MedlineCitation/DateRevised/Year")
		kind := func(attr, value string) func(*node) bool {
			return func(n *node) bool { return n.attr[attr] == value && hasText(n) }
		}
		set("doi", kind("EIdType", "doi"), article+"/ELocationID")
		set("doi", kind("IdType", "doi"), "PubmedData/ArticleIdList/ArticleId")
		set("pmcid", kind("IdType", "pmc"), "PubmedData/ArticleIdList/ArticleId")
		set("references", kind("IdType", "pubmed"), "PubmedData/ReferenceList/Reference/ArticleIdList/ArticleId")
		set("references", kind("IdType", "doi"), "PubmedData/ReferenceList/Reference/ArticleIdList/ArticleId")
		set("references", func(n *node) bool { return n.attr["RefType"] == "Cites" && len(n.all("PMID")) > 0 }, "MedlineCitation/CommentsCorrectionsList/CommentsCorrections")
		set("retracted", func(n *node) bool { return n.text == "Retracted Publication" }, article+"/PublicationTypeList/PublicationType")
	}
	return all
}
