package language

import (
	"runtime"
	"sync"

	"polyglean/classifier/language/ngram"
)

// A shelf holds sums that are not in use, one for each processor. A sum remembers the
// words it has met; a sync.Pool would have it forget them with every collection of
// garbage.
type shelf struct {
	mu   sync.Mutex
	sums []*ngram.Sum
}

// take returns a sum of what p knows of words.
func (s *shelf) take(p *ngram.Part) *ngram.Sum {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.sums) - 1
	if last < 0 {
		return ngram.NewSum(p)
	}
	sum := s.sums[last]
	s.sums = s.sums[:last]
	return sum
}

// put takes a sum back.
func (s *shelf) put(sum *ngram.Sum) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sums) < runtime.GOMAXPROCS(0) {
		s.sums = append(s.sums, sum)
	}
}
