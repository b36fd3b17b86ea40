package merge

import (
	"cmp"
	"slices"

	"polyglean/internal/sidebyside"
)

// Group is one study among the records given to Cluster.
type Group struct {
	// Members are the IDs of the records, in order.
	Members []string
	// Why says for each member what joined it to the others, in words; "" for a
	// record alone.
	Why []string
	// Links are the records of other groups that belong to this one.
	Links []GroupLink
}

// GroupLink is a connection between a record of a group and one of another.
type GroupLink struct {
	// Record is a member of the group, Other the record of another group.
	Record, Other string
	Link          Link
	Why           string
}

// pair is two records by position, the first before the second.
type pair struct{ a, b int32 }

func comparePositions(x, y pair) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) }

// pairs returns the pairs of records that share a key which is not too Common, each
// once, in order.
func pairs(records []*Record) []pair {
	total := 0
	for _, r := range records {
		total += len(r.Keys())
	}
	// The records of a key are a chain through uses, from the last to the first.
	type use struct{ record, before int32 }
	type chain struct{ last, length int32 }
	uses := make([]use, 0, total)
	byKey := make(map[string]int32, total)
	chains := make([]chain, 0, total)
	for i, r := range records {
		for _, k := range r.Keys() {
			n, there := byKey[k]
			if !there {
				n = int32(len(chains))
				byKey[k] = n
				chains = append(chains, chain{last: -1})
			}
			uses = append(uses, use{int32(i), chains[n].last})
			chains[n] = chain{int32(len(uses) - 1), chains[n].length + 1}
		}
	}
	var out []pair
	once := func() {
		slices.SortFunc(out, comparePositions)
		out = slices.Compact(out)
	}
	enough := 1 << 16
	for _, c := range chains {
		if c.length > Common {
			continue
		}
		for at := c.last; at >= 0; at = uses[at].before {
			for other := uses[at].before; other >= 0; other = uses[other].before {
				out = append(out, pair{uses[other].record, uses[at].record})
			}
		}
		// Copies share most of their keys, and crowds of copies would fill the memory.
		if len(out) > enough {
			once()
			enough = max(enough, 2*len(out))
		}
	}
	once()
	return out
}

// edge is a judgement on two records, by position.
type edge struct {
	a, b int
	Judgement
}

