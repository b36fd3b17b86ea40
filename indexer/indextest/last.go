package indextest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// testLast: an operation that is to be the last is carried out when all others have
// taken effect, and not at all when one has not.
func testLast(t *testing.T, b Backend) {
	idx := b.open(t)
	apply(t, idx, put("old", 1, text(indexer.TextTitle, "old")), put("busy", 5, text(indexer.TextTitle, "busy")))
	last := put("old", 2, nil)
	last.Last = true
	for name, other := range map[string]indexer.Op{
		"stale": put("busy", 4, text(indexer.TextTitle, "late")), "refused": put("bad", 1, text("no_such_field", "x")),
	} {
		outcomes, err := idx.Apply(t.Context(), []indexer.Op{last, put("good", 1, text(indexer.TextTitle, "good")), other})
		if err != nil || !outcomes[0].Undone || outcomes[1] != (indexer.Outcome{}) {
			t.Errorf("beside a %s operation: outcomes %+v, error %v; want the first undone and the second done", name, outcomes, err)
		}
		if got := storedIDs(scan(t, idx)); got != "busy good old" {
			t.Errorf("beside a %s operation: %q are there", name, got)
		}
	}
	apply(t, idx, last, put("good", 2, text(indexer.TextTitle, "better")))
	if got := storedIDs(scan(t, idx)); got != "busy good" {
		t.Errorf("%q are there, want busy and good", got)
	}
}

// picky refuses documents as a server may whose mapping somebody changed.
type picky struct {
	indexer.Index
	refuses func(source string) bool
}

var errPicky = errors.New("the synthetic mapping does not take it")

func (x *picky) Apply(ctx context.Context, ops []indexer.Op) ([]indexer.Outcome, error) {
	var taken []indexer.Op
	var at []int
	outcomes := make([]indexer.Outcome, len(ops))
	no := func(op indexer.Op) bool { return op.Doc != nil && x.refuses(string(op.Doc.Source)) }
	some := slices.ContainsFunc(ops, no)
	for i, op := range ops {
		switch {
		case no(op):
			outcomes[i].Err = errPicky
		case some && op.Last:
			outcomes[i].Undone = true
		default:
			taken, at = append(taken, op), append(at, i)
		}
	}
	done, err := x.Index.Apply(ctx, taken)
	for n, o := range done {
		outcomes[at[n]] = o
	}
	return outcomes, err
}

// testPicky: an index refuses what studies become. The records that came are given back
// with the reason, and all others, and the decisions, are as they were.
func testPicky(t *testing.T, b Backend) {
	idx := b.open(t)
	refusable := func(change func(*record.Candidate)) func(*record.Candidate) {
		return func(c *record.Candidate) {
			if change != nil {
				change(c)
			}
			c.Publisher = "Refused Press"
		}
	}
	merge(t, idx, []indexer.Member{
		copyOf(1, "a", 1, only("", "7")), copyOf(1, "b", 1, only("10.5555/w", "")), copyOf(1, "a", 3, nil), copyOf(1, "b", 3, nil), copyOf(1, "d", 5, nil),
	})
	before := documents(t, idx)
	if len(before) != 4 {
		t.Fatalf("the studies are\n%s", groups(t, idx))
	}
	bad := &picky{idx, func(source string) bool {
		return strings.Contains(source, "Refused Press") || strings.Contains(source, `"verdict":"maybe"`)
	}}
	decided := indexer.LoggedDecision{Seq: 1, Decision: record.Decision{
		Schema: record.Schema, Review: "test", Study: record.StudyID("d:5"), Stage: record.StageTitleAbstract, Verdict: record.Maybe, By: "x",
	}}
	joined := indexer.LoggedDecision{Seq: 2, Decision: record.Decision{
		Schema: record.Schema, Review: "test", Study: record.StudyID("a:1"), Verdict: record.Join, By: "x", Records: []string{"a:1"}, Others: []string{"b:1"},
	}}
	m, err := indexer.Merge(t.Context(), bad, []indexer.Member{
		copyOf(2, "c", 1, refusable(only("10.5555/w", "7"))), copyOf(2, "c", 3, refusable(nil)), copyOf(2, "c", 4, nil),
	}, []indexer.LoggedDecision{decided})
	if err != nil {
		t.Fatal(err)
	}
	var refused []string
	for _, r := range m.Refused {
		refused = append(refused, fmt.Sprint(r.What.Record.Candidate.ID, " ", errors.Is(r.Err, errPicky)))
	}
	slices.Sort(refused)
	if got := strings.Join(refused, ", "); got != "c:1 true, c:3 true" {
		t.Errorf("refused: %s", got)
	}
	if len(m.RefusedDecisions) != 1 || m.RefusedDecisions[0].What.Seq != 1 || len(m.Homeless) > 0 {
		t.Errorf("refused decisions: %+v, homeless %+v", m.RefusedDecisions, m.Homeless)
	}
	after := documents(t, idx)
	if _, there := after[record.StudyID("c:4")]; !there {
		t.Error("the record that nothing was wrong with is not there")
	}
	delete(after, record.StudyID("c:4"))
	if len(after) != len(before) {
		t.Errorf("the studies are\n%s", groups(t, idx))
	}
	for id, source := range before {
		if after[id] != source {
			t.Errorf("study %s is not as it was: %s", id, after[id])
		}
	}
	// What was refused does not keep the rest from going on.
	if m, err := indexer.Merge(t.Context(), bad, nil, []indexer.LoggedDecision{joined}); err != nil || len(m.RefusedDecisions) > 0 {
		t.Errorf("a ruling: %+v, error %v", m, err)
	}
	if got := groups(t, idx); !strings.Contains(got, "a:1 b:1\n") {
		t.Errorf("after the ruling the studies are\n%s", got)
	}
}
