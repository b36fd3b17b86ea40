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
	make  sync.Once
	// terms is nil until the filter is made.
	terms atomic.Pointer[bloom.BloomFilter]
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

// excludes reports whether a term is certainly not in the dictionary that the filter is of.
func (f *filter) excludes(term []byte) bool {
	terms := f.terms.Load()
	return terms != nil && !terms.Test(term)
}

// ask counts that the dictionary is asked for a term, and makes the filter of it once that
// is worth it; made says that it did.
func (f *filter) ask(d segment.TermDictionary) (made bool, err error) {
	if f.terms.Load() != nil || float64(f.asked.Add(1)) <= worth*float64(d.Cardinality()) {
		return false, nil
	}
	f.make.Do(func() {
		var terms *bloom.BloomFilter
		if terms, err = filterOf(d); err == nil {
			f.terms.Store(terms)
			made = true
		}
	})
	return made, err
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
