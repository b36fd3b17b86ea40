package harvester

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// Seen knows the latest content of every record in the candidate log, and the paths by
// which citations led to it, so that a record found again unchanged is counted and not
// published again. It is read from the headers of the log: the log itself is the only
// state, and there is nothing that could disagree with it. 24 bytes a record and the
// map's own overhead: about 60 MB for a million records. Runs of one process that go on
// side by side share one.
//
// It is right as long as nothing else writes to the log, for which its user holds the
// harvester's lease.
type Seen struct {
	bus *stream.Bus

	mu     sync.Mutex
	loaded bool
	latest map[uint64]copied
	// paths are those of the records that citations led to.
	paths map[uint64][]record.Path
	// unfinished holds, by run, what a run that was cut short had published and no
	// other since; it is taken from here when the run goes on.
	unfinished map[string]map[uint64]published
	// pending are records of the pages in hand, which may hold one twice.
	pending map[uint64]uint64
}

// copied is the latest copy of a record in the log.
type copied struct{ content, seq uint64 }

// published says which query brought a record, and where it stands.
type published struct {
	query string
	seq   uint64
}

// NewSeen makes a Seen of the log, which it reads when it is first needed.
func NewSeen(bus *stream.Bus) *Seen { return &Seen{bus: bus} }

// seen is what a run knows of the log.
type seen struct {
	*Seen
	// ours holds what the run had published before it was cut short.
	ours  map[uint64]published
	round int
}

// of is what the given run knows.
func (s *Seen) of(ctx context.Context, l *Ledger, run Run) (*seen, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ours, known := s.unfinished[run.ID]
	// A run that was cut short after the log was read has published what is not known.
	if !s.loaded || !known && run.resumed {
		if err := s.load(ctx, l, run.ID); err != nil {
			return nil, err
		}
		ours = s.unfinished[run.ID]
	}
	delete(s.unfinished, run.ID)
	return &seen{Seen: s, ours: ours, round: run.Round}, nil
}

// load reads the log, s.mu being held. What the unfinished runs had published is taken
// from it when it is read for the first time; later, when others are at work, that of
// the given run alone.
func (s *Seen) load(ctx context.Context, l *Ledger, run string) error {
	runs, err := l.headers(ctx)
	if err != nil {
		return err
	}
	rounds := make(map[string]int, len(runs))
	resumable, later := map[string]bool{run: true}, map[string]bool{}
	for _, r := range slices.Backward(runs) {
		rounds[r.ID] = r.Round
		// The last run of some sources is the one that is gone on with.
		if of := hashKey(r.Sources...); !s.loaded && !later[of] {
			later[of], resumable[r.ID] = true, r.Ended.IsZero()
		}
	}
	latest, paths := map[uint64]copied{}, map[uint64][]record.Path{}
	last := map[uint64]stream.Origin{} // of those that a resumable run brought last
	err = s.bus.EachMark(ctx, func(m stream.Mark, o stream.Origin, seq uint64) {
		latest[m.ID] = copied{m.Content, seq}
		if resumable[o.Run] {
			last[m.ID] = o
		} else {
			delete(last, m.ID)
		}
		if how, study, ok := record.FollowedBy(o.Query); ok {
			paths[m.ID] = withPath(paths[m.ID], record.Path{How: how, Study: study, Round: rounds[o.Run]})
		}
	})
	if err != nil {
		return fmt.Errorf("read the candidate log: %w", err)
	}
	s.loaded, s.latest, s.paths = true, latest, paths
	if s.unfinished == nil {
		s.unfinished, s.pending = map[string]map[uint64]published{}, map[uint64]uint64{}
	}
	for id, o := range last {
		if s.unfinished[o.Run] == nil {
			s.unfinished[o.Run] = map[uint64]published{}
		}
		s.unfinished[o.Run][id] = published{query: o.Query, seq: latest[id].seq}
	}
	return nil
}

// withPath adds a path unless it is there, of whatever round. The list itself is left
// as it is: records that are being published hold it.
func withPath(paths []record.Path, p record.Path) []record.Path {
	if slices.ContainsFunc(paths, func(have record.Path) bool { return have.How == p.How && have.Study == p.Study }) {
		return paths
	}
	return append(slices.Clip(paths), p)
}

type verdict int

const (
	unknown verdict = iota
	changed
	// otherPath: it is known as it is, and a study led to it that had not before.
	otherPath
	known
	countedAnew
)

// look says what is known of a record that query has received, when the query's
// counts cover the log up to position counted, and by which paths it was found with
// this one.
func (s *seen) look(m stream.Mark, query string, counted uint64) (verdict, []record.Path) {
	s.mu.Lock()
	defer s.mu.Unlock()
	paths := s.paths[m.ID]
	if how, study, ok := record.FollowedBy(query); ok {
		paths = withPath(paths, record.Path{How: how, Study: study, Round: s.round})
	}
	content, ok := s.pending[m.ID]
	if !ok {
		var c copied
		c, ok = s.latest[m.ID]
		content = c.content
	}
	switch {
	case !ok:
		return unknown, paths
	case content != m.Content:
		return changed, paths
	}
	if p, ok := s.ours[m.ID]; ok && p.query == query && p.seq > counted {
		delete(s.ours, m.ID) // counted once
		return countedAnew, paths
	}
	if _, twice := s.pending[m.ID]; !twice && len(paths) > len(s.paths[m.ID]) {
		return otherPath, paths
	}
	return known, paths
}

// kept returns the record as it stands in the log, with the given paths; false when the
// log no longer holds it there.
func (s *seen) kept(ctx context.Context, m stream.Mark, id string, paths []record.Path) (record.Candidate, bool, error) {
	s.mu.Lock()
	seq := s.latest[m.ID].seq
	s.mu.Unlock()
	c, found, err := s.bus.CandidateAt(ctx, seq, id)
	c.Paths = paths
	return c, found, err
}

// expect notes a record that is about to be published.
func (s *seen) expect(m stream.Mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending[m.ID] = m.Content
}

// giveUp takes back what was expected of records that may not have come to the log: they
// are news when they are received again.
func (s *seen) giveUp(items []stream.Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range items {
		delete(s.pending, i.Mark.ID)
	}
}

// add notes a record that is on disk at position seq, and the paths it has there.
func (s *seen) add(m stream.Mark, seq uint64, paths []record.Path) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latest[m.ID] = copied{m.Content, seq}
	if paths != nil {
		s.paths[m.ID] = paths
	}
	delete(s.pending, m.ID)
}
