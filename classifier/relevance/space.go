package relevance

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
)

// The weighting is TF-IDF of stems and pairs of adjacent stems with sublinear
// term frequency (Salton, Buckley: Term-weighting approaches in automatic text
// retrieval, 1988).
const (
	// minRecords is in how many records a feature must be: what is in one alone
	// connects it to none.
	minRecords = 2
	// maxShare is the largest share of the records a feature may be in.
	maxShare = 0.95
	// conceptWeight is the length of a record's concepts beside that of its words.
	conceptWeight = 0.5
)

// Space is what a set of records says, in numbers. It is safe for concurrent use.
type Space struct {
	// words numbers the stems, which stems lists.
	words map[string]int32
	stems []string
	// A feature is a stem, a pair of them, or a concept, numbered in this order.
	// unigrams has the feature of each stem, unknown where it is none.
	unigrams []int32
	pairs    map[uint64]int32
	concepts map[string]int32
	features []feature
	// idf is the inverse document frequency of each feature.
	idf []float32

	ids    []string       // of the records, in rising order
	at     map[string]int // their positions
	rows   matrix
	copies []uint64 // equal where two records have the same words in the same order
	digest string

	readers sync.Pool // of *reader
}

// feature says what a feature stands for: a stem (second is unknown), a pair of
// stems, or a concept.
type feature struct {
	first, second int32
	concept       string
}

// NewSpace reads records. It is an error if one has no ID or two have the same.
func NewSpace(records []Record) (*Space, error) {
	records = slices.Clone(records)
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
	s := &Space{ids: make([]string, len(records)), at: make(map[string]int, len(records))}
	for i, r := range records {
		if r.ID == "" {
			return nil, errors.New("relevance: a record has no ID: give each record one of its own")
		}
		if _, twice := s.at[r.ID]; twice {
			return nil, fmt.Errorf("relevance: two records have the ID %q: give each record one of its own", r.ID)
		}
		s.ids[i], s.at[r.ID] = r.ID, i
	}
	readings := s.read(records)
	s.choose(readings)
	s.fill(readings)
	s.readers.New = func() any {
		return newReader(func(stem string) int32 {
			if n, ok := s.words[stem]; ok {
				return n
			}
			return unknown
		})
	}
	return s, nil
}

// Len is the number of records.
func (s *Space) Len() int { return len(s.ids) }

// ID is the ID of record i; they are in rising order.
func (s *Space) ID(i int) string { return s.ids[i] }

// Row is record i as a vector.
func (s *Space) Row(i int) Vector { return s.rows.row(i) }

// Index is the position of a record, -1 if the space was not made of it.
func (s *Space) Index(id string) int {
	if i, ok := s.at[id]; ok {
		return i
	}
	return -1
}

// Vector reads a record that need not be one of those the space was made of. What
// none of those says counts for nothing.
func (s *Space) Vector(r Record) Vector {
	reader := s.readers.Get().(*reader)
	defer s.readers.Put(reader)
	reader.words = readRecord(reader.words[:0], reader, &r)
	return s.vector(&reader.counter, reader.words, r.Concepts)
}

// counter is the memory of counting a record's features.
type counter struct{ found []int32 }

// vector weighs the words and concepts of a record.
func (s *Space) vector(c *counter, words []int32, concepts []string) Vector {
	found := c.found[:0]
	last := unknown
	for _, w := range words {
		if w != unknown {
			if f := s.unigrams[w]; f != unknown {
				found = append(found, f)
			}
			if last != unknown {
				if f, ok := s.pairs[pairOf(last, w)]; ok {
					found = append(found, f)
				}
			}
		}
		last = w
	}
	slices.Sort(found)
	c.found = found

	distinct := 0
	for i, f := range found {
		if i == 0 || f != found[i-1] {
			distinct++
		}
	}
	v := Vector{
		features: make([]int32, 0, distinct+len(concepts)),
		weights:  make([]float32, 0, distinct+len(concepts)),
	}
	for i := 0; i < len(found); {
		from := i
		for i++; i < len(found) && found[i] == found[from]; i++ {
		}
		v.features = append(v.features, found[from])
		v.weights = append(v.weights, logCount(i-from)*s.idf[found[from]])
	}
	normalise(v.weights, 1)

	for _, concept := range concepts {
		if f, ok := s.concepts[concept]; ok {
			v.features = append(v.features, f)
		}
	}
	slices.Sort(v.features[len(v.weights):])
	v.features = append(v.features[:len(v.weights)], slices.Compact(v.features[len(v.weights):])...)
	if words := len(v.weights); len(v.features) > words {
		for _, f := range v.features[words:] {
			v.weights = append(v.weights, s.idf[f])
		}
		normalise(v.weights[words:], conceptWeight)
		normalise(v.weights, 1)
	}
	return v
}

// pairOf is the key of two adjacent stems.
func pairOf(first, second int32) uint64 { return uint64(first)<<32 | uint64(second) }

// logCounts are 1 + ln n for small n.
var logCounts = func() (table [64]float32) {
	for n := 1; n < len(table); n++ {
		table[n] = float32(1 + math.Log(float64(n)))
	}
	return table
}()

func logCount(n int) float32 {
	if n < len(logCounts) {
		return logCounts[n]
	}
	return float32(1 + math.Log(float64(n)))
}

// normalise gives weights the length want; none stay none.
func normalise(weights []float32, want float64) {
	var sum float64
	for _, w := range weights {
		sum += float64(w) * float64(w)
	}
	if sum == 0 {
		return
	}
	scale := float32(want / math.Sqrt(sum))
	for i := range weights {
		weights[i] *= scale
	}
}
