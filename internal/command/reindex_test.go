package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"polyglean/indexer"
)

// Without its index the program does not say that there are no studies: commands that read
// say how to have it made anew, and the next that writes does so.
func TestIndexDirectoryRemoved(t *testing.T) {
	s := newSite(t, 5, 0, "")
	s.run(exitComplete, "harvest")
	var before, after indexer.Result
	s.runJSON(exitComplete, &before, "search", "--set-aside")
	remove := func() {
		t.Helper()
		if err := os.RemoveAll(filepath.Join(s.dir, "data", "index")); err != nil {
			t.Fatal(err)
		}
	}
	remove()
	for _, args := range [][]string{
		{"search"},
		{"export", "--format", "ris"},
		{"prisma"},
		{"decide", before.Hits[0].Study.ID, "include"},
		{"studies", "join", before.Hits[0].Study.ID, before.Hits[1].Study.ID},
	} {
		out, err := s.command(args...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "polyglean reindex") {
			t.Errorf("polyglean %s: %v\n%s\nwant an error that names polyglean reindex", strings.Join(args, " "), err, out)
		}
	}
	s.run(exitComplete, "reindex")
	s.runJSON(exitComplete, &after, "search", "--set-aside")
	if after.Total != before.Total {
		t.Errorf("%d studies after reindex, %d before", after.Total, before.Total)
	}

	remove()
	s.serve()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		s.runJSON(exitComplete, &after, "search", "--set-aside")
		if after.Total == before.Total {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d studies while serving, %d before the index was removed", after.Total, before.Total)
		}
	}
}
