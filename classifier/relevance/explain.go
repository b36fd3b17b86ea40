package relevance

import (
	"cmp"
	"slices"
	"strings"
)

// Ground is a term or concept of a record that speaks for it.
type Ground struct {
	// Term is the stem, or the two, that the model knows; Concept the lexicon's
	// concept. One of them is empty.
	Term, Concept string
	// Text is the position of the text among the record's where the term stands
	// first, Start and End are bytes in it, and Words what is there. A concept has
	// no place: whoever found it knows it.
	Text, Start, End int
	Words            string
	// Weight is what it adds to the score.
	Weight float64
}

// Explain returns the n terms and concepts that add most to the score of a record,
// the strongest first. A word that stands in a stronger pair is left out.
func (m *Model) Explain(r Record, n int) []Ground {
	places := m.space.places(r)
	v := m.space.Vector(r)
	var grounds []Ground
	for i, f := range v.features {
		weight := float64(v.weights[i]) * m.weights[f]
		if weight <= 0 {
			continue
		}
		g := Ground{Weight: weight, Concept: m.space.features[f].concept}
		if p, ok := places[f]; ok {
			g.Term = m.space.term(f)
			g.Text, g.Start, g.End = p.text, p.start, p.end
			g.Words = strings.Clone(r.Texts[p.text].Text[p.start:p.end])
		}
		grounds = append(grounds, g)
	}
	slices.SortStableFunc(grounds, func(a, b Ground) int { return -cmp.Compare(a.Weight, b.Weight) })
	var out []Ground
	for _, g := range grounds {
		if len(out) == n {
			break
		}
		if !slices.ContainsFunc(out, func(o Ground) bool { return o.covers(g) }) {
			out = append(out, g)
		}
	}
	return out
}

// covers reports whether the terms of o are part of g's, or the other way round.
func (g Ground) covers(o Ground) bool {
	if g.Concept != "" || o.Concept != "" {
		return false
	}
	return strings.Contains(" "+g.Term+" ", " "+o.Term+" ")
}

// term is how a stem or pair is written.
func (s *Space) term(f int32) string {
	what := s.features[f]
	if what.second == unknown {
		return s.stems[what.first]
	}
	return s.stems[what.first] + " " + s.stems[what.second]
}

// place is where a term stands in a record.
type place struct{ text, start, end int }

// places are where the stems and pairs of a record stand first.
func (s *Space) places(r Record) map[int32]place {
	reader := s.readers.Get().(*reader)
	defer s.readers.Put(reader)
	out := make(map[int32]place)
	first := func(f int32, p place) {
		if _, known := out[f]; !known && f != unknown {
			out[f] = p
		}
	}
	for i, t := range r.Texts {
		var spans []place
		words := reader.read(nil, t.Text, t.Lang, func(start, end int) {
			spans = append(spans, place{i, start, end})
		})
		for k, w := range words {
			if w == unknown {
				continue
			}
			first(s.unigrams[w], spans[k])
			if k > 0 && words[k-1] != unknown {
				if f, ok := s.pairs[pairOf(words[k-1], w)]; ok {
					first(f, place{i, spans[k-1].start, spans[k].end})
				}
			}
		}
	}
	return out
}

// Nearest is the included record that a record is most like, with the cosine
// between them: 0 for nothing in common, 1 for the same words. A record is not
// compared with itself.
func (m *Model) Nearest(id string, v Vector) (include string, cosine float64) {
	for _, i := range m.train.includes {
		if m.space.ID(i) == id {
			continue
		}
		if c := v.Cosine(m.space.Row(i)); c > cosine {
			include, cosine = m.space.ID(i), c
		}
	}
	return include, cosine
}
