package bleveindex

import (
	"fmt"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"polyglean/indexer"
)

// matched is an expression and the documents of one segment it matches. Parts
// are those of a Bool that can score.
type matched struct {
	expr  indexer.Expr
	docs  *roaring.Bitmap // not to be changed: it may be shared with the segment
	parts []matched
}

// match evaluates an expression on a segment.
func (s *segmentReader) match(e indexer.Expr) (m matched, err error) {
	m.expr = e
	switch e := e.(type) {
	case indexer.All:
		m.docs = s.DocNumbersLive()
	case indexer.Term:
		m.docs, err = s.termDocs(e.Field, []byte(e.Value))
	case indexer.Prefix:
		m.docs, err = s.rangeDocs(e.Field, []byte(e.Value), prefixEnd(e.Value))
	case indexer.Range:
		m.docs, err = s.numberDocs(e)
	case indexer.Phrase:
		m.docs = roaring.New()
		err = s.phrase(e, nil, func(doc uint32, _ int) { m.docs.Add(doc) })
	case indexer.Bool:
		return s.matchBool(e)
	default:
		err = fmt.Errorf("bleveindex: no such expression: %T", e)
	}
	return m, err
}

func (s *segmentReader) matchBool(e indexer.Bool) (matched, error) {
	m := matched{expr: e}
	for _, part := range e.Must {
		p, err := s.match(part)
		if err != nil {
			return m, err
		}
		m.parts = append(m.parts, p)
		if m.docs == nil {
			m.docs = p.docs
		} else {
			m.docs = roaring.And(m.docs, p.docs)
		}
	}
	if len(e.Should) > 0 {
		var either []*roaring.Bitmap
		for _, part := range e.Should {
			p, err := s.match(part)
			if err != nil {
				return m, err
			}
			if !p.docs.IsEmpty() {
				m.parts = append(m.parts, p)
				either = append(either, p.docs)
			}
		}
		any := roaring.FastOr(either...)
		if m.docs == nil {
			m.docs = any
		} else {
			m.docs = roaring.And(m.docs, any)
		}
	}
	if m.docs == nil {
		m.docs = s.DocNumbersLive()
	}
	for _, part := range e.Filter {
		if m.docs.IsEmpty() {
			return m, nil
		}
		p, err := s.match(part)
		if err != nil {
			return m, err
		}
		m.docs = roaring.And(m.docs, p.docs)
	}
	for _, part := range e.Not {
		p, err := s.match(part)
		if err != nil {
			return m, err
		}
		m.docs = roaring.AndNot(m.docs, p.docs)
	}
	return m, nil
}

// rangeDocs are the documents with a term from from on and below to.
func (s *segmentReader) rangeDocs(field string, from, to []byte) (*roaring.Bitmap, error) {
	all := roaring.New()
	err := s.terms(field, from, to, func(term []byte) error {
		bitmap, err := s.termDocs(field, term)
		if err == nil {
			all.Or(bitmap)
		}
		return err
	})
	return all, err
}

// prefixEnd is the first string after all that begin with prefix. Terms are
// UTF-8, so no byte of a prefix is 0xff.
func prefixEnd(prefix string) []byte {
	if prefix == "" {
		return nil
	}
	end := []byte(prefix)
	end[len(end)-1]++
	return end
}

// numberDocs reads the middle of a range from the coarse terms and its ends from
// the fine ones.
func (s *segmentReader) numberDocs(e indexer.Range) (*roaring.Bitmap, error) {
	from, to := sortable(math.MinInt64), sortable(math.MaxInt64)
	if e.From != nil {
		from = sortable(*e.From)
	}
	if e.To != nil {
		to = sortable(*e.To)
	}
	if from > to {
		return roaring.New(), nil
	}
	first, last := from>>coarseBits, to>>coarseBits
	if last-first < 2 || !coarsened(e.Field) {
		return s.numbersBetween(e.Field, fine, from, to)
	}
	middle, err := s.numbersBetween(e.Field, coarse, first+1, last-1)
	if err != nil {
		return nil, err
	}
	head, err := s.numbersBetween(e.Field, fine, from, (first+1)<<coarseBits-1)
	if err != nil {
		return nil, err
	}
	tail, err := s.numbersBetween(e.Field, fine, last<<coarseBits, to)
	if err != nil {
		return nil, err
	}
	return roaring.FastOr(middle, head, tail), nil
}

// numbersBetween includes both bounds.
func (s *segmentReader) numbersBetween(field string, resolution byte, from, to uint64) (*roaring.Bitmap, error) {
	return s.rangeDocs(field, numberTerm(resolution, from), append(numberTerm(resolution, to), 0))
}

// phrase calls fn with each document in which the terms stand side by side, and
// how often they do. Only documents in within are looked at, nil means all.
func (s *segmentReader) phrase(e indexer.Phrase, within *roaring.Bitmap, fn func(doc uint32, times int)) error {
	if len(e.Terms) == 0 {
		return nil
	}
	words := make([]phraseWord, len(e.Terms))
	candidates := within
	for i, term := range e.Terms {
		if err := s.openWord(&words[i], e.Field, []byte(term), e.LastPrefix && i == len(e.Terms)-1); err != nil {
			return err
		}
		if candidates == nil {
			candidates = words[i].docs
		} else {
			candidates = roaring.And(candidates, words[i].docs)
		}
		if candidates.IsEmpty() {
			return nil
		}
	}
	var starts, next []uint64
	for it := candidates.Iterator(); it.HasNext(); {
		doc := it.Next()
		for i := range words {
			var err error
			if next, err = words[i].positions(doc, next[:0]); err != nil {
				return err
			}
			if i == 0 {
				starts = append(starts[:0], next...)
				continue
			}
			starts = slices.DeleteFunc(starts, func(at uint64) bool {
				_, found := slices.BinarySearch(next, at+uint64(i))
				return !found
			})
		}
		if len(starts) > 0 {
			fn(doc, len(starts))
		}
	}
	return nil
}

// phraseWord is a place in a phrase: one term, or all that begin so.
type phraseWord struct {
	docs  *roaring.Bitmap
	terms []phraseTerm
}

type phraseTerm struct {
	docs *roaring.Bitmap
	it   segment.PostingsIterator
}

func (s *segmentReader) openWord(w *phraseWord, field string, term []byte, prefix bool) error {
	open := func(term []byte) error {
		list, err := s.postings(field, term)
		if err != nil {
			return err
		}
		bitmap, err := docs(list)
		if err != nil {
			return err
		}
		if !bitmap.IsEmpty() {
			w.terms = append(w.terms, phraseTerm{bitmap, list.Iterator(true, true, true, nil)})
		}
		return nil
	}
	var err error
	if prefix {
		err = s.terms(field, term, prefixEnd(string(term)), open)
	} else {
		err = open(term)
	}
	if err != nil {
		return err
	}
	all := make([]*roaring.Bitmap, len(w.terms))
	for i, t := range w.terms {
		all[i] = t.docs
	}
	w.docs = roaring.FastOr(all...)
	return nil
}

// positions adds those of the word in a document to at, in order. Documents must
// be asked for in order, each once.
func (w *phraseWord) positions(doc uint32, at []uint64) ([]uint64, error) {
	for _, t := range w.terms {
		if !t.docs.Contains(doc) {
			continue
		}
		p, err := t.it.Advance(uint64(doc))
		if err != nil {
			return nil, err
		}
		at = positions(p, at)
	}
	slices.Sort(at)
	return at, nil
}
