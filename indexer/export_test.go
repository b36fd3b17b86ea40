package indexer

import "context"

// Put brings records and decisions into the index as the runner does.
func (r *Runner) Put(ctx context.Context, members []Member, decisions []LoggedDecision) error {
	merged, err := r.put(ctx, members, decisions)
	if err != nil {
		return err
	}
	return r.parkHomeless(ctx, merged.Homeless)
}
