package record

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Encode appends the wire form of c to dst, and returns the hash of its content,
// which is made from the same bytes.
//
// The content is what a source says of a work. How, when and by which query it was
// found is left out, so that a record found again is seen to be unchanged: the hash is
// that of the wire form with route, query, paths, time of harvest and version empty.
//
// Candidates are encoded here and not by encoding/json, field by field in the order of
// the struct, because a harvest spends most of its time on it otherwise; the bytes are
// the same. An error means that Unknown holds what is no JSON, or that the time of
// harvest has no form in RFC 3339; dst is then returned as it was.
func (c *Candidate) Encode(dst []byte) (wire []byte, content uint64, err error) {
	b, at, err := c.append(dst)
	if err != nil {
		return dst, 0, err
	}
	h := sha256.New()
	_, _ = h.Write(b[len(dst):at.found])
	_, _ = h.Write([]byte(`,"route":""`))
	_, _ = h.Write(b[at.work:at.when])
	_, _ = h.Write([]byte(`,"harvested":"0001-01-01T00:00:00Z","version":0`))
	_, _ = h.Write(b[at.rest:])
	var sum [sha256.Size]byte
	return b, binary.BigEndian.Uint64(h.Sum(sum[:0])), nil
}

// places are the beginnings of parts of a candidate's wire form: how it was found, the
// work, when it was found, and what follows.
type places struct{ found, work, when, rest int }

// append appends the wire form; dst is returned as it was when there is an error.
func (c *Candidate) append(dst []byte) (b []byte, at places, err error) {
	b = append(dst, `{"v":`...)
	b = strconv.AppendInt(b, int64(c.Schema), 10)
	b = appendString(append(b, `,"id":`...), c.ID)
	b = appendString(append(b, `,"source":`...), c.Source)
	b = appendString(append(b, `,"source_id":`...), c.SourceID)
	at.found = len(b)
	b = appendString(append(b, `,"route":`...), string(c.Route))
	b = appendField(b, `,"query":`, c.Query)
	b = appendList(b, `,"paths":`, c.Paths, appendPath)
	at.work = len(b)
	b = c.appendWork(b)
	at.when = len(b)
	b = append(b, `,"harvested":"`...)
	if b, err = c.Harvested.AppendText(b); err != nil {
		return dst, at, err
	}
	b = append(b, `","version":`...)
	b = strconv.AppendInt(b, c.Version, 10)
	at.rest = len(b)
	if b, err = appendUnknown(b, c.Unknown); err != nil {
		return dst, at, err
	}
	return append(b, '}'), at, nil
}

// appendUnknown appends fields of another version of the program, behind a comma.
func appendUnknown(b []byte, unknown map[string]json.RawMessage) ([]byte, error) {
	if len(unknown) == 0 {
		return b, nil
	}
	more, err := json.Marshal(unknown) // sorts the names
	if err != nil {
		return b, err
	}
	return append(append(b, ','), more[1:len(more)-1]...), nil
}

// appendWork appends the fields that describe the work.
func (c *Candidate) appendWork(b []byte) []byte {
	b = appendList(b, `,"titles":`, c.Titles, appendText)
	b = appendList(b, `,"abstracts":`, c.Abstracts, appendText)
	b = appendList(b, `,"keywords":`, c.Keywords, appendText)
	b = appendList(b, `,"authors":`, c.Authors, appendAuthor)
	b = appendList(b, `,"languages":`, c.Languages, appendString)
	if c.Year != 0 {
		b = strconv.AppendInt(append(b, `,"year":`...), int64(c.Year), 10)
	}
	b = appendField(b, `,"date":`, c.Date)
	b = appendField(b, `,"container":`, c.Container)
	b = appendField(b, `,"volume":`, c.Volume)
	b = appendField(b, `,"issue":`, c.Issue)
	b = appendField(b, `,"pages":`, c.Pages)
	b = appendField(b, `,"publisher":`, c.Publisher)
	b = appendField(b, `,"journal_country":`, c.JournalCountry)
	b = appendField(b, `,"type":`, c.Type)
	b = appendIdentifiers(append(b, `,"ids":`...), &c.IDs)
	b = appendList(b, `,"issn":`, c.ISSN, appendString)
	b = appendList(b, `,"references":`, c.References, appendString)
	b = appendList(b, `,"relations":`, c.Relations, appendRelation)
	b = appendField(b, `,"url":`, c.URL)
	b = appendField(b, `,"license":`, c.License)
	if c.Retracted {
		b = append(b, `,"retracted":true`...)
	}
	if c.Deleted {
		b = append(b, `,"deleted":true`...)
	}
	return b
}

