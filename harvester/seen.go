package harvester

import (
	"context"
	"fmt"
	"sync"

	"polyglean/internal/stream"
)

// seen knows the latest content of every record in the candidate log, so that a
// record found again unchanged is counted and not published again. It is read
// from the headers of the log at the start of a run: the log itself is the only
// state, and there is nothing that could disagree with it. 16 bytes a record and
// the map's own overhead: about 40 MB for a million records.
type seen struct {
	mu      sync.Mutex
	content map[uint64]uint64
	// ours holds what the present run had published before it was cut short: which
	// query brought it, and where it stands.
	ours map[uint64]published
	// pending are records of the page in hand, which may hold one twice.
	pending map[uint64]uint64
}

type published struct {
	query string
	seq   uint64
}

func loadSeen(ctx context.Context, bus *stream.Bus, run string) (*seen, error) {
	s := &seen{content: map[uint64]uint64{}, ours: map[uint64]published{}, pending: map[uint64]uint64{}}
	err := bus.EachMark(ctx, func(m stream.Mark, o stream.Origin, seq uint64) {
		s.content[m.ID] = m.Content
		if o.Run == run {
			s.ours[m.ID] = published{query: o.Query, seq: seq}
		} else {
			delete(s.ours, m.ID)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the candidate log: %w", err)
	}
	return s, nil
}

type verdict int

const (
	unknown verdict = iota
	changed
	known
	countedAnew
)

// look says what is known of a record that query has received, when the query's
// counts cover the log up to position counted.
func (s *seen) look(m stream.Mark, query string, counted uint64) verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	content, ok := s.pending[m.ID]
	if !ok {
		content, ok = s.content[m.ID]
	}
	switch {
	case !ok:
		return unknown
	case content != m.Content:
		return changed
	}
	if p, ok := s.ours[m.ID]; ok && p.query == query && p.seq > counted {
		delete(s.ours, m.ID) // counted once
		return countedAnew
	}
	return known
}

// expect notes a record that is about to be published.
func (s *seen) expect(m stream.Mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending[m.ID] = m.Content
}

// add notes a record that is on disk.
func (s *seen) add(m stream.Mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.content[m.ID] = m.Content
	delete(s.pending, m.ID)
}
