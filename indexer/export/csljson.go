package export

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

// cslKinds are the types of CSL 1.0.2; the rest is "document".
var cslKinds = map[string]string{
	"journal-article": "article-journal", "review": "article-journal", "letter": "article-journal", "editorial": "article-journal",
	"preprint": "article", "dissertation": "thesis", "book": "book", "book-chapter": "chapter",
	"conference-paper": "paper-conference", "report": "report", "dataset": "dataset", "web-page": "webpage",
	"newspaper-article": "article-newspaper", "magazine-article": "article-magazine",
}

type cslItem struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	Title     string    `json:"title,omitempty"`
	Author    []cslName `json:"author,omitempty"`
	Issued    *cslDate  `json:"issued,omitempty"`
	Container string    `json:"container-title,omitempty"`
	Volume    string    `json:"volume,omitempty"`
	Issue     string    `json:"issue,omitempty"`
	Page      string    `json:"page,omitempty"`
	Publisher string    `json:"publisher,omitempty"`
	ISSN      string    `json:"ISSN,omitempty"`
	DOI       string    `json:"DOI,omitempty"`
	PMID      string    `json:"PMID,omitempty"`
	PMCID     string    `json:"PMCID,omitempty"`
	URL       string    `json:"URL,omitempty"`
	Language  string    `json:"language,omitempty"`
	Abstract  string    `json:"abstract,omitempty"`
	Keyword   string    `json:"keyword,omitempty"`
	Note      string    `json:"note,omitempty"`
	// Custom is where CSL lets programs put what it has no field for.
	Custom *cslCustom `json:"custom,omitempty"`
}

type cslCustom struct {
	Titles    []cslText `json:"titles,omitempty"`
	Abstracts []cslText `json:"abstracts,omitempty"`
}

type cslText struct {
	Text     string `json:"text"`
	Language string `json:"language,omitempty"`
}

type cslName struct {
	Family  string `json:"family,omitempty"`
	Given   string `json:"given,omitempty"`
	Literal string `json:"literal,omitempty"`
}

type cslDate struct {
	Parts [][]int `json:"date-parts"`
}

// csl writes one array of CSL-JSON items.
type csl struct {
	out   *bufio.Writer
	begun bool
}

func newCSL(w io.Writer, _ Options) (Writer, error) { return &csl{out: bufio.NewWriter(w)}, nil }

// Write implements Writer.
func (w *csl) Write(r *Reference) error {
	item := cslItem{
		ID: r.ID, Type: firstKnown(cslKinds, r.Kinds, "document"),
		Title: line(r.Title()), Container: line(r.Container), Volume: line(r.Volume), Issue: line(r.Issue),
		Publisher: line(r.Publisher), ISSN: strings.Join(r.ISSN, ", "), DOI: r.Identifiers.DOI,
		PMID: r.Identifiers.PMID, PMCID: r.Identifiers.PMCID, Language: r.Language(), Abstract: line(r.Abstract()),
		Note: strings.Join(r.notes(), "\n"), Issued: cslIssued(r.Date),
	}
	item.Page, _ = pageRange(r.Pages)
	if _, last := pageRange(r.Pages); last != "" {
		item.Page += "-" + last
	}
	if all := r.addresses(); len(all) > 0 {
		item.URL = all[min(1, len(all)-1)]
	}
	for _, a := range r.Authors {
		if a.Family != "" {
			item.Author = append(item.Author, cslName{Family: line(a.Family), Given: line(a.Given)})
		} else if n := line(a.Name); n != "" {
			item.Author = append(item.Author, cslName{Literal: n})
		}
	}
	var keywords []string
	for _, k := range r.Keywords {
		keywords = append(keywords, line(k.Text))
	}
	item.Keyword = strings.Join(keywords, "; ")
	if len(r.Titles) > 1 || len(r.Abstracts) > 1 {
		item.Custom = &cslCustom{}
		for _, t := range r.Titles {
			item.Custom.Titles = append(item.Custom.Titles, cslText{line(t.Text), t.Lang})
		}
		for _, t := range r.Abstracts {
			item.Custom.Abstracts = append(item.Custom.Abstracts, cslText{line(t.Text), t.Lang})
		}
	}
	data, err := json.Marshal(item)
	if err != nil {
		return err
	}
	before := ",\n"
	if !w.begun {
		w.begun, before = true, "[\n"
	}
	_, _ = w.out.WriteString(before)
	_, err = w.out.Write(data)
	return err
}

func cslIssued(date string) *cslDate {
	var parts []int
	for p := range strings.SplitSeq(date, "-") {
		n, err := strconv.Atoi(p)
		if err != nil {
			break
		}
		parts = append(parts, n)
	}
	if parts == nil {
		return nil
	}
	return &cslDate{Parts: [][]int{parts}}
}

// Close implements Writer.
func (w *csl) Close() error {
	if !w.begun {
		_, _ = w.out.WriteString("[")
	}
	_, _ = w.out.WriteString("\n]\n")
	return w.out.Flush()
}
