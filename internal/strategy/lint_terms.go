package strategy

import (
	"fmt"
	"strings"

	"polyglean/internal/fold"
)

// phrases are the folded terms among the parts of a group, and their order.
type phrases struct {
	terms []*Term
	words [][]fold.Word
}

func (p *phrases) add(parts ...Node) {
	for _, part := range parts {
		if t, ok := part.(*Term); ok {
			p.terms = append(p.terms, t)
			p.words = append(p.words, fold.Words(strings.Join(t.Words, " "), "*?"))
		}
	}
}

// alternatives looks for terms of an OR that another finds already.
func (l *linter) alternatives(n *Or) {
	var all phrases
	all.add(n.Parts...)
	all.covered(&all, func(covered, by int) bool {
		a, b := all.terms[covered], all.terms[by]
		switch {
		case !all.covers(by, &all, covered):
			return false
		case !all.covers(covered, &all, by):
			l.doubt(a.At, a.String(), fmt.Sprintf("everything it finds is found by %s", b), "leave it out: it adds nothing")
			return true
		case covered > by: // the first of two alike stays
			l.doubt(a.At, a.String(), "stands twice in one OR", "remove one of them")
			return true
		}
		return false
	})
}

// contradictions looks for terms of an AND that its NOT takes away altogether.
func (l *linter) contradictions(n *And) {
	var wanted, unwanted phrases
	for _, part := range n.Parts {
		switch part := part.(type) {
		case *Not:
			unwanted.add(part.Part)
			if or, ok := part.Part.(*Or); ok {
				unwanted.add(or.Parts...)
			}
		case *Or:
			wanted.add(part.Parts...)
		default:
			wanted.add(part)
		}
	}
	if len(unwanted.terms) == 0 {
		return
	}
	unwanted.covered(&wanted, func(covered, by int) bool {
		if !unwanted.covers(by, &wanted, covered) {
			return false
		}
		t := wanted.terms[covered]
		l.doubt(t.At, t.String(), fmt.Sprintf("matches nothing: NOT %s takes away all it finds", unwanted.terms[by]), "remove one of the two")
		return true
	})
}

// covered calls fn for pairs of a term of other and a term of p that may cover it:
// one that is found in its words, until fn returns true. A term is not paired with
// itself.
func (p *phrases) covered(other *phrases, fn func(covered, by int) bool) {
	index := fold.NewIndex(p.words)
	text := new(fold.Text)
	for i, t := range other.terms {
		text.Reset(strings.NewReplacer("*", "", "?", "").Replace(strings.Join(t.Words, " ")))
		done := false
		index.Find(text, nil, func(by, _, _ int) {
			done = done || t != p.terms[by] && fn(i, by)
		})
	}
}

// covers reports whether term i finds every text that term j of other finds.
func (p *phrases) covers(i int, other *phrases, j int) bool {
	a, b := p.terms[i], other.terms[j]
	if a.Field != b.Field && (a.Field != AnyField || !AnyField.covers(b.Field)) {
		return false
	}
	short, long := p.words[i], other.words[j]
	for at := 0; at+len(short) <= len(long); at++ {
		all := true
		for n := range short {
			all = all && coversWord(&short[n], &long[at+n], n == 0)
		}
		if all {
			return true
		}
	}
	return false
}

// coversWord reports whether every word that b stands for is one that a stands for.
func coversWord(a, b *fold.Word, first bool) bool {
	if a.Glued != b.Glued && !first {
		return false
	}
	switch {
	case a.Kind == b.Kind && a.Text == b.Text:
		return true
	case a.Kind == fold.Prefix && (b.Kind == fold.Whole || b.Kind == fold.Prefix):
		return strings.HasPrefix(b.Text, a.Text)
	case a.Kind == fold.Suffix && (b.Kind == fold.Whole || b.Kind == fold.Suffix):
		return strings.HasSuffix(b.Text, a.Text)
	}
	return a.Kind == fold.Infix && b.Kind != fold.Glob && strings.Contains(b.Text, a.Text)
}
