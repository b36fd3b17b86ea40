package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"polyglean/indexer"
	"polyglean/internal/langcode"
)

// Limits on what an address may ask; beyond them nobody is reading.
const (
	maxText   = 8 << 10 // bytes: the longest published strategies fit
	maxValues = 100     // values in all filters together
	maxAfter  = 4 << 10 // bytes
	maxSize   = 1000    // hits
	maxYear   = 9999
	// facetSize is how many values of a facet are asked for, where nobody says so.
	facetSize = 30
)

// The parameters of an address; each facet's name is one more.
const (
	paramText     = "q"
	paramFrom     = "from"
	paramTo       = "to"
	paramSort     = "sort"
	paramSetAside = "set-aside"
	paramSize     = "size"
	paramAfter    = "after"
	// paramFacetSize is how many values of each facet are wanted.
	paramFacetSize = "facet_size"
)

// paramError says which parameter of an address cannot be read.
type paramError struct{ name, problem, hint string }

func (e *paramError) Error() string { return fmt.Sprintf("Parameter %q: %s.", e.name, e.problem) }

// ask is what a reader asks of the search page, as its address says it.
type ask struct{ q indexer.Query }

// parseAsk reads the query part of an address. Every fault is an error: a filter
// misspelled and ignored would show wrong counts as if they were right.
// The ask returned beside an error holds all that could be read.
func parseAsk(raw string) (ask, error) {
	a := ask{indexer.Query{Filters: map[string][]string{}}}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return a, &paramError{"address", "it is not percent-encoded as it should be", "Start from the search box."}
	}
	var first error
	for _, name := range sortedKeys(values) {
		if err := a.set(name, values[name]); err != nil && first == nil {
			first = err
		}
	}
	if first == nil && a.q.YearFrom != 0 && a.q.YearTo != 0 && a.q.YearFrom > a.q.YearTo {
		first = &paramError{paramFrom, fmt.Sprintf("the range %d to %d is empty", a.q.YearFrom, a.q.YearTo), "Swap the two years."}
	}
	return a, first
}

func (a *ask) set(name string, values []string) error {
	for _, v := range values {
		if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
			return &paramError{name, "it is not UTF-8 text", "Type it into the search box instead."}
		}
	}
	if indexer.HasField(name) || strings.HasPrefix(name, indexer.AttributePrefix) {
		return a.filter(name, values)
	}
	if name == paramExpand {
		return a.expand(values)
	}
	if len(values) > 1 {
		return &paramError{name, "it is given more than once", "Keep one."}
	}
	v := strings.TrimSpace(values[0])
	switch name {
	case paramText:
		if len(v) > maxText {
			a.q.Text = cutString(v, maxText)
			return &paramError{name, fmt.Sprintf("the query has %d bytes, and %d is the most", len(v), maxText), "Leave out terms that others cover, or use truncation: traffick*."}
		}
		a.q.Text = v
	case paramFrom, paramTo:
		year, err := number(name, v, 1, maxYear, "a year, such as 1998")
		if err != nil {
			return err
		}
		if name == paramFrom {
			a.q.YearFrom = year
		} else {
			a.q.YearTo = year
		}
	case paramSort:
		if v != "" && !slices.Contains(indexer.Orders, indexer.Order(v)) {
			return &paramError{name, fmt.Sprintf("%q is no order", v), "The orders are relevance, screening, newest and oldest."}
		}
		a.q.Order = indexer.Order(v)
	case paramSetAside:
		switch v {
		case "", "0":
		case "1":
			a.q.SetAside = true
		default:
			return &paramError{name, fmt.Sprintf("%q is neither 0 nor 1", v), "1 adds the records that were set aside."}
		}
	case paramExpandNot:
		if v != "" && v != "0" && v != "1" {
			return &paramError{name, fmt.Sprintf("%q is neither 0 nor 1", v), "1 also leaves out what the words behind NOT mean."}
		}
		a.q.Expand.Negated = v == "1"
	case paramSize:
		size, err := number(name, v, 1, maxSize, "a number of studies from 1 to 1,000")
		if err != nil {
			return err
		}
		a.q.Size = size
	case paramFacetSize:
		size, err := number(name, v, 1, indexer.MaxSize, "a number of values from 1 to 1,000")
		if err != nil {
			return err
		}
		a.q.FacetSize = size
	case paramAfter:
		if len(v) > maxAfter {
			return &paramError{name, "it is too long to be a place in a list", "Go back to the first page."}
		}
		a.q.After = v
	default:
		return &paramError{name, "there is none of this name", "The names are " + strings.Join(paramNames(), ", ") + "."}
	}
	return nil
}

