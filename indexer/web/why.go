package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/untrusted"
)

// evidenceView is a word or phrase a statement rests on; Href leads to it in the
// text, and is empty when the text has changed since.
type evidenceView struct {
	Words passage
	Href  string
}

// findingView is a finding in words.
type findingView struct {
	Heading, Detail string
	// Study is the ID of the study that it rests on.
	Study    string
	Evidence []evidenceView
}

// strategyView is how the published strategy fared.
type strategyView struct {
	Known   bool
	Matched bool
	Blocks  []blockView
}

type blockView struct {
	Name     string
	Matched  bool
	Evidence []evidenceView
}

// conceptGroup is the concepts of one facet of the lexicon.
type conceptGroup struct {
	rank     int
	Label    string
	Concepts []conceptView
}

type conceptView struct {
	Name     string
	Strong   bool
	Evidence []evidenceView
}

// ledgerView is what is known of the languages of one record, in words.
type ledgerView struct {
	// Records are those that say the same.
	Records  []string
	Lines    []string
	Declared string
	Conflict string
}

// evidence shows pieces of evidence of a record, each spelling once.
func (t *texts) evidence(have []evidenceView, m *record.Classified, list []record.Evidence) []evidenceView {
	for _, e := range list {
		words := e.Words
		if text := textAt(m, e.Field, e.Index).Text; words == "" && within(text, e.Start, e.End) {
			words = text[e.Start:e.End]
		}
		if words == "" || slices.ContainsFunc(have, func(v evidenceView) bool { return fold(v.Words.String()) == fold(words) }) {
			continue
		}
		lang := e.Lang
		if lang == "" {
			lang = textLang(m, e.Field, e.Index)
		}
		v := evidenceView{Words: newPassage(words, lang, nil)}
		if id := t.anchors[place{m.Candidate.ID, e.Field, e.Index, e.Start, e.End}]; id != "" {
			v.Href = "#" + id
		}
		have = append(have, v)
	}
	return have
}

// findings are those of all members; the same statement about two copies is one.
func (s *site) findings(st *indexer.Study, t *texts) []findingView {
	var out []findingView
	for i := range st.Members {
		m := &st.Members[i].Record
		for _, f := range st.Findings(&st.Members[i]) {
			heading := word(flagNames, string(f.Flag))
			if f.Reason != "" {
				heading = word(reasonNames, string(f.Reason))
			}
			at := slices.IndexFunc(out, func(v findingView) bool { return v.Heading == heading && v.Detail == f.Detail })
			if at < 0 {
				at = len(out)
				out = append(out, findingView{Heading: heading, Detail: f.Detail, Study: f.Study})
			}
			out[at].Evidence = t.evidence(out[at].Evidence, m, words(f))
		}
	}
	return out
}

// strategy joins the outcomes of the members: a block that matches one copy matches
// the study.
func (s *site) strategy(st *indexer.Study, t *texts) strategyView {
	var v strategyView
	for i := range st.Members {
		m := &st.Members[i].Record
		v.Known = v.Known || len(m.Strategy.Blocks) > 0
		v.Matched = v.Matched || m.Strategy.Matched
		for _, b := range m.Strategy.Blocks {
			at := slices.IndexFunc(v.Blocks, func(have blockView) bool { return have.Name == s.concept(b.Block) })
			if at < 0 {
				at = len(v.Blocks)
				v.Blocks = append(v.Blocks, blockView{Name: s.concept(b.Block)})
			}
			v.Blocks[at].Matched = v.Blocks[at].Matched || b.Matched
			v.Blocks[at].Evidence = t.evidence(v.Blocks[at].Evidence, m, b.Evidence)
		}
	}
	return v
}

