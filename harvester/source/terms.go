package source

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/strategy"
)

// Some sources have no Boolean search, or one whose rules are nowhere written: they
// find the records whose text has a given text as a part of it, whatever its case.
// Such a source is asked a strategy term by term: every alternative of the one AND
// part whose terms are longest, which keeps the answers fewest. That is wider than
// the strategy by all its other parts, and never narrower.

// termQueries are the protocol's searches in the given languages, one query for
// each term, under the name of the first search that has it: "ja", "ja:2", "ja:3".
// Two terms that the source would be asked for alike, as sent says, are asked once.
func termQueries(source string, p *protocol.Protocol, since time.Time, langs []string, sent func(*strategy.Term) string) ([]harvester.Query, error) {
	var queries []harvester.Query
	asked := map[string]bool{}
	for _, search := range p.Searches {
		if !slices.Contains(langs, search.Lang) {
			continue
		}
		terms := widestTerms(search.Node)
		if len(terms) == 0 {
			return nil, fmt.Errorf("search %q: %s can express no part of it: give it a term", search.Name, source)
		}
		part := 0
		for _, t := range terms {
			if asked[sent(t)] {
				continue
			}
			asked[sent(t)] = true
			name := search.Name
			if part++; part > 1 {
				name = fmt.Sprintf("%s:%d", name, part)
			}
			queries = append(queries, harvester.Query{
				Name: name, Route: record.RouteSearch, Strategy: t, Lang: search.Lang, From: since,
			})
		}
	}
	return queries, nil
}

// widestTerms are terms of which every match of n has one, nil when there are
// none: all those of an OR, and those of the one part of an AND that asks for the
// longest.
func widestTerms(n strategy.Node) []*strategy.Term {
	switch n := n.(type) {
	case *strategy.Term:
		if pieceOf(n) != "" {
			return []*strategy.Term{n}
		}
	case *strategy.Or:
		var all []*strategy.Term
		for _, part := range n.Parts {
			terms := widestTerms(part)
			if terms == nil {
				return nil
			}
			all = append(all, terms...)
		}
		return all
	case *strategy.And:
		return longestTerms(n.Parts)
	case *strategy.Near:
		return longestTerms([]strategy.Node{n.Left, n.Right})
	}
	return nil // a lone NOT is everything else there is
}

// longestTerms are those of the part whose shortest term is longest.
func longestTerms(parts []strategy.Node) []*strategy.Term {
	var best []*strategy.Term
	longest := 0
	for _, part := range parts {
		terms := widestTerms(part)
		shortest := 0
		for _, t := range terms {
			if n := utf8.RuneCountInString(pieceOf(t)); shortest == 0 || n < shortest {
				shortest = n
			}
		}
		if shortest > longest {
			best, longest = terms, shortest
		}
	}
	return best
}

// pieceOf is a text that is part of every text a term matches: its words, without a
// mark where the last is cut short; of a phrase with a word cut short before its
// end the longest piece. Empty when there is none.
func pieceOf(t *strategy.Term) string {
	longest, piece := "", ""
	end := func() {
		if utf8.RuneCountInString(piece) > utf8.RuneCountInString(longest) {
			longest = piece
		}
		piece = ""
	}
	for _, word := range t.Words {
		p := phraseOf(&strategy.Term{Words: []string{word}})
		if len(p.words) == 0 {
			end() // too short a beginning to ask for
			continue
		}
		if piece != "" {
			piece += " "
		}
		piece += p.text()
		if !p.plain() || !p.exact {
			end()
		}
	}
	end()
	return longest
}
