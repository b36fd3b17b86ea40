package evaluate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"polyglean/indexer/merge"
	"polyglean/internal/golden"
	"polyglean/internal/table"
)

// TestDedupScores compares the scores on every labelled set with a sheet, so that a
// change of a rule shows as a difference in what it does, and looks whether each pair
// that is judged otherwise than labelled is in the list of those that were looked at.
func TestDedupScores(t *testing.T) {
	need(t, dedupData)
	var sheet bytes.Buffer
	fmt.Fprintf(&sheet, "%-28s %7s %6s %9s %7s %7s %6s %6s\n", "set", "records", "pairs", "precision", "recall", "f1", "false", "missed")
	line := func(name string, s *DedupScores) {
		fmt.Fprintf(&sheet, "%-28s %7d %6d %9.4f %7.4f %7.4f %6d %6d\n", name, s.Records, s.Pairs, s.Precision, s.Recall, s.F1, s.FalseMerges, s.Missed)
	}
	var found []disagreement
	for _, f := range labelledFiles() {
		s, err := Dedup(f.rows(t), true)
		if err != nil {
			t.Fatal(err)
		}
		line(f.name, s)
		for _, e := range s.Errors {
			found = append(found, newDisagreement(f.name, fmt.Sprintf("%d %d", e.Lines[0], e.Lines[1]), e.Joined))
		}
	}
	for _, set := range pairSets(t) {
		s, wrong := comparePairs(set)
		line(set.name, s)
		found = append(found, wrong...)
	}
	golden.Check(t, "testdata/eval/dedup.golden", sheet.Bytes())
	checkJudged(t, found)
}

// comparePairs scores each pair by itself.
func comparePairs(set pairSet) (*DedupScores, []disagreement) {
	s := &DedupScores{Records: 2 * len(set.pairs)}
	var labels []string
	var group []int
	for n, p := range set.pairs {
		a, b := merge.New(&p.a), merge.New(&p.b)
		labels = append(labels, p.labels(n)...)
		group = append(group, 2*n, 2*n+len(merge.Cluster([]*merge.Record{a, b}, merge.Rulings{}))-1)
	}
	var wrong []disagreement
	s.compare(labels, group, func(i, _ int, joined bool) {
		wrong = append(wrong, newDisagreement(set.name, set.pairs[i/2].at, joined))
	})
	return s, wrong
}

// disagreement is a pair of a set that is judged otherwise than labelled.
type disagreement struct {
	// set and lines say which: two lines of a file, or the line or name of a pair.
	set, lines string
	// label and judged are "one" work or "two".
	label, judged string
}

func newDisagreement(set, lines string, joined bool) disagreement {
	if joined {
		return disagreement{set, lines, "two", "one"}
	}
	return disagreement{set, lines, "one", "two"}
}

// checkJudged compares disagreements with the list of those that somebody looked at,
// each with the two records before them, and said who is right.
func checkJudged(t *testing.T, found []disagreement) {
	t.Helper()
	const list = "testdata/eval/dedup-disagreements.tsv"
	rows, err := table.Read(list, "set", "lines", "label", "judged", "right", "why")
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[disagreement]bool, len(rows))
	for _, row := range rows {
		d := disagreement{row.Get("set"), row.Get("lines"), row.Get("label"), row.Get("judged")}
		if known[d] {
			t.Errorf("%s, line %d is there twice", list, row.Line)
		}
		known[d] = true
		if !slices.Contains([]string{"label", "judged", "open"}, row.Get("right")) || strings.TrimSpace(row.Get("why")) == "" {
			t.Errorf("%s, line %d must say who is right (label, judged or open) and why", list, row.Line)
		}
		if !slices.Contains(found, d) {
			t.Errorf("%s, line %d is no disagreement any more: take it out", list, row.Line)
		}
	}
	for _, d := range found {
		if !known[d] {
			t.Errorf("%s, %s: labelled %s, judged %s: look at the two records and add a line to %s", d.set, d.lines, d.label, d.judged, list)
		}
	}
}
