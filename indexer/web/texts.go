package web

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// place is where a piece of evidence stands in a study.
type place struct {
	record     string
	field      record.Field
	index      int
	start, end int
}

// texts are the distinct titles, abstracts and keywords of a study. Copies of one
// text in several records are shown once, with the evidence of all of them.
type texts struct {
	list []*text
	// anchors tell under which ID of the page a piece of evidence is marked.
	anchors map[place]string
}

// text is one of them.
type text struct {
	field record.Field
	text  string
	runs  []run
	marks []mark
}

// run is a stretch of a text in one language; texts hold several when an abstract
// is followed by its translation.
type run struct {
	start, end int
	lang       string
}

// textsOf gathers the texts of a study and marks the evidence in them.
func (s *site) textsOf(st *indexer.Study) *texts {
	t := &texts{anchors: make(map[place]string)}
	byFold := make(map[string]*text)
	places := make(map[*text][]place)

	for i := range st.Members {
		m := &st.Members[i].Record
		own := make(map[record.Field][]*text)
		for _, field := range []record.Field{record.FieldTitle, record.FieldAbstract, record.FieldKeyword} {
			for index, source := range textsAt(m, field) {
				if strings.TrimSpace(source.Text) == "" {
					own[field] = append(own[field], nil)
					continue
				}
				key := string(field) + "\x00" + fold(source.Text)
				if byFold[key] == nil {
					byFold[key] = &text{field: field, text: source.Text, runs: runs(m, field, index)}
					t.list = append(t.list, byFold[key])
				}
				own[field] = append(own[field], byFold[key])
			}
		}
		for _, e := range evidenceOf(st, &st.Members[i]) {
			if e.Index < 0 || e.Index >= len(own[e.Field]) || own[e.Field][e.Index] == nil {
				continue
			}
			x := own[e.Field][e.Index]
			start, end, ok := locate(x.text, e)
			if !ok {
				continue
			}
			found := mark{start: start, end: end}
			if e.Concept != "" {
				found.tips = []string{s.concept(e.Concept)}
			}
			x.marks = append(x.marks, found)
			places[x] = append(places[x], place{m.Candidate.ID, e.Field, e.Index, e.Start, e.End})
		}
	}

	n := 0
	for _, x := range t.list {
		raw := x.marks
		x.marks = sound(x.text, raw)
		for i := range x.marks {
			n++
			x.marks[i].id = "m" + year(n)
		}
		for i, at := range places[x] {
			for _, m := range x.marks {
				if m.start <= raw[i].start && raw[i].start < m.end {
					t.anchors[at] = m.id
				}
			}
		}
	}
	return t
}

// of are the passages of all texts of a field, one list for each text.
func (t *texts) of(field record.Field) [][]passage {
	var out [][]passage
	for _, x := range t.list {
		if x.field != field {
			continue
		}
		var parts []passage
		for _, r := range x.runs {
			lang := tongueOf(r.lang)
			// Line breaks between two languages are the page's to make.
			part := x.text[r.start:r.end]
			end := r.start + len(strings.TrimRightFunc(part, unicode.IsSpace))
			start := r.end - len(strings.TrimLeftFunc(part, unicode.IsSpace))
			if start < end {
				parts = append(parts, passage{lang.Tag, lang.Dir, pieces(x.text, start, end, x.marks)})
			}
		}
		out = append(out, parts)
	}
	return out
}

// evidenceOf is everything the classifier pointed at in a record of a study.
func evidenceOf(st *indexer.Study, member *indexer.Member) []record.Evidence {
	m := &member.Record
	var out []record.Evidence
	for _, f := range st.Findings(member) {
		out = append(out, words(f)...)
	}
	for _, b := range m.Strategy.Blocks {
		for _, e := range b.Evidence {
			e.Concept = cmp.Or(e.Concept, b.Block)
			out = append(out, e)
		}
	}
	for _, c := range m.Concepts {
		for _, e := range c.Evidence {
			e.Concept = cmp.Or(e.Concept, c.Concept)
			out = append(out, e)
		}
	}
	return out
}

// words is the evidence of a finding, save where it is whole texts: marking those
// would hide the words that other findings rest on, and the detail names them.
func words(f record.Finding) []record.Evidence {
	if f.Flag == record.FlagNonEnglish {
		return nil
	}
	return f.Evidence
}

// locate finds evidence in a text. The text may be another record's copy, spaced or
// cased otherwise; then the words themselves are looked for.
func locate(text string, e record.Evidence) (start, end int, ok bool) {
	if within(text, e.Start, e.End) && (e.Words == "" || text[e.Start:e.End] == e.Words) {
		return e.Start, e.End, true
	}
	if at := strings.Index(text, e.Words); at >= 0 && e.Words != "" {
		return at, at + len(e.Words), true
	}
	return 0, 0, false
}

// fold makes copies of one text equal: case, spacing and a final full stop vary
// from source to source.
func fold(s string) string {
	return strings.ToLower(strings.TrimRight(strings.Join(strings.Fields(s), " "), "."))
}

// detections are those of one text, in order and sound.
func detections(m *record.Classified, field record.Field, index int, text string) []record.Detection {
	var out []record.Detection
	for _, d := range m.Language.Detected {
		if d.Field == field && d.Index == index && 0 <= d.Start && d.Start <= d.End && d.End <= len(text) {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b record.Detection) int { return a.Start - b.Start })
	return out
}

// textsAt are the texts of a field that evidence can point into.
func textsAt(m *record.Classified, field record.Field) []record.Text {
	switch field {
	case record.FieldTitle:
		return m.Candidate.Titles
	case record.FieldAbstract:
		return m.Candidate.Abstracts
	case record.FieldKeyword:
		return m.Candidate.Keywords
	}
	return nil
}

func textAt(m *record.Classified, field record.Field, index int) record.Text {
	list := textsAt(m, field)
	if index < 0 || index >= len(list) {
		return record.Text{}
	}
	return list[index]
}

// runs divides a text by its languages as detected; a part that cannot tell goes
// with the part before it. Where nothing was detected the declaration stands.
func runs(m *record.Classified, field record.Field, index int) []run {
	t := textAt(m, field, index)
	out := []run{{0, len(t.Text), ""}}
	for _, d := range detections(m, field, index, t.Text) {
		last := &out[len(out)-1]
		lang := cmp.Or(d.Tag, d.Lang) // fonts differ between zh-Hans and zh-Hant
		switch {
		case d.Lang == record.Undetermined || lang == "" || lang == last.lang:
		case last.lang == "":
			last.lang = lang
		case within(t.Text, d.Start, len(t.Text)) && d.Start > last.start:
			last.end = d.Start
			out = append(out, run{d.Start, len(t.Text), lang})
		}
	}
	if out[0].lang == "" {
		out[0].lang = t.Lang
	}
	return out
}

// langAt is the language at a byte of a text.
func langAt(m *record.Classified, field record.Field, index, at int) string {
	lang := ""
	for _, r := range runs(m, field, index) {
		if r.start <= at {
			lang = r.lang
		}
	}
	return lang
}

// textLang is the language most of a text is in.
func textLang(m *record.Classified, field record.Field, index int) string {
	best := run{}
	for _, r := range runs(m, field, index) {
		if r.end-r.start > best.end-best.start {
			best = r
		}
	}
	return best.lang
}
