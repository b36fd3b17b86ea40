package indexer

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"polyglean/indexer/merge"
	"polyglean/internal/record"
	"polyglean/internal/sidebyside"
)

// change is what a batch of records and decisions does to the index.
type change struct {
	studies []Study
	// before are the studies as they lay in the index, by ID.
	before map[string]Stored
	// gone are the IDs of studies that became part of others.
	gone map[string]bool
	// arrived are the IDs of the records of the batch.
	arrived map[string]bool
	// homeless are decisions on studies that are not there.
	homeless []LoggedDecision
	// from is what the change was worked out from.
	from *neighbourhood
}

// assemble works out the studies that a batch makes together with what is in the
// index. All that the batch can change is taken apart and put together again from
// its records, so that the outcome depends on which records there are and not on
// the order they came in; a record that is no longer a copy leaves its study the
// same way.
func assemble(ctx context.Context, index Index, incoming []Member, decisions []LoggedDecision) (change, error) {
	c := change{gone: map[string]bool{}, arrived: map[string]bool{}, before: map[string]Stored{}}
	n, err := explore(ctx, index, incoming, decisions)
	if err != nil {
		return c, err
	}
	c.from = n
	present := n.present()
	var logged []LoggedDecision
	for _, d := range decisions {
		if !d.Decision.Ruling() {
			logged = append(logged, d)
		}
	}
	for _, s := range present {
		c.before[s.ID] = s.stored
		logged = append(logged, s.Decisions...)
	}
	for _, m := range incoming {
		c.arrived[m.Record.Candidate.ID] = true
	}
	for _, g := range n.groups() {
		s := newStudy(g, n)
		s.Decisions, logged = claim(s, logged)
		s.rule(n.rulings)
		c.studies = append(c.studies, s)
	}
	slices.SortFunc(c.studies, func(a, b Study) int { return cmp.Compare(a.ID, b.ID) })
	c.homeless = logged
	for _, d := range decisions {
		if d.Decision.Ruling() && !slices.ContainsFunc(named(d), func(id string) bool { return n.near[id] }) {
			c.homeless = append(c.homeless, d)
		}
	}
	c.settle(present)
	return c, nil
}

// settle gives every study its version and finds those that are gone. The version is
// made of what is in the study and not of what was before: the documents that come of
// reading the logs again are the same to the last byte.
func (c *change) settle(present []foundStudy) {
	for _, s := range present {
		c.gone[s.ID] = true
	}
	for i := range c.studies {
		s := &c.studies[i]
		var last, decided uint64
		for _, m := range s.Members {
			last = max(last, m.Seq)
		}
		for _, d := range slices.Concat(s.Decisions, s.Rulings) {
			decided = max(decided, d.Seq)
		}
		s.Version = int64(last + decided)
		delete(c.gone, s.ID)
	}
}

// newer says whether a is to replace b, a copy of the same record: by the source's
// own datestamp, and where that is the same by the place in the log, as after a
// change of the protocol.
func newer(a, b Member) bool {
	return cmp.Or(cmp.Compare(a.Record.Candidate.Version, b.Record.Candidate.Version), cmp.Compare(a.Seq, b.Seq)) >= 0
}

func newStudy(g merge.Group, n *neighbourhood) Study {
	s := Study{Schema: record.Schema}
	keys := map[string]bool{}
	for i, id := range g.Members {
		m := n.members[id]
		m.Why, m.Score = g.Why[i], n.scores[id]
		s.Members = append(s.Members, m)
		s.Aliases = append(s.Aliases, record.StudyID(id))
		for _, k := range n.records[id].Keys() {
			keys[k] = true
		}
	}
	slices.Sort(s.Aliases)
	s.ID = s.Aliases[0]
	s.Keys = slices.Sorted(maps.Keys(keys))
	for _, l := range g.Links {
		s.Links = append(s.Links, Link{Kind: l.Link, Record: l.Record, Study: record.StudyID(l.Other), Why: l.Why})
	}
	slices.SortFunc(s.Links, func(a, b Link) int {
		return cmp.Or(cmp.Compare(a.Record, b.Record), cmp.Compare(a.Study, b.Study))
	})
	return s
}

// rule takes over the rulings on records of s. Its keys then lead to s from every
// record that they name, also from one that has yet to arrive.
func (s *Study) rule(rulings map[uint64]LoggedDecision) {
	for _, seq := range slices.Sorted(maps.Keys(rulings)) {
		d := rulings[seq]
		if !slices.ContainsFunc(s.Members, func(m Member) bool { return slices.Contains(named(d), m.Record.Candidate.ID) }) {
			continue
		}
		s.Rulings = append(s.Rulings, d)
		for _, id := range named(d) {
			s.Keys = append(s.Keys, merge.RecordKey(id))
		}
	}
	slices.Sort(s.Keys)
	s.Keys = slices.Compact(s.Keys)
}

// claim takes the decisions that are on s, keeps the latest of each account at each stage
// on each ID of s, and returns them with those that are left over. What the same account
// said of two IDs is kept of both, for the study may be parted again: each then goes with
// the record that it was given on.
func claim(s Study, logged []LoggedDecision) (mine, rest []LoggedDecision) {
	latest := map[voice]LoggedDecision{}
	for _, d := range logged {
		if !slices.Contains(s.Aliases, d.Decision.Study) {
			rest = append(rest, d)
			continue
		}
		v := voiceOf(d)
		if was, ok := latest[v]; !ok || d.Seq >= was.Seq {
			latest[v] = d
		}
	}
	mine = slices.Collect(maps.Values(latest))
	slices.SortFunc(mine, func(a, b LoggedDecision) int { return cmp.Compare(a.Seq, b.Seq) })
	return mine, rest
}

// ops turns a change into operations on the index: studies first, then those that
// went into them, so that no record is ever without a study. A study that is as it
// was is not written again. Each document goes on from the version it was read in, so
// that the index refuses it when another writer came between.
func (c *change) ops() ([]Op, error) {
	docs, err := sidebyside.Map(len(c.studies), func(i int) (Document, error) {
		doc, err := c.studies[i].Document()
		if err != nil {
			err = fmt.Errorf("study %s: %w", c.studies[i].ID, err)
		}
		return doc, err
	})
	if err != nil {
		return nil, err
	}
	ops := make([]Op, 0, len(c.studies)+len(c.gone))
	for i := range c.studies {
		id := c.studies[i].ID
		before, there := c.before[id]
		if there && bytes.Equal(before.Source, docs[i].Source) {
			continue
		}
		ops = append(ops, Op{ID: id, Version: before.Version + 1, Next: true, Doc: &docs[i]})
	}
	for _, id := range slices.SortedFunc(maps.Keys(c.gone), strings.Compare) {
		ops = append(ops, Op{ID: id, Version: c.before[id].Version + 1, Next: true, Last: true})
	}
	return ops, nil
}
