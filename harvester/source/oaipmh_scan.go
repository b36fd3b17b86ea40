package source

import (
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf8"
)

// recordScanner reads a record of OAI-PMH in one pass and without a tree. It reads
// well-formed XML of the kind that repositories write and declines all else, such as
// names in other scripts than Latin or processing instructions: that is left to
// encoding/xml, which takes ten times as long. What it reads is what encoding/xml would
// have read.
//
// One scanner may read record after record; what it returns holds until the next.
type recordScanner struct {
	text string
	at   int

	record   oaiRecord
	elements []dcElement
	attrs    []xml.Attr
	// open are the names of the elements that are open, with prefix.
	open []string
}

// scan reads a record; false when it declines.
func (s *recordScanner) scan(raw []byte) (*oaiRecord, bool) {
	s.text, s.at = string(raw), 0
	formats := s.record.Metadata.Formats[:0]
	s.record = oaiRecord{}
	s.record.Metadata.Formats = formats
	s.elements, s.attrs, s.open = s.elements[:0], s.attrs[:0], s.open[:0]
	if !allLegal(s.text) {
		return nil, false
	}
	if _, empty, ok := s.startTag(); !ok || empty {
		return &s.record, ok
	}
	ok := s.children(func(name string, attrs []xml.Attr, empty bool) bool {
		switch name {
		case "header":
			return s.header(attrs, empty)
		case "metadata":
			return s.metadata(empty)
		}
		return s.skip(empty)
	})
	return &s.record, ok
}

func (s *recordScanner) header(attrs []xml.Attr, empty bool) bool {
	for _, a := range attrs {
		if a.Name.Local == "status" {
			s.record.Header.Status = a.Value
		}
	}
	return s.within(empty, func(name string, _ []xml.Attr, empty bool) bool {
		switch name {
		case "identifier":
			return s.content(&s.record.Header.Identifier, empty)
		case "datestamp":
			return s.content(&s.record.Header.Datestamp, empty)
		}
		return s.skip(empty)
	})
}

func (s *recordScanner) metadata(empty bool) bool {
	return s.within(empty, func(name string, _ []xml.Attr, empty bool) bool {
		first := len(s.elements)
		ok := s.within(empty, func(name string, attrs []xml.Attr, empty bool) bool {
			from, to := s.at, s.at
			if !empty {
				var ok bool
				if to, ok = s.toEnd(); !ok {
					return false
				}
			}
			s.elements = append(s.elements, dcElement{XMLName: xml.Name{Local: name}, Attrs: attrs, markup: markup{s.text[from:to]}})
			return true
		})
		s.record.Metadata.Formats = append(s.record.Metadata.Formats, oaiMetadata{XMLName: xml.Name{Local: name}, Elements: s.elements[first:]})
		return ok
	})
}

// within is children for an element that may be empty.
func (s *recordScanner) within(empty bool, child func(name string, attrs []xml.Attr, empty bool) bool) bool {
	return empty || s.children(child)
}

// children calls child behind the start tag of each element that the open one holds,
// until that one ends; child reads to behind its end tag.
func (s *recordScanner) children(child func(name string, attrs []xml.Attr, empty bool) bool) bool {
	for {
		if !s.toTag() {
			return false
		}
		if s.peek(1) == '/' {
			return s.endTag()
		}
		first := len(s.attrs)
		name, empty, ok := s.startTag()
		if !ok || !child(name, s.attrs[first:len(s.attrs):len(s.attrs)], empty) {
			return false
		}
	}
}

func (s *recordScanner) skip(empty bool) bool {
	if empty {
		return true
	}
	_, ok := s.toEnd()
	return ok
}

// toEnd goes on behind the end tag of the open element and returns where that begins.
func (s *recordScanner) toEnd() (end int, ok bool) {
	attrs := len(s.attrs)
	for depth := len(s.open); ; {
		if !s.toTag() {
			return 0, false
		}
		end = s.at
		if s.peek(1) != '/' {
			if _, _, ok := s.startTag(); !ok {
				return 0, false
			}
			s.attrs = s.attrs[:attrs] // nobody asks for them
			continue
		}
		if !s.endTag() {
			return 0, false
		}
		if len(s.open) < depth {
			return end, true
		}
	}
}

