package indexer

import (
	"strings"
	"unicode/utf8"

	"polyglean/internal/strategy"
)

// minPrefix is how many letters a proposal leaves before *.
const minPrefix = 3

// answerable proposes the nearest query that the index can answer: AND for nearness, and
// words cut off at their first truncation mark. It is empty when nothing sensible is left.
func answerable(n strategy.Node) string {
	n = simplified(n)
	if n == nil {
		return ""
	}
	text := n.String()
	if _, err := strategy.Parse(text, strategy.AsAnd); err != nil {
		return ""
	}
	return text
}

// simplified is n without what the index cannot answer, nil when a part of it cannot be
// mended. n itself is left as it is.
func simplified(n strategy.Node) strategy.Node {
	parts := func(in []strategy.Node) []strategy.Node {
		out := make([]strategy.Node, len(in))
		for i, part := range in {
			if out[i] = simplified(part); out[i] == nil {
				return nil
			}
		}
		return out
	}
	switch n := n.(type) {
	case *strategy.And:
		if p := parts(n.Parts); p != nil {
			return &strategy.And{Parts: p}
		}
	case *strategy.Or:
		if p := parts(n.Parts); p != nil {
			return &strategy.Or{Parts: p}
		}
	case *strategy.Not:
		if p := parts([]strategy.Node{n.Part}); p != nil {
			return &strategy.Not{Part: p[0]}
		}
	case *strategy.Near:
		if p := parts([]strategy.Node{n.Left, n.Right}); p != nil {
			return &strategy.And{Parts: p}
		}
	case *strategy.Term:
		if p := cutOff(n); p != nil {
			return p
		}
	}
	return nil
}

// cutOff cuts the words of a term at their first mark. In a phrase only the last word
// may be cut off; the marks of the others go.
func cutOff(t *strategy.Term) *strategy.Term {
	cut := *t
	cut.Words = make([]string, len(t.Words))
	for i, word := range t.Words {
		at := strings.IndexAny(word, "*?")
		switch {
		case at < 0:
			cut.Words[i] = word
		case i < len(t.Words)-1:
			cut.Words[i] = strings.NewReplacer("*", "", "?", "").Replace(word)
		case utf8.RuneCountInString(word[:at]) < minPrefix:
			return nil
		default:
			cut.Words[i] = word[:at] + "*"
		}
	}
	return &cut
}
