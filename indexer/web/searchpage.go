package web

import (
	"context"
	"errors"
	"net/http"

	"polyglean/indexer"
	"polyglean/internal/strategy"
	"polyglean/internal/untrusted"
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
	Found bool
	Total int
	Terms []string
	// Meant is what the query was understood to mean, nil where it is no more than its
	// words.
	Meant    *meantView
	Chips    []chip
	ClearAll string
	Orders   []choice
	// Promise says what the order in force promises; it is empty for most.
	Promise string
	Groups  []group
	Hits    []hitView

	// Next and First are addresses, empty where there is no such page.
	Next, First string
	// SetAsideToo is the same ask with the records that were set aside.
	SetAsideToo string
	// Notes are what to know of how the query was read.
	Notes []string
	// Perhaps is another query that may have been meant, nil for none.
	Perhaps *perhaps
	// Empty is true when there is nothing to find, whatever is asked.
	Empty bool
	// Downloads are the exports of all that was found.
	Downloads []download
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

func (s *site) searchPage(w http.ResponseWriter, r *http.Request) {
	a, err := readAsk(r)
	v := searchView{
		Text:   a.q.Text,
		Carry:  a.without(paramText, paramAfter),
		Refine: refineForm{Carry: a.without(paramFrom, paramTo, paramSetAside, paramAfter), From: year(a.q.YearFrom), To: year(a.q.YearTo), SetAside: a.q.SetAside},
		Chips:  s.chips(a),
	}
	status := http.StatusOK
	if err == nil {
		var res indexer.Result
		if res, err = s.searcher.Search(r.Context(), s.query(a)); err == nil {
			if known := a.withSources(res.Sources); known.href("/") != a.href("/") {
				http.Redirect(w, r, known.href("/"), http.StatusSeeOther)
				return
			}
			if all, ok := a.everywhere(res.Expansions); ok {
				http.Redirect(w, r, all.href("/"), http.StatusSeeOther)
				return
			}
			s.fill(r.Context(), &v, a, res)
		}
	}
	var syntax *strategy.SyntaxError
	switch {
	case err == nil:
	case errors.As(err, &syntax):
		status = http.StatusBadRequest
		v.Syntax = pointAt(syntax)
		v.Syntax.FixHref = a.with(func(q *indexer.Query) { q.Text = syntax.Fix }).href("/")
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

// perhaps is a query in the place of one that finds hardly anything.
type perhaps struct{ Query, Href string }

// fill puts a result into the page.
func (s *site) fill(ctx context.Context, v *searchView, a ask, res indexer.Result) {
	v.Found, v.Total, v.Terms = true, res.Total, res.Terms
	for _, note := range res.Notes {
		v.Notes = append(v.Notes, sentence(note))
	}
	v.Meant = s.meant(a, res.Expansions)
	if res.Suggestion != nil {
		v.Perhaps = &perhaps{untrusted.Line(res.Suggestion.Query), a.with(func(q *indexer.Query) { q.Text = res.Suggestion.Query }).href("/")}
	}
	v.Empty = res.Total == 0 && a.q.Text == "" && !a.filtered()
	v.JSON = a.href("/api/search")
	if res.Total > 0 {
		v.Downloads = downloads(a)
	}
	v.Orders = orders(a)
	if a.q.Order == indexer.ByScreening && s.opts.Screening != nil {
		v.Promise = s.opts.Screening(ctx)
	}
	v.Groups = s.groups(a, res)
	if len(v.Chips) > 0 {
		v.ClearAll = ask{indexer.Query{Text: a.q.Text, Expand: a.q.Expand, Order: a.q.Order, Size: a.q.Size}}.href("/")
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
	for _, facet := range a.facets() {
		for _, value := range a.q.Filters[facet] {
			out = append(out, chip{s.facetName(facet), s.valueName(facet, value), a.toggle(facet, value).href("/")})
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
	}{{indexer.ByRelevance, "Best match"}, {indexer.ByScreening, "Likely first"}, {indexer.Newest, "Newest"}, {indexer.Oldest, "Oldest"}} {
		if o.order == indexer.ByRelevance && a.q.Text == "" {
			continue
		}
		out = append(out, choice{o.label, a.with(func(q *indexer.Query) { q.Order = o.order }).href("/"), o.order == current})
	}
	return out
}
