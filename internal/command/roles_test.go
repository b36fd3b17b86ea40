package command

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"polyglean/indexer/elasticindex"
	"polyglean/internal/natstest"
)

// TestRoles runs every stage as a process of its own on a NATS server and a real
// Elasticsearch, kills one in the middle of its work, and finds every record.
func TestRoles(t *testing.T) {
	es := os.Getenv("POLYGLEAN_TEST_ELASTICSEARCH")
	if es == "" {
		t.Skip("skipped: roles on a NATS server and a real Elasticsearch; start one (../shared/elasticsearch/start) and set POLYGLEAN_TEST_ELASTICSEARCH to its URL, or run .ci/run")
	}
	index := fmt.Sprintf("roles-%d", time.Now().UnixNano())
	s := newSite(t, 400, 3, fmt.Sprintf(`nats: {url: %q}
index:
  backend: elasticsearch
  elasticsearch: {addresses: [%q], index: %s}
`, natstest.URL(t), es, index))
	t.Cleanup(func() { deleteIndices(t, es, index) })

	first := s.serve("--roles", "classifier")
	s.serve("--roles", "indexer")
	// A second indexer stands by until the first is gone.
	s.serve("--roles", "indexer")
	pages := s.serve("--roles", "web")

	s.run(exitComplete, "harvest")
	_ = first.Process.Signal(syscall.SIGKILL)
	_ = first.Wait()
	s.serve("--roles", "classifier")

	s.awaitAll()

	waitFor(t, "the search page", func() bool {
		resp, err := http.Get("http://" + pages.addr + "/?q=synthetic")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		page, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case resp.StatusCode == http.StatusServiceUnavailable: // it took too long
			return false
		case resp.StatusCode != http.StatusOK || !strings.Contains(string(page), "/study/s"):
			t.Errorf("search page: status %d\n%.400s", resp.StatusCode, page)
		}
		return true
	})
}

// TestCommandsAskWhoHasTheIndex: where one process serves all roles on a NATS server, with
// the embedded index, other commands ask it, and none takes the index from under it.
func TestCommandsAskWhoHasTheIndex(t *testing.T) {
	s := newSite(t, 60, 3, fmt.Sprintf("nats: {url: %q}\n", natstest.URL(t)))
	s.serve()
	s.run(exitComplete, "harvest")
	s.awaitAll()
	out, err := s.command("reindex").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "has the index: stop it first") {
		t.Errorf("reindex beside a process that serves: %v\n%s", err, out)
	}
	s.checkAll()
}

// deleteIndices removes what a test made on the shared Elasticsearch.
func deleteIndices(t *testing.T, es, name string) {
	if err := elasticindex.Remove(context.Background(), elasticindex.Config{Addresses: []string{es}, Index: name}); err != nil {
		t.Error(err)
	}
}
