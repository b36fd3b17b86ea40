package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/indexer/elasticindex"
	"polyglean/internal/natstest"
)

// documents are the studies in an index as they lie in it.
func documents(t *testing.T, index indexer.Index, err error) map[string]string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	docs := map[string]string{}
	if err := index.Scan(t.Context(), func(d indexer.Stored) error {
		docs[d.ID] = string(d.Source)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(docs) == 0 {
		t.Fatal("the index is empty")
	}
	return docs
}

func (s *site) documents(data string) map[string]string {
	s.t.Helper()
	index, err := bleveindex.Open(filepath.Join(s.dir, data, "index"))
	return documents(s.t, index, err)
}

func sameDocuments(t *testing.T, what string, want, got map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: the documents are not the same (-want +got):\n%.3000s", what, diff)
	}
}

// harvested is a site that has harvested, with decisions and rulings.
func harvested(t *testing.T, n int) *site {
	t.Helper()
	s := newSite(t, n, 3, "")
	s.run(exitComplete, "harvest")
	var r indexer.Result
	s.runJSON(exitComplete, &r, "search", "--set-aside", "--order", "newest", "--size", "4")
	for i, h := range r.Hits {
		s.run(exitComplete, "decide", h.Study.ID, []string{"include", "exclude", "maybe"}[i%3], "--reason", "не по теме", "--by", "tester")
		if len(h.Study.Members) > 1 {
			s.run(exitComplete, "studies", "split", h.Study.ID, h.Study.Members[1].Record.Candidate.ID)
		}
	}
	return s
}

// TestBackupRestore: a backup made on one machine, restored on a server, backed up
// there and restored on a third, makes the same documents everywhere; so does reindex.
func TestBackupRestore(t *testing.T) {
	s := harvested(t, 120)
	want := s.documents("data")
	s.run(exitComplete, "reindex")
	sameDocuments(t, "reindex", want, s.documents("data"))

	s.run(exitComplete, "backup", "first.tar")
	url := natstest.URL(t)
	t.Setenv("POLYGLEAN_NATS_URL", url)
	s.run(exitComplete, "--data", "cluster", "restore", "first.tar")
	sameDocuments(t, "on a server", want, s.documents("cluster"))
	s.run(exitComplete, "--data", "cluster", "backup", "second.tar")
	s.run(exitError, "--data", "cluster", "restore", "second.tar") // is not empty
	t.Setenv("POLYGLEAN_NATS_URL", "")

	s.run(exitComplete, "--data", "third", "restore", "second.tar")
	sameDocuments(t, "back in a directory", want, s.documents("third"))
	before := s.documents("third")
	s.run(exitError, "--data", "third", "restore", "first.tar")
	sameDocuments(t, "after a restore that was refused", before, s.documents("third"))

	// What was restored is gone on with: the sources have nothing new.
	var run runReport
	s.runJSON(exitComplete, &run, "--data", "third", "harvest", "--full")
	if run.Totals.New != 0 || run.Totals.Changed != 0 || run.Totals.Unchanged == 0 {
		t.Errorf("harvested again after the restore: %+v", run.Totals)
	}
	s.run(exitComplete, "--data", "third", "verify")
	var ids []string
	for _, line := range strings.Split(s.run(exitComplete, "--data", "third", "runs"), "\n") {
		ids = append(ids, strings.Fields(line + " -")[0])
	}
	if len(ids) < 4 { // a head, two runs, an end
		t.Errorf("the run ledger has %q, want both runs", ids)
	}
	s.run(exitUsage, "backup", "first.tar")
	s.run(exitUsage, "--data", "nothing", "backup", "third.tar")
	s.run(exitUsage, "--data", "fourth", "restore", "missing.tar")
}

// TestBackupElasticsearch: the same documents in a real Elasticsearch, after reindex
// and after a restore.
func TestBackupElasticsearch(t *testing.T) {
	es := os.Getenv("POLYGLEAN_TEST_ELASTICSEARCH")
	if es == "" {
		t.Skip("skipped: reindex and restore into a real Elasticsearch; start one (../shared/elasticsearch/start) and set POLYGLEAN_TEST_ELASTICSEARCH to its URL, or run .ci/run")
	}
	s := harvested(t, 120)
	want := s.documents("data")
	s.run(exitComplete, "backup", "review.tar")
	name := fmt.Sprintf("backup-%d", time.Now().UnixNano())
	t.Cleanup(func() { deleteIndices(t, es, name) })
	t.Setenv("POLYGLEAN_INDEX_BACKEND", "elasticsearch")
	t.Setenv("POLYGLEAN_INDEX_ELASTICSEARCH_ADDRESSES", es)
	t.Setenv("POLYGLEAN_INDEX_ELASTICSEARCH_INDEX", name)
	there := func() map[string]string {
		index, err := elasticindex.Open(t.Context(), elasticindex.Config{Addresses: []string{es}, Index: name})
		return documents(t, index, err)
	}
	s.run(exitComplete, "--data", "second", "restore", "review.tar")
	sameDocuments(t, "restored", want, there())
	s.run(exitComplete, "--data", "second", "reindex")
	sameDocuments(t, "reindexed", want, there())

	// Verify names what was altered there, and reindex mends it.
	index, err := elasticindex.Open(t.Context(), elasticindex.Config{Addresses: []string{es}, Index: name})
	if err != nil {
		t.Fatal(err)
	}
	altered := alterOne(t, index)
	out := s.run(exitError, "--data", "second", "verify")
	if !strings.Contains(out, altered) || !strings.Contains(out, "polyglean reindex") {
		t.Errorf("%s was altered, verify says:\n%s", altered, out)
	}
	s.run(exitComplete, "--data", "second", "reindex")
	s.run(exitComplete, "--data", "second", "verify")
	sameDocuments(t, "mended", want, there())
}

