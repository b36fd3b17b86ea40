package indexer

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"polyglean/indexer/analysis"
	"polyglean/indexer/merge"
	"polyglean/internal/record"
)

// Undecided is the value of FacetDecision for studies without a decision.
const Undecided = "undecided"

// Document lays the study out for an index: every text analysed in its own
// language, facets and identifiers as exact values, and the study itself as JSON.
func (s *Study) Document() (Document, error) {
	source, err := s.source()
	if err != nil {
		return Document{}, err
	}
	doc := Document{Exact: s.exactFields(), Numbers: s.numberFields(), Source: source}
	s.addTexts(&doc)
	return doc, nil
}

// fieldNames are the text and the stem field of a part of a record.
var fieldNames = map[record.Field]struct{ text, stem string }{
	record.FieldTitle:    {TextTitle, StemTitle},
	record.FieldAbstract: {TextAbstract, StemAbstract},
	record.FieldKeyword:  {TextKeyword, StemKeyword},
}

// spareForms keep their memory from one study to the next.
var spareForms = sync.Pool{New: func() any { return new(analysis.Forms) }}

// addTexts adds the words of titles, abstracts, keywords, authors and journals.
func (s *Study) addTexts(doc *Document) {
	doc.Text, doc.Stems = make(map[string][]string), make(map[string][]string)
	forms := spareForms.Get().(*analysis.Forms)
	defer spareForms.Put(forms)
	exact := valueSet(doc.Exact)
	for _, t := range s.texts() {
		forms.Reset()
		t.addTo(forms)
		surfaces := forms.Surfaces()
		if surfaces == "" {
			continue
		}
		names := fieldNames[t.field]
		doc.Text[names.text] = append(doc.Text[names.text], surfaces)
		if stems := forms.Stems(); stems != "" {
			doc.Stems[names.stem] = append(doc.Stems[names.stem], stems)
		}
		for _, lang := range forms.Langs {
			exact.add(ExactStemmed, lang)
		}
	}
	names := valueSet(doc.Text)
	addName := func(field, name string) {
		forms.Reset()
		forms.Add(name, "")
		names.add(field, forms.Surfaces())
	}
	for _, m := range s.Members {
		for _, a := range m.Record.Candidate.Authors {
			addName(TextAuthor, a.Whole())
		}
		addName(TextContainer, m.Record.Candidate.Container)
	}
}

func (s *Study) exactFields() map[string][]string {
	exact := make(valueSet)
	add := func(field string, values ...string) {
		for _, v := range values {
			exact.add(field, ExactValue(v))
		}
	}
	add(ExactKey, s.Keys...)
	add(ExactAlias, s.Aliases...)
	if s.SetAside() {
		add(ExactSetAside, "true")
	}
	add(FacetLanguage, s.Languages()...)
	add(FacetLanguageClass, string(s.LanguageClass()))
	add(FacetSource, s.Sources()...)
	add(FacetDecision, s.decision())
	for _, f := range s.Flags() {
		add(FacetFlag, string(f))
	}
	for _, r := range s.Reasons() {
		add(FacetReason, string(r))
	}
	if year := s.Year().Value; year != 0 {
		add(FacetYear, strconv.Itoa(year))
		add(FacetDecade, decade(year))
	}
	add(FacetJournalCountry, s.JournalCountry().Value)
	exact[ExactWord] = s.vocabulary()
	for _, m := range s.Members {
		r := &m.Record
		add(ExactDOI, r.Candidate.IDs.DOI, merge.DOI(r.Candidate.IDs.DOI)) // as stated, and as copies are compared
		add(FacetLicense, licenseOf(r.Candidate.License))
		add(FacetRoute, string(r.Candidate.Route))
		for _, kind := range kindsOf(r.Candidate.Type) {
			add(FacetType, kind)
		}
		add(FacetQuery, r.Candidate.Query)
		if r.Seed > 0 {
			add(FacetSeed, strconv.Itoa(r.Seed))
		}
		for _, c := range r.Concepts {
			add(FacetConcept, c.Concept)
			add(ExactAttribute, attribute(c.Facet, c.Concept))
			exact.addPlaces(r, &c)
		}
	}
	return exact
}

// decision is the verdict given last, of whatever stage.
func (s *Study) decision() string {
	verdict := Undecided
	var at time.Time
	var seq uint64
	for _, d := range s.Decisions {
		if by := d.Decision.At.Compare(at); verdict == Undecided || by > 0 || by == 0 && d.Seq > seq {
			verdict, at, seq = string(d.Decision.Verdict), d.Decision.At, d.Seq
		}
	}
	return verdict
}

func (s *Study) numberFields() map[string]int64 {
	numbers := map[string]int64{NumberScreening: s.screening()}
	if year := s.Year().Value; year != 0 {
		numbers[NumberYear] = int64(year)
	}
	if date := s.date(); date != 0 {
		numbers[NumberDate] = date
	}
	var added time.Time
	for _, m := range s.Members {
		if h := m.Record.Candidate.Harvested; !h.IsZero() && (added.IsZero() || h.Before(added)) {
			added = h
		}
	}
	if !added.IsZero() {
		numbers[NumberAdded] = added.UnixMilli()
	}
	return numbers
}

// date is the day of publication as YYYYMMDD of the most complete record that
// states one, with zeros for a month or day that it does not; the year where no
// record has more; 0 when it is unknown.
func (s *Study) date() int64 {
	if d := best(s, func(c *record.Candidate) (int64, bool) { return parseDate(c.Date) }); d.Record != "" {
		return d.Value
	}
	return int64(s.Year().Value) * 10_000
}

// parseDate reads YYYY, YYYY-MM and YYYY-MM-DD of a year in which something can have been
// published: 0000 and 9999 are what programs write that know none.
func parseDate(date string) (int64, bool) {
	for _, form := range []struct {
		layout string
		keep   int64 // what the form cannot tell is cut to zeros
	}{{time.DateOnly, 1}, {"2006-01", 100}, {"2006", 10_000}} {
		if t, err := time.Parse(form.layout, date); err == nil && merge.PlausibleYear(t.Year()) {
			n := int64(t.Year()*10_000 + int(t.Month())*100 + t.Day())
			return n - n%form.keep, true
		}
	}
	return 0, false
}

// ExactValue is the form in which a value stands in an exact field: valid UTF-8,
// and of a length every index takes. A longer value keeps its beginning and ends
// in a hash of the whole, so that it can still be told from others and found.
func ExactValue(v string) string {
	v = strings.ToValidUTF8(v, "\ufffd")
	const limit = MaxValue / 2
	if len(v) <= limit {
		return v
	}
	hash := "#" + record.StudyID(v)
	return strings.ToValidUTF8(v[:limit-len(hash)], "") + hash
}

// valueSet collects distinct values by field.
type valueSet map[string][]string

func (s valueSet) add(field, value string) {
	if value == "" {
		return
	}
	for _, v := range s[field] {
		if v == value {
			return
		}
	}
	s[field] = append(s[field], value)
}
