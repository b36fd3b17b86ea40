package record

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A pipeline reads every record twice, and encoding/json takes longer for it than
// classifying and indexing do: it looks through the whole text up to ten times, once
// for each level at which there may be unknown fields. What this program writes itself
// (Candidate.Encode, Classified.Append) is therefore read here: the fields in the order
// of the struct, without white space, in one pass. Whatever is not in that form, be it
// written by another program or version or damaged, is odd and is left to encoding/json,
// so that nothing is read in two ways.

// readWritten reads raw by one and reports whether it is in the form that this program
// writes. The strings of the value share the memory of one copy of raw.
func readWritten[T any](raw []byte, into *T, one func(*reader) T) bool {
	if !utf8.Valid(raw) {
		return false // encoding/json replaces what is damaged
	}
	r := reader{text: string(raw)}
	v := one(&r)
	if r.odd || r.at != len(r.text) {
		return false
	}
	*into = v
	return true
}

// reader goes through a text of valid UTF-8. Once it has met something odd, what it
// returns means nothing.
type reader struct {
	text string
	at   int
	odd  bool
}

// skip goes past s if it is what comes next.
func (r *reader) skip(s string) bool {
	if !strings.HasPrefix(r.text[r.at:], s) {
		return false
	}
	r.at += len(s)
	return true
}

func (r *reader) want(s string) {
	if !r.skip(s) {
		r.odd = true
	}
}

// field says whether a field comes next, and goes to its value; name is in quotes and
// with its colon. Fields that are not there keep the zero value.
func (r *reader) field(name string) bool {
	rest := r.text[r.at:]
	if r.text[r.at-1] != '{' {
		if rest == "" || rest[0] != ',' {
			return false
		}
		rest = rest[1:]
	}
	if !strings.HasPrefix(rest, name) {
		return false
	}
	r.at = len(r.text) - len(rest) + len(name)
	return true
}

// object reads what stands between braces.
func (r *reader) object(fields func()) {
	if r.want("{"); !r.odd {
		fields()
		r.want("}")
	}
}

func (r *reader) string() string {
	if r.want(`"`); r.odd {
		return ""
	}
	from := r.at
	plain := true
	for i := from; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			r.at = i + 1
			if plain {
				return r.text[from:i]
			}
			var s string
			r.odd = json.Unmarshal([]byte(r.text[from-1:r.at]), &s) != nil
			return s
		case c == '\\':
			plain = false
			i++ // what it escapes is no end
		case c < ' ':
			r.odd = true
			return ""
		}
	}
	r.odd = true
	return ""
}

func (r *reader) stringField(name string) string {
	if r.field(name) {
		return r.string()
	}
	return ""
}

func (r *reader) strings(name string) []string { return readList(r, name, (*reader).string) }

func (r *reader) bool() bool {
	if r.skip("true") {
		return true
	}
	r.want("false")
	return false
}

func (r *reader) boolField(name string) bool { return r.field(name) && r.bool() }

// number is the text of a number as JSON allows it.
func (r *reader) number() string {
	from := r.at
	digits := func() {
		start := r.at
		for r.at < len(r.text) && '0' <= r.text[r.at] && r.text[r.at] <= '9' {
			r.at++
		}
		r.odd = r.odd || r.at == start
	}
	r.skip("-")
	if !r.skip("0") {
		digits()
	}
	if r.skip(".") {
		digits()
	}
	if r.skip("e") || r.skip("E") {
		if !r.skip("+") {
			r.skip("-")
		}
		digits()
	}
	return r.text[from:r.at]
}

func (r *reader) int64Field(name string) int64 {
	if !r.field(name) {
		return 0
	}
	n, err := strconv.ParseInt(r.number(), 10, 64)
	r.odd = r.odd || err != nil
	return n
}

func (r *reader) intField(name string) int {
	n := r.int64Field(name)
	r.odd = r.odd || int64(int(n)) != n
	return int(n)
}

