package indexer

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"polyglean/indexer/merge"
	"polyglean/internal/record"
	"polyglean/internal/sidebyside"
)

// askKeys is how many keys are looked up at once, askStudies how many studies they may
// lead to before those that lead to too many (merge.Common) are told from the rest.
const (
	askKeys    = 500
	askStudies = 5_000
)

// neighbourhood is all that the arrival of records and decisions can change: the
// studies whose records the new ones are copies of or belong to, those of these, and
// so on until nothing is related to what is in it. What merely shares a key is looked
// at and left alone. Merging keeps no other state than the index, and a neighbourhood
// is no larger than the batch and its copies.
//
// A key leads from one record to another while no more than merge.Common records of the
// index and the batch together have it. The record that makes a key too common, or no
// longer so, changes what all who share it are compared with: they become part of the
// neighbourhood, once. So the studies depend on which records there are, and not on
// how many of them were there when each came.
type neighbourhood struct {
	index Index
	// found are the studies that were looked up, by ID.
	found map[string]foundStudy
	// members are the latest copies of all records seen, and records what is compared of
	// them.
	members map[string]Member
	records map[string]*merge.Record
	// compared is what is compared of a record: its latest copy, and those it replaces,
	// whose relations may end now. Stored are those of the copies in the index.
	compared, stored map[string][]*merge.Record
	// scores are the latest of all records seen.
	scores map[string]*LoggedScore
	// home are the studies that a record is in: one, but for the moments in which studies
	// merge.
	home map[string][]string
	// byKey leads from a key to records, ruled from a record to the studies with rulings
	// on it.
	byKey map[string][]string
	ruled map[string][]string
	// rulings by their place in the log.
	rulings map[uint64]LoggedDecision
	// asked are the values that were looked up, by field; false for those that lead to too
	// many studies to be followed.
	asked map[string]map[string]bool
	// leaving counts the records of the batch that no longer have a key, and crowds what
	// crowded found.
	leaving map[string]int
	crowds  map[string]crowd
	// near are the records of the neighbourhood; queue those whose relations are yet to
	// be looked for.
	near  map[string]bool
	queue []string
}

type foundStudy struct {
	Study
	stored Stored
}

// crowd says whether more than merge.Common records have a key, before and after the
// batch.
type crowd struct{ before, after bool }

