package strategy

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// EBSCO's fields are two capitals before what they restrict, as initials are, and its
// distances a capital and a number: "AB blood", "TX prisons", "omega N3", "heart sounds S1
// and S2" are words. So a query is EBSCO's where several such signs stand together, or
// one stands by what else only a query has.
var (
	// ebscoName is what may be a field, and what it stands before.
	ebscoName = regexp.MustCompile(`(?:^|[\s(（])([A-Z]{2})(?:\s+|([(（` + quotes + `]))`)
	// ebscoNear is what may be a distance, with the words beside it: N95 masks and H5 N1
	// are none.
	ebscoNear = regexp.MustCompile(`(\S+)\s+[NW][1-4]?\d\s+(\S+)`)
	virus     = regexp.MustCompile(`^[(（]*[A-Z]\d+$`)
	// ebscoLine is the number of a line, ebscoFirst that of the first of several.
	ebscoLine  = regexp.MustCompile(`(?:^|[\s(])S\d`)
	ebscoFirst = regexp.MustCompile(`^\s*S1[.:)]?\s+\S[^\n]*\n\s*S2[.:)]?\s`)
	// hashed is a word with the mark for a letter that may be there, as in colo#r.
	hashed = regexp.MustCompile(`\pL{2}#\pL`)
	// written is what is written in queries and not in sentences.
	written = regexp.MustCompile(`\b(?:AND|OR|NOT)\b|[` + quotes + `*()（）]`)
	// wanting is what a part of a query stands behind.
	wanting = regexp.MustCompile(`(?:^|[(（]|\b(?:AND|OR|NOT|and|or|not)|\b[NW]\d{1,2}|\n\s*S\d{1,4}[.:)]?)\s*$`)
)

// hasEbscoSigns reports whether a reader's query is written as EBSCO has it. What stands
// between its quotation marks is not looked at.
func hasEbscoSigns(text string) bool {
	return hasEbscoFields(text) || hasEbscoDistance(text) || hasEbscoLines(text) || hashed.MatchString(text)
}

// hasEbscoFields wants a field before a phrase or a group that is part of a query, or two
// of them, or one of the commonest where there is an operator.
func hasEbscoFields(text string) bool {
	fields, common := 0, false
	for _, m := range ebscoName.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		if _, known := ebscoFields[strings.ToLower(name)]; !known || !wanting.MatchString(text[:m[2]]) {
			continue
		}
		part := strings.TrimLeftFunc(text[m[3]:], unicode.IsSpace)
		r, _ := utf8.DecodeRuneInString(part)
		switch group := part[:groupLength(part)]; {
		case isQuote(r), isOpen(r) && written.MatchString(strings.Trim(group, "()（）")):
			return true
		case isOpen(r), unicode.IsLetter(r) && !startsWithOperator.MatchString(part):
			fields++
			common = common || name == "TI" || name == "AB"
		}
	}
	return fields > 1 || common && operator.MatchString(text)
}

func hasEbscoDistance(text string) bool {
	if !written.MatchString(text) {
		return false
	}
	for _, m := range ebscoNear.FindAllStringSubmatch(text, -1) {
		between := !operator.MatchString(m[1]) && !operator.MatchString(m[2]) && !isClose(first(m[2]))
		if between && !virus.MatchString(m[1]) {
			return true
		}
	}
	return false
}

// hasEbscoLines wants numbered lines, or one that is made of others alone.
func hasEbscoLines(text string) bool {
	if ebscoFirst.MatchString(text) {
		return true
	}
	for row := range strings.Lines(text) {
		if row = strings.TrimSpace(row); ebscoLine.MatchString(row) && combination.MatchString(row) {
			return true
		}
	}
	return false
}
