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
	strongCore := 0
	var sides []record.ConceptHit
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
			sides = append(sides, h)
		}
	}
	switch {
	case strongCore >= 2, strongCore == 1 && !v.vetoed:
		v.relevant = true
	case v.vetoed:
	default:
		v.relevant = twoApart(sides) || supported(rule, hits)
	}
	return v
}

// twoApart reports whether two of the hits stand in different words.
func twoApart(hits []record.ConceptHit) bool {
	for i := range hits {
		for j := range hits[:i] {
			if apart(&hits[i], &hits[j]) {
				return true
			}
		}
	}
	return false
}

// supported reports whether a weak core or strong side hit has a supporting concept
// beside it, in other words than its own.
func supported(rule protocol.Rule, hits []record.ConceptHit) bool {
	for i := range hits {
		h := &hits[i]
		if !rule.Core[h.Concept] && !(rule.Side[h.Concept] && h.Strong) {
			continue
		}
		for j := range hits {
			if s := &hits[j]; rule.Support[s.Concept] && s.Concept != h.Concept && apart(h, s) {
				return true
			}
		}
	}
	return false
}

// apart reports whether two concepts are said in different words somewhere: one
// phrase that two concepts share is one piece of evidence.
func apart(a, b *record.ConceptHit) bool {
	if len(a.Evidence) == 0 || len(b.Evidence) == 0 {
		return true
	}
	for i := range a.Evidence {
		for j := range b.Evidence {
			x, y := &a.Evidence[i], &b.Evidence[j]
			if x.Field != y.Field || x.Index != y.Index || x.End <= y.Start || y.End <= x.Start {
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
