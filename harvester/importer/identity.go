package importer

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"polyglean/internal/record"
)

// maxSlug is the longest slug, in bytes.
const maxSlug = 64

// slug writes the name of a database for IDs: letters and digits in lower case,
// hyphens for the rest.
func slug(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(name) {
		switch {
		case b.Len() > maxSlug-utf8.UTFMax:
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.Is(unicode.Mn, r), unicode.Is(unicode.Mc, r):
			b.WriteRune(unicode.ToLower(r))
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// accessionNumber returns the number of a record in its database where it is one
// that can stand for the record, else "". Short ones count the rows of a file.
func accessionNumber(s string) string {
	s = strings.TrimSpace(s)
	if len(s) < 5 || len(s) > 128 || !strings.ContainsAny(s, "0123456789") {
		return ""
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return ""
	}
	return s
}

// identity is the ID of a record within its database: that of the study that polyglean
// exported as it; its accession number; or its
// DOI together with a hash of its title, since the chapters of a book may share one
// DOI; or a hash of title, year and first author.
func identity(c *record.Candidate, study, accession string) string {
	if study != "" {
		return study
	}
	if id := accessionNumber(accession); id != "" {
		return id
	}
	title := letters(c.Title())
	if c.IDs.DOI != "" {
		return c.IDs.DOI + "#" + record.StudyID(title)[1:7]
	}
	if id := c.IDs.PMID; id != "" {
		return "pmid" + id
	}
	if id := c.IDs.PMCID; id != "" {
		return id
	}
	author, year := "", c.Date
	if len(c.Authors) > 0 {
		author = letters(c.Authors[0].Name)
	}
	if len(year) > 4 {
		year = year[:4]
	}
	if title == "" {
		title = c.Title() // nothing but signs
	}
	return record.StudyID(title + "\n" + year + "\n" + author)
}

// letters are the letters and digits of a text in lower case: what stays the same
// when a database changes its punctuation.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// identities gives IDs to the records of one import, in order. Two different records
// with one ID would be taken for two versions of one, so the second is numbered.
type identities struct {
	database string
	// seen holds the contents that have come under an ID, by its hash.
	seen map[uint64][]uint64
}

func (ids *identities) give(c *record.Candidate, study, accession string) {
	c.SourceID = ids.database + ":" + identity(c, study, accession)
	key, content := record.Hash64(c.SourceID), c.ContentHash()
	n := len(ids.seen[key])
	for i, have := range ids.seen[key] {
		if have == content {
			n = i
		}
	}
	if n == len(ids.seen[key]) {
		ids.seen[key] = append(ids.seen[key], content)
	}
	if n > 0 {
		c.SourceID += "~" + strconv.Itoa(n+1)
	}
}
