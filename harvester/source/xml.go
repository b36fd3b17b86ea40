package source

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"polyglean/harvester"
	"polyglean/internal/record"
)

// Pages of XML are cut into records by their tags alone, and each record is then
// decoded on its own. So one broken record does not take its page with it, and a
// page costs the memory of its largest record, not of a tree.

// xmlPage is the XML document of an answer, in UTF-8, from the start tag of its
// root element to its end tag.
type xmlPage struct {
	root string
	doc  []byte
	// mended counts what had to be put right to read it.
	mended mendings
}

// errCut is an XML document that ends before its root element does.
var errCut = errors.New("the answer ends before its last tag: it was cut short")

// readXML finds the document whose root is one of roots, by local name. What
// stands before and after it, such as the notices a PHP script prints, is left
// out.
func readXML(body []byte, contentType string, roots ...string) (xmlPage, error) {
	text, note := toUTF8(body, contentType)
	var p xmlPage
	p.mended.add(note)
	for at := 0; ; {
		t, ok := nextTag(text, at)
		if !ok {
			return p, fmt.Errorf("the answer is not <%s>; it says %q", strings.Join(roots, "> or <"), excerpt(text))
		}
		root, ok := t.isOneOf(roots)
		if t.kind == closing || !ok {
			at = t.end
			continue
		}
		p.root = root
		if t.kind == empty {
			p.doc = text[t.start:t.end]
			return p, nil
		}
		end := lastEnd(text[t.end:], root)
		if end < 0 {
			return p, errCut
		}
		end += t.end
		p.doc = text[t.start:end]
		if len(bytes.TrimSpace(text[end:])) > 0 || bytes.Contains(text[:t.start], []byte("<b>")) {
			p.mended.add(mendedOutside)
		}
		return p, nil
	}
}

// lastEnd returns the offset behind the last end tag of the element, or -1.
func lastEnd(text []byte, name string) int {
	for end := len(text); ; {
		at := bytes.LastIndex(text[:end], []byte("</"))
		if at < 0 {
			return -1
		}
		if t, ok := readTag(text[at:]); ok && string(t.name) == name {
			return at + t.end
		}
		end = at
	}
}

// element is a part of a page, as received.
type element struct {
	name string
	raw  []byte
}

// entries decodes each element alone, so that one that cannot be read is set aside
// with its reason and the others live. decode also says whether it had to mend.
func (p *xmlPage) entries(elements []element, decode func(raw []byte) (c record.Candidate, mended bool, err error)) ([]record.Candidate, []harvester.Bad) {
	records := make([]record.Candidate, 0, len(elements))
	var bad []harvester.Bad
	for _, e := range elements {
		c, mended, err := decode(e.raw)
		if err != nil {
			bad = append(bad, harvester.Bad{SourceID: c.SourceID, Reason: err.Error(), Raw: e.raw})
			continue
		}
		if mended {
			p.mended.add(mendingOf(e.raw))
		}
		records = append(records, c)
	}
	return records, bad
}

// split takes the elements of the given local names out of a document. rest is
// what remains: the envelope. Elements within each other stay together.
func split(doc []byte, names ...string) (elements []element, rest []byte, err error) {
	from := 0
	for at := 0; ; {
		t, ok := nextTag(doc, at)
		if !ok {
			return elements, append(rest, doc[from:]...), nil
		}
		at = t.end
		name, ok := t.isOneOf(names)
		if t.kind == closing || !ok {
			continue
		}
		depth := 1
		if t.kind == empty {
			depth = 0
		}
		for depth > 0 {
			inner, ok := nextTag(doc, at)
			if !ok {
				return nil, nil, fmt.Errorf("<%s> at byte %d has no end tag", name, t.start)
			}
			at = inner.end
			switch {
			case string(inner.name) != name || inner.kind == empty:
			case inner.kind == closing:
				depth--
			default:
				depth++
			}
		}
		rest = append(rest, doc[from:t.start]...)
		elements = append(elements, element{name, doc[t.start:at]})
		from = at
	}
}

type tagKind int

const (
	opening tagKind = iota
	closing
	empty
)

