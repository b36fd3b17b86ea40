package diagnosis

import (
	"slices"

	"polyglean/indexer"
	"polyglean/internal/protocol"
	"polyglean/internal/strategy"
)

// PromotedCount is what a promoted term brought.
type PromotedCount struct {
	Term    string `json:"term"`
	Block   string `json:"block"`
	Lang    string `json:"language"`
	Version string `json:"version"`
	Date    string `json:"date"`
	By      string `json:"by"`
	// Search is the name of the search that has it.
	Search string `json:"search"`
	// The counts are of the studies that hold it.
	Count
	// Alone is what its search finds only because of it: the studies, those known to
	// belong to the review, those before reviewers and unjudged, and those that
	// reviewers excluded.
	Alone         int `json:"alone"`
	AloneKnown    int `json:"alone_known"`
	AloneUnjudged int `json:"alone_unjudged"`
	AloneExcluded int `json:"alone_excluded"`
}

// promotedCounter counts for the promoted terms.
type promotedCounter struct {
	counts []PromotedCount
	// whole matches the search of each term, term itself, rest the search without it.
	whole, term, rest []*strategy.Matcher
}

func newPromotedCounter(p *protocol.Protocol) *promotedCounter {
	c := &promotedCounter{}
	for _, t := range p.Promoted {
		// The strategy is the first search; another language has one of its own.
		i := slices.IndexFunc(p.Searches, func(s protocol.Search) bool {
			found := false
			strategy.Walk(s.Node, func(n strategy.Node) bool {
				found = found || n.String() == t.Node.String()
				return !found
			})
			return s.Lang == t.Lang && found
		})
		count := PromotedCount{Term: t.Term, Block: t.Block, Lang: t.Lang, Version: t.Version, Date: t.Date, By: t.By}
		node := t.Node // a term that was taken out of its search since still tells what holds it
		if i >= 0 {
			count.Search, node = p.Searches[i].Name, p.Searches[i].Node
		}
		m := strategy.CompileAll(p.Strategy.Mode, t.Lang, node, t.Node, without(node, reads(t.Node.String())))
		c.counts = append(c.counts, count)
		c.whole, c.term, c.rest = append(c.whole, m[0]), append(c.term, m[1]), append(c.rest, m[2])
	}
	return c
}

func (c *promotedCounter) study(s *indexer.Study, of relevance, d *strategy.Doc) {
	if len(c.counts) == 0 {
		return
	}
	holds, whole, rest := make([]int, len(c.counts)), make([]bool, len(c.counts)), make([]bool, len(c.counts))
	for i := range s.Members {
		fill(d, &s.Members[i].Record)
		for n := range c.counts {
			if ok, _ := c.term[n].Match(d); ok {
				holds[n]++
			}
			if ok, _ := c.whole[n].Match(d); ok {
				whole[n] = true
			}
			if ok, _ := c.rest[n].Match(d); ok {
				rest[n] = true
			}
		}
	}
	for n := range c.counts {
		count := &c.counts[n]
		if holds[n] > 0 {
			count.add(s, holds[n], of)
		}
		if !whole[n] || rest[n] || count.Search == "" {
			continue
		}
		count.Alone++
		switch {
		case of == relevant:
			count.AloneKnown++
		case of == irrelevant:
			count.AloneExcluded++
		case !s.SetAside():
			count.AloneUnjudged++
		}
	}
}
