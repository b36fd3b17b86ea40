package bleveindex

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"polyglean/indexer"
)

// Find implements indexer.Index. It reads one moment's index, segment by
// segment.
func (x *Index) Find(ctx context.Context, plan indexer.Plan) (indexer.Found, error) {
	var found indexer.Found
	after, err := decodePage(plan)
	if err != nil {
		return found, err
	}
	snap, err := x.snapshot(ctx)
	if err != nil {
		return found, err
	}
	defer snap.close()

	byScore := slices.ContainsFunc(plan.Sort, func(s indexer.Sort) bool { return s.Field == indexer.ScoreField })
	w := make(weights)
	if byScore {
		if err := snap.weigh(plan.Query, w); err != nil {
			return found, err
		}
	}
	// One hit more than wanted tells whether there is another page.
	top := &collector{order: plan.Sort, after: after, size: plan.Size + 1}
	counts := make([]facetCounts, len(plan.Facets))
	for i := range counts {
		counts[i].values = make(map[string]int)
	}
	for _, seg := range snap.segments {
		if err := ctx.Err(); err != nil {
			return found, err
		}
		m, err := seg.match(plan.Query)
		if err != nil {
			return found, err
		}
		docs := m.docs
		for _, filter := range plan.Filters {
			f, err := seg.match(filter)
			if err != nil {
				return found, err
			}
			docs = roaring.And(docs, f.docs)
		}
		found.Total += int(docs.GetCardinality())
		for i, request := range plan.Facets {
			if err := seg.count(request, docs, &counts[i]); err != nil {
				return found, err
			}
		}
		if plan.Size == 0 || docs.IsEmpty() {
			continue
		}
		var scores []float64
		if byScore {
			if scores, docs, err = seg.score(m, docs, w, top); err != nil {
				return found, err
			}
		}
		if err := seg.collect(ctx, docs, scores, top); err != nil {
			return found, err
		}
	}
	for i, request := range plan.Facets {
		found.Facets = append(found.Facets, indexer.Facet{
			Values: mostFrequent(counts[i].values, request.Size), Without: counts[i].without,
		})
	}
	return found, top.finish(plan, &found)
}

// facetCounts are how many documents have each value of a facet, and none.
type facetCounts struct {
	values  map[string]int
	without int
}

// count adds those of a segment. It walks the values, not the documents: facets have
// few values.
func (s *segmentReader) count(r indexer.FacetRequest, among *roaring.Bitmap, counts *facetCounts) error {
	if among.IsEmpty() {
		return nil
	}
	having := roaring.New()
	err := s.terms(r.Field, []byte(r.Prefix), prefixEnd(r.Prefix), func(term []byte) error {
		bitmap, err := s.termDocs(r.Field, term)
		if err != nil {
			return err
		}
		if n := bitmap.AndCardinality(among); n > 0 {
			counts.values[string(term)] += int(n)
		}
		if r.Without {
			having.Or(bitmap)
		}
		return nil
	})
	if r.Without {
		counts.without += int(among.GetCardinality() - having.AndCardinality(among))
	}
	return err
}

