package indextest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// scoreOf is a synthetic score of the numbered work as a source has it.
func scoreOf(seq uint64, source string, work string, training int64, value float64, flag bool) indexer.LoggedScore {
	s := record.Score{Schema: record.Schema, Review: "test", Record: record.MakeID(source, work), Model: "m", Training: training, Value: value, Flag: flag}
	if flag {
		s.Grounds = []record.Ground{{Kind: record.GroundNear, Text: "A synthetic seed", Study: "sabc", Weight: 0.5}}
	}
	return indexer.LoggedScore{Seq: seq, Score: s}
}

// testScores: scores order studies, give reasons and take them away again; the latest
// training counts in whatever order the scores come.
func testScores(t *testing.T, b Backend) {
	ctx, idx := t.Context(), b.open(t)
	library := indexer.NewLibrary(idx)
	aside := copyOf(3, "c", 3, nil)
	aside.Record.Selection = record.SetAside
	matched := copyOf(4, "d", 4, nil)
	matched.Record.Strategy.Matched = true
	members := []indexer.Member{copyOf(1, "a", 1, nil), copyOf(1, "b", 1, nil), copyOf(2, "a", 2, nil), aside, matched}
	decided := indexer.LoggedDecision{Seq: 1, Decision: record.Decision{
		Review: "test", Study: record.StudyID("d:4"), Stage: record.StageTitleAbstract, Verdict: record.Include, By: "a1",
	}}
	if _, err := indexer.Merge(ctx, idx, members, []indexer.LoggedDecision{decided}); err != nil {
		t.Fatal(err)
	}
	find := func(q indexer.Query) string {
		t.Helper()
		r, err := library.Search(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, h := range r.Hits {
			ids = append(ids, h.Study.Members[0].Record.Candidate.ID)
		}
		return strings.Join(ids, " ")
	}
	order := func() string { return find(indexer.Query{Order: indexer.ByScreening}) }
	like := func() string {
		return find(indexer.Query{Order: indexer.ByScreening, Filters: map[string][]string{indexer.FacetReason: {string(record.LikeTheSeeds)}}})
	}
	rescore := func(scores ...indexer.LoggedScore) []indexer.LoggedScore {
		t.Helper()
		done, err := indexer.Rescore(ctx, idx, scores)
		if err != nil || len(done.Refused) > 0 {
			t.Fatalf("refused %+v, error %v", done.Refused, err)
		}
		return done.Homeless
	}

	stranger := scoreOf(1, "z", "9", 1, 0.5, true)
	first := []indexer.LoggedScore{
		scoreOf(1, "a", "1", 1, 0.1, false), scoreOf(1, "b", "1", 1, 0.3, false), scoreOf(1, "a", "2", 1, 0.2, false),
		scoreOf(1, "c", "3", 1, 0.9, true), scoreOf(1, "d", "4", 1, 0.99, true), stranger,
	}
	if homeless := rescore(first...); len(homeless) != 1 || homeless[0].Score.Record != "z:9" {
		t.Errorf("scores of no record: %+v", homeless)
	}
	// The highest of a study's scores counts; what was set aside comes forward; what is
	// decided comes last, and what the strategy finds is no miss.
	if got := order(); got != "c:3 a:1 a:2 d:4" {
		t.Errorf("in order of screening: %s", got)
	}
	if got := like(); got != "c:3" {
		t.Errorf("like the seeds: %s", got)
	}
	before := contents(t, idx)

	// The same again, and what a training before it said, change nothing.
	rescore(first...)
	rescore(scoreOf(9, "a", "1", 0, 0.95, true))
	if after := contents(t, idx); !slices.Equal(before, after) {
		t.Errorf("scores sent again changed the index:\n%s\n%s", before, after)
	}

	// A later training takes the flag away. A record that comes again keeps its score.
	rescore(scoreOf(5, "a", "2", 2, 0.7, true), scoreOf(5, "c", "3", 2, 0.05, false))
	again := copyOf(20, "a", 2, func(c *record.Candidate) { c.Publisher = "Another" })
	if _, err := indexer.Merge(ctx, idx, []indexer.Member{again}, nil); err != nil {
		t.Fatal(err)
	}
	if got := order() + " | " + like(); got != "a:2 a:1 d:4 | a:2" {
		t.Errorf("after another training: %s", got)
	}

	// Without a model there is nothing left of it.
	gone := scoreOf(7, "a", "2", 3, 0, false)
	gone.Score.Model = ""
	rescore(gone)
	if got := order() + " | " + like(); got != "a:1 a:2 d:4 | " {
		t.Errorf("without a model: %s", got)
	}

	// Another writer may come between.
	x := &interrupted{Index: idx, between: func() {
		if _, err := indexer.Merge(ctx, idx, []indexer.Member{copyOf(30, "a", 1, func(c *record.Candidate) { c.Publisher = "Third" })}, nil); err != nil {
			t.Error(err)
		}
	}}
	if _, err := indexer.Rescore(ctx, x, []indexer.LoggedScore{scoreOf(8, "a", "1", 4, 0.6, true)}); err != nil {
		t.Fatal(err)
	}
	study, err := library.Study(ctx, record.StudyID("a:1"))
	if err != nil {
		t.Fatal(err)
	}
	if value, _ := study.Score(); value != 0.6 || study.Members[0].Record.Candidate.Publisher != "Third" {
		t.Errorf("of two writers one was lost: score %g, publisher %q", value, study.Members[0].Record.Candidate.Publisher)
	}
}

// contents are all documents of an index.
func contents(t *testing.T, idx indexer.Index) []string {
	t.Helper()
	var out []string
	err := idx.Scan(context.WithoutCancel(t.Context()), func(d indexer.Stored) error {
		out = append(out, d.ID+" "+string(d.Source))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
