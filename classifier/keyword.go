package classifier

import (
	"fmt"
	"slices"
	"strings"

	"polyglean/internal/langcode"
	"polyglean/internal/record"
)

// block is what a record has of one block of the strategy.
type block struct {
	name string
	// matched says that the block's own terms are there, with their places.
	matched bool
	terms   []record.Evidence
	// english and foreign are the places where one of the block's concepts is
	// expressed, in English and in other languages.
	english, foreign []record.Evidence
}

func (b *block) present() bool { return b.matched || len(b.english) > 0 || len(b.foreign) > 0 }

// keywordMiss says why a likely relevant record is missed by the strategy: one
// finding for each reason, none where the record is found or not likely relevant.
func (c *Classifier) keywordMiss(r *record.Classified, texts []text) []record.Finding {
	if r.Strategy.Matched {
		return nil
	}
	v := judge(c.protocol.Rule, r.Concepts)
	if !v.relevant {
		return c.notJudgeable(r, v)
	}
	blocks := c.expressed(r, texts)
	grounds, _ := split(texts, v.grounds)

	var out []record.Finding
	for _, f := range []record.Finding{
		otherWords(blocks),
		c.otherLanguage(blocks, texts, v.grounds),
		missingBlock(blocks, grounds),
	} {
		if f.Reason != "" {
			f.Flag = record.FlagKeywordMiss
			out = append(out, f)
		}
	}
	return out
}

// expressed collects what the record has of each block.
func (c *Classifier) expressed(r *record.Classified, texts []text) []block {
	blocks := make([]block, len(c.protocol.Strategy.Blocks))
	for i, b := range c.protocol.Strategy.Blocks {
		m := r.Strategy.Blocks[i]
		blocks[i] = block{name: b.Name, matched: m.Matched, terms: m.Evidence}
		var hits []record.ConceptHit
		for _, h := range r.Concepts {
			if slices.Contains(b.Concepts, h.Concept) {
				hits = append(hits, h)
			}
		}
		all, foreign := split(texts, hits)
		blocks[i].foreign = foreign
		for _, e := range all {
			if !slices.Contains(foreign, e) {
				blocks[i].english = append(blocks[i].english, e)
			}
		}
	}
	return blocks
}

// split returns the evidence of hits in reading order, and the part of it that
// stands in text not in English. Where the language of a place is unknown, that of
// the pattern counts.
func split(texts []text, hits []record.ConceptHit) (all, foreign []record.Evidence) {
	for _, h := range hits {
		all = append(all, h.Evidence...)
	}
	sortEvidence(all)
	for _, e := range all {
		if placeLanguage(texts, e) != "en" {
			foreign = append(foreign, e)
		}
	}
	return all, foreign
}

// otherWords: a block that none of its terms match is expressed in English.
func otherWords(blocks []block) record.Finding {
	var f record.Finding
	var said []string
	for _, b := range blocks {
		if b.matched || len(b.english) == 0 {
			continue
		}
		f.Reason = record.OtherWords
		f.Evidence = append(f.Evidence, b.english...)
		said = append(said, fmt.Sprintf("“%s” is said in other words: %s.", b.name, quoted(b.english)))
	}
	f.Detail = strings.Join(said, " ")
	return f
}

// otherLanguage: a title or abstract not in English expresses the topic. The
// strategy matches none of the record's English texts, or it would have matched
// the record.
func (c *Classifier) otherLanguage(blocks []block, texts []text, grounds []record.ConceptHit) record.Finding {
	_, foreign := split(texts, grounds)
	for _, b := range blocks {
		if b.matched {
			continue
		}
		for _, e := range b.foreign {
			if !slices.Contains(foreign, e) {
				foreign = append(foreign, e)
			}
		}
	}
	foreign = slices.DeleteFunc(foreign, func(e record.Evidence) bool { return e.Field == record.FieldKeyword })
	if len(foreign) == 0 {
		return record.Finding{}
	}
	sortEvidence(foreign)
	first := foreign[0]
	where := "title"
	if first.Field == record.FieldAbstract {
		where = "abstract"
	}
	return record.Finding{
		Reason:   record.OtherLanguage,
		Evidence: foreign,
		Detail: fmt.Sprintf("The %s %s says “%s” (%s); no English text of the record matches the strategy.",
			langcode.Name(placeLanguage(texts, first)), where, first.Words, c.protocol.Names.Concept(first.Concept)),
	}
}

