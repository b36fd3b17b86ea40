package diagnosis

import "polyglean/internal/strategy"

// without is a search in which one part never matches. What does not hold the part is
// shared with n.
func without(n strategy.Node, part func(strategy.Node) bool) strategy.Node {
	if part(n) {
		return &strategy.Or{At: n.Pos()} // of nothing: never true
	}
	switch n := n.(type) {
	case *strategy.And:
		return &strategy.And{Parts: withoutIn(n.Parts, part), At: n.At}
	case *strategy.Or:
		return &strategy.Or{Parts: withoutIn(n.Parts, part), At: n.At}
	case *strategy.Not:
		return &strategy.Not{Part: without(n.Part, part), At: n.At}
	case *strategy.Near:
		return &strategy.Near{Left: without(n.Left, part), Right: without(n.Right, part), Distance: n.Distance, Ordered: n.Ordered, At: n.At}
	}
	return n
}

func withoutIn(parts []strategy.Node, part func(strategy.Node) bool) []strategy.Node {
	out := make([]strategy.Node, len(parts))
	for i, p := range parts {
		out[i] = without(p, part)
	}
	return out
}

// isTerm tells one place of a term from the others.
func isTerm(t *strategy.Term) func(strategy.Node) bool {
	return func(n strategy.Node) bool { return n == strategy.Node(t) }
}

// reads tells every part that reads so.
func reads(text string) func(strategy.Node) bool {
	return func(n strategy.Node) bool { return n.String() == text }
}

// parts are the parts of a search that stand for each of so many blocks; nil where it
// is not made of them.
func parts(n strategy.Node, blocks int) []strategy.Node {
	if blocks == 1 {
		return []strategy.Node{n}
	}
	if and, ok := n.(*strategy.And); ok && len(and.Parts) == blocks {
		return and.Parts
	}
	return nil
}
