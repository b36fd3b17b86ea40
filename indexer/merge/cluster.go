package merge

import (
	"cmp"
	"slices"
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

// Pairs returns the pairs of records that share a key which is not too Common, each
// once, as positions.
func Pairs(records []*Record) [][2]int {
	byKey := make(map[string][]int)
	for i, r := range records {
		for _, k := range r.Keys() {
			byKey[k] = append(byKey[k], i)
		}
	}
	seen := make(map[[2]int]struct{})
	var out [][2]int
	for _, block := range byKey {
		if len(block) > Common {
			continue
		}
		for i, a := range block {
			for _, b := range block[i+1:] {
				pair := [2]int{a, b}
				if _, ok := seen[pair]; !ok {
					seen[pair] = struct{}{}
					out = append(out, pair)
				}
			}
		}
	}
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
	c := clustering{records: records, rulings: rulings, known: make(map[[2]int]Judgement)}
	for i := range records {
		c.groupOf = append(c.groupOf, i)
		c.members = append(c.members, []int{i})
	}
	var joins, links []edge
	pairs := append(Pairs(records), rulings.pairs(records)...)
	for _, p := range pairs {
		switch j := c.judge(p[0], p[1]); j.Verdict {
		case Same:
			joins = append(joins, edge{p[0], p[1], j})
		case Linked:
			links = append(links, edge{p[0], p[1], j})
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
	known   map[[2]int]Judgement
	// groupOf maps a record to its group, members a group to its records.
	groupOf []int
	members [][]int
}

func (c *clustering) judge(a, b int) Judgement {
	if a > b {
		a, b = b, a
	}
	pair := [2]int{a, b}
	j, ok := c.known[pair]
	if !ok {
		if j, ok = c.rulings.judge(c.records[a].ID, c.records[b].ID); !ok {
			j = Compare(c.records[a], c.records[b])
		}
		c.known[pair] = j
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
	var out []Group
	at := make(map[int]int)
	for i, r := range c.records {
		g := c.groupOf[i]
		n, ok := at[g]
		if !ok {
			n = len(out)
			at[g] = n
			out = append(out, Group{})
		}
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
