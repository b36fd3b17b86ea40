package bleveindex

import (
	"math"

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

// averageLength is in terms. The figures are round ones for bibliographic
// records; a field that is not named has no lengths.
var averageLength = map[string]float64{
	indexer.TextTitle: 14, indexer.TextTitleExact: 14,
	indexer.TextAbstract: 180, indexer.TextAbstractExact: 180,
	indexer.TextKeyword: 10, indexer.TextKeywordExact: 10,
	indexer.TextAuthorExact: 8, indexer.TextContainerExact: 6,
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

// score adds what a matched expression is worth to the scores of the documents
// in among.
func (s *segmentReader) score(m matched, among *roaring.Bitmap, w weights, scores []float64) error {
	if among.IsEmpty() {
		return nil
	}
	constant := func(boost float64) {
		for it := among.Iterator(); it.HasNext(); {
			scores[it.Next()] += boost
		}
	}
	switch e := m.expr.(type) {
	case indexer.Term:
		average, ok := averageLength[e.Field]
		if !ok {
			constant(boost(e.Boost) * w[fieldTerm{e.Field, e.Value}])
			return nil
		}
		term := bm25{boost(e.Boost) * w[fieldTerm{e.Field, e.Value}], average}
		list, err := s.postings(e.Field, []byte(e.Value))
		if err != nil {
			return err
		}
		postings := list.Iterator(true, true, false, nil)
		for it := among.Iterator(); it.HasNext(); {
			doc := it.Next()
			p, err := postings.Advance(uint64(doc))
			if err != nil {
				return err
			}
			scores[doc] += term.score(int(p.Frequency()), lengthOf(p.Norm()))
		}
	case indexer.Phrase:
		phrase := bm25{0, averageLength[e.Field]}
		for _, t := range e.Terms {
			phrase.weight += boost(e.Boost) * w[fieldTerm{e.Field, t}]
		}
		return s.phrase(e, among, func(doc uint32, times int) {
			// A phrase is short of the field's length, which its terms score anyway.
			scores[doc] += phrase.score(times, phrase.average)
		})
	case indexer.Prefix:
		constant(boost(e.Boost))
	case indexer.Range, indexer.All:
		constant(1)
	case indexer.Bool:
		for _, part := range m.parts {
			if err := s.score(part, roaring.And(among, part.docs), w, scores); err != nil {
				return err
			}
		}
	}
	return nil
}

func boost(b float64) float64 {
	if b == 0 {
		return 1
	}
	return b
}
