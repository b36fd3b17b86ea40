package indexer

import (
	"slices"
	"strings"

	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// ExactConceptPlace says which concepts stand where, and in which language, as
// "concept/language" and "concept/field/language". FacetConcept holds the concept
// alone.
const ExactConceptPlace = "concept_place"

// conceptBoost is what a concept adds to the score of a study. It is so little that a
// study with a word as typed stands before all that have only its concept, in whatever
// words; among these, those with more of the concepts and those with a concept in the
// title come first.
const conceptBoost = 1.0 / 1024

// addPlaces adds the places of a record's concept to the values of a document.
func (s valueSet) addPlaces(r *record.Classified, c *record.ConceptHit) {
	for i := range c.Evidence {
		e := &c.Evidence[i]
		lang := placeLanguage(r, e)
		s.add(ExactConceptPlace, ExactValue(c.Concept+"/"+lang))
		s.add(ExactConceptPlace, ExactValue(c.Concept+"/"+string(e.Field)+"/"+lang))
	}
}

// placeLanguage is the language of the text in which a concept was found; where that is
// unknown, as of most keywords, the language of the lexicon's words for it.
func placeLanguage(r *record.Classified, e *record.Evidence) string {
	lang := e.Lang
	for _, d := range r.Language.Detected {
		if d.Field == e.Field && d.Index == e.Index && d.Start <= e.Start && e.Start < d.End && d.Lang != record.Undetermined && d.Lang != "" {
			lang = d.Lang
			break
		}
	}
	lang, _, _ = strings.Cut(lang, "-")
	return lang
}

// concept looks for a concept in the texts that a term of a query is looked for in.
func (c *Compiled) concept(concept string, field strategy.Field) []Expr {
	place := concept + "/"
	if fields := markedFields[field]; len(fields) == 1 {
		place += string(fields[0]) + "/"
	}
	if len(c.expand.Languages) == 0 {
		if field != strategy.AnyField {
			return []Expr{Prefix{Field: ExactConceptPlace, Value: place, Boost: conceptBoost}}
		}
		return []Expr{
			Term{Field: FacetConcept, Value: concept, Boost: conceptBoost},
			Prefix{Field: ExactConceptPlace, Value: place + string(record.FieldTitle) + "/", Boost: conceptBoost},
		}
	}
	exprs := make([]Expr, len(c.expand.Languages))
	for i, lang := range c.expand.Languages {
		exprs[i] = Term{Field: ExactConceptPlace, Value: place + lang, Boost: conceptBoost}
	}
	return exprs
}

// meant are the ways to say a term in other words. What they are is marked in the
// texts like the term itself.
func (c *Compiled) meant(t *strategy.Term, negated bool) []Expr {
	var exprs []Expr
	for _, way := range c.ways[t] {
		var all Bool
		for _, concept := range way {
			if !negated {
				c.concepts = append(c.concepts, conceptMarker{concept, markedFields[t.Field]})
			}
			all.Must = append(all.Must, Bool{Should: c.concept(concept, t.Field)})
		}
		if len(way) == 1 {
			exprs = append(exprs, c.concept(way[0], t.Field)...)
		} else {
			exprs = append(exprs, all)
		}
	}
	return exprs
}

// conceptMarker finds the words of a concept in the fields that a query asks for.
type conceptMarker struct {
	concept string
	fields  []record.Field
}

// conceptMarks are the stretches of a text in which the classifier found a concept that
// the query names.
func (c *Compiled) conceptMarks(t *text) []Mark {
	if len(c.concepts) == 0 {
		return nil
	}
	var marks []Mark
	for i := range t.record.Concepts {
		hit := &t.record.Concepts[i]
		if !slices.ContainsFunc(c.concepts, func(m conceptMarker) bool {
			return m.concept == hit.Concept && slices.Contains(m.fields, t.field)
		}) {
			continue
		}
		for j := range hit.Evidence {
			e := &hit.Evidence[j]
			if e.Field != t.field || e.Index != t.index || e.Start < 0 || e.Start >= e.End || e.End > len(t.Text.Text) {
				continue
			}
			if c.expand.in(placeLanguage(t.record, e)) || len(c.expand.Languages) == 0 {
				marks = append(marks, Mark{e.Start, e.End})
			}
		}
	}
	return marks
}
