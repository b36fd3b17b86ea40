package indexer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// decisionAudit compares reviewers' decisions in the index with their log.
type decisionAudit struct {
	log []LoggedDecision
	// held is the last decision in the index of an account on what an ID names.
	held map[voice]uint64
	// seen are the places of the decisions in the index.
	seen map[uint64]bool
	// parked are the keys of what is parked.
	parked map[string]bool
}

// voice is an account at a stage of the screening of what an ID names.
type voice struct {
	study string
	stage record.Stage
	by    string
}

func voiceOf(d LoggedDecision) voice {
	return voice{d.Decision.Study, d.Decision.Stage, d.Decision.By}
}

func (a *audit) readDecisions(ctx context.Context) error {
	if !a.whole {
		return nil
	}
	p := positions{audit: a, log: stream.Decisions}
	err := a.bus.EachLogged(ctx, func(seq uint64, d record.Decision, err error) error {
		p.at(seq)
		if err == nil {
			a.decisions.log = append(a.decisions.log, LoggedDecision{Seq: seq, Decision: d})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.end(ctx)
}

// studyDecisions compares the decisions of a study with the log.
func (a *audit) studyDecisions(ctx context.Context, s *Study) error {
	for _, list := range [][]LoggedDecision{s.Decisions, s.Rulings} {
		for _, d := range list {
			if came, err := a.came(ctx, stream.Decisions, d.Seq); err != nil {
				return err
			} else if came {
				continue
			}
			a.decisions.seen[d.Seq] = true
			if what := a.decisions.difference(d); what != "" {
				a.found(&a.AlteredDecisions, Altered, decisionName(d.Seq), what+", in study "+s.ID)
			}
		}
	}
	for _, d := range s.Decisions {
		v := voiceOf(d)
		a.decisions.held[v] = max(a.decisions.held[v], d.Seq)
	}
	return nil
}

func decisionName(seq uint64) string { return fmt.Sprintf("decision %d", seq) }

// difference says in what a decision of the index is not as it was logged.
func (a *decisionAudit) difference(d LoggedDecision) string {
	// Positions are in order, and hardly one is without its decision.
	i := min(int(d.Seq), len(a.log))
	for i > 0 && a.log[i-1].Seq > d.Seq {
		i--
	}
	if i == 0 || a.log[i-1].Seq != d.Seq {
		return "the decision log does not have it any more"
	}
	is, err := json.Marshal(a.log[i-1].Decision)
	if err != nil {
		return err.Error()
	}
	if has, err := json.Marshal(d.Decision); err != nil || !bytes.Equal(is, has) {
		return "it is not as it was logged"
	}
	return ""
}

// findDecisions finds the logged decisions that are neither in the index nor replaced
// by a later one of the same account, nor parked.
func (a *audit) findDecisions() {
	for _, d := range a.decisions.log {
		if d.Seq > a.settled[stream.Decisions] || a.decisions.seen[d.Seq] || a.decisions.parked[decisionKey(d.Seq)] {
			continue
		}
		of := d.Decision
		if !of.Ruling() && a.decisions.held[voiceOf(d)] > d.Seq {
			continue
		}
		a.found(&a.MissingDecisions, Missing, decisionName(d.Seq), fmt.Sprintf("%s by %s on %s", of.Verdict, of.By, of.Study))
	}
}
