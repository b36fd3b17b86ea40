package bleveindex

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"polyglean/indexer"
	"polyglean/internal/sidebyside"
)

// snapshot is the index as it was at one moment; it stays readable while others
// write. Close it.
type snapshot struct {
	index    *Index
	ctx      context.Context
	root     *scorch.IndexSnapshot
	segments []*segmentReader
}

// segmentReader reads one segment. Documents are numbered from 0 in each.
type segmentReader struct {
	*scorch.SegmentSnapshot
	deleted *roaring.Bitmap
	// dicts and filters are those of fields, once they were needed; of is where filters are
	// kept from one snapshot to the next.
	dicts   map[string]segment.TermDictionary
	filters map[string]*filter
	of      *filters
}

func (x *Index) snapshot(ctx context.Context) (*snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.closed {
		return nil, errClosed
	}
	reader, err := x.store.Reader()
	if err != nil {
		return nil, err
	}
	return x.snapshotOf(ctx, reader.(*scorch.IndexSnapshot)), nil
}

func (x *Index) snapshotOf(ctx context.Context, root *scorch.IndexSnapshot) *snapshot {
	snap := &snapshot{index: x, ctx: ctx, root: root}
	for _, s := range root.Segments() {
		snap.segments = append(snap.segments, &segmentReader{
			SegmentSnapshot: s,
			deleted:         s.Deleted(),
			dicts:           make(map[string]segment.TermDictionary),
			filters:         make(map[string]*filter),
			of:              &x.filters,
		})
	}
	return snap
}

// again is the same snapshot for another goroutine: a snapshot is read by one. It is
// closed with s.
func (s *snapshot) again() *snapshot { return s.index.snapshotOf(s.ctx, s.root) }

func (s *snapshot) close() { s.root.Close() }

func (s *segmentReader) dict(field string) (segment.TermDictionary, error) {
	if d, ok := s.dicts[field]; ok {
		return d, nil
	}
	d, err := s.Segment().Dictionary(field)
	if err == nil {
		s.dicts[field] = d
	}
	return d, err
}

// filter is that of a field which has one.
func (s *segmentReader) filter(field string) *filter {
	f, ok := s.filters[field]
	if !ok {
		f = s.of.filter(s.Id(), field)
		s.filters[field] = f
	}
	return f
}

// postings are the live documents that have the term.
func (s *segmentReader) postings(field string, term []byte) (segment.PostingsList, error) {
	d, err := s.dict(field)
	if err != nil {
		return nil, err
	}
	return d.PostingsList(term, s.deleted, nil)
}

// has reports whether a document of the segment has the term, be it deleted or not: most
// of what is looked up is in few segments or in none, and that is soon known.
func (s *segmentReader) has(field string, term []byte) (bool, error) {
	if !filtered[field] {
		d, err := s.dict(field)
		if err != nil {
			return false, err
		}
		return d.Contains(term)
	}
	f := s.filter(field)
	if f.excludes(term) {
		return false, nil // without a dictionary, of which there are as many as segments
	}
	d, err := s.dict(field)
	if err != nil {
		return false, err
	}
	if made, err := f.ask(d); err != nil || made && f.excludes(term) {
		return false, err
	}
	return d.Contains(term)
}

// none are the documents of a term that a segment does not have, as most of the stems
// that a query asks for.
var none = roaring.New()

// docs gives the numbers of the documents in a postings list. The bitmap may be
// shared, with the segment or others: it is not to be changed.
func docs(list segment.PostingsList) (*roaring.Bitmap, error) {
	if list.Count() == 0 {
		return none, nil
	}
	it := list.Iterator(false, false, false, nil)
	if o, ok := it.(segment.OptimizablePostingsIterator); ok {
		if bitmap := o.ActualBitmap(); bitmap != nil {
			return bitmap, nil
		}
	}
	bitmap := roaring.New()
	for {
		p, err := it.Next()
		if err != nil || p == nil {
			return bitmap, err
		}
		bitmap.Add(uint32(p.Number()))
	}
}

// termDocs are the live documents that have the term.
func (s *segmentReader) termDocs(field string, term []byte) (*roaring.Bitmap, error) {
	if has, err := s.has(field, term); err != nil || !has {
		return none, err
	}
	list, err := s.postings(field, term)
	if err != nil {
		return nil, err
	}
	return docs(list)
}

// terms calls fn with the terms of a field from from on and below to; nil is
// open. The bytes are fn's to keep.
func (s *segmentReader) terms(field string, from, to []byte, fn func(term []byte) error) error {
	d, err := s.dict(field)
	if err != nil {
		return err
	}
	it := d.AutomatonIterator(nil, from, to)
	for {
		entry, err := it.Next()
		if err != nil || entry == nil {
			return err
		}
		if err := fn([]byte(entry.Term)); err != nil {
			return err
		}
	}
}

