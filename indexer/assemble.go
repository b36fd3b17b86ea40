package indexer

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"polyglean/internal/record"
)

// change is what a batch of records and decisions does to the index.
type change struct {
	studies []Study
	// gone are the IDs of studies that became part of others, with the version of
	// that event.
	gone map[string]int64
	// arrived are the IDs of the records of the batch.
	arrived map[string]bool
	// homeless are decisions on studies that are not there.
	homeless []LoggedDecision
}

// assemble works out the studies that a batch makes together with what is in the
// index. Every study that shares an identifier with the batch is taken apart and
// put together again from all its records, so that the outcome depends on which
// records there are and not on the order they came in; a record that lost an
// identifier leaves its study the same way.
func assemble(ctx context.Context, index Index, incoming []Member, decisions []LoggedDecision) (change, error) {
	c := change{gone: map[string]int64{}, arrived: map[string]bool{}}
	present, err := involved(ctx, index, incoming, decisions)
	if err != nil {
		return c, err
	}

	members := map[string]Member{}
	logged := slices.Clone(decisions)
	for _, s := range present {
		for _, m := range s.Members {
			members[m.Record.Candidate.ID] = m
		}
		logged = append(logged, s.Decisions...)
	}
	for _, m := range incoming {
		id := m.Record.Candidate.ID
		c.arrived[id] = true
		if before, there := members[id]; !there || newer(m, before) {
			members[id] = m
		}
	}
	for _, ids := range components(members) {
		s := newStudy(ids, members)
		s.Decisions, logged = claim(s, logged)
		c.studies = append(c.studies, s)
	}
	slices.SortFunc(c.studies, func(a, b Study) int { return cmp.Compare(a.ID, b.ID) })
	c.homeless = logged
	c.settle(present, incoming)
	return c, nil
}

// settle gives every study its version and finds those that are gone. A study's
// version is at least that of every study its records come from and its own last
// arrival, so that each write supersedes what lay under its ID before.
func (c *change) settle(present []Study, incoming []Member) {
	floor := map[string]int64{} // by record ID
	for _, s := range present {
		c.gone[s.ID] = s.Version
		for _, m := range s.Members {
			floor[m.Record.Candidate.ID] = s.Version
		}
	}
	arrival := map[string]uint64{}
	for _, m := range incoming {
		id := m.Record.Candidate.ID
		arrival[id] = max(arrival[id], m.Seq)
	}
	for i := range c.studies {
		s := &c.studies[i]
		var last, decided uint64
		for _, m := range s.Members {
			id := m.Record.Candidate.ID
			last = max(last, m.Seq, arrival[id])
			s.Version = max(s.Version, floor[id])
		}
		for _, d := range s.Decisions {
			decided = max(decided, d.Seq)
		}
		s.Version = max(s.Version, int64(last+decided))
		for _, alias := range s.Aliases {
			if was, ok := c.gone[alias]; ok {
				c.gone[alias] = max(was, s.Version)
			}
		}
	}
	for _, s := range c.studies {
		delete(c.gone, s.ID)
	}
}

// involved returns the studies in the index that the batch touches.
func involved(ctx context.Context, index Index, incoming []Member, decisions []LoggedDecision) ([]Study, error) {
	keys := map[string]bool{}
	for _, m := range incoming {
		for _, k := range keysOf(&m.Record.Candidate) {
			keys[k] = true
		}
	}
	aliases := map[string]bool{}
	for _, d := range decisions {
		aliases[d.Decision.Study] = true
	}
	found := map[string]Study{}
	for field, values := range map[string]map[string]bool{ExactKey: keys, ExactAlias: aliases} {
		if len(values) == 0 {
			continue
		}
		stored, err := index.Lookup(ctx, field, slices.Sorted(maps.Keys(values)))
		if err != nil {
			return nil, fmt.Errorf("look up studies: %w", err)
		}
		for _, d := range stored {
			var s Study
			if err := json.Unmarshal(d.Source, &s); err != nil {
				return nil, fmt.Errorf("document %s in the index cannot be read (%w): rebuild it with polyglean reindex", d.ID, err)
			}
			s.Version = d.Version
			found[s.ID] = s
		}
	}
	return slices.Collect(maps.Values(found)), nil
}

