package classifier

import (
	"slices"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// verdict is what a protocol's rule makes of the concepts of a record.
type verdict struct {
	relevant bool
	// grounds are the core and side concepts found, hint says that there is any.
	grounds []record.ConceptHit
	// vetoed says that a strong negative is there.
	vetoed bool
}

// judge applies a rule; protocol.Rule says how it reads.
func judge(rule protocol.Rule, hits []record.ConceptHit) verdict {
	var v verdict
	hits = excepted(rule.Exceptions, hits)
	var strongCore, strongSide int
	for _, h := range hits {
		core, side := rule.Core[h.Concept], rule.Side[h.Concept]
		if core || side {
			v.grounds = append(v.grounds, h)
		}
		switch {
		case h.Strong && rule.Negative[h.Concept]:
			v.vetoed = true
		case h.Strong && core:
			strongCore++
		case h.Strong && side:
			strongSide++
		}
	}
	switch {
	case strongCore >= 2, strongCore == 1 && !v.vetoed:
		v.relevant = true
	case v.vetoed:
	case strongSide >= 2:
		v.relevant = true
	default:
		v.relevant = supported(rule, hits)
	}
	return v
}

// supported reports whether a weak core or strong side hit has a supporting concept
// beside it, other than itself.
func supported(rule protocol.Rule, hits []record.ConceptHit) bool {
	for _, h := range hits {
		if !rule.Core[h.Concept] && !(rule.Side[h.Concept] && h.Strong) {
			continue
		}
		for _, s := range hits {
			if rule.Support[s.Concept] && s.Concept != h.Concept {
				return true
			}
		}
	}
	return false
}

// excepted returns the hits without those that an exception takes out.
func excepted(exceptions []protocol.Exception, hits []record.ConceptHit) []record.ConceptHit {
	strong := func(of map[string]bool) bool {
		return slices.ContainsFunc(hits, func(h record.ConceptHit) bool { return h.Strong && of[h.Concept] })
	}
	out := hits
	for _, e := range exceptions {
		if strong(e.Beside) && !strong(e.Unless) {
			out = slices.DeleteFunc(slices.Clone(out), func(h record.ConceptHit) bool { return e.Of[h.Concept] })
		}
	}
	return out
}