func (s *site) concepts(st *indexer.Study, t *texts) []conceptGroup {
	var out []conceptGroup
	for i := range st.Members {
		m := &st.Members[i].Record
		for _, hit := range m.Concepts {
			label, rank := s.conceptFacet(hit.Facet)
			at := slices.IndexFunc(out, func(g conceptGroup) bool { return g.Label == label })
			if at < 0 {
				at = len(out)
				out = append(out, conceptGroup{Label: label, rank: rank})
			}
			g, name := &out[at], s.concept(hit.Concept)
			at = slices.IndexFunc(g.Concepts, func(c conceptView) bool { return c.Name == name })
			if at < 0 {
				at = len(g.Concepts)
				g.Concepts = append(g.Concepts, conceptView{Name: name})
			}
			g.Concepts[at].Strong = g.Concepts[at].Strong || hit.Strong
			g.Concepts[at].Evidence = t.evidence(g.Concepts[at].Evidence, m, hit.Evidence)
		}
	}
	slices.SortStableFunc(out, func(a, b conceptGroup) int { return a.rank - b.rank })
	return out
}

// ledgers says in words what is known of each record's languages.
func ledgers(st *indexer.Study) []ledgerView {
	var out []ledgerView
	for i := range st.Members {
		m := &st.Members[i].Record
		v := ledger(m)
		same := slices.IndexFunc(out, func(have ledgerView) bool {
			return slices.Equal(have.Lines, v.Lines) && have.Declared == v.Declared && have.Conflict == v.Conflict
		})
		if same < 0 {
			same = len(out)
			out = append(out, v)
		}
		out[same].Records = append(out[same].Records, sourceName(indexer.SourceOf(&m.Candidate)))
	}
	return out
}

func ledger(m *record.Classified) ledgerView {
	var v ledgerView
	parts := make(map[string]int)
	detected := inOrder(m.Language.Detected)
	for _, d := range detected {
		parts[part(m, d)]++
	}
	seen := make(map[string]int)
	for _, d := range detected {
		where := part(m, d)
		if seen[where]++; parts[where] > 1 {
			where = fmt.Sprintf("%s, part %d", where, seen[where])
		}
		v.Lines = append(v.Lines, where+": "+tongueOf(cmp.Or(d.Tag, d.Lang)).Name+" ("+grounds(d)+")")
	}
	if work := m.Language.Work; work != "" {
		line := "The paper itself: " + tongueOf(work).Name
		if ground := workGroundNames[m.Language.WorkFrom]; ground != "" {
			line += " (" + ground + ")"
		}
		v.Lines = append(v.Lines, line)
	}
	if m.Language.Class == record.LanguageEnglishMetadata {
		v.Lines = append(v.Lines, "An English-only search sees this record, but not that its paper is in another language")
	}
	v.Declared = joinTongues(m.Language.Declared)
	if m.Language.Conflict {
		v.Conflict = fmt.Sprintf("Conflict: the source declares %s, the text reads as %s.", orNothing(v.Declared), strings.Join(tongueNames(m.Language.Languages), " and "))
	}
	return v
}

// inOrder sorts detections as a record is read: titles, abstracts, keywords.
func inOrder(list []record.Detection) []record.Detection {
	rank := map[record.Field]int{record.FieldTitle: 0, record.FieldAbstract: 1, record.FieldKeyword: 2}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b record.Detection) int {
		return cmp.Or(rank[a.Field]-rank[b.Field], a.Index-b.Index, a.Start-b.Start)
	})
	return list
}

// part names the text a detection is about; the number tells it from its like.
func part(m *record.Classified, d record.Detection) string {
	name := word(fieldNames, string(d.Field))
	if len(textsAt(m, d.Field)) > 1 {
		return fmt.Sprintf("%s %d", name, d.Index+1)
	}
	return name
}

// grounds say what decided a detection. A confidence is rounded down, because
// "100 %" would claim what no model knows.
func grounds(d record.Detection) string {
	if d.Lang != record.Undetermined && d.Why != "" {
		how := d
		how.Why = ""
		return grounds(how) + "; " + untrusted.Line(d.Why)
	}
	switch {
	case d.Lang == record.Undetermined && d.Why != "":
		return "the text cannot tell: " + untrusted.Line(d.Why)
	case d.Lang == record.Undetermined:
		return "the text cannot tell"
	case d.How == "script":
		return "told by its script"
	case d.How == "declared":
		return "as declared"
	case d.Confidence > 0:
		return fmt.Sprintf("detected, %d %%", min(99, int(math.Floor(d.Confidence*100+1e-9))))
	}
	return "detected"
}

func orNothing(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return "no language"
	}
	return s
}
