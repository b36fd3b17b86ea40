package command

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/prisma"
)

// TestFlowAndExportsOfAHarvest runs the program over generated records, decides on
// some, and asks for all that reports are made of.
func TestFlowAndExportsOfAHarvest(t *testing.T) {
	s := newSite(t, 60, 2, "")
	s.run(exitComplete, "harvest")

	var found indexer.Result
	s.runJSON(exitComplete, &found, "search", "--size", "6")
	if len(found.Hits) < 6 {
		t.Fatalf("%d studies are selected, want 6 to decide on", len(found.Hits))
	}
	for _, d := range []struct {
		hit  int
		args []string
	}{
		{0, []string{"exclude", "--reason", "off topic"}},
		{1, []string{"include"}},
		{2, []string{"include"}},
		{2, []string{"exclude", "--stage", "full-text", "--reason", "wrong outcome"}},
		{3, []string{"include", "--stage", "full-text"}},
	} {
		s.run(exitComplete, append([]string{"decide", found.Hits[d.hit].Study.ID}, d.args...)...)
	}

	var flow prisma.Flow
	if err := json.Unmarshal([]byte(s.run(exitComplete, "prisma", "--format", "json")), &flow); err != nil {
		t.Fatal(err)
	}
	if err := flow.Balanced(); err != nil {
		t.Error(err)
	}
	var v indexer.Verification
	s.runJSON(exitComplete, &v, "verify")
	if flow.Identified() != v.Indexed+v.Parked || flow.Duplicates != v.Merged || flow.Unreadable != v.Parked {
		t.Errorf("flow %+v does not agree with verify %+v", flow, v)
	}
	if flow.Excluded != 1 || flow.Sought != 3 || flow.Unassessed != 1 || flow.Included != 1 ||
		!slices.Equal(flow.Reasons, []prisma.Count{{Label: "wrong outcome", N: 1}}) {
		t.Errorf("decisions count as %+v", flow)
	}

	svg := filepath.Join(s.dir, "flow.svg")
	s.run(exitComplete, "prisma", "--format", "svg", "--updated", "-o", svg)
	f, err := os.Open(svg)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for dec := xml.NewDecoder(f); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the diagram is not XML: %v", err)
		}
	}
	appendix := s.run(exitComplete, "prisma", "--appendix")
	for _, want := range []string{"## 1. Database name", "OpenAlex", "## 16. Deduplication", "as sent", s.server.URL("openalex")} {
		if !strings.Contains(appendix, want) {
			t.Errorf("the appendix lacks %q", want)
		}
	}

	all := filepath.Join(s.dir, "all.csv")
	s.run(exitComplete, "export", "--set-aside", "-o", all)
	data, err := os.ReadFile(all)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 1+v.Studies {
		t.Errorf("%d rows, %v; want the header and %d studies", len(rows), err, v.Studies)
	}
	listed := s.run(exitComplete, "export", "--set-aside", "--by", "source", "--split", "10", "-o", filepath.Join(s.dir, "by.ris"))
	files, err := filepath.Glob(filepath.Join(s.dir, "by-*.ris"))
	if err != nil || len(files) < 4 || strings.Count(listed, "\n") != len(files) {
		t.Errorf("files %v, listed\n%s", files, listed)
	}
	s.run(exitUsage, "export", "-o", filepath.Join(s.dir, "x.docx"))
	s.run(exitUsage, "export")
	s.run(exitUsage, "prisma", "--format", "pdf")
}
