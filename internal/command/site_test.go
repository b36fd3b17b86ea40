package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/internal/demo"
)

// binary builds the program once for the tests that start it as a process.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "polyglean-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "polyglean")
	cmd := exec.Command("go", "build", "-o", path, "polyglean")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// site is a place where the real program runs against generated records.
type site struct {
	t      *testing.T
	binary string
	dir    string
	server *demo.Server
	config string
}

// newSite serves n generated works, each a record of two sources, and writes a
// configuration that points there. More is added to the configuration.
func newSite(t *testing.T, n, poison int, more string) *site {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	server, err := demo.StartGenerated(n, poison)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	protocol, err := filepath.Abs("../../testdata/load/protocol.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, binary: path, dir: t.TempDir(), server: server}
	s.config = filepath.Join(s.dir, "polyglean.yaml")
	config := fmt.Sprintf(`protocol: %s
data_dir: %s
fetch: {allow_private: true, backoff: 20ms}
sources:
  openalex: {base_url: %s, page_size: 25, requests_per_second: 1000, budget_per_day: 100000}
  oai: {base_url: %s, requests_per_second: 1000}
%s`, protocol, filepath.Join(s.dir, "data"), server.URL(demo.OpenAlex), server.URL(demo.OAI), more)
	if err := os.WriteFile(s.config, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) command(args ...string) *exec.Cmd {
	cmd := exec.Command(s.binary, append([]string{"--config", s.config}, args...)...)
	cmd.Dir = s.dir
	return cmd
}

// run runs the program to its end and returns what it printed. A search that was given
// up because the machine stood still is asked again, as is one that says so.
func (s *site) run(wantCode int, args ...string) string {
	s.t.Helper()
	for try := 1; ; try++ {
		var out, errOut bytes.Buffer
		cmd := s.command(args...)
		cmd.Stdout, cmd.Stderr = &out, &errOut
		err := cmd.Run()
		code := cmd.ProcessState.ExitCode()
		switch {
		case code == wantCode:
			return out.String()
		case try < 5 && (strings.Contains(errOut.String(), "the search took longer than") || strings.Contains(errOut.String(), "try again in a moment")):
			continue
		}
		s.t.Fatalf("polyglean %s: exit code %d, want %d (%v)\n%s%s", strings.Join(args, " "), code, wantCode, err, out.String(), errOut.String())
	}
}

// serving is a process that serves.
type serving struct {
	*exec.Cmd
	// addr is that of its pages, and said what it printed before it served.
	addr, said string
}

// serve starts the program with serve and returns when it has the streams and the index,
// so that commands join it and do not come before it. The test's end kills it.
func (s *site) serve(args ...string) *serving {
	s.t.Helper()
	p := &serving{Cmd: s.command(append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)}
	p.Stderr = os.Stderr
	out, err := p.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = p.Process.Kill(); _ = p.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		p.said += lines.Text() + "\n"
		if url, ok := strings.CutPrefix(lines.Text(), "Search pages: http://"); ok {
			p.addr = strings.TrimSuffix(url, "/")
		}
		if strings.HasPrefix(lines.Text(), "Serving ") {
			return p
		}
	}
	s.t.Fatalf("polyglean serve %s does not serve:\n%s", strings.Join(args, " "), p.said)
	return nil
}

func (s *site) runJSON(wantCode int, into any, args ...string) {
	s.t.Helper()
	out := s.run(wantCode, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), into); err != nil {
		s.t.Fatalf("polyglean %s: %v\n%.500s", strings.Join(args, " "), err, out)
	}
}

// indexedIDs asks the program for every study and returns how often each record is
// in one.
func (s *site) indexedIDs() map[string]int {
	s.t.Helper()
	ids := map[string]int{}
	after := ""
	for {
		var r indexer.Result
		s.runJSON(exitComplete, &r, "search", "--set-aside", "--order", "newest", "--size", "1000", "--after", after)
		for _, h := range r.Hits {
			for _, m := range h.Study.Members {
				ids[m.Record.Candidate.ID]++
			}
		}
		if after = r.Next; after == "" || len(r.Hits) == 0 {
			return ids
		}
	}
}

// awaitAll waits until every record that is served is in the index, and then checks them.
func (s *site) awaitAll() {
	s.t.Helper()
	want := len(s.server.Corpus().IDs())
	var out []byte
	defer func() {
		if s.t.Failed() {
			s.t.Logf("polyglean verify:\n%s", out)
		}
	}()
	waitFor(s.t, "all records to be indexed", func() bool {
		var v indexer.Verification
		var err error
		out, err = s.command("verify", "--json").CombinedOutput() // it fails until all is there
		return err == nil && json.Unmarshal(out, &v) == nil && v.Indexed == want && v.Behind == 0
	})
	s.checkAll()
}

// checkAll compares what is indexed and parked with what was served.
func (s *site) checkAll() {
	s.t.Helper()
	got := s.indexedIDs()
	want := s.server.Corpus().IDs()
	missing, doubled := 0, 0
	for _, id := range want {
		switch got[id] {
		case 0:
			missing++
		case 1:
		default:
			doubled++
		}
		delete(got, id)
	}
	if missing > 0 || doubled > 0 || len(got) > 0 {
		s.t.Errorf("of %d records served %d are missing and %d doubled; %d were never served", len(want), missing, doubled, len(got))
	}
	var parked []struct {
		RecordID string `json:"record_id"`
		Reason   string `json:"reason"`
	}
	s.runJSON(exitComplete, &parked, "parked")
	poison := s.server.Corpus().PoisonIDs()
	if len(parked) != len(poison) {
		s.t.Errorf("%d parked, want %d: %+v", len(parked), len(poison), parked)
	}
	for _, p := range parked {
		if p.Reason == "" {
			s.t.Errorf("%s is parked without a reason", p.RecordID)
		}
	}
	var v indexer.Verification
	s.runJSON(exitComplete, &v, "verify")
	if !v.OK() || v.Records != len(want) {
		s.t.Errorf("verify: %+v", v)
	}
}

// waitFor polls until ok, for at most some minutes.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("gave up waiting for %s", what)
		}
	}
}

// sameDay makes sure that what follows is done on one day (UTC), of which budgets are.
func sameDay(t *testing.T) {
	t.Helper()
	for {
		now := time.Now().UTC()
		left := now.Truncate(24*time.Hour).AddDate(0, 0, 1).Sub(now)
		if left > 5*time.Minute {
			return
		}
		t.Logf("waiting for the next day, in %s", left)
		time.Sleep(left)
	}
}
