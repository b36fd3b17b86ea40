package bleveindex

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/bits-and-blooms/bloom/v3"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"polyglean/indexer"
)

// Before a study is written all its keys are looked up, in every segment, and most are in
// none. A Bloom filter says so at a tenth of the cost of the segment's dictionary.

// filtered are the fields whose terms are looked up so. They are those of which each
// document has its own.
var filtered = map[string]bool{indexer.ExactKey: true, indexer.ExactAlias: true, idField: true}

// idField is scorch's own field for the ID of a document.
const idField = "_id"

// wrong is how often a filter takes a term for one that is there; the dictionary then
// says that it is not. A term takes ten bits.
const wrong = 0.01

// filters are those of the segments of an index.
type filters struct {
	mu sync.Mutex
	// of has filters by segment and field. A segment never changes.
	of map[filterKey]*filter
}

type filterKey struct {
	segment uint64
	field   string
}

// filter is that of a field of a segment.
type filter struct {
	asked atomic.Int64
	made  sync.Once
	terms *bloom.BloomFilter
	err   error
}

// worth is which part of its terms has to be looked up in a dictionary before a filter is
// made of it: to make one takes reading them all, and who opens one study needs none.
const worth = 0.1

// filter is that of a segment's field.
func (f *filters) filter(segment uint64, field string) *filter {
	key := filterKey{segment, field}
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.of[key]
	if one == nil {
		one = new(filter)
		f.of[key] = one
	}
	return one
}

// mayHave reports whether a term may be in the dictionary that the filter is of.
func (f *filter) mayHave(d segment.TermDictionary, term []byte) (bool, error) {
	if float64(f.asked.Add(1)) <= worth*float64(d.Cardinality()) {
		return true, nil
	}
	f.made.Do(func() { f.terms, f.err = filterOf(d) })
	return f.err == nil && f.terms.Test(term), f.err
}

// keep forgets the filters of all segments but the given.
func (f *filters) keep(segments []*segmentReader) {
	there := make(map[uint64]bool, len(segments))
	for _, s := range segments {
		there[s.Id()] = true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.of, func(key filterKey, _ *filter) bool { return !there[key.segment] })
}

// filterOf makes the filter of a dictionary.
func filterOf(d segment.TermDictionary) (*bloom.BloomFilter, error) {
	f := bloom.NewWithEstimates(uint(max(1, d.Cardinality())), wrong)
	it := d.AutomatonIterator(nil, nil, nil)
	var entry *index.DictEntry
	var err error
	for entry, err = it.Next(); err == nil && entry != nil; entry, err = it.Next() {
		f.AddString(entry.Term)
	}
	return f, err
}
