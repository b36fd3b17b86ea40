package diagnosis

import (
	"slices"

	"polyglean/internal/protocol"
	"polyglean/internal/strategy"
)

// searches are the searches of a protocol and its baseline, ready to be matched.
type searches struct {
	list     []protocol.Search
	matchers []*strategy.Matcher
	// order takes searches of one language together, which share an automaton.
	order    []int
	baseline *strategy.Matcher
}

func newSearches(p *protocol.Protocol) *searches {
	s := &searches{list: p.Searches, matchers: make([]*strategy.Matcher, len(p.Searches))}
	done := map[string]bool{}
	for _, first := range p.Searches {
		if done[first.Lang] {
			continue
		}
		done[first.Lang] = true
		var nodes []strategy.Node
		var at []int
		for i, other := range p.Searches {
			if other.Lang == first.Lang {
				nodes, at = append(nodes, other.Node), append(at, i)
			}
		}
		if first.Lang == p.Strategy.Lang {
			nodes = append(nodes, p.Baseline.Node)
		}
		matchers := strategy.CompileAll(p.Strategy.Mode, first.Lang, nodes...)
		for n, i := range at {
			s.matchers[i] = matchers[n]
		}
		if first.Lang == p.Strategy.Lang {
			s.baseline = matchers[len(at)]
		}
		s.order = append(s.order, at...)
	}
	return s
}

// matching are the positions of the searches that match a record, in order.
func (s *searches) matching(d *strategy.Doc) []int {
	var out []int
	for _, i := range s.order {
		if ok, _ := s.matchers[i].Match(d); ok {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return out
}
