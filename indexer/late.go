package indexer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// A decision may be in its log before the record that it is on is in the other: a source
// brings again what was deleted, or a part of the pipeline was put back to an older state.
// It is parked then, so that it is seen, and brought in when such a record comes.

// decisionKey is the key under which a decision is parked.
func decisionKey(seq uint64) string { return decisionKeys + strconv.FormatUint(seq, 10) }

const decisionKeys = stream.Decisions + "-"

// parkHomeless parks decisions on what is not in the index.
func (r *Runner) parkHomeless(ctx context.Context, homeless []LoggedDecision) error {
	for _, d := range homeless {
		if err := r.parkDecision(ctx, d, fmt.Sprintf("decision on study %s, which is not in the index", d.Decision.Study)); err != nil {
			return err
		}
		r.await(d)
	}
	return nil
}

// findLate looks for the decisions that are parked, which may be few among all that the
// other stages could not handle.
func (r *Runner) findLate(ctx context.Context) error {
	r.late = nil
	return r.bus.EachParkedBy(ctx, Stage, func(p record.Parked) error {
		number, is := strings.CutPrefix(p.Key, decisionKeys)
		if !is {
			return nil
		}
		var d LoggedDecision
		var err error
		if d.Seq, err = strconv.ParseUint(number, 10, 64); err == nil && json.Unmarshal(p.Raw, &d.Decision) == nil {
			r.await(d)
		}
		return nil // else it is parked because it cannot be read
	})
}

// await has a decision brought in with a record that it is on.
func (r *Runner) await(d LoggedDecision) {
	if r.late == nil {
		r.late = map[string][]LoggedDecision{}
	}
	for _, study := range decidedOn(d) {
		if !slices.ContainsFunc(r.late[study], d.same) {
			r.late[study] = append(r.late[study], d)
		}
	}
}

// decidedOn are the studies a decision is on, by the IDs that their records give them.
func decidedOn(d LoggedDecision) []string {
	if !d.Decision.Ruling() {
		return []string{d.Decision.Study}
	}
	var studies []string
	for _, id := range named(d) {
		studies = append(studies, record.StudyID(id))
	}
	return studies
}

// same says that another is at the same place of the log.
func (d LoggedDecision) same(other LoggedDecision) bool { return d.Seq == other.Seq }

// putLate brings in the parked decisions on records that have come. They go by themselves,
// so that a study which the index refuses with a decision is there without it.
func (r *Runner) putLate(ctx context.Context, members []Member) error {
	if len(r.late) == 0 {
		return nil
	}
	var late []LoggedDecision
	for i := range members {
		for _, d := range r.late[record.StudyID(members[i].Record.Candidate.ID)] {
			if !slices.ContainsFunc(late, d.same) {
				late = append(late, d)
			}
		}
	}
	merged, err := r.put(ctx, nil, late)
	if err != nil {
		return err
	}
	left := slices.Clone(merged.Homeless)
	for _, refused := range merged.RefusedDecisions {
		left = append(left, refused.What)
	}
	for _, d := range late {
		if slices.ContainsFunc(left, d.same) {
			continue
		}
		if err := r.bus.Unpark(ctx, Stage, decisionKey(d.Seq)); err != nil {
			return err
		}
		for _, study := range decidedOn(d) {
			r.late[study] = slices.DeleteFunc(r.late[study], d.same)
			if len(r.late[study]) == 0 {
				delete(r.late, study)
			}
		}
	}
	return nil
}
