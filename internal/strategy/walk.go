package strategy

// Walk calls fn for n and the parts below it, each part before its own parts, in
// the order of the text. Where fn returns false the parts below are left out.
func Walk(n Node, fn func(Node) bool) {
	if n == nil || !fn(n) {
		return
	}
	switch n := n.(type) {
	case *And:
		for _, part := range n.Parts {
			Walk(part, fn)
		}
	case *Or:
		for _, part := range n.Parts {
			Walk(part, fn)
		}
	case *Not:
		Walk(n.Part, fn)
	case *Near:
		Walk(n.Left, fn)
		Walk(n.Right, fn)
	}
}

// Terms returns the terms of a query in the order of the text.
func Terms(n Node) []*Term {
	var terms []*Term
	Walk(n, func(n Node) bool {
		if t, ok := n.(*Term); ok {
			terms = append(terms, t)
		}
		return true
	})
	return terms
}
