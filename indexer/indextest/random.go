package indextest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
)

// testRandom compares a backend with a plain reading of the contract on random
// documents and random expressions.
func testRandom(t *testing.T, b Backend) {
	idx := b.open(t)
	rng := rand.New(rand.NewPCG(7, 11))
	docs := make(map[string]*indexer.Document)
	for version := range int64(4) {
		var ops []indexer.Op
		for range 80 {
			id := fmt.Sprintf("r%03d", rng.IntN(200))
			doc := randomDocument(rng)
			if rng.IntN(6) == 0 {
				doc = nil
			}
			if slices.ContainsFunc(ops, func(op indexer.Op) bool { return op.ID == id }) {
				continue
			}
			ops = append(ops, put(id, version, doc))
			delete(docs, id)
			if doc != nil {
				docs[id] = doc
			}
		}
		apply(t, idx, ops...)
	}
	for i := range 150 {
		e := randomExpr(rng, 3)
		var want []string
		for id, doc := range docs {
			if holds(doc, e) {
				want = append(want, id)
			}
		}
		slices.Sort(want)
		if got := matches(t, idx, e); got != strings.Join(want, " ") {
			t.Fatalf("expression %d\n%#v\nfound %s\nwant  %s", i, e, got, strings.Join(want, " "))
		}
		// A backend may pass over what cannot be among the best: those are still the
		// first of all.
		plan := indexer.Plan{Query: e, Sort: []indexer.Sort{{Field: indexer.ScoreField, Descending: true}, {Field: indexer.NumberYear}}, Size: 1000}
		all := find(t, idx, plan).Hits
		plan.Size = 1 + i%7
		for at, hit := range find(t, idx, plan).Hits {
			if want := all[at]; hit.ID != want.ID || math.Abs(hit.Score-want.Score) > 1e-6 {
				t.Fatalf("expression %d\n%#v\nhit %d of %d is %s with %v, of all it is %s with %v", i, e, at, plan.Size, hit.ID, hit.Score, want.ID, want.Score)
			}
		}
	}
}

var randomWords = []string{"a", "ab", "abc", "b", "ba", "c", "ca", "d"}

func randomDocument(rng *rand.Rand) *indexer.Document {
	doc := &indexer.Document{
		Text: randomTerms(rng, indexer.TextTitle, indexer.TextAbstract), Stems: randomTerms(rng, indexer.StemTitle),
		Exact: make(map[string][]string), Numbers: make(map[string]int64),
	}
	for range rng.IntN(3) {
		doc.Exact[indexer.FacetFlag] = append(doc.Exact[indexer.FacetFlag], randomWords[rng.IntN(len(randomWords))])
	}
	if rng.IntN(3) > 0 {
		doc.Numbers[indexer.NumberYear] = int64(rng.IntN(8))<<(8*rng.IntN(6)) - 3
	}
	return doc
}

func randomTerms(rng *rand.Rand, fields ...string) map[string][]string {
	values := make(map[string][]string)
	for _, field := range fields {
		for range rng.IntN(3) {
			words := make([]string, 1+rng.IntN(6))
			for i := range words {
				words[i] = randomWords[rng.IntN(len(randomWords))]
			}
			values[field] = append(values[field], strings.Join(words, " "))
		}
	}
	return values
}

func randomExpr(rng *rand.Rand, depth int) indexer.Expr {
	field := []string{indexer.TextTitle, indexer.TextAbstract}[rng.IntN(2)]
	word := func() string { return randomWords[rng.IntN(len(randomWords))] }
	kinds := 8
	if depth == 0 {
		kinds = 6
	}
	switch rng.IntN(kinds) {
	case 0:
		return indexer.Term{Field: field, Value: word()}
	case 1:
		return indexer.Prefix{Field: field, Value: word()}
	case 2:
		terms := make([]string, 1+rng.IntN(3))
		for i := range terms {
			terms[i] = word()
		}
		return indexer.Phrase{Field: field, Terms: terms, LastPrefix: rng.IntN(3) == 0}
	case 3:
		return indexer.Term{Field: indexer.FacetFlag, Value: word()}
	case 4:
		r := indexer.Range{Field: indexer.NumberYear}
		if rng.IntN(3) > 0 {
			n := int64(rng.IntN(8))<<(8*rng.IntN(6)) - 3
			r.From = &n
		}
		if rng.IntN(3) > 0 {
			n := int64(rng.IntN(8))<<(8*rng.IntN(6)) - 3
			r.To = &n
		}
		return r
	case 5:
		return indexer.Term{Field: indexer.StemTitle, Value: word()}
	}
	some := func(n int) []indexer.Expr {
		var out []indexer.Expr
		for range n {
			out = append(out, randomExpr(rng, depth-1))
		}
		return out
	}
	return indexer.Bool{Must: some(rng.IntN(3)), Filter: some(rng.IntN(2)), Should: some(rng.IntN(4)), Not: some(rng.IntN(2))}
}

// holds is the contract read plainly.
func holds(doc *indexer.Document, e indexer.Expr) bool {
	switch e := e.(type) {
	case indexer.All:
		return true
	case indexer.Term:
		return holdsTerm(doc, e.Field, func(term string) bool { return term == e.Value })
	case indexer.Prefix:
		return holdsTerm(doc, e.Field, func(term string) bool { return strings.HasPrefix(term, e.Value) })
	case indexer.Phrase:
		for _, value := range doc.Text[e.Field] {
			words := strings.Fields(value)
			for i := 0; i+len(e.Terms) <= len(words); i++ {
				last := len(e.Terms) - 1
				if slices.Equal(words[i:i+last], e.Terms[:last]) &&
					(words[i+last] == e.Terms[last] || e.LastPrefix && strings.HasPrefix(words[i+last], e.Terms[last])) {
					return true
				}
			}
		}
		return false
	case indexer.Range:
		n, ok := doc.Numbers[e.Field]
		return ok && (e.From == nil || n >= *e.From) && (e.To == nil || n <= *e.To)
	case indexer.Bool:
		yes := func(part indexer.Expr) bool { return holds(doc, part) }
		no := func(part indexer.Expr) bool { return !holds(doc, part) }
		return !slices.ContainsFunc(e.Must, no) && !slices.ContainsFunc(e.Filter, no) && !slices.ContainsFunc(e.Not, yes) &&
			(len(e.Should) == 0 || slices.ContainsFunc(e.Should, yes))
	}
	panic(fmt.Sprintf("indextest: no such expression: %T", e))
}

func holdsTerm(doc *indexer.Document, field string, is func(string) bool) bool {
	if slices.ContainsFunc(doc.Exact[field], is) {
		return true
	}
	return slices.ContainsFunc(slices.Concat(doc.Text[field], doc.Stems[field]), func(value string) bool {
		return slices.ContainsFunc(strings.Fields(value), is)
	})
}