// explore finds the neighbourhood of a batch.
func explore(ctx context.Context, index Index, incoming []Member, decisions []LoggedDecision) (*neighbourhood, error) {
	n := &neighbourhood{
		index: index, found: map[string]foundStudy{}, members: map[string]Member{}, records: map[string]*merge.Record{},
		compared: map[string][]*merge.Record{}, stored: map[string][]*merge.Record{}, scores: map[string]*LoggedScore{},
		home: map[string][]string{}, byKey: map[string][]string{}, ruled: map[string][]string{},
		rulings: map[uint64]LoggedDecision{}, asked: map[string]map[string]bool{ExactKey: {}, ExactAlias: {}},
		leaving: map[string]int{}, crowds: map[string]crowd{}, near: map[string]bool{},
	}
	compared := make([]*merge.Record, len(incoming))
	sidebyside.Do(len(incoming), 1, func(i int) { compared[i] = merge.New(&incoming[i].Record.Candidate) })
	// A study is asked for by the ID that each of its records gives it: however many
	// share their keys, none is taken for a record that is not there yet.
	var ids, aliases []string
	for i, m := range incoming {
		n.add(m, compared[i])
		ids = append(ids, m.Record.Candidate.ID)
	}
	for _, d := range decisions {
		if !d.Decision.Ruling() {
			aliases = append(aliases, d.Decision.Study)
			continue
		}
		n.rulings[d.Seq] = d
		ids = append(ids, named(d)...)
	}
	for _, id := range ids {
		aliases = append(aliases, record.StudyID(id))
	}
	if err := n.ask(ctx, ExactAlias, aliases); err != nil {
		return nil, err
	}
	for id := range n.found {
		n.visitStudy(id)
	}
	for _, id := range ids {
		n.visit(id)
	}
	n.findLeaving(incoming)
	for len(n.queue) > 0 {
		if err := n.spread(ctx); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// named are the records a ruling is about.
func named(d LoggedDecision) []string { return slices.Concat(d.Decision.Records, d.Decision.Others) }

// spread looks for the relations of the records in the queue.
func (n *neighbourhood) spread(ctx context.Context) error {
	queue := n.queue
	n.queue = nil
	var keys []string
	for _, id := range queue {
		for _, r := range n.compared[id] {
			keys = append(keys, r.Keys()...)
		}
	}
	if err := n.ask(ctx, ExactKey, keys); err != nil {
		return err
	}
	for _, id := range queue {
		n.visitRuled(id)
		for _, r := range n.compared[id] {
			for _, k := range r.Keys() {
				c := n.crowded(k)
				if c.before && c.after {
					continue
				}
				for _, other := range n.byKey[k] {
					if !n.near[other] && (c.before != c.after || n.related(r, other)) {
						n.visit(other)
					}
				}
			}
		}
	}
	return nil
}

// findLeaving counts the keys that the copies in the index of incoming records have and
// the latest do not.
func (n *neighbourhood) findLeaving(incoming []Member) {
	seen := map[string]bool{}
	for i := range incoming {
		id := incoming[i].Record.Candidate.ID
		if seen[id] {
			continue
		}
		seen[id] = true
		for _, r := range n.stored[id] {
			for _, k := range r.Keys() {
				if !slices.Contains(n.records[id].Keys(), k) {
					n.leaving[k]++
				}
			}
		}
	}
}

// crowded says whether a key that was looked up is too common to lead to copies.
func (n *neighbourhood) crowded(key string) crowd {
	if !n.asked[ExactKey][key] {
		return crowd{true, true}
	}
	holders := n.byKey[key]
	if len(holders) <= merge.Common {
		return crowd{}
	}
	c, known := n.crowds[key]
	if known {
		return c
	}
	before, after := 0, 0
	has := func(r *merge.Record) bool { return slices.Contains(r.Keys(), key) }
	for _, id := range holders {
		if slices.ContainsFunc(n.stored[id], has) {
			before++
		}
		if has(n.records[id]) {
			after++
		}
	}
	c = crowd{before > merge.Common, after > merge.Common}
	n.crowds[key] = c
	return c
}

func (n *neighbourhood) related(r *merge.Record, id string) bool {
	for _, other := range n.compared[id] {
		if v := merge.Compare(r, other).Verdict; v == merge.Same || v == merge.Linked {
			return true
		}
	}
	return false
}

// visit takes a record into the neighbourhood, and with it the study it is in.
func (n *neighbourhood) visit(id string) {
	if _, there := n.members[id]; !there || n.near[id] {
		return
	}
	n.near[id] = true
	n.queue = append(n.queue, id)
	for _, study := range n.home[id] {
		n.visitStudy(study)
	}
}

func (n *neighbourhood) visitStudy(id string) {
	s := n.found[id]
	for i := range s.Members {
		n.visit(s.Members[i].Record.Candidate.ID)
	}
	for _, d := range s.Rulings {
		n.rulings[d.Seq] = d
		for _, r := range named(d) {
			n.visit(r)
		}
	}
}

// visitRuled takes in the studies with rulings on a record, and the records that those
// name.
func (n *neighbourhood) visitRuled(id string) {
	for _, study := range slices.Concat(n.home[id], n.ruled[id]) {
		n.visitStudy(study)
	}
}

// add files a record, of which r is what is compared, under its keys; of two copies the
// newer one stands.
func (n *neighbourhood) add(m Member, r *merge.Record) {
	id := m.Record.Candidate.ID
	if m.Score != nil && m.Score.holds(n.scores[id]) {
		n.scores[id] = m.Score
	}
	if before, there := n.members[id]; !there || newer(m, before) {
		m.Why = ""
		n.members[id], n.records[id] = m, r
	}
	for _, k := range r.Keys() {
		if !slices.ContainsFunc(n.compared[id], func(copy *merge.Record) bool { return slices.Contains(copy.Keys(), k) }) {
			n.byKey[k] = append(n.byKey[k], id)
		}
	}
	n.compared[id] = append(n.compared[id], r)
}

// ask looks up the studies that have one of the values, once each.
func (n *neighbourhood) ask(ctx context.Context, field string, values []string) error {
	asked := n.asked[field]
	var fresh []string
	for _, v := range values {
		if _, before := asked[v]; !before {
			asked[v] = true
			fresh = append(fresh, v)
		}
	}
	// The values of one record are asked for together: those of a study lead to it once.
	chunks := slices.Collect(slices.Chunk(fresh, askKeys))
	answers, err := sidebyside.Map(len(chunks), func(i int) (lookedUp, error) {
		slices.Sort(chunks[i])
		return n.lookUp(ctx, field, chunks[i])
	})
	if err != nil {
		return fmt.Errorf("look up studies: %w", err)
	}
	for _, a := range answers {
		for _, v := range a.common {
			asked[v] = false
		}
		if err := n.take(a.studies); err != nil {
			return fmt.Errorf("look up studies: %w", err)
		}
	}
	return nil
}

// lookedUp is what values that were looked up lead to.
type lookedUp struct {
	studies []Stored
	// common are the values that lead to too many studies to be followed.
	common []string
}

// lookUp parts values in two when they lead to too many documents; a single value that
// does is common.
func (n *neighbourhood) lookUp(ctx context.Context, field string, values []string) (lookedUp, error) {
	either := Bool{}
	for _, v := range values {
		either.Should = append(either.Should, Term{Field: field, Value: v})
	}
	counted, err := n.index.Find(ctx, Plan{Query: either})
	if err != nil {
		return lookedUp{}, err
	}
	switch total := counted.Total; {
	case total == 0:
		return lookedUp{}, nil
	case len(values) == 1 && total > merge.Common+n.leaving[values[0]]:
		// Each of these studies has a record with the key, and not enough of them leave.
		return lookedUp{common: values}, nil
	case total > askStudies:
		half := len(values) / 2
		first, err := n.lookUp(ctx, field, values[:half])
		if err != nil {
			return lookedUp{}, err
		}
		second, err := n.lookUp(ctx, field, values[half:])
		return lookedUp{append(first.studies, second.studies...), append(first.common, second.common...)}, err
	}
	studies, err := n.index.Lookup(ctx, field, values)
	return lookedUp{studies: studies}, err
}

// settled says that the index holds what was written and, of what the neighbourhood
// was worked out from, nothing else: no other writer came between.
func (n *neighbourhood) settled(ctx context.Context, ops []Op) (bool, error) {
	want := map[string]int64{}
	for id, s := range n.found {
		want[id] = s.stored.Version
	}
	for _, op := range ops {
		want[op.ID] = op.Version
		if op.Doc == nil {
			delete(want, op.ID)
		}
	}
	for field, asked := range n.asked {
		var followed []string
		for v, is := range asked {
			if is {
				followed = append(followed, v)
				continue
			}
			counted, err := n.index.Find(ctx, Plan{Query: Term{Field: field, Value: v}})
			if err != nil {
				return false, fmt.Errorf("look up studies: %w", err)
			}
			if counted.Total <= merge.Common {
				return false, nil // it may lead to copies now
			}
		}
		slices.Sort(followed)
		chunks := slices.Collect(slices.Chunk(followed, askKeys))
		found, err := sidebyside.Map(len(chunks), func(i int) (map[string]int64, error) {
			return n.index.Versions(ctx, field, chunks[i])
		})
		if err != nil {
			return false, fmt.Errorf("look up studies: %w", err)
		}
		for _, versions := range found {
			for id, version := range versions {
				if wanted, known := want[id]; !known || version != wanted {
					return false, nil
				}
			}
		}
	}
	return true, nil
}

// take files studies that were looked up.
func (n *neighbourhood) take(stored []Stored) error {
	stored = slices.DeleteFunc(stored, func(d Stored) bool { _, there := n.found[d.ID]; return there })
	compared := make([][]*merge.Record, len(stored))
	studies, err := sidebyside.Map(len(stored), func(i int) (Study, error) {
		s, err := readStudy(stored[i])
		for m := range s.Members {
			compared[i] = append(compared[i], merge.New(&s.Members[m].Record.Candidate))
		}
		return s, err
	})
	if err != nil {
		return err
	}
	for i, s := range studies {
		n.found[s.ID] = foundStudy{s, stored[i]}
		for at, m := range s.Members {
			id, r := m.Record.Candidate.ID, compared[i][at]
			n.home[id] = append(n.home[id], s.ID)
			n.stored[id] = append(n.stored[id], r)
			n.add(m, r)
		}
		for _, ruling := range s.Rulings {
			for _, id := range named(ruling) {
				n.ruled[id] = append(n.ruled[id], s.ID)
			}
		}
	}
	return nil
}

// present are the studies of the neighbourhood as they lie in the index.
func (n *neighbourhood) present() []foundStudy {
	var out []foundStudy
	for _, s := range n.found {
		if slices.ContainsFunc(s.Members, func(m Member) bool { return n.near[m.Record.Candidate.ID] }) {
			out = append(out, s)
		}
	}
	return out
}

// groups merges the records of the neighbourhood.
func (n *neighbourhood) groups() []merge.Group {
	records := make([]*merge.Record, 0, len(n.near))
	for id := range n.near {
		records = append(records, n.records[id].Without(func(key string) bool { return n.crowded(key).after }))
	}
	var rulings merge.Rulings
	for _, seq := range slices.Sorted(maps.Keys(n.rulings)) {
		d := n.rulings[seq].Decision
		rulings.Rule(d.Records, d.Others, d.Verdict == record.Join)
	}
	return merge.Cluster(records, rulings)
}
