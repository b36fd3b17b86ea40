package importer

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// bibStart is the start of an entry. At the start of a line it ends whatever entry
// stands before it, so that a missing brace costs one entry and not the file.
var (
	bibLine  = regexp.MustCompile(`^\s*@[A-Za-z]+\s*[{(]`)
	bibStart = regexp.MustCompile(`@([A-Za-z]+)\s*([{(])`)
)

// bibReader reads BibTeX and BibLaTeX. Text between entries is comment there.
type bibReader struct {
	lines  *lines
	macros bibMacros
	// text is the block in hand, of which what stands before at is behind; line is the
	// number of the line there.
	text     string
	at, line int
}

// bibMacros are the texts that @string gave names to.
type bibMacros struct {
	texts map[string]string
	size  int
}

// maxMacros bounds the texts of macros together, in bytes.
const maxMacros = 4 << 20

func (m *bibMacros) set(name, text string) {
	if m.size += len(name) + len(text); m.size <= maxMacros {
		m.texts[name] = text
	}
}

// bibMonths are the macros every style defines.
const bibMonths = "jan feb mar apr may jun jul aug sep oct nov dec"

func newBibTeX(r io.Reader) *bibReader {
	b := &bibReader{lines: newLines(r), macros: bibMacros{texts: map[string]string{}}}
	for m := range strings.FieldsSeq(bibMonths) {
		b.macros.set(m, m)
	}
	return b
}

func (r *bibReader) next() (item, error) {
	for {
		if it, ok := r.entry(); ok {
			return it, nil
		}
		b, err := r.block()
		if err != nil {
			return item{}, err
		}
		if b.cut {
			return b.bad(tooLong), nil
		}
		r.text, r.at, r.line = b.text(), 0, b.first()
	}
}

// block collects the lines from the start of an entry to the next one that starts a
// line.
func (r *bibReader) block() (block, error) {
	var b block
	for {
		ln, err := r.lines.next()
		if errors.Is(err, io.EOF) && !b.empty() {
			return b, nil
		}
		if err != nil {
			return b, err
		}
		if !b.empty() && bibLine.MatchString(ln.text) {
			r.lines.unread(ln)
			return b, nil
		}
		b.add(ln)
	}
}

// entry reads the next entry of the block; false when there is none.
func (r *bibReader) entry() (item, bool) {
	for {
		m := bibStart.FindStringSubmatchIndex(r.text[r.at:])
		if m == nil {
			r.text, r.at = "", 0
			return item{}, false
		}
		start, inside := r.at+m[0], r.at+m[1]
		kind := strings.ToLower(r.text[r.at+m[2] : r.at+m[3]])
		p := &bibParser{text: r.text, at: inside, macros: &r.macros, shut: '}'}
		if r.text[inside-1] == '(' {
			p.shut = ')'
		}
		r.pass(start)
		it := item{line: r.line}
		switch kind {
		case "comment", "preamble":
			p.skip()
			r.pass(p.at)
			continue
		case "string":
			p.macro()
			r.pass(p.at)
			continue
		}
		fields, err := p.entry()
		if err != nil {
			it.reason = err.Error()
			// What follows is text of this entry up to what looks like another one.
			if next := bibStart.FindStringIndex(r.text[p.at:]); next != nil {
				p.at += next[0]
			} else {
				p.at = len(r.text)
			}
		} else {
			it.draft = bibDraft(kind, fields)
		}
		it.raw = r.text[start:p.at]
		r.pass(p.at)
		return it, true
	}
}

// pass goes on to an offset, counting lines.
func (r *bibReader) pass(to int) {
	r.line += strings.Count(r.text[r.at:to], "\n")
	r.at = to
}

// bibParser reads the inside of one entry.
type bibParser struct {
	text   string
	at     int
	shut   byte // what ends the entry
	macros *bibMacros
	// size of the values so far, in bytes.
	size int
}

func (p *bibParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\n\r\f\v", p.text[p.at]) >= 0 {
		p.at++
	}
}

// peek is the next byte after white space, 0 at the end.
func (p *bibParser) peek() byte {
	p.space()
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

// skip passes over an entry that holds nothing for us.
func (p *bibParser) skip() {
	for depth := 0; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == p.shut && depth <= 0:
			p.at++
			return
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
	}
}

// macro reads the inside of @string.
func (p *bibParser) macro() {
	name := p.name()
	if name == "" || p.peek() != '=' {
		return
	}
	p.at++
	value, err := p.value()
	if err == nil {
		p.macros.set(name, value)
	}
	p.skip()
}

// name reads the name of a field or macro, in lower case.
func (p *bibParser) name() string {
	p.space()
	from := p.at
	for p.at < len(p.text) && strings.IndexByte(" \t\n\r={}(),#\"", p.text[p.at]) < 0 {
		p.at++
	}
	return strings.ToLower(p.text[from:p.at])
}

var errNoEnd = errors.New("the entry has no end: a brace or quotation mark is missing")

// entry reads the key and the fields; of a field given twice the first stays.
func (p *bibParser) entry() (map[string]string, error) {
	fields := map[string]string{}
	// The key may hold anything but a comma; some programs leave it out.
	from := p.at
	for p.at < len(p.text) && p.text[p.at] != ',' && p.text[p.at] != '=' && p.text[p.at] != p.shut {
		p.at++
	}
	if p.at < len(p.text) && p.text[p.at] == '=' {
		p.at = from
	}
	for {
		switch p.peek() {
		case 0:
			return nil, errNoEnd
		case p.shut:
			p.at++
			return fields, nil
		case ',':
			p.at++
			continue
		}
		name := p.name()
		if name == "" || p.peek() != '=' {
			return nil, fmt.Errorf("no \"=\" after %q", excerpt(name))
		}
		p.at++
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		if fields[name] == "" {
			fields[name] = value
		}
		if c := p.peek(); c != ',' && c != p.shut && c != 0 {
			return nil, fmt.Errorf("no comma after the field %q", excerpt(name))
		}
	}
}

// maxValues bounds the values of an entry, in bytes: macros made of macros could double
// them without end.
const maxValues = 1 << 20

// value reads strings, numbers and macros joined with "#".
func (p *bibParser) value() (string, error) {
	var b strings.Builder
	for {
		var part string
		switch c := p.peek(); c {
		case 0:
			return "", errNoEnd
		case '{', '"':
			var ok bool
			if part, ok = p.quoted(c); !ok {
				return "", errNoEnd
			}
		default:
			name := p.name()
			if name == "" {
				return "", fmt.Errorf("no value before %q", c)
			}
			part = name
			if text, ok := p.macros.texts[name]; ok {
				part = text
			}
		}
		if p.size += len(part); p.size > max(maxValues, len(p.text)) {
			return "", errors.New("the fields have more than 1 MB: macros repeat in macros")
		}
		b.WriteString(part)
		if p.peek() != '#' {
			return b.String(), nil
		}
		p.at++
	}
}

// quoted reads "…" or {…}. Braces inside are in pairs, unless escaped.
func (p *bibParser) quoted(open byte) (string, bool) {
	p.at++
	from, depth := p.at, 0
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '\\' && p.at+1 < len(p.text) && strings.IndexByte("{}\\\"", p.text[p.at+1]) >= 0:
			p.at++
		case depth == 0 && (open == '"' && c == '"' || open == '{' && c == '}'):
			p.at++
			return p.text[from : p.at-1], true
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
	}
	return "", false
}

// excerpt shortens what is quoted in a reason.
func excerpt(s string) string {
	if runes := []rune(s); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return s
}