// tag is a tag in a text: doc[start:end]. Its name is without prefix.
type tag struct {
	name       []byte
	start, end int
	kind       tagKind
}

// isOneOf returns which of the names the tag has; false when it has none of them.
func (t tag) isOneOf(names []string) (string, bool) {
	for _, name := range names {
		if string(t.name) == name {
			return name, true
		}
	}
	return "", false
}

// nextTag finds the next tag from an offset on. Comments, CDATA sections and
// processing instructions are passed over; so is a "<" that begins no tag.
func nextTag(doc []byte, from int) (tag, bool) {
	for {
		i := bytes.IndexByte(doc[from:], '<')
		if i < 0 {
			return tag{}, false
		}
		start := from + i
		rest := doc[start:]
		from = start + 1
		if shut := passedOver(rest); shut != "" {
			end := bytes.Index(rest, []byte(shut))
			if end < 0 {
				return tag{}, false
			}
			from = start + end + len(shut)
			continue
		}
		if t, ok := readTag(rest); ok {
			t.start, t.end = start, start+t.end
			return t, true
		}
	}
}

// passedOver returns the end of the comment, CDATA section or processing instruction
// that text begins with, "" when it begins with none.
func passedOver(text []byte) string {
	switch {
	case len(text) < 2 || text[1] != '!' && text[1] != '?':
		return ""
	case text[1] == '?':
		return "?>"
	case bytes.HasPrefix(text, []byte("<!--")):
		return "-->"
	case bytes.HasPrefix(text, []byte("<![CDATA[")):
		return "]]>"
	}
	return ""
}

// readTag reads the tag that text begins with. It never looks beyond the next
// "<", which no tag holds, so that reading a page takes time in proportion to its
// length, whatever is in it.
func readTag(text []byte) (tag, bool) {
	t := tag{}
	i := 1
	if i < len(text) && text[i] == '/' {
		t.kind = closing
		i++
	}
	nameAt := i
	for i < len(text) && isNameByte(text[i]) {
		i++
	}
	if i == nameAt {
		return t, false
	}
	name := text[nameAt:i]
	if colon := bytes.LastIndexByte(name, ':'); colon >= 0 {
		name = name[colon+1:]
	}
	t.name = name
	var quote byte
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c == '<':
			return t, false
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			if text[i-1] == '/' && t.kind == opening {
				t.kind = empty
			}
			t.end = i + 1
			return t, true
		}
	}
	return t, false
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == ':' || c == '_' || c == '-' || c == '.' || c >= 0x80
}

// decodeXML decodes one element: strictly, and if that fails once more with
// what XML forbids left out and its small faults forgiven. mended says that the
// second way was taken.
func decodeXML[T any](raw []byte) (value T, mended bool, err error) {
	if err := decodeOnce(raw, true, &value); err == nil {
		return value, false, nil
	}
	var again T
	if err := decodeOnce(legalXML(raw), false, &again); err != nil {
		return again, true, err
	}
	return again, true, nil
}

func decodeOnce(raw []byte, strict bool, into any) error {
	d := xml.NewDecoder(bytes.NewReader(raw))
	d.Strict = strict
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
	return d.Decode(into)
}

var charRef = regexp.MustCompile(`&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));`)

// legalXML drops the characters that XML does not allow, also where they are
// written as references.
func legalXML(raw []byte) []byte {
	raw = bytes.Map(func(r rune) rune {
		if legalRune(r) {
			return r
		}
		return -1
	}, raw)
	return charRef.ReplaceAllFunc(raw, func(ref []byte) []byte {
		m := charRef.FindSubmatch(ref)
		digits, base := string(m[2]), 10
		if len(m[1]) > 0 {
			digits, base = string(m[1]), 16
		}
		if n, err := strconv.ParseInt(digits, base, 32); err == nil && legalRune(rune(n)) {
			return ref
		}
		return nil
	})
}

// legalRune is the production Char of XML 1.0.
func legalRune(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= 0x10ffff
}

// markup is an element whose content may hold tags.
type markup struct {
	Inner string `xml:",innerxml"`
}

// text is the content as plain text in paragraphs, line as one line.
func (m markup) text() string { return plainText(m.Inner) }
func (m markup) line() string { return plainLine(m.Inner) }
