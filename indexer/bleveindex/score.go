package bleveindex

import (
	"cmp"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"polyglean/indexer"
)

// Relevance is BM25 (Robertson and Zaragoza, The Probabilistic Relevance
// Framework, 2009) as Lucene computes it, with Lucene's constants. The average
// length of a field is fixed rather than counted: it moves the score of a page
// little, and keeps scores from shifting with every document that arrives.
const (
	k1 = 1.2
	b  = 0.75
)

// longUnit is the number of terms in which the length of an abstract is counted.
// Scorch stores the length with every term of a document, in one byte up to 127.
const longUnit = 4

func lengthUnit(field string) int {
	if field == indexer.TextAbstract || field == indexer.StemAbstract {
		return longUnit
	}
	return 1
}

// averageLength is in units of lengthUnit. The figures are round ones for bibliographic
// records; a field that is not named has no lengths.
var averageLength = map[string]float64{
	indexer.TextTitle: 14, indexer.StemTitle: 6,
	indexer.TextAbstract: 180 / longUnit, indexer.StemAbstract: 75.0 / longUnit,
	indexer.TextKeyword: 10, indexer.StemKeyword: 5,
	indexer.TextAuthor: 8, indexer.TextContainer: 6,
}

// bm25 scores a term or phrase of a field.
type bm25 struct{ weight, average float64 }

func (w bm25) score(times int, length float64) float64 {
	tf := float64(times)
	return w.weight * tf / (tf + k1*(1-b+b*length/w.average))
}

// lengthOf undoes scorch's norm, one over the root of the length.
func lengthOf(norm float64) float64 { return 1 / (norm * norm) }

// weights holds what a plan's terms weigh in the whole snapshot, so that the
// same text scores the same in every segment.
type weights map[fieldTerm]float64

type fieldTerm struct{ field, term string }