// alterOne changes the title of a record in an index and returns its ID.
func alterOne(t *testing.T, index indexer.Index) (id string) {
	t.Helper()
	defer index.Close()
	done := errors.New("done")
	err := index.Scan(t.Context(), func(d indexer.Stored) error {
		var s indexer.Study
		if err := json.Unmarshal(d.Source, &s); err != nil {
			return err
		}
		c := &s.Members[0].Record.Candidate
		c.Titles[0].Text, id = "Another title", c.ID
		doc, err := s.Document()
		if err != nil {
			return err
		}
		out, err := index.Apply(t.Context(), []indexer.Op{{ID: d.ID, Version: d.Version + 1, Doc: &doc}})
		if err != nil || out[0].Err != nil {
			return fmt.Errorf("%v, %w", out, err)
		}
		return done
	})
	if !errors.Is(err, done) {
		t.Fatal(err)
	}
	return id
}

// TestBackupWhileServing: a backup joins a pipeline that is at work.
func TestBackupWhileServing(t *testing.T) {
	s := newSite(t, 200, 0, "")
	s.serve()
	s.server.SetLatency(50 * time.Millisecond)
	harvest := s.command("harvest")
	if err := harvest.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "something to back up", func() bool { return s.command("backup", "midway.tar").Run() == nil })
	if err := harvest.Wait(); err != nil {
		t.Fatalf("the harvest: %v", err)
	}
	s.run(exitComplete, "--data", "midway", "restore", "midway.tar")
	s.run(exitComplete, "--data", "midway", "verify")
	// The restored cursors pass over nothing that was not in the backup.
	s.server.SetLatency(0)
	s.run(exitComplete, "--data", "midway", "harvest")
	s.config = siteWithData(t, s, "midway")
	s.checkAll()
}

// siteWithData is the configuration of a site with another data directory.
func siteWithData(t *testing.T, s *site, data string) string {
	t.Helper()
	raw, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.dir, data+".yaml")
	changed := bytes.Replace(raw, []byte(filepath.Join(s.dir, "data")), []byte(filepath.Join(s.dir, data)), 1)
	if err := os.WriteFile(path, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBackupKilled kills backups and restores at random moments: there is never half a
// file under the name of a backup, nor half a log that is taken for a whole one, and
// both can be called again.
func TestBackupKilled(t *testing.T) {
	s := harvested(t, 300)
	want := s.documents("data")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	file := filepath.Join(s.dir, "review.tar")
	start := time.Now()
	s.run(exitComplete, "backup", "timing.tar")
	long := time.Since(start)
	for range 10 {
		s.kill(rng.Int64N(int64(long)), "backup", "review.tar")
		if _, err := os.Stat(file); err == nil {
			break // it was whole in time, and is to be so now
		} else if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(file); err != nil {
		s.run(exitComplete, "backup", "review.tar")
	}
	if left, err := filepath.Glob(file + ".*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, error %v", left, err)
	}

	start = time.Now()
	s.run(exitComplete, "--data", "timing", "restore", "review.tar")
	long = time.Since(start)
	again, refused := 0, 0
	for i := range 10 {
		data := fmt.Sprintf("restored%d", i)
		// Early more often than late: most of the time goes into the index.
		s.kill(rng.Int64N(1+rng.Int64N(int64(long))), "--data", data, "restore", "review.tar")
		out, err := s.command("--data", data, "search", "--set-aside", "--size", "1").CombinedOutput()
		if err != nil && strings.Contains(string(out), "run polyglean restore again") {
			refused++
		}
		out, err = s.command("--data", data, "restore", "review.tar").CombinedOutput()
		switch {
		case err == nil:
			again++
		case strings.Contains(string(out), "is not empty"):
			// The log was whole; the index may not be.
			s.run(exitComplete, "--data", data, "reindex")
		default:
			t.Fatalf("restore after a kill: %v\n%s", err, out)
		}
		sameDocuments(t, data, want, s.documents(data))
	}
	t.Logf("%d restores were begun anew, %d were refused to others meanwhile", again, refused)
}

// kill starts the program and kills it after some nanoseconds.
func (s *site) kill(after int64, args ...string) {
	s.t.Helper()
	cmd := s.command(args...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	time.Sleep(time.Duration(after))
	_ = cmd.Process.Signal(syscall.SIGKILL)
	_ = cmd.Wait()
}