// number finds the live document with an ID.
func (s *snapshot) number(id string) (seg *segmentReader, num uint64, ok bool, err error) {
	term := []byte(id)
	for _, seg := range s.segments {
		has, err := seg.has(idField, term)
		if err != nil {
			return nil, 0, false, err
		}
		if !has {
			continue
		}
		list, err := seg.postings(idField, term)
		if err != nil {
			return nil, 0, false, err
		}
		if list.Count() == 0 {
			continue
		}
		p, err := list.Iterator(false, false, false, nil).Next()
		if err != nil {
			return nil, 0, false, err
		}
		return seg, p.Number(), true, nil
	}
	return nil, 0, false, nil
}

// present is what an index has of a document.
type present struct {
	version int64
	exists  bool
}

// version is the version of the document with an ID.
func (s *snapshot) version(id string) (p present, err error) {
	seg, num, ok, err := s.number(id)
	if err != nil || !ok {
		return p, err
	}
	p.exists = true
	err = seg.visitSource(num, func(stored []byte) error {
		p.version, err = decodeVersion(stored)
		return err
	})
	return p, err
}

// versions are those of the documents that operations are on, in their order.
func (s *snapshot) versions(ops []indexer.Op) ([]present, error) {
	all := make([]present, len(ops))
	n := runtime.GOMAXPROCS(0)
	errs := make([]error, n)
	sidebyside.Do(n, 1, func(part int) {
		own := s.again()
		for i := part; i < len(ops) && errs[part] == nil; i += n {
			all[i], errs[part] = own.version(ops[i].ID)
		}
	})
	return all, errors.Join(errs...)
}

// stored reads a document back.
func (s *segmentReader) stored(num uint64) (doc indexer.Stored, err error) {
	id, err := s.DocID(num)
	if err != nil {
		return doc, err
	}
	doc.ID = string(id)
	err = s.visitSource(num, func(stored []byte) error {
		if doc.Version, err = decodeVersion(stored); err != nil {
			return err
		}
		doc.Source, err = decodeSource(stored)
		return err
	})
	if err != nil {
		err = fmt.Errorf("document %s: %w", doc.ID, err)
	}
	return doc, err
}

func (s *segmentReader) visitSource(num uint64, fn func(stored []byte) error) error {
	err := errDamaged
	visitErr := s.VisitDocument(num, func(field string, _ byte, value []byte, _ []uint64) bool {
		if field == sourceField {
			err = fn(value)
			return false
		}
		return true
	})
	if visitErr != nil {
		return visitErr
	}
	return err
}

// Lookup implements indexer.Index.
func (x *Index) Lookup(ctx context.Context, field string, values []string) ([]indexer.Stored, error) {
	var found []indexer.Stored
	err := x.having(ctx, field, values, func(seg *segmentReader, num uint64) error {
		doc, err := seg.stored(num)
		found = append(found, doc)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b indexer.Stored) int { return cmp.Compare(a.ID, b.ID) })
	return found, nil
}

// Versions implements indexer.Index.
func (x *Index) Versions(ctx context.Context, field string, values []string) (map[string]int64, error) {
	versions := make(map[string]int64)
	err := x.having(ctx, field, values, func(seg *segmentReader, num uint64) error {
		id, err := seg.DocID(num)
		if err != nil {
			return err
		}
		return seg.visitSource(num, func(stored []byte) error {
			versions[string(id)], err = decodeVersion(stored)
			return err
		})
	})
	return versions, err
}

// having calls fn with each live document that has one of the values in an exact
// field.
func (x *Index) having(ctx context.Context, field string, values []string, fn func(seg *segmentReader, num uint64) error) error {
	snap, err := x.snapshot(ctx)
	if err != nil {
		return err
	}
	defer snap.close()
	for _, seg := range snap.segments {
		hits := roaring.New()
		for _, v := range values {
			bitmap, err := seg.termDocs(field, []byte(v))
			if err != nil {
				return err
			}
			hits.Or(bitmap)
		}
		for it := hits.Iterator(); it.HasNext(); {
			if err := fn(seg, uint64(it.Next())); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// Scan implements indexer.Index. It reads one moment's index: what is written
// meanwhile is not seen.
func (x *Index) Scan(ctx context.Context, fn func(indexer.Stored) error) error {
	snap, err := x.snapshot(ctx)
	if err != nil {
		return err
	}
	defer snap.close()
	ids, err := snap.root.FieldDict(idField)
	if err != nil {
		return err
	}
	defer ids.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		entry, err := ids.Next()
		if err != nil || entry == nil {
			return err
		}
		seg, num, ok, err := snap.number(entry.Term)
		if err != nil {
			return err
		}
		if !ok {
			continue // deleted since its segment was written
		}
		doc, err := seg.stored(num)
		if err != nil {
			return err
		}
		if err := fn(doc); err != nil {
			return err
		}
	}
}
