package classifier

import (
	"cmp"
	"slices"
	"strings"

	"polyglean/internal/langcode"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// text is one text of a record with the languages it may be in.
type text struct {
	field record.Field
	index int
	text  string
	// lang is its main language, "" when the text cannot tell.
	lang string
	// parts are the detections of the text.
	parts []record.Detection
	// langs are the languages whose patterns are looked for in it.
	langs []string
}

// langAt is the language of the place at a byte offset, "" when unknown.
func (t *text) langAt(offset int) string {
	for _, d := range t.parts {
		if d.Start <= offset && offset < d.End {
			if d.Lang == record.Undetermined {
				return ""
			}
			return d.Lang
		}
	}
	return t.lang
}

// texts lists the texts of a record. Each is looked at in its own languages, where it
// is short in their kin too, and in English, because English terms and keywords are
// common in records of all languages; a text of unknown language is looked at in the
// record's, and when those are unknown too, in all.
func (c *Classifier) texts(r *record.Candidate, l *record.LanguageLedger) []text {
	var ofRecord []string
	for _, lang := range slices.Concat(l.Languages, l.Declared) {
		if c.lexiconLanguages[lang] {
			ofRecord = appendNew(ofRecord, lang)
		}
	}
	out := make([]text, 0, len(r.Titles)+len(r.Abstracts)+len(r.Keywords))
	add := func(field record.Field, texts []record.Text) {
		for i, tx := range texts {
			t := text{field: field, index: i, text: tx.Text}
			var all sizes
			for _, d := range l.Detected {
				if d.Field != field || d.Index != i {
					continue
				}
				t.parts = append(t.parts, d)
				if d.Lang != record.Undetermined {
					all.add(d.Lang, d.End-d.Start)
				}
			}
			detected := all.mostFirst()
			if len(detected) > 0 {
				t.lang = detected[0]
			} else if field == record.FieldKeyword {
				t.lang = langcode.Of(tx.Lang)
			}
			for _, lang := range append(detected, langcode.Of(tx.Lang)) {
				for _, l := range c.languagesOf(lang, field) {
					t.langs = appendNew(t.langs, l)
				}
			}
			if t.lang == "" {
				for _, lang := range ofRecord {
					t.langs = appendNew(t.langs, lang)
				}
				if len(t.langs) == 0 && field != record.FieldKeyword {
					t.langs = c.protocol.Lexicon.Languages()
				}
			}
			t.langs = appendNew(slices.Clip(t.langs), "en")
			out = append(out, t)
		}
	}
	add(record.FieldTitle, r.Titles)
	add(record.FieldAbstract, r.Abstracts)
	add(record.FieldKeyword, r.Keywords)
	return out
}

// concepts finds the lexicon's concepts, in order of first mention. The doc has the
// texts cut into words.
func (c *Classifier) concepts(texts []text, doc *strategy.Doc) []record.ConceptHit {
	var out []record.ConceptHit
	at := make(map[string]int)
	for i := range texts {
		t := &texts[i]
		for _, h := range c.protocol.Lexicon.MatchText(doc.Words(i), t.langs...) {
			n, seen := at[h.Concept]
			if !seen {
				n = len(out)
				at[h.Concept] = n
				out = append(out, record.ConceptHit{Concept: h.Concept, Facet: h.Facet})
			}
			hit := &out[n]
			hit.Strong = hit.Strong || h.Strong
			if len(hit.Evidence) < c.maxEvidence || elsewhere(texts, hit.Evidence, t, h) {
				hit.Evidence = append(hit.Evidence, t.evidence(h.Start, h.End, h.Concept, h.Lang))
			}
		}
	}
	return out
}

func (t *text) evidence(start, end int, concept, lang string) record.Evidence {
	return record.Evidence{
		Field: t.field, Index: t.index, Start: start, End: end,
		Words: strings.Clone(t.text[start:end]), Concept: concept, Lang: lang,
	}
}

// strategyFields are the names that evidence and strategies have for a field.
var strategyFields = map[record.Field]strategy.Field{
	record.FieldTitle:    strategy.Title,
	record.FieldAbstract: strategy.Abstract,
	record.FieldKeyword:  strategy.Keyword,
}

// match runs the published strategy over a record, whole and block by block.
func (c *Classifier) match(texts []text, doc *strategy.Doc) record.StrategyMatch {
	out := record.StrategyMatch{Mode: string(c.protocol.Strategy.Mode)}
	out.Matched, _ = c.whole.Match(doc)
	for i, m := range c.blocks {
		name := c.protocol.Strategy.Blocks[i].Name
		b := record.BlockMatch{Block: name}
		var spans []strategy.Span
		b.Matched, spans = m.Match(doc)
		for _, s := range spans {
			if len(b.Evidence) == c.maxEvidence {
				break
			}
			for j := range texts {
				if t := &texts[j]; strategyFields[t.field] == s.Field && t.index == s.Index {
					b.Evidence = append(b.Evidence, t.evidence(s.Start, s.End, name, c.protocol.Strategy.Lang))
				}
			}
		}
		out.Blocks = append(out.Blocks, b)
	}
	return out
}

// sortEvidence puts evidence in the order a reader meets it: title, abstract,
// keywords, and each from its start.
func sortEvidence(list []record.Evidence) {
	rank := map[record.Field]int{record.FieldTitle: 0, record.FieldAbstract: 1, record.FieldKeyword: 2}
	slices.SortStableFunc(list, func(a, b record.Evidence) int {
		return cmp.Or(cmp.Compare(rank[a.Field], rank[b.Field]), cmp.Compare(a.Index, b.Index), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
}
