package indexer

import (
	"strings"
	"unicode"
)

// kinds brings the sources' words for kinds of documents together: what stands
// under several names would be several entries of the facet.
var kinds = map[string]string{
	"article": "journal-article", "research-article": "journal-article", "original-article": "journal-article",
	"artigo": "journal-article", "articulo": "journal-article", "art": "journal-article",
	"info-eu-repo-semantics-article": "journal-article", "peer-reviewed-article": "journal-article",
	"articlejournal": "journal-article", "article-journal": "journal-article",
	"review-article": "review", "systematic-review": "review", "info-eu-repo-semantics-review": "review",
	"thesis": "dissertation", "these": "dissertation", "doctoralthesis": "dissertation", "doctoral-thesis": "dissertation",
	"masterthesis": "dissertation", "academic-dissertation": "dissertation", "electronic-thesis-or-dissertation": "dissertation",
	"info-eu-repo-semantics-doctoralthesis": "dissertation", "info-eu-repo-semantics-masterthesis": "dissertation",
	"phdthesis": "dissertation", "mastersthesis": "dissertation",
	"posted-content": "preprint", "info-eu-repo-semantics-preprint": "preprint", "undefined": "",
	"proceedings-article": "conference-paper", "conferenceobject": "conference-paper", "comm": "conference-paper",
	"inproceedings": "conference-paper", "proceedings": "conference-paper",
	"info-eu-repo-semantics-conferenceobject": "conference-paper", "conference-proceedings": "conference-paper",
	"bookpart": "book-chapter", "couv": "book-chapter", "info-eu-repo-semantics-bookpart": "book-chapter", "chapter": "book-chapter",
	"inbook": "book-chapter", "incollection": "book-chapter", "book-section": "book-chapter",
	"ouv": "book", "monograph": "book", "edited-book": "book", "info-eu-repo-semantics-book": "book",
	"info-eu-repo-semantics-report": "report", "technical-report": "report", "techreport": "report",
	"unpublished-work": "unpublished",
	// Formats and forms of publication, not kinds of document.
	"text": "", "english-abstract": "", "journal": "", "publishedversion": "", "info-eu-repo-semantics-publishedversion": "",
}

// kindsOf reads a source's type, which may list several, into the common words.
func kindsOf(source string) []string {
	var out []string
	for part := range strings.SplitSeq(source, ";") {
		kind := slug(part)
		if common, ok := kinds[kind]; ok {
			kind = common
		}
		if kind != "" && !strings.HasPrefix(kind, "research-support") {
			out = append(out, kind)
		}
	}
	return out
}

// slug makes words comparable: "Journal Article" and "journal-article" are one.
func slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte('-')
			gap = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