func (r *reader) timeField(name string) (t time.Time) {
	if !r.field(name) {
		return t
	}
	from := r.at
	s := r.string()
	// Escapes are for texts: encoding/json takes none in a time.
	if len(s)+len(`""`) != r.at-from || t.UnmarshalText([]byte(s)) != nil {
		r.odd = true
	}
	return t
}

// readList reads a field with a list. It tells none (nil) from an empty one.
func readList[T any](r *reader, name string, one func(*reader) T) []T {
	if !r.field(name) || r.skip("null") {
		return nil
	}
	list := []T{}
	for r.want("["); !r.odd && !r.skip("]"); {
		if len(list) > 0 {
			r.want(",")
		}
		list = append(list, one(r))
	}
	return list
}

func (r *reader) candidate() (c Candidate) {
	r.object(func() {
		c.Schema = r.intField(`"v":`)
		c.ID = r.stringField(`"id":`)
		c.Source = r.stringField(`"source":`)
		c.SourceID = r.stringField(`"source_id":`)
		c.Route = Route(r.stringField(`"route":`))
		c.Query = r.stringField(`"query":`)
		c.Paths = readList(r, `"paths":`, (*reader).path)
		c.Titles = readList(r, `"titles":`, (*reader).words)
		c.Abstracts = readList(r, `"abstracts":`, (*reader).words)
		c.Keywords = readList(r, `"keywords":`, (*reader).words)
		c.Authors = readList(r, `"authors":`, (*reader).author)
		c.Languages = r.strings(`"languages":`)
		c.Year = r.intField(`"year":`)
		c.Date = r.stringField(`"date":`)
		c.Container = r.stringField(`"container":`)
		c.Volume = r.stringField(`"volume":`)
		c.Issue = r.stringField(`"issue":`)
		c.Pages = r.stringField(`"pages":`)
		c.Publisher = r.stringField(`"publisher":`)
		c.JournalCountry = r.stringField(`"journal_country":`)
		c.Type = r.stringField(`"type":`)
		if r.field(`"ids":`) {
			c.IDs = r.identifiers()
		}
		c.ISSN = r.strings(`"issn":`)
		c.References = r.strings(`"references":`)
		c.Relations = readList(r, `"relations":`, (*reader).relation)
		c.URL = r.stringField(`"url":`)
		c.License = r.stringField(`"license":`)
		c.Retracted = r.boolField(`"retracted":`)
		c.Deleted = r.boolField(`"deleted":`)
		c.Harvested = r.timeField(`"harvested":`)
		c.Version = r.int64Field(`"version":`)
	})
	r.odd = r.odd || c.Schema > Schema
	return c
}

func (r *reader) path() (p Path) {
	r.object(func() {
		p = Path{How: Citation(r.stringField(`"how":`)), Study: r.stringField(`"study":`), Round: r.intField(`"round":`)}
	})
	return p
}

func (r *reader) words() (t Text) {
	r.object(func() { t = Text{Text: r.stringField(`"text":`), Lang: r.stringField(`"lang":`)} })
	return t
}

func (r *reader) author() (a Author) {
	r.object(func() {
		a.Name = r.stringField(`"name":`)
		a.Family = r.stringField(`"family":`)
		a.Given = r.stringField(`"given":`)
		a.ORCID = r.stringField(`"orcid":`)
	})
	return a
}

func (r *reader) relation() (l Relation) {
	r.object(func() { l = Relation{Type: RelationType(r.stringField(`"type":`)), ID: r.stringField(`"id":`)} })
	return l
}

func (r *reader) identifiers() (ids Identifiers) {
	r.object(func() {
		ids.DOI = r.stringField(`"doi":`)
		ids.PMID = r.stringField(`"pmid":`)
		ids.PMCID = r.stringField(`"pmcid":`)
		ids.OpenAlex = r.stringField(`"openalex":`)
		if !r.field(`"other":`) {
			return
		}
		ids.Other = make(map[string]string)
		for r.want("{"); !r.odd && !r.skip("}"); {
			if len(ids.Other) > 0 {
				r.want(",")
			}
			scheme := r.string()
			r.want(":")
			ids.Other[scheme] = r.string()
		}
	})
	return ids
}

