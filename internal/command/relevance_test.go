package command

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// studies are all studies of a site, in the order of screening.
func (s *site) studies() []indexer.Study {
	s.t.Helper()
	var found indexer.Result
	s.runJSON(exitComplete, &found, "search", "--size", "1000", "--set-aside", "--order", "screening")
	out := make([]indexer.Study, len(found.Hits))
	for i := range found.Hits {
		out[i] = found.Hits[i].Study
	}
	return out
}

// Decisions train the model at the next harvest; every record gets its score, the index
// made anew from the logs is the same, and scores are taken back with the decisions.
func TestScoresFollowDecisions(t *testing.T) {
	s := newSite(t, 60, 2, "")
	if out := s.run(exitComplete, "harvest"); !strings.Contains(out, "no scores") {
		t.Errorf("a harvest with nothing to learn from does not say so:\n%s", out)
	}
	for _, st := range s.studies() {
		if _, model := st.Score(); model != "" {
			t.Fatalf("study %s has a score and nothing to learn from", st.ID)
		}
	}
	ids := []string{}
	for _, st := range s.studies()[:5] {
		ids = append(ids, st.ID)
		s.run(exitComplete, "decide", st.ID, "include", "--by", "a1")
	}
	if out := s.run(exitComplete, "harvest"); !strings.Contains(out, "learnt from 5 included") || !strings.Contains(out, "75 % among the first") {
		t.Errorf("the harvest does not say what was learnt:\n%s", out)
	}
	first := s.studies()
	last := 2.0
	for i, st := range first {
		for _, m := range st.Members {
			if m.Score == nil || m.Score.Score.Model == "" {
				t.Fatalf("record %s has no score", m.Record.Candidate.ID)
			}
		}
		value, _ := st.Score()
		decided := slices.Contains(ids, st.ID)
		if i < len(first)-len(ids) {
			if decided || value > last {
				t.Errorf("place %d: score %g after %g, decided %v", i+1, value, last, decided)
			}
			last = value
		} else if !decided {
			t.Errorf("place %d is undecided", i+1)
		}
	}
	out := s.run(exitComplete, "search", "--order", "screening", "--size", "1")
	if !strings.Contains(out, "learnt from 5 included and 0 excluded records") {
		t.Errorf("the search does not say what its order promises:\n%s", out)
	}
	if out := s.run(exitComplete, "doctor"); !strings.Contains(out, "learnt from 5 included") {
		t.Errorf("doctor says:\n%s", out)
	}

	s.run(exitComplete, "reindex")
	if a, b := encoded(t, first), encoded(t, s.studies()); a != b {
		t.Error("the index made anew has other studies")
	}
	s.checkAll()

	// Nothing new, nothing published.
	s.run(exitComplete, "harvest", "--full")
	if a, b := encoded(t, first), encoded(t, s.studies()); a != b {
		t.Error("a harvest without news changed scores")
	}

	for _, id := range ids {
		s.run(exitComplete, "decide", id, string(record.Maybe), "--by", "a1")
	}
	s.run(exitComplete, "harvest")
	for _, st := range s.studies() {
		if _, model := st.Score(); model != "" {
			t.Fatalf("study %s still has a score", st.ID)
		}
	}
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
