package indexer

import (
	"fmt"
	"slices"
	"strings"

	"polyglean/internal/strategy"
)

// notes are what a reader should know of how a query was read.
func notes(q *strategy.Query) []string {
	if q.Dialect == strategy.Own {
		return smallOperators(strategy.Terms(q.Node))
	}
	out := []string{fmt.Sprintf("read as %s: what was typed is in the syntax of %s", q.Text, q.Dialect.Name())}
	for _, n := range q.Notes {
		out = append(out, fmt.Sprintf("%q: %s", n.Text, n.Effect))
	}
	return out
}

// smallOperators tells of operators in small letters between terms: they are words, which
// every study must have.
func smallOperators(terms []*strategy.Term) []string {
	var out []string
	for i := 1; i < len(terms)-1; i++ {
		t := terms[i]
		if t.Quoted || len(t.Words) != 1 {
			continue
		}
		switch word := t.Words[0]; word {
		case "and", "or", "not":
			note := fmt.Sprintf("%q was searched as a word; operators are written in capitals: %s", word, strings.ToUpper(word))
			if !slices.Contains(out, note) {
				out = append(out, note)
			}
		}
	}
	return out
}