// newer says whether a is to replace b, a copy of the same record: by the source's
// own datestamp, and where that is the same by the place in the log, as after a
// change of the protocol.
func newer(a, b Member) bool {
	return cmp.Or(cmp.Compare(a.Record.Candidate.Version, b.Record.Candidate.Version), cmp.Compare(a.Seq, b.Seq)) >= 0
}

// keysOf lists the identifiers of a record that make it one study with others.
func keysOf(c *record.Candidate) []string {
	keys := []string{recordKey(c.ID)}
	add := func(scheme, id string) {
		if id != "" {
			keys = append(keys, boundedKey(scheme+":"+id))
		}
	}
	add("doi", c.IDs.DOI)
	add("pmid", c.IDs.PMID)
	add("pmcid", c.IDs.PMCID)
	add("openalex", c.IDs.OpenAlex)
	return keys
}

func recordKey(id string) string { return boundedKey("rec:" + id) }

// boundedKey keeps identifiers of any length, which some repositories make whole
// URLs of, within what an index takes as one value.
func boundedKey(key string) string {
	if len(key) <= MaxValue/2 {
		return key
	}
	return fmt.Sprintf("%s#%s", key[:strings.IndexByte(key, ':')+1], record.StudyID(key))
}

// components groups records that share a key, directly or through others, and
// returns the sorted record IDs of each group.
func components(members map[string]Member) [][]string {
	parent := map[string]string{}
	var find func(string) string
	find = func(k string) string {
		p, ok := parent[k]
		if !ok || p == k {
			return k
		}
		root := find(p)
		parent[k] = root
		return root
	}
	for _, m := range members {
		keys := keysOf(&m.Record.Candidate)
		root := find(keys[0])
		for _, k := range keys[1:] {
			parent[find(k)] = root
		}
	}
	byRoot := map[string][]string{}
	for id := range members {
		root := find(recordKey(id))
		byRoot[root] = append(byRoot[root], id)
	}
	out := make([][]string, 0, len(byRoot))
	for _, ids := range byRoot {
		slices.Sort(ids)
		out = append(out, ids)
	}
	return out
}

func newStudy(ids []string, members map[string]Member) Study {
	s := Study{Schema: record.Schema}
	keys := map[string]bool{}
	for _, id := range ids {
		m := members[id]
		s.Members = append(s.Members, m)
		s.Aliases = append(s.Aliases, record.StudyID(id))
		for _, k := range keysOf(&m.Record.Candidate) {
			keys[k] = true
		}
	}
	slices.Sort(s.Aliases)
	s.ID = s.Aliases[0]
	s.Keys = slices.Sorted(maps.Keys(keys))
	return s
}

// claim takes the decisions that are on s, keeps the latest of each stage and
// account, and returns them with those that are left over.
func claim(s Study, logged []LoggedDecision) (mine, rest []LoggedDecision) {
	type voice struct {
		stage record.Stage
		by    string
	}
	latest := map[voice]LoggedDecision{}
	for _, d := range logged {
		if !slices.Contains(s.Aliases, d.Decision.Study) {
			rest = append(rest, d)
			continue
		}
		v := voice{d.Decision.Stage, d.Decision.By}
		if was, ok := latest[v]; !ok || d.Seq >= was.Seq {
			latest[v] = d
		}
	}
	mine = slices.Collect(maps.Values(latest))
	slices.SortFunc(mine, func(a, b LoggedDecision) int { return cmp.Compare(a.Seq, b.Seq) })
	return mine, rest
}

// ops turns a change into operations on the index: studies first, then those that
// went into them, so that no record is ever without a study.
func (c *change) ops() ([]Op, error) {
	ops := make([]Op, 0, len(c.studies)+len(c.gone))
	for i := range c.studies {
		doc, err := c.studies[i].Document()
		if err != nil {
			return nil, fmt.Errorf("study %s: %w", c.studies[i].ID, err)
		}
		ops = append(ops, Op{ID: c.studies[i].ID, Version: c.studies[i].Version, Doc: &doc})
	}
	for _, id := range slices.SortedFunc(maps.Keys(c.gone), strings.Compare) {
		ops = append(ops, Op{ID: id, Version: c.gone[id]})
	}
	return ops, nil
}
