package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// searchView is the matter of the search page.
type searchView struct {
	Text string
	// Carry are the filters that a new query keeps.
	Carry []field
	// Refine holds the form of years and set-aside records, with what it carries.
	Refine refineForm

	Syntax *syntaxFault
	Fault  *fault

	// Found is false when there is no result to speak of, because of a fault.
	Found    bool
	Total    int
	Shown    int
	Terms    []string
	Chips    []chip
	ClearAll string
	Orders   []choice
	Groups   []group
	Hits     []hitView

	// Next and First are addresses, empty where there is no such page.
	Next, First string
	// SetAsideToo is the same ask with the records that were set aside.
	SetAsideToo string
	// Empty is true when there is nothing to find, whatever is asked.
	Empty bool
	// JSON is the address of the same answer for programs.
	JSON string
}

type refineForm struct {
	Carry    []field
	From, To string
	SetAside bool
}

// chip is a filter in force, with the address that lifts it.
type chip struct{ Facet, Value, Href string }

// choice is one of several, of which one is in force.
type choice struct {
	Label, Href string
	Active      bool
}

// group is a facet with its values: those shown at once, and the rest.
type group struct {
	Name, Label string
	Values      []facetValue
	More        []facetValue
	// Active is the number of values in force.
	Active int
}

type facetValue struct {
	code  string
	Label string
	// Native is the language's own name, for the facet of languages.
	Native tongue
	Count  int
	Href   string
	Active bool
}

// shownValues is how many values of a facet are shown before "more".
const shownValues = 8

func (s *site) searchPage(w http.ResponseWriter, r *http.Request) {
	a, err := parseAsk(r.URL.RawQuery)
	v := searchView{
		Text:   a.q.Text,
		Carry:  a.without(paramText, paramAfter),
		Refine: refineForm{Carry: a.without(paramFrom, paramTo, paramSetAside, paramAfter), From: year(a.q.YearFrom), To: year(a.q.YearTo), SetAside: a.q.SetAside},
		Chips:  s.chips(a),
	}
	status := http.StatusOK
	if err == nil {
		var res indexer.Result
		if res, err = s.searcher.Search(r.Context(), a.query()); err == nil {
			s.fill(&v, a, res)
		}
	}
	var syntax *strategy.SyntaxError
	switch {
	case err == nil:
	case errors.As(err, &syntax):
		status = http.StatusBadRequest
		v.Syntax = pointAt(syntax)
	default:
		f := describe(0, err)
		s.note(r, f, err)
		status, v.Fault = f.Status, &f
	}
	title := "Search"
	if a.q.Text != "" {
		title = cutString(a.q.Text, 80)
	}
	s.render(w, r, status, "search", title, v)
}

// fill puts a result into the page.
func (s *site) fill(v *searchView, a ask, res indexer.Result) {
	v.Found, v.Total, v.Shown, v.Terms = true, res.Total, len(res.Hits), res.Terms
	v.Empty = res.Total == 0 && a.q.Text == "" && !a.filtered()
	v.JSON = a.href("/api/search")
	v.Orders = orders(a)
	v.Groups = s.groups(a, res.Facets)
	if len(v.Chips) > 0 {
		v.ClearAll = ask{indexer.Query{Text: a.q.Text, Order: a.q.Order, Size: a.q.Size}}.href("/")
	}
	if a.q.After != "" {
		v.First = a.with(func(*indexer.Query) {}).href("/")
	}
	if res.Next != "" {
		v.Next = a.with(func(q *indexer.Query) { q.After = res.Next }).href("/")
	}
	if !a.q.SetAside {
		v.SetAsideToo = a.with(func(q *indexer.Query) { q.SetAside = true }).href("/")
	}
	for _, h := range res.Hits {
		v.Hits = append(v.Hits, s.hit(a, h))
	}
}

func (s *site) chips(a ask) []chip {
	var out []chip
	for _, facet := range indexer.AllFacets {
		for _, value := range a.q.Filters[facet] {
			out = append(out, chip{facetNames[facet], s.valueName(facet, value), a.toggle(facet, value).href("/")})
		}
	}
	if a.q.YearFrom != 0 {
		out = append(out, chip{"From", year(a.q.YearFrom), a.with(func(q *indexer.Query) { q.YearFrom = 0 }).href("/")})
	}
	if a.q.YearTo != 0 {
		out = append(out, chip{"Until", year(a.q.YearTo), a.with(func(q *indexer.Query) { q.YearTo = 0 }).href("/")})
	}
	if a.q.SetAside {
		out = append(out, chip{"With", "records set aside", a.with(func(q *indexer.Query) { q.SetAside = false }).href("/")})
	}
	return out
}

// orders are the ways to sort. Relevance means nothing without a text.
func orders(a ask) []choice {
	current := a.q.Order
	if current == "" {
		current = indexer.ByRelevance
		if a.q.Text == "" {
			current = indexer.Newest
		}
	}
	var out []choice
	for _, o := range []struct {
		order indexer.Order
		label string
	}{{indexer.ByRelevance, "Best match"}, {indexer.Newest, "Newest"}, {indexer.Oldest, "Oldest"}} {
		if o.order == indexer.ByRelevance && a.q.Text == "" {
			continue
		}
		out = append(out, choice{o.label, a.with(func(q *indexer.Query) { q.Order = o.order }).href("/"), o.order == current})
	}
	return out
}