// content reads the text of the open element; what other elements in it hold is not
// part of it.
func (s *recordScanner) content(into *string, empty bool) bool {
	*into = ""
	if empty {
		return true
	}
	// More pieces are left to encoding/xml, which joins them in time in proportion.
	const mostPieces = 64
	depth := len(s.open)
	for range mostPieces {
		from := s.at
		to, ok := s.textEnd()
		if !ok {
			return false
		}
		if len(s.open) == depth {
			part, ok := unescapeXML(s.text[from:to])
			if !ok {
				return false
			}
			*into += part
		}
		switch {
		case s.has(cdataOpen):
			from := s.at + len(cdataOpen)
			if !s.passOver() {
				return false
			}
			if len(s.open) == depth {
				part := s.text[from : s.at-len(cdataShut)]
				if strings.IndexByte(part, '\r') >= 0 {
					return false
				}
				*into += part
			}
		case s.peek(1) == '!':
			if !s.passOver() {
				return false
			}
		case s.peek(1) == '/':
			if !s.endTag() {
				return false
			}
			if len(s.open) < depth {
				return true
			}
		default:
			if _, _, ok := s.startTag(); !ok {
				return false
			}
		}
	}
	return false
}

const (
	commentOpen = "<!--"
	cdataOpen   = "<![CDATA["
	cdataShut   = "]]>"
)

// toTag goes on to the next tag.
func (s *recordScanner) toTag() bool {
	for {
		if _, ok := s.textEnd(); !ok {
			return false
		}
		if s.peek(1) != '!' {
			return true
		}
		if !s.passOver() {
			return false
		}
	}
}

// textEnd goes on to the next "<", over text that is checked on the way.
func (s *recordScanner) textEnd() (int, bool) {
	i := strings.IndexByte(s.text[s.at:], '<')
	if i < 0 {
		return 0, false
	}
	text := s.text[s.at : s.at+i]
	s.at += i
	return s.at, len(text) == 0 || checkReferences(text) && !strings.Contains(text, cdataShut)
}

// passOver goes on behind a comment or a CDATA section.
func (s *recordScanner) passOver() bool {
	switch {
	case s.has(commentOpen):
		s.at += len(commentOpen)
		i := strings.Index(s.text[s.at:], "--")
		if i < 0 {
			return false
		}
		s.at += i + 2
		return s.take('>')
	case s.has(cdataOpen):
		i := strings.Index(s.text[s.at:], cdataShut)
		if i < 0 {
			return false
		}
		s.at += i + len(cdataShut)
		return true
	}
	return false
}

// startTag reads a start tag, appends its attributes, and opens the element unless it
// is empty. The name it returns is without prefix.
func (s *recordScanner) startTag() (local string, empty, ok bool) {
	if !s.take('<') {
		return "", false, false
	}
	whole, local, ok := s.name()
	if !ok {
		return "", false, false
	}
	for {
		s.space()
		switch s.peek(0) {
		case '>':
			s.at++
			s.open = append(s.open, whole)
			return local, false, true
		case '/':
			s.at++
			return local, true, s.take('>')
		}
		if !s.attribute() {
			return "", false, false
		}
	}
}

func (s *recordScanner) attribute() bool {
	_, local, ok := s.name()
	if !ok {
		return false
	}
	s.space()
	if !s.take('=') {
		return false
	}
	s.space()
	quote := s.peek(0)
	if quote != '"' && quote != '\'' {
		return false
	}
	s.at++
	i := strings.IndexByte(s.text[s.at:], quote)
	if i < 0 {
		return false
	}
	raw := s.text[s.at : s.at+i]
	s.at += i + 1
	if strings.IndexByte(raw, '<') >= 0 {
		return false
	}
	value, ok := unescapeXML(raw)
	s.attrs = append(s.attrs, xml.Attr{Name: xml.Name{Local: local}, Value: value})
	return ok
}