// missingBlock: nothing in the record stands for a block, while another one, or
// what made the record likely relevant, is there.
func missingBlock(blocks []block, grounds []record.Evidence) record.Finding {
	var missing, there []string
	var evidence []record.Evidence
	for _, b := range blocks {
		if !b.present() {
			missing = append(missing, "“"+b.name+"”")
			continue
		}
		there = append(there, "“"+b.name+"”")
		evidence = append(evidence, slices.Concat(b.terms, b.english, b.foreign)...)
	}
	if len(missing) == 0 {
		return record.Finding{}
	}
	if len(there) == 0 {
		evidence = grounds
		there = []string{quoted(grounds)}
	}
	return record.Finding{
		Reason:   record.MissingBlock,
		Evidence: evidence,
		Detail:   fmt.Sprintf("Nothing stands for %s, while %s is there.", join(missing), join(there)),
	}
}

// notJudgeable: too little text to tell, but the title hints at the topic.
func (c *Classifier) notJudgeable(r *record.Classified, v verdict) []record.Finding {
	if v.vetoed || hasAbstract(&r.Candidate) {
		return nil
	}
	var hints []record.Evidence
	for _, h := range v.grounds {
		for _, e := range h.Evidence {
			if e.Field == record.FieldTitle {
				hints = append(hints, e)
			}
		}
	}
	if len(hints) == 0 {
		return nil
	}
	sortEvidence(hints)
	return []record.Finding{{
		Flag: record.FlagKeywordMiss, Reason: record.NotJudgeable, Evidence: hints,
		Detail: fmt.Sprintf("There is no abstract to judge by; the title says %s.", quoted(hints)),
	}}
}

// definitionFinding: the protocol's open words are there, and nothing settles what
// they mean.
func (c *Classifier) definitionFinding(r *record.Classified) []record.Finding {
	d := c.protocol.Definition
	var named []record.Evidence
	for _, h := range r.Concepts {
		if d.Settled[h.Concept] {
			return nil
		}
		if d.Named[h.Concept] {
			named = append(named, h.Evidence...)
		}
	}
	if len(named) == 0 {
		return nil
	}
	sortEvidence(named)
	named = named[:min(len(named), c.maxEvidence)]
	return []record.Finding{{
		Flag: record.FlagDefinitionOpen, Evidence: named,
		Detail: fmt.Sprintf("The record says %s and leaves open whether %s is meant.", quoted(named), d.Name),
	}}
}

func hasAbstract(r *record.Candidate) bool {
	return slices.ContainsFunc(r.Abstracts, func(t record.Text) bool { return strings.TrimSpace(t.Text) != "" })
}

// placeLanguage is the language of the text a piece of evidence stands in, or else
// of the pattern that found it.
func placeLanguage(texts []text, e record.Evidence) string {
	for i := range texts {
		if t := &texts[i]; t.field == e.Field && t.index == e.Index {
			if lang := t.langAt(e.Start); lang != "" {
				return lang
			}
		}
	}
	return e.Lang
}

// maxQuotes is how many different wordings a sentence quotes.
const maxQuotes = 3

// quoted lists the words of evidence, each wording once, and none that is part of
// a longer passage of the list: “sexual exploitation” lies in “commercial sexual
// exploitation”.
func quoted(list []record.Evidence) string {
	var out []string
	seen := make(map[string]bool)
	for _, e := range list {
		inside := slices.ContainsFunc(list, func(o record.Evidence) bool {
			return o.Field == e.Field && o.Index == e.Index && o.Start <= e.Start && e.End <= o.End && o.End-o.Start > e.End-e.Start
		})
		if low := strings.ToLower(e.Words); !inside && !seen[low] && len(out) < maxQuotes {
			seen[low] = true
			out = append(out, "“"+e.Words+"”")
		}
	}
	return join(out)
}

// join makes "a", "a and b", "a, b and c".
func join(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}