func mostFrequent(counts map[string]int, size int) []indexer.FacetCount {
	all := make([]indexer.FacetCount, 0, len(counts))
	for value, n := range counts {
		all = append(all, indexer.FacetCount{Value: value, Count: n})
	}
	slices.SortFunc(all, func(a, b indexer.FacetCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return all[:min(size, len(all))]
}

// candidate is a document with its sort keys, each smaller the earlier it comes.
type candidate struct {
	keys  []uint64
	id    string // read when keys tie, "" before
	seg   *segmentReader
	num   uint64
	score float64
}

// missing sorts after every key of a document that has the field: numbers stay
// clear of the ends of int64, and no score is NaN.
const missing = math.MaxUint64

// collect offers the documents to the collector.
func (s *segmentReader) collect(ctx context.Context, docs *roaring.Bitmap, scores []float64, top *collector) error {
	order := top.order
	keys := make([]uint64, len(order))
	var fields []string
	for _, o := range order {
		if o.Field != indexer.ScoreField {
			fields = append(fields, o.Field)
		}
	}
	columns, _ := s.Segment().(segment.DocValueVisitable)
	var state segment.DocVisitState
	visit := func(field string, term []byte) {
		n, ok := fineNumber(term)
		if !ok {
			return
		}
		for i, o := range order {
			if o.Field == field {
				keys[i] = n
				if o.Descending {
					keys[i] = ^n
				}
			}
		}
	}
	read := 0
	for it := docs.Iterator(); it.HasNext(); {
		if read++; read%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		doc := it.Next()
		c := candidate{keys: keys, seg: s, num: uint64(doc)}
		for i := range keys {
			keys[i] = missing
		}
		if scores != nil {
			c.score = scores[doc]
			for i, o := range order {
				if o.Field == indexer.ScoreField {
					// The bits of floats that are not negative sort as they do.
					keys[i] = math.Float64bits(c.score)
					if o.Descending {
						keys[i] = ^keys[i]
					}
				}
			}
		}
		if scores != nil && top.beyond(keys) {
			continue // without a look at its other keys
		}
		if len(fields) > 0 {
			var err error
			if state, err = columns.VisitDocValues(c.num, fields, visit, state); err != nil {
				return fmt.Errorf("read sort values: %w", err)
			}
		}
		if err := top.offer(c); err != nil {
			return err
		}
	}
	return nil
}

// collector keeps the first size documents after a page's end, as a heap with
// the last of them on top.
type collector struct {
	order []indexer.Sort
	after *candidate
	size  int
	hits  []candidate
	err   error
}

// byScore reports whether the documents of the highest scores are those to keep.
func (c *collector) byScore() bool {
	return c.after == nil && c.order[0] == indexer.Sort{Field: indexer.ScoreField, Descending: true}
}

// floor is what a document must score at least to be kept by a collector byScore.
func (c *collector) floor() float64 {
	if len(c.hits) < c.size {
		return 0
	}
	return c.hits[0].score
}

// beyond reports whether the first key alone puts a document behind all that are kept.
func (c *collector) beyond(keys []uint64) bool {
	return len(c.hits) == c.size && keys[0] != missing && keys[0] > c.hits[0].keys[0]
}

func (c *collector) offer(d candidate) error {
	if c.after != nil && c.compare(&d, c.after) <= 0 {
		return c.err
	}
	if len(c.hits) == c.size && c.compare(&d, &c.hits[0]) >= 0 {
		return c.err
	}
	d.keys = slices.Clone(d.keys)
	if len(c.hits) < c.size {
		heap.Push(c, d)
	} else {
		c.hits[0] = d
		heap.Fix(c, 0)
	}
	return c.err
}

func (c *collector) compare(a, b *candidate) int {
	if by := slices.Compare(a.keys, b.keys); by != 0 {
		return by
	}
	return cmp.Compare(c.idOf(a), c.idOf(b))
}

func (c *collector) idOf(d *candidate) string {
	if d.id == "" {
		id, err := d.seg.DocID(d.num)
		if err != nil && c.err == nil {
			c.err = err
		}
		d.id = string(id)
	}
	return d.id
}

// finish reads the hits in order.
func (c *collector) finish(plan indexer.Plan, found *indexer.Found) error {
	slices.SortFunc(c.hits, func(a, b candidate) int { return c.compare(&a, &b) })
	if c.err != nil {
		return c.err
	}
	more := len(c.hits) > plan.Size
	if more {
		c.hits = c.hits[:plan.Size]
	}
	for _, hit := range c.hits {
		doc, err := hit.seg.stored(hit.num)
		if err != nil {
			return err
		}
		found.Hits = append(found.Hits, indexer.FoundHit{Stored: doc, Score: hit.score})
	}
	if more && plan.Size > 0 {
		last := &c.hits[plan.Size-1]
		found.Next = encodePage(plan, last.keys, c.idOf(last))
	}
	return nil
}

// The methods of heap.Interface.

func (c *collector) Len() int           { return len(c.hits) }
func (c *collector) Less(i, j int) bool { return c.compare(&c.hits[i], &c.hits[j]) > 0 }
func (c *collector) Swap(i, j int)      { c.hits[i], c.hits[j] = c.hits[j], c.hits[i] }
func (c *collector) Push(x any)         { c.hits = append(c.hits, x.(candidate)) }
func (c *collector) Pop() any {
	last := c.hits[len(c.hits)-1]
	c.hits = c.hits[:len(c.hits)-1]
	return last
}