// endTag reads the end tag of the open element.
func (s *recordScanner) endTag() bool {
	s.at += len("</")
	name, _, ok := s.name()
	if !ok || len(s.open) == 0 || s.open[len(s.open)-1] != name {
		return false
	}
	s.open = s.open[:len(s.open)-1]
	s.space()
	return s.take('>')
}

// name reads a name, whole and without its prefix.
func (s *recordScanner) name() (whole, local string, ok bool) {
	start, colon := s.at, -1
	for ; s.at < len(s.text); s.at++ {
		c := s.text[s.at]
		if c == ':' {
			if colon >= 0 {
				return "", "", false
			}
			colon = s.at
		} else if c >= utf8.RuneSelf || !isNameByte(c) {
			break
		}
	}
	if s.at == start || s.peek(0) >= utf8.RuneSelf {
		return "", "", false
	}
	if c := s.text[start]; c == '-' || c == '.' || c >= '0' && c <= '9' {
		return "", "", false
	}
	whole = s.text[start:s.at]
	if colon <= start || colon == s.at-1 {
		return whole, whole, true
	}
	return whole, s.text[colon+1 : s.at], true
}

func (s *recordScanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// peek returns the byte so many behind the next, 0 at the end.
func (s *recordScanner) peek(ahead int) byte {
	if s.at+ahead < len(s.text) {
		return s.text[s.at+ahead]
	}
	return 0
}

func (s *recordScanner) take(c byte) bool {
	if s.peek(0) != c {
		return false
	}
	s.at++
	return true
}

func (s *recordScanner) has(prefix string) bool { return strings.HasPrefix(s.text[s.at:], prefix) }

// allLegal says whether a text is UTF-8 and holds only what legalRune allows.
func allLegal(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for i := range len(text) {
		if c := text[i]; c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return !strings.Contains(text, "\ufffe") && !strings.Contains(text, "\uffff")
}

// checkReferences says whether every "&" in a text begins a reference that is known.
func checkReferences(text string) bool {
	for {
		i := strings.IndexByte(text, '&')
		if i < 0 {
			return true
		}
		_, size, ok := reference(text[i:])
		if !ok {
			return false
		}
		text = text[i+size:]
	}
}

// unescapeXML replaces the references in a text; false when one is not known, or the
// text has line ends that XML would have changed.
func unescapeXML(text string) (string, bool) {
	if strings.IndexByte(text, '\r') >= 0 {
		return "", false
	}
	i := strings.IndexByte(text, '&')
	if i < 0 {
		return text, true
	}
	var b strings.Builder
	for ; i >= 0; i = strings.IndexByte(text, '&') {
		value, size, ok := reference(text[i:])
		if !ok {
			return "", false
		}
		b.WriteString(text[:i])
		b.WriteString(value)
		text = text[i+size:]
	}
	b.WriteString(text)
	return b.String(), true
}

// reference reads the reference that a text begins with, to a character or to an entity
// of XML or HTML.
func reference(text string) (value string, size int, ok bool) {
	const longest = 32
	end := strings.IndexByte(text[:min(len(text), longest)], ';')
	if end < 0 {
		return "", 0, false
	}
	name, size := text[1:end], end+1
	digits, isNumber := strings.CutPrefix(name, "#")
	if !isNumber {
		switch name {
		case "amp":
			return "&", size, true
		case "lt":
			return "<", size, true
		case "gt":
			return ">", size, true
		case "quot":
			return `"`, size, true
		case "apos":
			return "'", size, true
		}
		value, ok = xml.HTMLEntity[name]
		return value, size, ok
	}
	base := 10
	if hex, isHex := strings.CutPrefix(digits, "x"); isHex {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !legalRune(rune(n)) {
		return "", 0, false
	}
	return string(rune(n)), size, true
}
