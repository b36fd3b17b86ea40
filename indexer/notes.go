package indexer

import (
	"fmt"
	"slices"
	"strings"

	"polyglean/internal/strategy"
)

// notes are what a reader should know of how the terms of a query were read: an operator
// in small letters between others is a word, which every study must have.
func notes(terms []*strategy.Term) []string {
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
