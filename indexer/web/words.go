package web

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"polyglean/indexer"
	"polyglean/internal/country"
	"polyglean/internal/record"
	"polyglean/internal/untrusted"
)

// The words of the pages for what the pipeline stores as short codes. A code
// without a word here is shown by itself, made readable by humanise.

var facetNames = map[string]string{
	indexer.FacetReason:         "Why a keyword search would miss it",
	indexer.FacetFlag:           "Flags",
	indexer.FacetLanguage:       "Language",
	indexer.FacetLanguageClass:  "What is in English",
	indexer.FacetSource:         "Source",
	indexer.FacetDecision:       "Decision",
	indexer.FacetType:           "Kind of document",
	indexer.FacetConcept:        "Concept",
	indexer.FacetJournalCountry: "Country of the journal",
	indexer.FacetRoute:          "How it was found",
	indexer.FacetQuery:          "Found by the query",
	indexer.FacetSeed:           "Seed study",
	indexer.FacetDecade:         "Decade",
	indexer.FacetYear:           "Year",
	indexer.FacetLicense:        "Licence",
}

var reasonNames = map[record.Reason]string{
	record.OtherWords:    "Says it in other words",
	record.OtherLanguage: "Not in English",
	record.MissingBlock:  "One part of the search is missing",
	record.LikeTheSeeds:  "Reads like the included studies",
	record.Cited:         "Linked to an included study by a citation",
	record.NotJudgeable:  "No abstract to judge by",
}

var flagNames = map[record.Flag]string{
	record.FlagNonEnglish:     "Has a text not in English",
	record.FlagKeywordMiss:    "A keyword search would miss it",
	record.FlagDefinitionOpen: "Leaves a definition open",
	record.FlagRetracted:      "Retracted",
	record.FlagDeleted:        "Deleted at its source",
	record.FlagNoAbstract:     "No abstract",
}

var languageClassNames = map[record.LanguageClass]string{
	record.LanguageEnglish:         "All in English",
	record.LanguageEnglishMetadata: "Described in English, the paper is in another language",
	record.LanguageSeveral:         "Texts in English and another language",
	record.LanguageOther:           "Nothing in English",
	record.LanguageUnknown:         "Language unknown",
}

// workGroundNames say what the language of a paper was taken from.
var workGroundNames = map[record.WorkGround]string{
	record.WorkDeclared:  "as its source declares",
	record.WorkByTitle:   "as its first title is; the source does not say",
	record.WorkByJournal: "likely, by the name of its journal; the source does not say",
}

var routeNames = map[record.Route]string{
	record.RouteSearch:   "Found by a search",
	record.RouteHarvest:  "Read with a whole set",
	record.RouteSnowball: "Followed from a citation",
	record.RouteImport:   "Imported from a file",
}

// citationNames say how what was found by following a study relates to it.
var citationNames = map[record.Citation]string{
	record.CitedBy: "cites study",
	record.Cites:   "cited by study",
}

var verdictNames = map[record.Verdict]string{
	record.Include: "Include",
	record.Exclude: "Exclude",
	record.Maybe:   "Maybe",
}

var stageNames = map[record.Stage]string{
	record.StageTitleAbstract: "title and abstract",
	record.StageFullText:      "full text",
}

var fieldNames = map[record.Field]string{
	record.FieldTitle:    "Title",
	record.FieldAbstract: "Abstract",
	record.FieldKeyword:  "Keyword",
}

// facetName is the plain word for a facet.
func (s *site) facetName(facet string) string {
	if attribute, ok := strings.CutPrefix(facet, indexer.AttributePrefix); ok {
		name, _ := s.conceptFacet(attribute)
		return name
	}
	return facetNames[facet]
}

// valueName is the plain word for the value of a facet.
func (s *site) valueName(facet, value string) string {
	if value != indexer.NotStated && strings.HasPrefix(facet, indexer.AttributePrefix) {
		return capitalise(s.concept(value))
	}
	switch facet {
	case indexer.FacetReason:
		return word(reasonNames, value)
	case indexer.FacetFlag:
		return word(flagNames, value)
	case indexer.FacetRoute:
		return word(routeNames, value)
	case indexer.FacetDecision:
		return word(verdictNames, value)
	case indexer.FacetSource:
		return sourceName(value)
	case indexer.FacetLanguage:
		return tongueOf(value).Name
	case indexer.FacetLanguageClass:
		return word(languageClassNames, value)
	case indexer.FacetJournalCountry:
		if value != indexer.NotStated {
			return untrusted.Line(country.Name(value))
		}
	case indexer.FacetConcept:
		if value != indexer.NotStated {
			return capitalise(s.concept(value))
		}
	case indexer.FacetQuery:
		return capitalise(queryName(value))
	case indexer.FacetSeed:
		if isNumber(value) {
			return "Seed study " + value
		}
	}
	return humanise(value)
}

// queryName is the plain word for a query of a source: those of the protocol are the
// published one and, by their codes, those in other languages; a long one is sent in
// parts.
func queryName(name string) string {
	if c, study, ok := record.FollowedBy(name); ok {
		return citationNames[c] + " " + untrusted.Line(study)
	}
	if set, ok := strings.CutPrefix(name, "set:"); ok {
		return "set " + untrusted.Line(set)
	}
	query, part, _ := strings.Cut(name, ":")
	if !isNumber(part) {
		query, part = name, ""
	}
	shown := untrusted.Line(query)
	if query == "published" {
		shown = "as published"
	} else if t := tongueOf(query); len(query) == 2 && t.Tag != "" {
		shown = "in " + t.Name
	}
	if part != "" {
		shown += ", part " + part
	}
	return shown
}

// sourceName is a source as it calls itself.
func sourceName(source string) string { return untrusted.Line(record.SourceName(source)) }

func word[K ~string](names map[K]string, code string) string {
	if name, ok := names[K(code)]; ok {
		return name
	}
	return humanise(code)
}

// humanise makes a code readable: "journal-article" becomes "Journal article".
func humanise(code string) string {
	return capitalise(untrusted.Line(strings.NewReplacer("-", " ", "_", " ").Replace(code)))
}

func capitalise(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// sentence makes a sentence of the words of an error, which begin small and end
// without a full stop.
func sentence(s string) string {
	if s = capitalise(s); s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