func (a *ask) filter(name string, values []string) error {
	total := len(values)
	for _, have := range a.q.Filters {
		total += len(have)
	}
	if total > maxValues {
		return &paramError{name, fmt.Sprintf("more than %d filters at once", maxValues), "Remove some."}
	}
	for _, v := range values {
		if len(v) > indexer.MaxValue {
			return &paramError{name, fmt.Sprintf("a value is longer than %d bytes", indexer.MaxValue), "Choose one from the list beside the results."}
		}
		// A page shows as in force what it knows by its code. What is no language the index
		// refuses, and says so.
		if code := langcode.Of(v); name == indexer.FacetLanguage && code != "" {
			v = code
		}
		if v != "" && !slices.Contains(a.q.Filters[name], v) {
			a.q.Filters[name] = append(a.q.Filters[name], v)
		}
	}
	return nil
}

func number(name, v string, low, high int, want string) (int, error) {
	if v == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		return 0, &paramError{name, fmt.Sprintf("%q is not %s", cutString(v, 40), want), "Change it or leave it empty."}
	}
	return n, nil
}

func paramNames() []string {
	return append([]string{paramText, paramExpand, paramExpandNot, paramFrom, paramTo, paramSort, paramSetAside, paramSize, paramFacetSize, paramAfter, indexer.AttributePrefix + "…"}, indexer.AllFacets(nil)...)
}

// query is what the Searcher is asked: the reader's query with all facets of a page.
func (s *site) query(a ask) indexer.Query {
	q := a.q
	q.Facets, q.FacetSize, q.Suggest = s.facets, cmp.Or(q.FacetSize, facetSize), true
	return q
}

// facets are those that a reader may filter by, in a fixed order, with the attributes of
// the filters in force.
func (a ask) facets() []string {
	var attributes []string
	for _, facet := range sortedKeys(a.q.Filters) {
		if name, ok := strings.CutPrefix(facet, indexer.AttributePrefix); ok {
			attributes = append(attributes, name)
		}
	}
	return indexer.AllFacets(attributes)
}

// filtered reports whether anything but the text narrows the result.
func (a ask) filtered() bool {
	for _, values := range a.q.Filters {
		if len(values) > 0 {
			return true
		}
	}
	return a.q.YearFrom != 0 || a.q.YearTo != 0
}

// has reports whether a facet is filtered by a value.
func (a ask) has(facet, value string) bool { return slices.Contains(a.q.Filters[facet], value) }

// toggle is the same ask with a filter added or, when it is there, removed.
func (a ask) toggle(facet, value string) ask {
	filters := make(map[string][]string, len(a.q.Filters)+1)
	for name, values := range a.q.Filters {
		filters[name] = slices.Clone(values)
	}
	if i := slices.Index(filters[facet], value); i >= 0 {
		filters[facet] = slices.Delete(filters[facet], i, i+1)
	} else {
		filters[facet] = append(filters[facet], value)
	}
	a.q.Filters, a.q.After = filters, ""
	return a
}

// withSources is the same ask with the sources by the names that studies have them by, so
// that those in force are shown as such where they are counted.
func (a ask) withSources(names []string) ask {
	if len(names) > 0 {
		a.q.Filters = maps.Clone(a.q.Filters)
		a.q.Filters[indexer.FacetSource] = names
	}
	return a
}

// with is the same ask from its first page with something changed.
func (a ask) with(change func(*indexer.Query)) ask {
	a.q.After = ""
	change(&a.q)
	return a
}

// href is the address of the ask under a path.
func (a ask) href(path string) string {
	if enc := a.encode(); enc != "" {
		return path + "?" + enc
	}
	return path
}

// field is a parameter that a form carries along unseen.
type field struct{ Name, Value string }

// fields are the ask's parameters in a fixed order, so that one ask has one address.
func (a ask) fields() []field {
	var out []field
	add := func(name, value string) {
		if value != "" {
			out = append(out, field{name, value})
		}
	}
	add(paramText, a.q.Text)
	out = append(out, a.expandFields()...)
	for _, facet := range a.facets() {
		for _, v := range a.q.Filters[facet] {
			add(facet, v)
		}
	}
	add(paramFrom, year(a.q.YearFrom))
	add(paramTo, year(a.q.YearTo))
	if a.q.SetAside {
		add(paramSetAside, "1")
	}
	add(paramSort, string(a.q.Order))
	add(paramSize, year(a.q.Size))
	add(paramFacetSize, year(a.q.FacetSize))
	add(paramAfter, a.q.After)
	return out
}

func (a ask) encode() string {
	var b strings.Builder
	for i, f := range a.fields() {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(f.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(f.Value))
	}
	return b.String()
}

// without are the fields a form does not ask for itself.
func (a ask) without(names ...string) []field {
	return slices.DeleteFunc(a.fields(), func(f field) bool { return slices.Contains(names, f.Name) })
}

// year prints a positive number and leaves 0 empty.
func year(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
