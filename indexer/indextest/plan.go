package indextest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// testPlans: records, new versions of them, reviewers' decisions and rulings come in a
// random order. At every stop the studies are, to the last byte, those that reading the
// log again makes, and each decision is in the study that holds the record it was given
// on.
func testPlans(t *testing.T, b Backend) {
	for seed := range 2 {
		t.Run(fmt.Sprint("plan ", seed), func(t *testing.T) {
			p := &plan{b: b, t: t, rng: rand.New(rand.NewPCG(uint64(seed), 4)), idx: b.open(t), latest: map[string]indexer.Member{}}
			for range 3 {
				for range 16 {
					p.step()
				}
				p.check()
			}
		})
	}
}

// plan is a random course of events, and the log of them.
type plan struct {
	b   Backend
	t   *testing.T
	rng *rand.Rand
	idx indexer.Index
	// members and decisions are the two logs.
	members   []indexer.Member
	decisions []indexer.LoggedDecision
	// latest are the records by ID, ids their IDs as they came.
	latest map[string]indexer.Member
	ids    []string
}

func (p *plan) step() {
	p.t.Helper()
	var members []indexer.Member
	var decisions []indexer.LoggedDecision
	switch n := p.rng.IntN(10); {
	case n < 4 || len(p.ids) < 4:
		for range 1 + p.rng.IntN(3) {
			members = append(members, p.record())
		}
	case n < 7:
		decisions = append(decisions, p.verdict())
	default:
		decisions = append(decisions, p.ruling())
	}
	merged, err := indexer.Merge(p.t.Context(), p.idx, members, decisions)
	if err != nil || len(merged.Refused)+len(merged.Homeless) > 0 {
		p.t.Fatalf("merge: %+v, error %v", merged, err)
	}
	p.decisions = append(p.decisions, decisions...)
}

// record is one of few works as one of few sources has it, or a new version of it, which
// may be of another work.
func (p *plan) record() indexer.Member {
	seq := uint64(len(p.members) + 1)
	source, number := string(rune('a'+p.rng.IntN(4))), p.rng.IntN(5)
	work := number
	if p.rng.IntN(4) == 0 {
		work = p.rng.IntN(5)
	}
	m := copyOf(seq, source, work, func(c *record.Candidate) {
		c.ID, c.SourceID, c.Version = record.MakeID(source, fmt.Sprint(number)), fmt.Sprint(number), int64(seq)
	})
	id := m.Record.Candidate.ID
	if _, there := p.latest[id]; !there {
		p.ids = append(p.ids, id)
	}
	p.latest[id] = m
	p.members = append(p.members, m)
	return m
}

func (p *plan) log(d record.Decision) indexer.LoggedDecision {
	seq := uint64(len(p.decisions) + 1)
	d.Schema, d.Review, d.At = record.Schema, "test", time.Unix(int64(seq), 0).UTC()
	d.By = string(rune('x' + p.rng.IntN(2)))
	return indexer.LoggedDecision{Seq: seq, Decision: d}
}

// verdict is on a study as a reader sees it at the moment.
func (p *plan) verdict() indexer.LoggedDecision {
	all := scan(p.t, p.idx)
	verdicts := []record.Verdict{record.Include, record.Exclude, record.Maybe}
	return p.log(record.Decision{
		Study: all[p.rng.IntN(len(all))].ID, Stage: record.StageTitleAbstract, Verdict: verdicts[p.rng.IntN(len(verdicts))],
	})
}

// ruling joins or splits two records.
func (p *plan) ruling() indexer.LoggedDecision {
	at := p.rng.Perm(len(p.ids))
	verdict := record.Join
	if p.rng.IntN(2) == 0 {
		verdict = record.Split
	}
	return p.log(record.Decision{
		Study: record.StudyID(p.ids[at[0]]), Verdict: verdict, Records: []string{p.ids[at[0]]}, Others: []string{p.ids[at[1]]},
	})
}

// check compares the index with one that is made from the logs.
func (p *plan) check() {
	p.t.Helper()
	fresh := p.b.open(p.t)
	for batch := range slices.Chunk(p.members, 7) {
		merge(p.t, fresh, batch)
	}
	merged, err := indexer.Merge(p.t.Context(), fresh, nil, p.decisions)
	if err != nil || len(merged.Homeless) > 0 {
		p.t.Fatalf("merge: %+v, error %v", merged, err)
	}
	if diff := cmp.Diff(documents(p.t, fresh), documents(p.t, p.idx)); diff != "" {
		p.t.Fatalf("after %d records and %d decisions the studies are not those that the logs make:\n%.4000s", len(p.members), len(p.decisions), diff)
	}
	library := indexer.NewLibrary(p.idx)
	for i, d := range p.decisions {
		if d.Decision.Ruling() || slices.ContainsFunc(p.decisions[i+1:], func(later indexer.LoggedDecision) bool { return replaces(later, d) }) {
			continue
		}
		s, err := library.Study(p.t.Context(), d.Decision.Study)
		if err != nil || !slices.ContainsFunc(s.Decisions, func(has indexer.LoggedDecision) bool { return has.Seq == d.Seq }) {
			p.t.Errorf("decision %d on %s is not in study %s, error %v", d.Seq, d.Decision.Study, s.ID, err)
		}
	}
}

// replaces says that the account said something else of the same later.
func replaces(later, d indexer.LoggedDecision) bool {
	return later.Decision.Study == d.Decision.Study && later.Decision.By == d.Decision.By && later.Decision.Stage == d.Decision.Stage
}