// weigh looks up every term of an expression that scores by its rarity.
func (s *snapshot) weigh(e indexer.Expr, w weights) error {
	switch e := e.(type) {
	case indexer.Term:
		return s.weighTerm(e.Field, e.Value, w)
	case indexer.Phrase:
		for _, t := range e.Terms {
			if err := s.weighTerm(e.Field, t, w); err != nil {
				return err
			}
		}
	case indexer.Bool:
		for _, parts := range [][]indexer.Expr{e.Must, e.Should} {
			for _, part := range parts {
				if err := s.weigh(part, w); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s *snapshot) weighTerm(field, term string, w weights) error {
	key := fieldTerm{field, term}
	if _, ok := w[key]; ok {
		return nil
	}
	var having, total float64
	for _, seg := range s.segments {
		list, err := seg.postings(field, []byte(term))
		if err != nil {
			return err
		}
		having += float64(list.Count())
		total += float64(seg.Count())
	}
	w[key] = math.Log(1 + (total-having+0.5)/(having+0.5))
	return nil
}

// leaf is a part of a query that scores by itself.
type leaf struct {
	expr indexer.Expr
	// docs are those of the answer that it matches, most what it adds to one at most.
	docs *roaring.Bitmap
	most float64
}

// leaves are the scoring parts of a matched expression among some documents.
func (m matched) leaves(among *roaring.Bitmap, w weights) []leaf {
	if among.IsEmpty() {
		return nil
	}
	l := leaf{expr: m.expr, docs: among}
	switch e := m.expr.(type) {
	case indexer.Bool:
		var all []leaf
		for _, part := range m.parts {
			all = append(all, part.leaves(roaring.And(among, part.docs), w)...)
		}
		return all
	case indexer.Term:
		l.most = boost(e.Boost) * w[fieldTerm{e.Field, e.Value}]
	case indexer.Phrase:
		for _, t := range e.Terms {
			l.most += boost(e.Boost) * w[fieldTerm{e.Field, t}]
		}
	case indexer.Prefix:
		l.most = boost(e.Boost)
	case indexer.Range, indexer.All:
		l.most = 1
	}
	return []leaf{l}
}

// slack keeps the rounding of sums from deciding what is too low.
const slack = 1 + 1e-9

// score works out the scores of the documents that may be among the best top keeps, and
// returns these. The parts that can add most come first (the MaxScore of Turtle and
// Flood, Query evaluation: strategies and optimizations, 1995): once the others cannot
// bring a document that lacks the first into the best, they are looked at no further
// than in those that have them.
func (s *segmentReader) score(m matched, docs *roaring.Bitmap, w weights, top *collector) ([]float64, *roaring.Bitmap, error) {
	scores := make([]float64, s.FullSize())
	parts := m.leaves(docs, w)
	slices.SortStableFunc(parts, func(a, b leaf) int { return cmp.Compare(b.most, a.most) })
	rest, postings := 0.0, uint64(0)
	for _, p := range parts {
		rest += p.most
		postings += p.docs.GetCardinality()
	}
	kept, scored := docs, roaring.New()
	for _, p := range parts {
		if top.byScore() && scored.GetCardinality() < postings {
			if floor := max(top.floor(), lowest(scores, scored, top.size)); rest*slack < floor {
				best := roaring.New()
				for it := scored.Iterator(); it.HasNext(); {
					if doc := it.Next(); scores[doc]+rest*slack >= floor {
						best.Add(doc)
					}
				}
				kept, scored = best, best
			}
		}
		rest -= p.most
		postings -= p.docs.GetCardinality()
		among := p.docs
		if kept != docs {
			among = roaring.And(among, kept)
		} else {
			scored.Or(among)
		}
		if err := s.scoreLeaf(p.expr, among, w, scores); err != nil {
			return nil, nil, err
		}
	}
	return scores, kept, nil
}

// lowest is the lowest of the n highest scores, 0 when there are fewer.
func lowest(scores []float64, docs *roaring.Bitmap, n int) float64 {
	if docs.GetCardinality() < uint64(n) {
		return 0
	}
	best := make([]float64, 0, n)
	for it := docs.Iterator(); it.HasNext(); {
		score := scores[it.Next()]
		if len(best) == n && score <= best[0] {
			continue
		}
		at, _ := slices.BinarySearch(best, score)
		if len(best) == n {
			copy(best, best[1:at])
			best[at-1] = score
			continue
		}
		best = slices.Insert(best, at, score)
	}
	return best[0]
}

// scoreLeaf adds what a part of a query is worth to the scores of the documents it
// matches.
func (s *segmentReader) scoreLeaf(e indexer.Expr, docs *roaring.Bitmap, w weights, scores []float64) error {
	if docs.IsEmpty() {
		return nil
	}
	constant := func(worth float64) {
		for it := docs.Iterator(); it.HasNext(); {
			scores[it.Next()] += worth
		}
	}
	switch e := e.(type) {
	case indexer.Term:
		worth := boost(e.Boost) * w[fieldTerm{e.Field, e.Value}]
		average, ok := averageLength[e.Field]
		if !ok {
			constant(worth)
			return nil
		}
		term := bm25{worth, average}
		list, err := s.postings(e.Field, []byte(e.Value))
		if err != nil {
			return err
		}
		postings := list.Iterator(true, true, false, nil)
		for it := docs.Iterator(); it.HasNext(); {
			doc := it.Next()
			p, err := postings.Advance(uint64(doc))
			if err != nil {
				return err
			}
			scores[doc] += term.score(timesOf(p.Frequency()), lengthOf(p.Norm()))
		}
	case indexer.Phrase:
		phrase := bm25{0, averageLength[e.Field]}
		for _, t := range e.Terms {
			phrase.weight += boost(e.Boost) * w[fieldTerm{e.Field, t}]
		}
		return s.phrase(e, docs, func(doc uint32, times int) {
			// A phrase is short of the field's length, which its terms score anyway.
			scores[doc] += phrase.score(times, phrase.average)
		})
	case indexer.Prefix:
		constant(boost(e.Boost))
	case indexer.Range, indexer.All:
		constant(1)
	}
	return nil
}

func boost(b float64) float64 {
	if b == 0 {
		return 1
	}
	return b
}
