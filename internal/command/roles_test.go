package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"polyglean/indexer"
	"polyglean/indexer/elasticindex"
)

// TestRoles runs every stage as a process of its own on a NATS server and a real
// Elasticsearch, kills one in the middle of its work, and finds every record.
func TestRoles(t *testing.T) {
	es := os.Getenv("POLYGLEAN_TEST_ELASTICSEARCH")
	if es == "" {
		t.Skip("skipped: roles on a NATS server and a real Elasticsearch; start one (../shared/elasticsearch/start) and set POLYGLEAN_TEST_ELASTICSEARCH to its URL, or run .ci/run")
	}
	broker, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), SyncAlways: true, NoSigs: true, NoLog: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	broker.Start()
	t.Cleanup(func() { broker.Shutdown(); broker.WaitForShutdown() })
	if !broker.ReadyForConnections(10 * time.Second) {
		t.Fatal("the NATS server did not start")
	}
	index := fmt.Sprintf("roles-%d", time.Now().UnixNano())
	s := newSite(t, 400, 3, fmt.Sprintf(`nats: {url: %q}
index:
  backend: elasticsearch
  elasticsearch: {addresses: [%q], index: %s}
`, broker.ClientURL(), es, index))
	t.Cleanup(func() { deleteIndices(t, es, index) })

	start := func(args ...string) *exec.Cmd {
		cmd := s.command(args...)
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		return cmd
	}
	addr := freeAddr(t)
	first := start("serve", "--roles", "classifier")
	start("serve", "--roles", "indexer")
	// A second indexer stands by until the first is gone.
	start("serve", "--roles", "indexer")
	start("serve", "--roles", "web", "--addr", addr)

	s.run(exitComplete, "harvest")
	_ = first.Process.Signal(syscall.SIGKILL)
	_ = first.Wait()
	start("serve", "--roles", "classifier")

	want := len(s.server.Corpus().IDs())
	waitFor(t, "all records to be indexed", func() bool {
		var v indexer.Verification
		out, _ := s.command("verify", "--json").Output() // it fails until all is there
		return json.Unmarshal(out, &v) == nil && v.Indexed == want
	})
	s.checkAll()

	resp, err := http.Get("http://" + addr + "/?q=synthetic")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(page), "/study/s") {
		t.Errorf("search page: status %d, error %v\n%.400s", resp.StatusCode, err, page)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// deleteIndices removes what a test made on the shared Elasticsearch.
func deleteIndices(t *testing.T, es, name string) {
	if err := elasticindex.Remove(context.Background(), elasticindex.Config{Addresses: []string{es}, Index: name}); err != nil {
		t.Error(err)
	}
}