func (s *site) groups(a ask, facets map[string][]indexer.FacetCount) []group {
	var out []group
	for _, facet := range indexer.AllFacets {
		g := group{Name: facet, Label: facetNames[facet]}
		counted := make(map[string]bool)
		for _, c := range facets[facet] {
			counted[c.Value] = true
			g.add(s.facetValue(a, facet, c.Value, c.Count))
		}
		// A value in force stays on the page when nothing matches it any more, so
		// that it can be lifted where it was set.
		for _, value := range a.q.Filters[facet] {
			if !counted[value] {
				g.add(s.facetValue(a, facet, value, 0))
			}
		}
		if len(g.Values) > 0 {
			g.tellApart()
			out = append(out, g)
		}
	}
	return out
}

// tellApart shows values by their codes where their words are the same: sources
// write "journal-article" and "Journal Article".
func (g *group) tellApart() {
	seen := make(map[string]int)
	for _, values := range [][]facetValue{g.Values, g.More} {
		for _, v := range values {
			seen[fold(v.Label)]++
		}
	}
	for _, values := range [][]facetValue{g.Values, g.More} {
		for i := range values {
			if seen[fold(values[i].Label)] > 1 {
				values[i].Label = plain(values[i].code)
			}
		}
	}
}

func (g *group) add(v facetValue) {
	if v.Active {
		g.Active++
	}
	if len(g.Values) < shownValues || v.Active {
		g.Values = append(g.Values, v)
	} else {
		g.More = append(g.More, v)
	}
}

func (s *site) facetValue(a ask, facet, value string, count int) facetValue {
	v := facetValue{
		code: value, Label: s.valueName(facet, value), Count: count,
		Href: a.toggle(facet, value).href("/"), Active: a.has(facet, value),
	}
	if facet == indexer.FacetLanguage {
		v.Native = tongueOf(value)
	}
	return v
}

// hitView is a study in the list.
type hitView struct {
	Href      string
	Title     passage
	Authors   []string
	More      int
	Year      string
	Container string
	Sources   []string
	Languages []tongue
	Reasons   []string
	// Notes are warnings: retracted, deleted, set aside.
	Notes    []string
	Seed     int
	Passages []hitPassage
	Records  int
	Verdicts []string
}

// hitPassage is a piece of a study's text under its title.
type hitPassage struct {
	// Field is empty for the abstract, which needs no label.
	Field            string
	Text             passage
	CutStart, CutEnd bool
}

const (
	shownAuthors  = 3
	shownPassages = 3
	// openingChars is how much of an abstract stands in for passages where the
	// query marks none.
	openingChars = 280
)

func (s *site) hit(a ask, h indexer.Hit) hitView {
	st := &h.Study
	title := st.Title()
	v := hitView{
		Href: a.href("/study/" + st.ID), Records: len(st.Members),
		Year: year(st.Year().Value), Container: st.Container().Value, Languages: tongues(st), Reasons: reasonWords(st),
		Seed: seed(st), Notes: notes(st),
	}
	for _, source := range st.Sources() {
		v.Sources = append(v.Sources, sourceName(source))
	}
	for _, d := range st.Decisions {
		v.Verdicts = append(v.Verdicts, word(verdictNames, string(d.Decision.Verdict)))
	}
	for _, author := range st.Authors().Value {
		v.Authors = append(v.Authors, author.Name)
	}
	if n := len(v.Authors); n > shownAuthors+1 {
		v.Authors, v.More = v.Authors[:shownAuthors], n-shownAuthors
	}

	var marks []mark
	text := title.Value.Text
	shown := []string{letters(text)}
	for _, sn := range h.Snippets {
		if sn.Field == string(record.FieldTitle) && sn.Text != "" {
			if at := strings.Index(text, sn.Text); at >= 0 {
				for _, m := range sn.Marks {
					marks = append(marks, mark{start: at + m.Start, end: at + m.End})
				}
				continue
			}
		}
		// Copies of a study differ in case, spacing and where the passage was cut:
		// showing one of them is enough.
		key := letters(sn.Text)
		if slices.ContainsFunc(shown, func(have string) bool { return sameOpening(key, have) }) {
			continue
		}
		if shown = append(shown, key); len(v.Passages) < shownPassages {
			v.Passages = append(v.Passages, snippet(st, sn))
		}
	}
	v.Title = newPassage(text, langOf(st, record.FieldTitle, title), sound(text, marks))
	if len(v.Passages) == 0 {
		if abstract := st.Abstract(); abstract.Record != "" {
			head, cut := opening(abstract.Value.Text, openingChars)
			v.Passages = []hitPassage{{Text: newPassage(head, langOf(st, record.FieldAbstract, abstract), nil), CutEnd: cut}}
		}
	}
	return v
}

func snippet(st *indexer.Study, sn indexer.Snippet) hitPassage {
	marks := make([]mark, len(sn.Marks))
	for i, m := range sn.Marks {
		marks[i] = mark{start: m.Start, end: m.End}
	}
	lang := ""
	for i := range st.Members {
		if m := &st.Members[i].Record; m.Candidate.ID == sn.Record {
			lang = textLang(m, record.Field(sn.Field), sn.Index)
		}
	}
	label := ""
	if sn.Field != string(record.FieldAbstract) {
		label = word(fieldNames, sn.Field)
	}
	return hitPassage{
		Field: label, Text: newPassage(sn.Text, lang, sound(sn.Text, marks)),
		CutStart: sn.CutStart, CutEnd: sn.CutEnd,
	}
}
