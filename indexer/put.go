package indexer

import (
	"context"
	"fmt"
	"slices"
)

// mergeTries is how often Merge starts anew because another writer came between, or
// because a study was refused.
const mergeTries = 20

// Merged is what became of a batch.
type Merged struct {
	// Refused are records whose study the index will never take; what the study was
	// before stays in the index.
	Refused []Refused[Member]
	// RefusedDecisions are decisions whose study the index will not take with them.
	RefusedDecisions []Refused[LoggedDecision]
	// Homeless are decisions on studies and records that are not in the index.
	Homeless []LoggedDecision
}

// Refused is what the index will never take as it is, with its reason.
type Refused[T Member | LoggedDecision | LoggedScore] struct {
	What T
	Err  error
}

// Merge brings records and decisions into an index: copies of one study become one
// document. The records and decisions in the index are in the end the same whatever
// the order and batches they came in, and whoever else was writing: when another
// writer changed one of the studies, or added one that belongs to them, all is read
// and worked out again. So it is without the records whose study is refused: no record
// goes from where it was before the place where it goes to is written. The error wraps
// ErrUnavailable when the batch is to be sent again later; sending it again is always
// safe.
func Merge(ctx context.Context, index Index, members []Member, decisions []LoggedDecision) (Merged, error) {
	var m Merged
	counter, counts := index.(Counter)
	for range mergeTries {
		var before uint64
		if counts {
			before = counter.Applied()
		}
		c, err := assemble(ctx, index, members, decisions)
		if err != nil {
			return Merged{}, err
		}
		ops, err := c.ops()
		if err != nil {
			return Merged{}, err
		}
		m.Homeless = c.homeless
		if len(ops) == 0 {
			return m, nil
		}
		outcomes, err := index.Apply(ctx, ops)
		if err != nil {
			return Merged{}, err
		}
		alone, written, refused := true, ops[:0:0], map[string]error{}
		for i, o := range outcomes {
			switch {
			case o.Err != nil:
				refused[ops[i].ID] = o.Err
			case o.Stale:
				alone = false
			case !o.Undone:
				written = append(written, ops[i])
			}
		}
		if alone && !(counts && counter.Applied() == before+1) {
			if alone, err = c.from.settled(ctx, written); err != nil {
				return Merged{}, err
			}
		}
		if !alone {
			continue
		}
		if len(refused) == 0 {
			return m, nil
		}
		given := m.refused()
		members, decisions = c.giveUp(&m, refused, written, members, decisions)
		if m.refused() == given {
			return m, nil // what is refused is not of this batch, and stays as it was
		}
	}
	return Merged{}, fmt.Errorf("%w: another writer keeps changing the same studies", ErrUnavailable)
}

func (m *Merged) refused() int { return len(m.Refused) + len(m.RefusedDecisions) }

// giveUp notes what cannot be brought in because its study is refused, and returns the
// rest of the batch, with the other records of that study: they are to be as they were.
// Decisions are given up only where no record is.
func (c *change) giveUp(m *Merged, refused map[string]error, written []Op, members []Member, decisions []LoggedDecision) ([]Member, []LoggedDecision) {
	overwritten := map[string]bool{}
	for _, op := range written {
		overwritten[op.ID] = true
	}
	var back []Member
	records, decided := map[string]bool{}, map[uint64]bool{}
	for _, s := range c.studies {
		why := refused[s.ID]
		if why == nil {
			continue
		}
		blamed := false
		for _, member := range s.Members {
			id := member.Record.Candidate.ID
			stays := slices.ContainsFunc(c.from.home[id], func(study string) bool { return !overwritten[study] })
			if stays && !c.arrived[id] {
				back = append(back, member)
				continue
			}
			m.Refused = append(m.Refused, Refused[Member]{member, why})
			records[id] = true
			blamed = blamed || c.arrived[id]
		}
		for _, d := range decisions {
			has := func(of LoggedDecision) bool { return of.Seq == d.Seq }
			if !blamed && !decided[d.Seq] && (slices.ContainsFunc(s.Decisions, has) || slices.ContainsFunc(s.Rulings, has)) {
				m.RefusedDecisions = append(m.RefusedDecisions, Refused[LoggedDecision]{d, why})
				decided[d.Seq] = true
			}
		}
	}
	for _, member := range members {
		if !records[member.Record.Candidate.ID] {
			back = append(back, member)
		}
	}
	return back, slices.DeleteFunc(slices.Clone(decisions), func(d LoggedDecision) bool { return decided[d.Seq] })
}
