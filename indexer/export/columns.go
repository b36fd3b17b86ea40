package export

import (
	"slices"
	"strconv"
	"strings"

	"polyglean/internal/record"
)

// Column is a column of the tables. Its name is a promise: sheets and scripts are
// built on it. New columns go to the end.
type Column struct {
	Name string
	// About says what is in it.
	About string
	value func(*Reference) string
}

// between separates the values of a cell that holds several.
const between = "; "

// Columns are the columns of CSV and XLSX, one row a study, of a review whose protocol
// has the attributes. Empty is "not stated".
func Columns(attributes []string) []Column {
	all := slices.Clone(columns)
	for _, name := range attributes {
		all = append(all, attribute(name))
	}
	return all
}

// columns are those of every review.
var columns = []Column{
	{"study_id", "the study's permanent ID", func(r *Reference) string { return r.ID }},
	{"title", "main title", (*Reference).Title},
	{"title_language", "language of the main title (ISO 639-1)", func(r *Reference) string { return langAt(r.Titles, 0) }},
	{"translated_title", "title in a second language", func(r *Reference) string { return textAt(r.Titles, 1) }},
	{"translated_title_language", "its language", func(r *Reference) string { return langAt(r.Titles, 1) }},
	{"further_titles", "more titles, each with its language", func(r *Reference) string { return tagged(r.Titles, 2) }},
	{"abstract", "best abstract", (*Reference).Abstract},
	{"abstract_language", "its language", func(r *Reference) string { return langAt(r.Abstracts, 0) }},
	{"further_abstracts", "more abstracts, each with its language", func(r *Reference) string { return tagged(r.Abstracts, 1) }},
	{"authors", "family, given; in order", authorList},
	{"year", "year of publication", func(r *Reference) string { return positive(r.Year) }},
	{"publication_date", "as precisely as stated", func(r *Reference) string { return r.Date }},
	{"journal", "journal, book or series", func(r *Reference) string { return r.Container }},
	{"volume", "", func(r *Reference) string { return r.Volume }},
	{"issue", "", func(r *Reference) string { return r.Issue }},
	{"pages", "", func(r *Reference) string { return r.Pages }},
	{"publisher", "", func(r *Reference) string { return r.Publisher }},
	{"type", "kind of document", func(r *Reference) string { return strings.Join(r.Kinds, between) }},
	{"doi", "", func(r *Reference) string { return r.Identifiers.DOI }},
	{"pmid", "", func(r *Reference) string { return r.Identifiers.PMID }},
	{"pmcid", "", func(r *Reference) string { return r.Identifiers.PMCID }},
	{"openalex", "", func(r *Reference) string { return r.Identifiers.OpenAlex }},
	{"issn", "", func(r *Reference) string { return strings.Join(r.ISSN, between) }},
	{"url", "where it can be read", func(r *Reference) string { return r.URL }},
	{"keywords", "of the authors and the sources", keywordList},
	{"language", "languages of the paper, where told or declared", func(r *Reference) string { return strings.Join(r.Work, between) }},
	{"text_languages", "languages of its titles and abstracts", func(r *Reference) string { return strings.Join(r.Languages, between) }},
	{"sources", "databases that hold it", func(r *Reference) string { return strings.Join(r.Sources, between) }},
	{"records", "its records there", func(r *Reference) string { return strings.Join(r.Records, between) }},
	{"routes", "search, harvest, snowball or import", func(r *Reference) string { return strings.Join(r.Routes, between) }},
	{"queries", "the queries that found it", func(r *Reference) string { return strings.Join(r.Queries, between) }},
	{"strategy_match", "whether the published strategy finds it", func(r *Reference) string { return yesNo(r.Matched) }},
	{"flags", "", func(r *Reference) string { return strings.Join(r.Flags, between) }},
	{"miss_reasons", "why a keyword search misses it", func(r *Reference) string { return strings.Join(r.Reasons, between) }},
	{"why", "the classifier's findings in words", func(r *Reference) string { return strings.Join(r.Why, " | ") }},
	{"concepts", "concepts of the lexicon in its texts", func(r *Reference) string { return r.named(r.Concepts) }},
	{"seed", "number of the seed study it is", func(r *Reference) string { return positive(r.Seed) }},
	{"set_aside", "whether it was marked off topic automatically", func(r *Reference) string { return yesNo(r.SetAside) }},
	{"retracted", "", func(r *Reference) string { return yesNo(r.Retracted) }},
	{"license", "as the records state it", func(r *Reference) string { return strings.Join(r.Licenses, between) }},
	{"abstract_withheld", "whether an abstract is left out for its licence", func(r *Reference) string { return yesNo(r.Withheld) }},
	{"decision", "the verdict given last: include, exclude or maybe", func(r *Reference) string { return lastDecision(r).Verdict }},
	{"decision_stage", "title-abstract or full-text", func(r *Reference) string { return lastDecision(r).Stage }},
	{"decision_reason", "", func(r *Reference) string { return lastDecision(r).Reason }},
	{"decided_by", "account", func(r *Reference) string { return lastDecision(r).By }},
	{"decided_at", "time, UTC", func(r *Reference) string { return lastDecision(r).At }},
	{"journal_country", "country of the journal (ISO 3166-1), not of the study", func(r *Reference) string { return r.JournalCountry }},
}

// attribute is the column of a facet that is found in the texts, "attr:design".
func attribute(name string) Column {
	return Column{"attr_" + name, "what is found under this heading of the lexicon", func(r *Reference) string { return r.named(r.Attributes[name]) }}
}

func textAt(texts []record.Text, i int) string {
	if i >= len(texts) {
		return ""
	}
	return texts[i].Text
}

func langAt(texts []record.Text, i int) string {
	if i >= len(texts) {
		return ""
	}
	return texts[i].Lang
}

// tagged writes the texts from the nth on, each behind its language.
func tagged(texts []record.Text, n int) string {
	var out []string
	for _, t := range texts[min(n, len(texts)):] {
		out = append(out, "["+langOr(t, record.Undetermined)+"] "+line(t.Text))
	}
	return strings.Join(out, " | ")
}

func authorList(r *Reference) string {
	names := make([]string, len(r.Authors))
	for i, a := range r.Authors {
		names[i] = strings.ReplaceAll(name(a), ";", ",")
	}
	return strings.Join(names, between)
}

func keywordList(r *Reference) string {
	out := make([]string, len(r.Keywords))
	for i, k := range r.Keywords {
		out[i] = strings.ReplaceAll(k.Text, ";", ",")
	}
	return strings.Join(out, between)
}

func lastDecision(r *Reference) Decision {
	if len(r.Decisions) == 0 {
		return Decision{}
	}
	return r.Decisions[len(r.Decisions)-1]
}

func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
