package command

import (
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// What a reviewer splits stays split when the index is built anew, until it is joined
// again; the old addresses go on leading somewhere.
func TestSplitAndJoin(t *testing.T) {
	s := newSite(t, 1, 0, "")
	s.run(exitComplete, "harvest")
	var found indexer.Result
	s.runJSON(exitComplete, &found, "search", "--size", "1000", "--set-aside")
	at := slices.IndexFunc(found.Hits, func(h indexer.Hit) bool { return len(h.Study.Members) > 1 })
	if at < 0 {
		t.Fatal("no study has two records")
	}
	study := found.Hits[at].Study
	leaves := study.Members[0].Record.Candidate.ID

	if out := s.run(exitComplete, "studies", "split", study.ID, leaves, "--reason", "another city"); !strings.Contains(out, leaves) {
		t.Errorf("split said %q", out)
	}
	members := func() int {
		var one indexer.Result
		s.runJSON(exitComplete, &one, "search", "--size", "1000", "--set-aside")
		for _, h := range one.Hits {
			if slices.Contains(h.Study.Aliases, record.StudyID(leaves)) {
				return len(h.Study.Members)
			}
		}
		return 0
	}
	if n := members(); n != 1 {
		t.Errorf("after the split the record is one of %d", n)
	}
	s.run(exitComplete, "reindex")
	if n := members(); n != 1 {
		t.Errorf("after reindex the record is one of %d", n)
	}
	other := record.StudyID(study.Members[1].Record.Candidate.ID)
	s.run(exitComplete, "studies", "join", record.StudyID(leaves), other)
	if n := members(); n != len(study.Members) {
		t.Errorf("after joining again the record is one of %d, want %d", n, len(study.Members))
	}
	for _, wrong := range [][]string{
		{"studies", "split", study.ID, "nobody:1"},
		{"studies", "split", "snowhere", leaves},
		{"studies", "join", study.ID, other},
	} {
		s.run(exitUsage, wrong...)
	}
}
