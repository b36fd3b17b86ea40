package strategy

// proximity reads a part, or parts within a distance of each other.
func (p *publishedParser) proximity() (part, error) {
	left, err := p.primary()
	if err != nil {
		return part{}, err
	}
	last := left.node // the side that a chain goes on from
	for first := true; p.pos < len(p.tokens) && p.tokens[p.pos].kind == nearItem; first = false {
		op := p.tokens[p.pos]
		p.pos++
		right, err := p.primary()
		if err != nil {
			return part{}, err
		}
		if last == nil || right.node == nil {
			left = joinAnd(left, right)
			last = either(right.node, last)
			continue
		}
		link, err := p.near(last, right.node, op)
		if err != nil {
			return part{}, err
		}
		if first {
			left.node = link
		} else {
			p.note(WiderProximity, op.at, op.to, "a chain of distances is read two by two, joined by AND")
			left.node = andOf(left.node, link)
		}
		left.wide, left.narrow = left.wide || right.wide, left.narrow || right.narrow
		last = right.node
	}
	return left, nil
}

// near makes a Near of two sides. Where a side is more than an OR of terms, each of
// its terms is wanted near the other side: wider than what was asked for.
func (p *publishedParser) near(left, right Node, op item) (Node, error) {
	if p.size++; p.size > maxNodes {
		return nil, p.tooLarge(op.at)
	}
	if nearable(left) && nearable(right) {
		return &Near{Left: left, Right: right, Distance: op.distance, Ordered: op.ordered, At: left.Pos()}, nil
	}
	complex, swap := left, false
	if nearable(left) {
		complex, swap = right, true
	}
	with := func(part Node) (Node, error) {
		if swap {
			return p.near(left, part, op)
		}
		return p.near(part, right, op)
	}
	p.note(WiderProximity, op.at, op.to, "a distance to a group of more than OR is read as a distance to each of its parts")
	var joined Node
	each := func(parts []Node, join func(a, b Node) Node) (Node, error) {
		for _, part := range parts {
			if _, ok := part.(*Not); ok {
				joined = join(joined, part)
				continue
			}
			n, err := with(part)
			if err != nil {
				return nil, err
			}
			joined = join(joined, n)
		}
		return joined, nil
	}
	switch n := complex.(type) {
	case *Or:
		return each(n.Parts, orOf)
	case *And:
		return each(n.Parts, andOf)
	case *Near:
		outer, err := with(orOf(n.Left, n.Right))
		if err != nil {
			return nil, err
		}
		return andOf(n, outer), nil
	}
	return nil, p.fail(op.at, "a distance from what is not there", "put NOT outside of the distance")
}