func (r *reader) classified() (c Classified) {
	r.object(func() {
		if r.field(`"candidate":`) {
			c.Candidate = r.candidate()
		}
		if r.field(`"language":`) {
			c.Language = r.ledger()
		}
		if r.field(`"strategy":`) {
			r.object(func() {
				c.Strategy.Matched = r.boolField(`"matched":`)
				c.Strategy.Mode = r.stringField(`"mode":`)
				c.Strategy.Blocks = readList(r, `"blocks":`, (*reader).block)
			})
		}
		c.Concepts = readList(r, `"concepts":`, (*reader).concept)
		c.Findings = readList(r, `"findings":`, (*reader).finding)
		c.Selection = Selection(r.stringField(`"selection":`))
		c.Seed = r.intField(`"seed":`)
		if r.field(`"versions":`) {
			r.object(func() {
				c.Versions.Protocol = r.stringField(`"protocol":`)
				c.Versions.Lexicon = r.stringField(`"lexicon":`)
				c.Versions.Classifier = r.stringField(`"classifier":`)
			})
		}
	})
	return c
}

func (r *reader) ledger() (l LanguageLedger) {
	r.object(func() {
		l.Declared = r.strings(`"declared":`)
		l.Detected = readList(r, `"detected":`, (*reader).detection)
		l.Languages = r.strings(`"languages":`)
		l.Work = r.stringField(`"work":`)
		l.WorkFrom = WorkGround(r.stringField(`"work_from":`))
		l.Class = LanguageClass(r.stringField(`"class":`))
		l.Conflict = r.boolField(`"conflict":`)
	})
	return l
}

func (r *reader) detection() (d Detection) {
	r.object(func() {
		d.Field = Field(r.stringField(`"field":`))
		d.Index, d.Start, d.End = r.intField(`"index":`), r.intField(`"start":`), r.intField(`"end":`)
		d.Lang = r.stringField(`"lang":`)
		d.Tag = r.stringField(`"tag":`)
		if r.field(`"confidence":`) {
			n, err := strconv.ParseFloat(r.number(), 64)
			d.Confidence, r.odd = n, r.odd || err != nil
		}
		d.How = r.stringField(`"how":`)
		d.Why = r.stringField(`"why":`)
	})
	return d
}

func (r *reader) evidence() (e Evidence) {
	r.object(func() {
		e.Field = Field(r.stringField(`"field":`))
		e.Index, e.Start, e.End = r.intField(`"index":`), r.intField(`"start":`), r.intField(`"end":`)
		e.Words = r.stringField(`"words":`)
		e.Concept = r.stringField(`"concept":`)
		e.Lang = r.stringField(`"lang":`)
	})
	return e
}

func (r *reader) block() (m BlockMatch) {
	r.object(func() {
		m.Block = r.stringField(`"block":`)
		m.Matched = r.boolField(`"matched":`)
		m.Evidence = readList(r, `"evidence":`, (*reader).evidence)
	})
	return m
}

func (r *reader) concept() (h ConceptHit) {
	r.object(func() {
		h.Concept = r.stringField(`"concept":`)
		h.Facet = r.stringField(`"facet":`)
		h.Strong = r.boolField(`"strong":`)
		h.Evidence = readList(r, `"evidence":`, (*reader).evidence)
	})
	return h
}

func (r *reader) finding() (f Finding) {
	r.object(func() {
		f.Flag = Flag(r.stringField(`"flag":`))
		f.Reason = Reason(r.stringField(`"reason":`))
		f.Detail = r.stringField(`"detail":`)
		f.Evidence = readList(r, `"evidence":`, (*reader).evidence)
		f.Study = r.stringField(`"study":`)
	})
	return f
}
