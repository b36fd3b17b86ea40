package source

import (
	"cmp"
	"strings"

	"polyglean/internal/record"
)

// The Korea Citation Index gives its articles in a format of its own beside Dublin
// Core: oai_kci, which keeps journal, volume, pages, authors and their affiliations
// apart. Its datestamp is of the day of loading, and titles and abstracts declare
// "original" or "english" instead of a language; that of the work is a Korean word.

type (
	kciJournal struct {
		Name      markup `xml:"journal-name"`
		PISSN     string `xml:"pissn"`
		EISSN     string `xml:"eissn"`
		Publisher markup `xml:"publisher-name"`
		Year      string `xml:"pub-year"`
		Month     string `xml:"pub-mon"`
		Volume    markup `xml:"volume"`
		Issue     markup `xml:"issue"`
	}
	kciArticle struct {
		Category  markup    `xml:"article-categories"`
		Titles    []kciText `xml:"title-group>article-title"`
		Abstracts []kciText `xml:"abstract-group>abstract"`
		Keywords  []kciText `xml:"keyword-group>keyword"`
		// Names are apart from their affiliations; Authors have them in parentheses.
		Names    []markup `xml:"author-name>author>name"`
		Authors  []markup `xml:"author-group>author"`
		Language markup   `xml:"language"`
		First    markup   `xml:"fpage"`
		Last     markup   `xml:"lpage"`
		DOI      string   `xml:"doi"`
		UCI      markup   `xml:"uci"`
		URL      string   `xml:"url"`
	}
	kciText struct {
		Lang string `xml:"lang,attr"`
		markup
	}
)

// readKCI fills c from the two parts of a record in oai_kci.
func readKCI(c *record.Candidate, elements []dcElement) {
	for _, e := range elements {
		switch e.XMLName.Local {
		case "journalInfo":
			readKCIJournal(c, decodePart[kciJournal](e))
		case "articleInfo":
			readKCIArticle(c, decodePart[kciArticle](e))
			addOther(&c.IDs, "kci", e.attr("article-id"))
		}
	}
}

// decodePart reads the content of an element into a struct. The record it is of was
// decoded before, so that there is nothing left to fail.
func decodePart[T any](e dcElement) T {
	part, _, _ := decodeXML[T]([]byte("<part>" + e.Inner + "</part>"))
	return part
}

func readKCIJournal(c *record.Candidate, j kciJournal) {
	c.Container, c.Publisher = j.Name.line(), j.Publisher.line()
	c.Volume, c.Issue = j.Volume.line(), j.Issue.line()
	c.ISSN = normalISSNs(j.PISSN, j.EISSN)
	c.Date, c.Year = dateOf(number(strings.TrimSpace(j.Year)), number(strings.TrimSpace(j.Month)), 0)
}

func readKCIArticle(c *record.Candidate, a kciArticle) {
	c.Languages = normalLangs(a.Language.line())
	for _, t := range a.Titles {
		if line := t.line(); line != "" {
			c.Titles = appendText(c.Titles, line, textLang(t.Lang, c.Languages))
		}
	}
	for _, t := range a.Abstracts {
		if text := t.text(); isAbstract(oneLine(text)) {
			c.Abstracts = appendText(c.Abstracts, text, textLang(t.Lang, c.Languages))
		}
	}
	for _, t := range a.Keywords {
		if line := t.line(); line != "" {
			c.Keywords = appendText(c.Keywords, line, textLang(t.Lang, c.Languages))
		}
	}
	if field := a.Category.line(); field != "" {
		c.Keywords = appendText(c.Keywords, field, "")
	}
	for _, n := range a.Names {
		if name := n.line(); name != "" {
			c.Authors = append(c.Authors, record.Author{Name: name})
		}
	}
	if c.Authors == nil {
		for _, n := range a.Authors {
			name, _, _ := strings.Cut(n.line(), "(")
			if name = strings.TrimSpace(name); name != "" {
				c.Authors = append(c.Authors, record.Author{Name: name})
			}
		}
	}
	c.Pages = pageRange(a.First.line(), a.Last.line())
	c.IDs.DOI = normalDOI(a.DOI)
	addOther(&c.IDs, "uci", a.UCI.line())
	c.URL = cmp.Or(webAddress(jsonText(a.URL)), webAddress(jsonText(a.DOI)))
}
