package strategy

// part is a piece of a published strategy carried over. Where nothing of it could
// be, node is nil.
type part struct {
	node Node
	// wide says that a restriction was lost, so that the part finds more than it did
	// where it was published; narrow that an alternative was, so that it finds less.
	wide, narrow bool
}

// joinOr joins two parts by OR. Of a part that is lost the records are missing.
func joinOr(a, b part) part {
	joined := part{wide: a.wide || b.wide, narrow: a.narrow || b.narrow}
	switch {
	case a.node == nil && b.node == nil:
		return part{}
	case a.node == nil || b.node == nil:
		joined.node, joined.narrow = either(a.node, b.node), true
		return joined
	}
	joined.node = orOf(a.node, b.node)
	return joined
}

// joinAnd joins two parts by AND. What a lost part held back is found.
func joinAnd(a, b part) part {
	joined := part{wide: a.wide || b.wide, narrow: a.narrow || b.narrow}
	switch {
	case a.node == nil && b.node == nil:
		return part{}
	case a.node == nil || b.node == nil:
		joined.node, joined.wide = either(a.node, b.node), true
		return joined
	}
	joined.node = andOf(a.node, b.node)
	return joined
}

// negate makes n what is not wanted. What has become wider must not be taken away:
// "7 NOT (limit 7 to reviews)" would find nothing.
func (p *publishedParser) negate(n part, op item) part {
	if n.node == nil {
		return part{}
	}
	if n.wide {
		p.note(Exclusion, op.at, op.to, "left out: it would take away more than it did, for a restriction in it is lost")
		return part{}
	}
	return part{node: &Not{Part: n.node, At: op.at}, wide: n.narrow}
}

// either returns the one of two that is there.
func either(a, b Node) Node {
	if a == nil {
		return b
	}
	return a
}

// orOf joins two nodes, of which one may be missing, without nesting ORs.
func orOf(a, b Node) Node {
	if a == nil || b == nil {
		return either(a, b)
	}
	joined := &Or{At: a.Pos()}
	for _, side := range []Node{a, b} {
		if same, ok := side.(*Or); ok {
			joined.Parts = append(joined.Parts, same.Parts...)
		} else {
			joined.Parts = append(joined.Parts, side)
		}
	}
	return joined
}

// andOf joins two nodes, of which one may be missing, without nesting ANDs.
func andOf(a, b Node) Node {
	if a == nil || b == nil {
		return either(a, b)
	}
	joined := &And{At: a.Pos()}
	for _, side := range []Node{a, b} {
		if same, ok := side.(*And); ok {
			joined.Parts = append(joined.Parts, same.Parts...)
		} else {
			joined.Parts = append(joined.Parts, side)
		}
	}
	return joined
}
