package indexer

import (
	"context"
	"fmt"
)

// mergeTries is how often Merge starts anew because another writer came between.
const mergeTries = 20

// Merged is what became of a batch.
type Merged struct {
	// Refused are records whose study the index will never take, with its reason; what
	// the study was before stays in the index.
	Refused []Refused
	// Homeless are decisions on studies and records that are not in the index.
	Homeless []LoggedDecision
}

// Refused is a record that cannot be indexed.
type Refused struct {
	Member Member
	Err    error
}

// Merge brings records and decisions into an index: copies of one study become one
// document. The records and decisions in the index are in the end the same whatever
// the order and batches they came in, and whoever else was writing: when another
// writer changed one of the studies, or added one that belongs to them, all is read
// and worked out again. The error wraps ErrUnavailable when the batch is to be sent
// again later; sending it again is always safe.
func Merge(ctx context.Context, index Index, members []Member, decisions []LoggedDecision) (Merged, error) {
	for range mergeTries {
		c, err := assemble(ctx, index, members, decisions)
		if err != nil {
			return Merged{}, err
		}
		ops, err := c.ops()
		if err != nil {
			return Merged{}, err
		}
		m := Merged{Homeless: c.homeless}
		if len(ops) == 0 {
			return m, nil
		}
		outcomes, err := index.Apply(ctx, ops)
		if err != nil {
			return Merged{}, err
		}
		alone, written := true, ops[:0:0]
		for i, o := range outcomes {
			alone = alone && !o.Stale
			if o.Err != nil {
				m.Refused = append(m.Refused, c.refused(ops[i].ID, o.Err)...)
			} else {
				written = append(written, ops[i])
			}
		}
		if alone {
			if alone, err = c.from.settled(ctx, written); err != nil {
				return Merged{}, err
			}
		}
		if alone {
			return m, nil
		}
	}
	return Merged{}, fmt.Errorf("%w: another writer keeps changing the same studies", ErrUnavailable)
}

// refused are the records whose arrival made a document that the index refuses.
func (c *change) refused(id string, why error) []Refused {
	var out []Refused
	for _, s := range c.studies {
		if s.ID != id {
			continue
		}
		for _, m := range s.Members {
			if c.arrived[m.Record.Candidate.ID] {
				out = append(out, Refused{m, why})
			}
		}
	}
	return out
}