// Cluster groups records into studies. Copies are joined the surest first, and never
// so that a group holds two records that are apart: a record between two works joins
// one of them and does not make them one. The outcome depends on the set of records,
// not on their order. Groups are in order of their first member.
func Cluster(records []*Record, rulings Rulings) []Group {
	records = slices.Clone(records)
	slices.SortFunc(records, func(a, b *Record) int { return cmp.Compare(a.ID, b.ID) })
	c := clustering{records: records, rulings: rulings, further: make(map[pair]Judgement)}
	c.groupOf, c.members = make([]int, len(records)), make([][]int, len(records))
	alone := make([]int, len(records))
	for i := range records {
		c.groupOf[i], alone[i] = i, i
		c.members[i] = alone[i : i+1 : i+1]
	}
	c.pairs = pairs(records)
	if ruled := rulings.pairs(records); len(ruled) > 0 {
		c.pairs = append(c.pairs, ruled...)
		slices.SortFunc(c.pairs, comparePositions)
		c.pairs = slices.Compact(c.pairs)
	}
	c.judged = make([]Judgement, len(c.pairs))
	sidebyside.Do(len(c.pairs), handful, func(i int) { c.judged[i] = c.compare(c.pairs[i]) })
	var joins, links []edge
	for i, j := range c.judged {
		e := edge{int(c.pairs[i].a), int(c.pairs[i].b), j}
		switch j.Verdict {
		case Same:
			joins = append(joins, e)
		case Linked:
			links = append(links, e)
		}
	}
	order := func(x, y edge) int {
		return cmp.Or(cmp.Compare(y.Strength, x.Strength), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	}
	slices.SortFunc(joins, order)
	slices.SortFunc(links, order)
	why := make([]string, len(records))
	for _, e := range joins {
		if c.join(e.a, e.b) {
			for _, i := range []int{e.a, e.b} {
				if why[i] == "" {
					why[i] = e.Why() + ": " + other(records, e, i)
				}
			}
		}
	}
	return c.groups(why, slices.Compact(links))
}

func other(records []*Record, e edge, i int) string {
	if i == e.a {
		return records[e.b].ID
	}
	return records[e.a].ID
}

type clustering struct {
	records []*Record
	rulings Rulings
	// pairs share a key or a ruling, in order; judged is what was found of each, and
	// further of pairs that came up in joining.
	pairs   []pair
	judged  []Judgement
	further map[pair]Judgement
	// groupOf maps a record to its group, members a group to its records.
	groupOf []int
	members [][]int
}

func (c *clustering) compare(p pair) Judgement {
	a, b := c.records[p.a], c.records[p.b]
	if j, ruled := c.rulings.judge(a.ID, b.ID); ruled {
		return j
	}
	return Compare(a, b)
}

func (c *clustering) judge(a, b int) Judgement {
	p := pair{int32(min(a, b)), int32(max(a, b))}
	if i, there := slices.BinarySearchFunc(c.pairs, p, comparePositions); there {
		return c.judged[i]
	}
	j, there := c.further[p]
	if !there {
		j = c.compare(p)
		c.further[p] = j
	}
	return j
}

// join makes one group of those of two records unless two members are apart.
func (c *clustering) join(a, b int) bool {
	ga, gb := c.groupOf[a], c.groupOf[b]
	if ga == gb {
		return false
	}
	ruled := c.judge(a, b).grounds.has(ruledSame)
	for _, i := range c.members[ga] {
		for _, j := range c.members[gb] {
			switch v := c.judge(i, j); {
			case v.grounds.has(ruledApart):
				return false
			case !ruled && (v.Verdict == Apart || v.Verdict == Linked) && !c.excused(i, j) && !c.excused(j, i):
				return false
			}
		}
	}
	if len(c.members[ga]) < len(c.members[gb]) {
		ga, gb = gb, ga
	}
	for _, i := range c.members[gb] {
		c.groupOf[i] = ga
	}
	c.members[ga] = append(c.members[ga], c.members[gb]...)
	c.members[gb] = nil
	return true
}

// excused says that a reviewer joined b to a record that a is a copy of: what keeps a
// and b apart did not keep those apart.
func (c *clustering) excused(a, b int) bool {
	return slices.ContainsFunc(c.members[c.groupOf[b]], func(k int) bool {
		return k != b && c.judge(k, b).grounds.has(ruledSame) && c.judge(a, k).Verdict == Same
	})
}

func (c *clustering) groups(why []string, links []edge) []Group {
	out := make([]Group, 0, len(c.records))
	at := make([]int, len(c.records)) // the place of a group in out
	for i := range at {
		at[i] = -1
	}
	for i, r := range c.records {
		g := c.groupOf[i]
		if size := len(c.members[g]); at[g] < 0 {
			at[g] = len(out)
			out = append(out, Group{Members: make([]string, 0, size), Why: make([]string, 0, size)})
		}
		n := at[g]
		out[n].Members = append(out[n].Members, r.ID)
		out[n].Why = append(out[n].Why, why[i])
	}
	for _, e := range links {
		if c.groupOf[e.a] == c.groupOf[e.b] {
			continue
		}
		a, b := &out[at[c.groupOf[e.a]]], &out[at[c.groupOf[e.b]]]
		a.Links = append(a.Links, GroupLink{Record: c.records[e.a].ID, Other: c.records[e.b].ID, Link: e.Link, Why: e.Why()})
		b.Links = append(b.Links, GroupLink{Record: c.records[e.b].ID, Other: c.records[e.a].ID, Link: e.Link, Why: e.Why()})
	}
	return out
}
