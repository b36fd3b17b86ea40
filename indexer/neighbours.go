package indexer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"polyglean/indexer/merge"
	"polyglean/internal/record"
)

// A key that more than commonKey studies have is no lead to copies: a template's DOI,
// a journal's standing heading. It is not followed; real copies share other keys.
const (
	commonKey = 1000
	// askKeys is how many keys are looked up at once, askStudies how many studies they
	// may lead to before those that lead to too many are told from the rest.
	askKeys    = 500
	askStudies = 10_000
)

// neighbourhood is all that the arrival of records and decisions can change: the
// studies whose records the new ones are copies of or belong to, those of these, and
// so on until nothing is related to what is in it. What merely shares a key is looked
// at and left alone. Merging keeps no other state than the index, and a neighbourhood
// is no larger than the batch and its copies.
type neighbourhood struct {
	index Index
	// found are the studies that were looked up, by ID.
	found map[string]foundStudy
	// members are the latest copies of all records seen.
	members map[string]Member
	// compared is what is compared of a record: its latest copy, and those it replaces,
	// whose relations may end now.
	compared map[string][]*merge.Record
	// home is the study that a record is in.
	home map[string]string
	// byKey leads from a key to records, ruled from a record to the studies with rulings
	// on it.
	byKey map[string][]string
	ruled map[string][]string
	// rulings by their place in the log.
	rulings map[uint64]LoggedDecision
	asked   map[string]bool
	// near are the records of the neighbourhood; queue those whose relations are yet to
	// be looked for.
	near  map[string]bool
	queue []string
}

type foundStudy struct {
	Study
	stored Stored
}

// explore finds the neighbourhood of a batch.
func explore(ctx context.Context, index Index, incoming []Member, decisions []LoggedDecision) (*neighbourhood, error) {
	n := &neighbourhood{
		index: index, found: map[string]foundStudy{}, members: map[string]Member{}, compared: map[string][]*merge.Record{},
		home: map[string]string{}, byKey: map[string][]string{}, ruled: map[string][]string{},
		rulings: map[uint64]LoggedDecision{}, asked: map[string]bool{}, near: map[string]bool{},
	}
	for _, m := range incoming {
		n.add(m)
		n.visit(m.Record.Candidate.ID)
	}
	var aliases, keys []string
	for _, d := range decisions {
		if !d.Decision.Ruling() {
			aliases = append(aliases, d.Decision.Study)
			continue
		}
		n.rulings[d.Seq] = d
		for _, id := range named(d) {
			keys = append(keys, merge.RecordKey(id))
		}
	}
	if err := n.ask(ctx, ExactAlias, aliases); err != nil {
		return nil, err
	}
	for id := range n.found {
		n.visitStudy(id)
	}
	if err := n.ask(ctx, ExactKey, keys); err != nil {
		return nil, err
	}
	for _, d := range n.rulings {
		for _, id := range named(d) {
			n.visit(id)
		}
	}
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
				block := n.byKey[k]
				if len(block) > commonKey {
					continue
				}
				for _, other := range block {
					if !n.near[other] && n.related(r, other) {
						n.visit(other)
					}
				}
			}
		}
	}
	return nil
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
	if study, ok := n.home[id]; ok {
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
	if study, ok := n.home[id]; ok {
		n.visitStudy(study)
	}
	for _, study := range n.ruled[id] {
		n.visitStudy(study)
	}
}

// add files a record under its keys; of two copies the newer one stands.
func (n *neighbourhood) add(m Member) {
	id := m.Record.Candidate.ID
	if before, there := n.members[id]; !there || newer(m, before) {
		m.Why = ""
		n.members[id] = m
	}
	r := merge.New(&m.Record.Candidate)
	n.compared[id] = append(n.compared[id], r)
	for _, k := range r.Keys() {
		if block := n.byKey[k]; len(block) <= commonKey && !slices.Contains(block, id) {
			n.byKey[k] = append(block, id)
		}
	}
}

// ask looks up the studies that have one of the values, once each.
func (n *neighbourhood) ask(ctx context.Context, field string, values []string) error {
	fresh := map[string]bool{}
	for _, v := range values {
		if asked := field + " " + v; !n.asked[asked] {
			n.asked[asked] = true
			fresh[v] = true
		}
	}
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(fresh)), askKeys) {
		if err := n.askSome(ctx, field, chunk); err != nil {
			return err
		}
	}
	return nil
}

// askSome looks values up when they do not lead to too many studies, and parts them
// in two when they do; a single value that does is not followed.
func (n *neighbourhood) askSome(ctx context.Context, field string, values []string) error {
	either := Bool{}
	for _, v := range values {
		either.Should = append(either.Should, Term{Field: field, Value: v})
	}
	counted, err := n.index.Find(ctx, Plan{Query: either})
	if err != nil {
		return fmt.Errorf("look up studies: %w", err)
	}
	switch {
	case counted.Total == 0:
		return nil
	case counted.Total > askStudies && len(values) > 1, counted.Total > commonKey && len(values) > 1 && len(values) < 10:
		half := len(values) / 2
		if err := n.askSome(ctx, field, values[:half]); err != nil {
			return err
		}
		return n.askSome(ctx, field, values[half:])
	case counted.Total > commonKey && len(values) == 1:
		return nil
	}
	stored, err := n.index.Lookup(ctx, field, values)
	if err != nil {
		return fmt.Errorf("look up studies: %w", err)
	}
	for _, d := range stored {
		if err := n.take(d); err != nil {
			return err
		}
	}
	return nil
}

// take files a study that was looked up.
func (n *neighbourhood) take(d Stored) error {
	if _, there := n.found[d.ID]; there {
		return nil
	}
	var s Study
	if err := json.Unmarshal(d.Source, &s); err != nil {
		return fmt.Errorf("document %s in the index cannot be read (%w): rebuild it with polyglean reindex", d.ID, err)
	}
	s.Version = d.Version
	n.found[s.ID] = foundStudy{s, d}
	for _, m := range s.Members {
		n.home[m.Record.Candidate.ID] = s.ID
		n.add(m)
	}
	for _, ruling := range s.Rulings {
		for _, id := range named(ruling) {
			n.ruled[id] = append(n.ruled[id], s.ID)
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
		m := n.members[id]
		records = append(records, merge.New(&m.Record.Candidate))
	}
	var rulings merge.Rulings
	for _, seq := range slices.Sorted(maps.Keys(n.rulings)) {
		d := n.rulings[seq].Decision
		rulings.Rule(d.Records, d.Others, d.Verdict == record.Join)
	}
	return merge.Cluster(records, rulings)
}