// appendField appends a field unless its value is empty; name is with its comma and
// colon.
func appendField(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return appendString(append(b, name...), value)
}

func appendList[T any](b []byte, name string, list []T, one func([]byte, T) []byte) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(b, name...)
	for i, v := range list {
		if i == 0 {
			b = append(b, '[')
		} else {
			b = append(b, ',')
		}
		b = one(b, v)
	}
	return append(b, ']')
}

func appendPath(b []byte, p Path) []byte {
	b = appendString(append(b, `{"how":`...), string(p.How))
	b = appendString(append(b, `,"study":`...), p.Study)
	if p.Round != 0 {
		b = strconv.AppendInt(append(b, `,"round":`...), int64(p.Round), 10)
	}
	return append(b, '}')
}

func appendRelation(b []byte, r Relation) []byte {
	b = appendString(append(b, `{"type":`...), string(r.Type))
	return append(appendString(append(b, `,"id":`...), r.ID), '}')
}

func appendText(b []byte, t Text) []byte {
	b = appendString(append(b, `{"text":`...), t.Text)
	return append(appendField(b, `,"lang":`, t.Lang), '}')
}

func appendAuthor(b []byte, a Author) []byte {
	b = appendString(append(b, `{"name":`...), a.Name)
	b = appendField(b, `,"family":`, a.Family)
	b = appendField(b, `,"given":`, a.Given)
	return append(appendField(b, `,"orcid":`, a.ORCID), '}')
}

func appendIdentifiers(b []byte, ids *Identifiers) []byte {
	start := len(b)
	b = appendField(b, `,"doi":`, ids.DOI)
	b = appendField(b, `,"pmid":`, ids.PMID)
	b = appendField(b, `,"pmcid":`, ids.PMCID)
	b = appendField(b, `,"openalex":`, ids.OpenAlex)
	if len(ids.Other) > 0 {
		b = append(b, `,"other":`...)
		other := len(b)
		for _, scheme := range slices.Sorted(maps.Keys(ids.Other)) {
			b = appendString(append(b, ','), scheme)
			b = appendString(append(b, ':'), ids.Other[scheme])
		}
		b[other] = '{'
		b = append(b, '}')
	}
	if len(b) == start {
		return append(b, "{}"...)
	}
	b[start] = '{' // in the place of the first comma
	return append(b, '}')
}

// appendString appends s as encoding/json writes it: fit for HTML and JavaScript too,
// with U+FFFD for what is not UTF-8.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if plainByte[c] {
				i++
				continue
			}
			b = append(b, s[from:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\b':
				b = append(b, `\b`...)
			case '\f':
				b = append(b, `\f`...)
			case '\n':
				b = append(b, `\n`...)
			case '\r':
				b = append(b, `\r`...)
			case '\t':
				b = append(b, `\t`...)
			default:
				b = append(b, `\u00`...)
				b = append(b, hex[c>>4], hex[c&0xf])
			}
			i++
			from = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[from:i]...), `\ufffd`...)
			from = i + size
		case r == '\u2028' || r == '\u2029': // line ends to JavaScript
			b = append(append(b, s[from:i]...), `\u202`...)
			b = append(b, hex[r&0xf])
			from = i + size
		}
		i += size
	}
	return append(append(b, s[from:]...), '"')
}

// plainByte are the bytes of ASCII that stand for themselves.
var plainByte = func() (plain [utf8.RuneSelf]bool) {
	for c := byte(' '); c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
	}
	return plain
}()
