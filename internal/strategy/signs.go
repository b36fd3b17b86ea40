package strategy

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The signs that a reader's query is written as a database has it. Detect, which is for
// strategies, takes any sign for an answer; readers write words, and what may be one is
// none here: "girl[s]", "and/or", "Ms. Smith", "KEY factors". Those of EBSCO are in
// signs_ebsco.go.
var (
	// bracketed is what may be a tag of PubMed.
	bracketed = regexp.MustCompile(`\[([^\[\]]+)\]`)
	// ovidSigns are fields behind a part (exit.ti,ab. and, less of it, (exit).ti,ab),
	// headings (exp Sex Work/ and Sex Work/ before an operator), distances and
	// truncation.
	ovidSigns = regexp.MustCompile(`[\pL\pN*?$` + quotes + `)]\.(?:` + ovidCode + `)(?:,(?:` + ovidCode + `))*\.(?:\s|\)|$)` +
		`|[` + quotes + `)]\.(?:` + ovidCode + `)(?:,(?:` + ovidCode + `))*(?:\s|\)|$)` +
		`|\pL[*?$]?\.(?:` + ovidCode + `)(?:,(?:` + ovidCode + `))+(?:\s|\)|$)` +
		`|(?:^|[\s(])(?i:exp)\s+[^/()\[\]]+/(?:[a-z]{2}\b)?(?:\s|\)|$)` +
		`|(?:^|\(|\b(?:AND|OR|NOT|and|or|not)\s)\s*\*?\p{Lu}[\pL ,'-]*/(?:\s*$|\s*\)|\s+(?:AND|OR|NOT|and|or|not)\b)` +
		`|\S\s+(?i:adj)\d+\s+\S|\p{Ll}{3}\$(?:\s|\)|\.|$)`)
	// scopusName is what may be a field of Scopus, and scopusYears its years.
	scopusName  = regexp.MustCompile(`([A-Za-z]+(?:-[A-Za-z]+)*)(\s*)[(（]`)
	scopusYears = regexp.MustCompile(`\bPUBYEAR\s*(?:[<>=]|AFT\b|BEF\b|IS\b)`)
	// wosName is what may be a field of Web of Science.
	wosName = regexp.MustCompile(`(?:^|[\s(])([A-Z]{2,3})\s*=\s*[^\s=]`)

	ownField = signs[0].sign
)

// foreignSyntax is the dialect that a reader's query has signs of, our own for none.
func foreignSyntax(text string) Dialect {
	text = unquoted(text)
	switch {
	case hasPubmedTag(text):
		return PubMed
	case hasScopusField(text):
		return Scopus
	case hasWosField(text):
		return WebOfScience
	case ovidSigns.MatchString(text):
		return Ovid
	case hasEbscoSigns(text):
		return EBSCO
	}
	return Own
}

// unquoted is a text with letters x in the place of what stands between quotation marks,
// which is meant as it stands.
func unquoted(text string) string {
	var b strings.Builder
	for {
		open := strings.IndexAny(text, quotes)
		if open < 0 {
			break
		}
		_, n := utf8.DecodeRuneInString(text[open:])
		length := strings.IndexAny(text[open+n:], quotes)
		if length < 0 {
			break
		}
		b.WriteString(text[:open+n])
		b.WriteString(strings.Repeat("x", length))
		_, m := utf8.DecodeRuneInString(text[open+n+length:])
		b.WriteString(text[open+n+length : open+n+length+m])
		text = text[open+n+length+m:]
	}
	return b.String() + text
}

// plainTags are the tags that no words in brackets are: they may stand apart from a word.
// Others stand next to it, or behind a phrase or group.
var plainTags = map[string]bool{
	"tiab": true, "ti": true, "tw": true, "mh": true, "mesh": true, "majr": true, "au": true, "dp": true, "pdat": true, "pt": true,
}

// hasPubmedTag reports whether a term has a tag of PubMed behind it.
func hasPubmedTag(text string) bool {
	for _, m := range bracketed.FindAllStringSubmatchIndex(text, -1) {
		if after := first(text[m[1]:]); m[1] < len(text) && (unicode.IsLetter(after) || unicode.IsDigit(after)) {
			continue // victim[is]ed
		}
		term := strings.TrimRightFunc(text[:m[0]], unicode.IsSpace)
		last, _ := utf8.DecodeLastRuneInString(term)
		if term == "" || isOpen(last) {
			continue
		}
		name, _, _ := strings.Cut(strings.ToLower(strings.Join(strings.Fields(text[m[2]:m[3]]), " ")), ":")
		if _, known := pubmedFields[name]; !known || name == "is" { // analys[is]
			continue
		}
		if len(term) == m[0] || isQuote(last) || isClose(last) || plainTags[name] || strings.ContainsAny(name, " /") {
			return true
		}
	}
	return false
}

// hasScopusField reports whether a group has a field of Scopus before it: in capitals and
// next to it, or of a name that no word has.
func hasScopusField(text string) bool {
	for _, m := range scopusName.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		if _, known := scopusFields[strings.ToLower(name)]; !known {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(text[:m[0]]); m[0] > 0 && !unicode.IsSpace(before) && !isOpen(before) {
			continue
		}
		if strings.Contains(name, "-") || m[4] == m[5] && name == strings.ToUpper(name) {
			return true
		}
	}
	return scopusYears.MatchString(text)
}

func hasWosField(text string) bool {
	for _, m := range wosName.FindAllStringSubmatch(text, -1) {
		if _, known := wosFields[strings.ToLower(m[1])]; known {
			return true
		}
	}
	return false
}
