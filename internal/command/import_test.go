package command

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"polyglean/indexer"
	"polyglean/indexer/export"
	"polyglean/internal/prisma"
)

// syntheticCSV writes a table of n records, every other one included; of every
// hundredth the quoting is broken.
func syntheticCSV(t *testing.T, n int) (path string, bad int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("Title,Year,Abstract,Included\n")
	for i := range n {
		title := fmt.Sprintf("Synthetic record %d", i)
		if i%100 == 99 {
			title = `"` + title + ", x, y"
			bad++
		}
		fmt.Fprintf(&b, "%s,2020,%s,%d\n", title, strings.Repeat("Sex trafficking and exit. ", 20), i%2)
	}
	path = filepath.Join(t.TempDir(), "synthetic.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, bad
}

// TestImportIsKilled kills an import at random moments and starts it again: every
// record of the file is then there once, and every label is one decision.
func TestImportIsKilled(t *testing.T) {
	s := newSite(t, 1, 0, "")
	const n = 3000
	path, bad := syntheticCSV(t, n)
	for range 6 {
		cmd := s.command("import", path, "--database", "Elsewhere")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(100+rand.IntN(700)) * time.Millisecond)
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
	}
	var report importReport
	s.runJSON(exitComplete, &report, "import", path, "--database", "Elsewhere")
	// How far the killed ones came is by chance; no run, resumed or not, loses count.
	if q := report.Run.Totals; q.Received != n || q.New+q.Unchanged != n-bad || q.Parked != bad {
		t.Errorf("received %d: %d new, %d unchanged, %d parked", q.Received, q.New, q.Unchanged, q.Parked)
	}
	if l := report.Labels; l.Decided+l.Standing != n-bad || !l.whole() {
		t.Errorf("labels %+v", l)
	}
	var v indexer.Verification
	s.runJSON(exitComplete, &v, "verify")
	if !v.OK() || v.Records != n-bad || v.Studies != n-bad || v.Parked != bad {
		t.Errorf("verification %+v", v)
	}
	for decision, want := range map[string]int{"include": n/2 - bad, "exclude": n / 2} {
		var r indexer.Result
		s.runJSON(exitComplete, &r, "search", "--decision", decision, "--size", "1")
		if r.Total != want || len(r.Hits) != 1 || len(r.Hits[0].Study.Decisions) != 1 {
			t.Errorf("%d studies have the decision %s, want %d", r.Total, decision, want)
		}
	}
	s.runJSON(exitComplete, &report, "import", path, "--database", "Elsewhere")
	if q, l := report.Run.Totals, report.Labels; q.Unchanged != n-bad || l.Decided != 0 || l.Standing != n-bad {
		t.Errorf("again: %+v, labels %+v", q, l)
	}
}

// TestImportBesideServe: while another process runs the stages, an import waits for
// them before it decides.
func TestImportBesideServe(t *testing.T) {
	s := newSite(t, 1, 0, "")
	s.serve("--roles", "classifier,indexer,web")
	path, bad := syntheticCSV(t, 300)
	var report importReport
	s.runJSON(exitComplete, &report, "import", path, "--database", "Elsewhere")
	if report.Run.Totals.New != 300-bad || report.Labels.Decided != 300-bad || !report.Labels.whole() {
		t.Errorf("run %+v, labels %+v", report.Run.Totals, report.Labels)
	}
	waitFor(t, "the decisions to be indexed", func() bool {
		var r indexer.Result
		s.runJSON(exitComplete, &r, "search", "--decision", "exclude", "--size", "1")
		return r.Total == 150
	})
}

// TestImportedDatabasesStayApart: what was imported is told and counted by the database
// it is from, also where it could not be read.
func TestImportedDatabasesStayApart(t *testing.T) {
	s := newSite(t, 1, 0, "")
	paths := map[string]string{}
	for database, text := range map[string]string{
		"Scopus":                  "TY  - JOUR\nTI  - Exit from prostitution, a synthetic paper\nDO  - 10.5555/apart\nER  - \n\nTY  - JOUR\nVL  - 1\nER  - \n",
		"Sociological Abstracts/": "TY  - JOUR\nTI  - Exit from prostitution, a synthetic paper\nDO  - 10.5555/apart\nER  - \n\nTY  - JOUR\nTI  - Sex work and leaving it, synthetic\nER  - \n",
	} {
		paths[database] = filepath.Join(t.TempDir(), "found.ris")
		if err := os.WriteFile(paths[database], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.run(exitComplete, "import", paths["Scopus"], "--database", "Scopus")
	s.run(exitComplete, "import", paths["Sociological Abstracts/"], "--database", "Sociological Abstracts/")

	var listed struct{ Files []export.File }
	s.runJSON(exitComplete, &listed, "export", "--set-aside", "--by", "source", "-o", filepath.Join(s.dir, "by.ris"))
	files := map[string]int{}
	for _, f := range listed.Files {
		files[filepath.Base(f.Path)] = f.References
	}
	if diff := cmp.Diff(map[string]int{"by-import-scopus.ris": 1, "by-import-sociological-abstracts.ris": 2}, files); diff != "" {
		t.Errorf("files by source (-want +got):\n%s", diff)
	}
	var flow prisma.Flow
	if err := json.Unmarshal([]byte(s.run(exitComplete, "prisma", "--format", "json")), &flow); err != nil {
		t.Fatal(err)
	}
	want := []prisma.Count{{Label: "Scopus (imported)", N: 2}, {Label: "Sociological Abstracts/ (imported)", N: 2}}
	if diff := cmp.Diff(want, flow.Databases); diff != "" || flow.Unreadable != 1 {
		t.Errorf("%d unreadable, databases (-want +got):\n%s", flow.Unreadable, diff)
	}
	found := s.run(exitComplete, "search", "--set-aside", "exit")
	if !strings.Contains(found, "Scopus+Sociological Abstracts/") && !strings.Contains(found, "Sociological Abstracts/+Scopus") {
		t.Errorf("the list does not name the databases:\n%s", found)
	}
	if facets := s.run(exitComplete, "search", "--set-aside", "--facets"); !strings.Contains(facets, "source  Sociological Abstracts/ 2 · Scopus 1") {
		t.Errorf("the facets do not count the databases:\n%s", facets)
	}
	var of indexer.Result
	s.runJSON(exitComplete, &of, "search", "--set-aside", "--source", "sociological abstracts")
	if of.Total != 2 {
		t.Errorf("%d studies of a database, want 2", of.Total)
	}
	s.run(exitUsage, "search", "--source", "Embase")
	table := s.run(exitComplete, "export", "--set-aside", "--format", "csv", "10.5555/apart")
	if !strings.Contains(table, "Scopus; Sociological Abstracts/") && !strings.Contains(table, "Sociological Abstracts/; Scopus") {
		t.Errorf("the table does not name the databases:\n%s", table)
	}
}
