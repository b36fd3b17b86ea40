package strategy

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polyglean/internal/golden"
	"polyglean/internal/table"
)

// TestPublishedStrategies reads strategies as their reviews published them, and keeps
// what became of each: the sheet shows whatever a change does to them.
func TestPublishedStrategies(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sharedFile(t, "labelled", "clef-tar-queries"), "*.txt"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d strategies, error %v; want 20", len(files), err)
	}
	var sheet bytes.Buffer
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		score(t, &sheet, strings.TrimSuffix(filepath.Base(file), ".txt"), string(raw))
	}
	queries, err := table.Read(sharedFile(t, "labelled", "seed-collection", "queries.tsv"), "topic", "query")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range queries {
		score(t, &sheet, "seed-collection "+q.Get("topic"), q.Get("query"))
	}
	queries, err = table.Read(sharedFile(t, "labelled", "se-reviews", "queries.tsv"), "review", "query")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range queries {
		score(t, &sheet, "se-reviews "+q.Get("review"), q.Get("query"))
	}
	golden.Check(t, "testdata/eval/published.golden", sheet.Bytes())
}

// score reads a strategy and writes a line on it. What our syntax makes of it must
// read the same again.
func score(t *testing.T, sheet *bytes.Buffer, name, text string) {
	r, err := Read(text, "")
	if err != nil {
		fmt.Fprintf(sheet, "%s: not read: %v\n", name, err)
		return
	}
	kinds := make(map[NoteKind]int)
	for _, n := range r.Notes {
		kinds[n.Kind] += n.Times
		if got := text[n.Offset:]; n.Line < 1 || n.Column < 1 || n.Times < 1 || n.Text != "" && !strings.HasPrefix(got, n.Text[:1]) {
			t.Errorf("%s: note %+v does not stand at its place", name, n)
		}
	}
	var counts []string
	for kind, n := range kinds {
		counts = append(counts, fmt.Sprintf("%d %s", n, kind))
	}
	slices.Sort(counts)
	reach := ""
	if r.Wider {
		reach += ", wider"
	}
	if r.Narrower {
		reach += ", narrower"
	}
	fmt.Fprintf(sheet, "%s: %s, %d terms, %d deep%s; %s\n", name, r.Dialect, len(Terms(r.Node)), depth(r.Node), reach, strings.Join(counts, ", "))
	again, err := Parse(r.Node.String(), AsPhrase)
	if err != nil {
		t.Errorf("%s: its form in our syntax: %v", name, err)
	} else if again.String() != r.Node.String() {
		t.Errorf("%s: its form in our syntax reads as %s", name, again)
	}
}
