package command

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/internal/demo"
	"polyglean/internal/stream"
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

// TestReindexKeepsItsTurn: until the new index has taken the place of the old one nobody
// else may write. It would be to the old one, and what is acknowledged is not read again.
func TestReindexKeepsItsTurn(t *testing.T) {
	server, err := demo.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	p := demoPipeline(&globals{}, t.TempDir(), server)
	defer p.Close()
	if err := p.openAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := indexer.BeginRebuild(t.Context(), p.bus); err != nil {
		t.Fatal(err)
	}
	replaced := false
	err = p.fill(t.Context(), func(ctx context.Context) error {
		replaced = true
		wanting, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_ = p.bus.Lease(wanting, stream.RoleIndexer, "another", func(context.Context) error {
			t.Error("another process got the turn to write while the index was replaced")
			return nil
		})
		return nil
	})
	if err != nil || !replaced {
		t.Fatalf("replaced: %v, error %v", replaced, err)
	}
	var rebuilding bool
	if _, err := p.bus.LoadState(t.Context(), indexer.Stage+".rebuilding", &rebuilding); err != nil || rebuilding {
		t.Errorf("being made anew still: %v, error %v", rebuilding, err)
	}
}
