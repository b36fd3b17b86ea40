package relevance

import (
	"maps"
	"math"
	"slices"
)

// choose decides which stems, pairs and concepts are features: those in enough
// records to connect them, and not in nearly all.
func (s *Space) choose(readings []*reading) {
	most := max(minRecords, int32(math.Floor(maxShare*float64(len(s.ids)))))
	fit := func(records int32) bool { return minRecords <= records && records <= most }

	counts := s.countStems(readings)
	s.unigrams = make([]int32, len(s.stems))
	for w, n := range counts {
		s.unigrams[w] = unknown
		switch {
		case fit(n):
			s.unigrams[w] = s.add(feature{first: int32(w), second: unknown}, n)
		case n < minRecords:
			delete(s.words, s.stems[w])
		}
	}

	// Sorted, the records of a pair stand side by side.
	pairs := pairs(readings, counts)
	s.pairs = make(map[uint64]int32)
	for i := 0; i < len(pairs); {
		from := i
		for i++; i < len(pairs) && pairs[i] == pairs[from]; i++ {
		}
		if n := int32(i - from); fit(n) {
			pair := pairs[from]
			s.pairs[pair] = s.add(feature{first: int32(pair >> 32), second: int32(uint32(pair))}, n)
		}
	}

	mentions := make(map[string]int32)
	for _, r := range readings {
		for i := range r.records {
			for _, concept := range r.records[i].Concepts {
				mentions[concept]++
			}
		}
	}
	s.concepts = make(map[string]int32)
	for _, concept := range slices.Sorted(maps.Keys(mentions)) {
		if n := mentions[concept]; n >= minRecords {
			s.concepts[concept] = s.add(feature{concept: concept}, n)
		}
	}
}

// add numbers a feature that is in n records.
func (s *Space) add(f feature, n int32) int32 {
	s.features = append(s.features, f)
	s.idf = append(s.idf, float32(math.Log(float64(1+len(s.ids))/float64(1+n))+1))
	return int32(len(s.features) - 1)
}

// countStems counts in how many records each stem is.
func (s *Space) countStems(readings []*reading) []int32 {
	counts := make([]int32, len(s.stems))
	last := make([]int32, len(s.stems)) // record that a stem was last met in, from 1
	record := int32(0)
	for _, r := range readings {
		for i := range r.records {
			record++
			for _, w := range r.record(i) {
				if w != unknown && last[w] != record {
					last[w] = record
					counts[w]++
				}
			}
		}
	}
	return counts
}

// pairs lists the pairs of adjacent stems that may be features, sorted, each as
// often as there are records with it.
func pairs(readings []*reading, counts []int32) []uint64 {
	each(readings, func() func(*reading) {
		return func(r *reading) {
			for i := range r.records {
				from, last := len(r.pairs), unknown
				for _, w := range r.record(i) {
					if w != unknown && counts[w] < minRecords {
						w = unknown // a pair is in no more records than its stems
					}
					if last != unknown && w != unknown {
						r.pairs = append(r.pairs, pairOf(last, w))
					}
					last = w
				}
				slices.Sort(r.pairs[from:])
				r.pairs = append(r.pairs[:from], slices.Compact(r.pairs[from:])...)
			}
		}
	})
	var all []uint64
	for _, r := range readings {
		all = append(all, r.pairs...)
		r.pairs = nil
	}
	slices.Sort(all)
	return all
}
