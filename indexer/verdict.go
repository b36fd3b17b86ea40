package indexer

import "polyglean/internal/record"

// Verdict is the decision given last at a stage, whoever gave it; the zero Decision
// when there is none.
func (s *Study) Verdict(stage record.Stage) record.Decision {
	var last LoggedDecision
	for _, d := range s.Decisions {
		if d.Decision.Stage == stage && d.Seq >= last.Seq {
			last = d
		}
	}
	return last.Decision
}
