package elasticindex

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"polyglean/indexer"
)

// object is a JSON object of the query language.
type object = map[string]any

// The fields of mapping.json.
func textField(name string) string   { return "t." + name }
func stemField(name string) string   { return "s." + name }
func exactField(name string) string  { return "x." + name }
func numberField(name string) string { return "n." + name }

// valueField is the text, stem or exact field of that name.
func valueField(name string) string {
	switch {
	case slices.Contains(indexer.TextFields, name):
		return textField(name)
	case slices.Contains(indexer.StemFields, name):
		return stemField(name)
	}
	return exactField(name)
}

// idField holds the ID for sorting: Elasticsearch does not sort by _id itself
// without loading all of them.
const idField = "id"

// query translates an expression.
func query(e indexer.Expr) (object, error) {
	switch e := e.(type) {
	case indexer.Term:
		return one("term", valueField(e.Field), e.Value, e.Boost), nil
	case indexer.Prefix:
		return one("prefix", valueField(e.Field), e.Value, e.Boost), nil
	case indexer.Phrase:
		return phrase(e), nil
	case indexer.Range:
		bounds := object{}
		if e.From != nil {
			bounds["gte"] = *e.From
		}
		if e.To != nil {
			bounds["lte"] = *e.To
		}
		return object{"range": object{numberField(e.Field): bounds}}, nil
	case indexer.Bool:
		return boolean(e)
	case indexer.All:
		return object{"match_all": object{}}, nil
	}
	return nil, fmt.Errorf("elasticsearch: %T is not a known part of a query", e)
}

// one asks a field for a value.
func one(kind, field, value string, boost float64) object {
	return object{kind: object{field: object{"value": value, "boost": orOne(boost)}}}
}

// phrase translates a phrase. Values lie 100 positions apart, so that no phrase
// spans two of them. A prefix at the end stands for all terms that begin so:
// without max_expansions it would be the first 50.
func phrase(p indexer.Phrase) object {
	field, boost := textField(p.Field), orOne(p.Boost)
	switch {
	case len(p.Terms) == 0:
		return object{"match_none": object{}}
	case p.LastPrefix && len(p.Terms) == 1:
		return one("prefix", field, p.Terms[0], p.Boost)
	case p.LastPrefix:
		return object{"match_phrase_prefix": object{field: object{
			"query": strings.Join(p.Terms, " "), "max_expansions": math.MaxInt32, "boost": boost,
		}}}
	}
	return object{"match_phrase": object{field: object{"query": strings.Join(p.Terms, " "), "boost": boost}}}
}

func boolean(b indexer.Bool) (object, error) {
	must, err := queries(b.Must)
	if err != nil {
		return nil, err
	}
	filter, err := queries(b.Filter)
	if err != nil {
		return nil, err
	}
	should, err := queries(b.Should)
	if err != nil {
		return nil, err
	}
	not, err := queries(b.Not)
	if err != nil {
		return nil, err
	}
	// Elasticsearch limits how deep queries may lie inside each other; a layer
	// around a single part says nothing.
	switch {
	case len(not)+len(filter) > 0:
	case len(should) == 0 && len(must) == 1:
		return must[0], nil
	case len(must) == 0 && len(should) == 1:
		return should[0], nil
	}
	out := object{}
	if len(must) > 0 {
		out["must"] = must
	}
	if len(filter) > 0 {
		out["filter"] = filter
	}
	if len(should) > 0 {
		out["should"] = should
		out["minimum_should_match"] = 1
	}
	if len(not) > 0 {
		out["must_not"] = not
	}
	return object{"bool": out}, nil
}

func queries(exprs []indexer.Expr) ([]object, error) {
	out := make([]object, 0, len(exprs))
	for _, e := range exprs {
		q, err := query(e)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}

// matching translates the query and the filters of a plan. A plan without a query
// asks for every document.
func matching(plan indexer.Plan) (object, error) {
	var expr indexer.Expr = indexer.All{}
	if plan.Query != nil {
		expr = plan.Query
	}
	q, err := query(expr)
	if err != nil || len(plan.Filters) == 0 {
		return q, err
	}
	filters, err := queries(plan.Filters)
	if err != nil {
		return nil, err
	}
	return object{"bool": object{"must": q, "filter": filters}}, nil
}

func orOne(boost float64) float64 {
	if boost == 0 {
		return 1
	}
	return boost
}
