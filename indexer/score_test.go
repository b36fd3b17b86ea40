package indexer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// The runner reads scores behind the records they are on; a score of a record that is
// parked is no fault, and one that says nothing of whom is parked itself.
func TestRunnerIndexesScores(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	good := recordOf(1, "a", "1", record.Identifiers{})
	if err := b.bus.PublishClassified(ctx, stream.Origin{Source: "a"}, 1, "v", []record.Classified{good.Record}); err != nil {
		t.Fatal(err)
	}
	score := func(id string) record.Score {
		return record.Score{Schema: record.Schema, Review: "test", Record: id, Model: "m", Training: 1, Value: 0.5, Flag: true}
	}
	if _, err := b.bus.PublishScores(ctx, "test", []record.Score{score("a:1"), score("a:parked"), score("")}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- b.runner.Run(ctx) }()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		lag, err := b.bus.Lag(ctx, stream.Scores, indexer.Stage)
		if err != nil {
			t.Fatal(err)
		}
		if lag == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the scores were not read")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	study, err := indexer.NewLibrary(b.index).Study(t.Context(), record.StudyID("a:1"))
	if err != nil {
		t.Fatal(err)
	}
	if value, model := study.Score(); value != 0.5 || model != "m" {
		t.Errorf("score %g of model %q", value, model)
	}
	var parked []string
	if err := b.bus.EachParked(t.Context(), func(p record.Parked) error { parked = append(parked, p.Reason); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(parked) != 1 || !strings.Contains(parked[0], "names no record") {
		t.Errorf("parked: %q", parked)
	}
}

// An index that is away is said to be, so that scores are sent again.
func TestRescoreOfAnIndexThatIsAway(t *testing.T) {
	b := newBench(t)
	_, err := indexer.Rescore(t.Context(), away{b.index}, []indexer.LoggedScore{{Seq: 1, Score: record.Score{Record: "a:1", Model: "m"}}})
	if !errors.Is(err, indexer.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
}

type away struct{ indexer.Index }

func (away) Lookup(context.Context, string, []string) ([]indexer.Stored, error) {
	return nil, indexer.ErrUnavailable
}

func TestFindingsOfAScore(t *testing.T) {
	flagged := func(change func(*record.Classified)) *indexer.Study {
		m := recordOf(1, "a", "1", record.Identifiers{})
		m.Record.Selection = record.SetAside
		m.Score = &indexer.LoggedScore{Score: record.Score{Model: "m", Value: 0.5, Flag: true, Grounds: []record.Ground{
			{Kind: record.GroundCited, Text: "A synthetic seed", Study: "s1", Seed: 1, How: record.CitedBy},
		}}}
		change(&m.Record)
		return &indexer.Study{Members: []indexer.Member{recordOf(2, "b", "1", record.Identifiers{}), m}}
	}
	for _, test := range []struct {
		name, want string
		change     func(*record.Classified)
	}{
		{"a miss", "like-the-seeds cited", func(*record.Classified) {}},
		{"found by the strategy", "", func(r *record.Classified) { r.Strategy.Matched = true }},
		{"a seed", "cited", func(r *record.Classified) { r.Seed = 2 }},
		{"missed for another reason", "other-words like-the-seeds cited", func(r *record.Classified) {
			r.Findings = []record.Finding{{Flag: record.FlagKeywordMiss, Reason: record.OtherWords}}
		}},
	} {
		s := flagged(test.change)
		var got []string
		for _, r := range s.Reasons() {
			got = append(got, string(r))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: reasons %v, want %s", test.name, got, test.want)
		}
		if miss := len(s.Flags()) > 0; miss != (test.want != "") {
			t.Errorf("%s: flags %v", test.name, s.Flags())
		}
	}
	s := flagged(func(*record.Classified) {})
	s.Members = s.Members[1:]
	if s.SetAside() {
		t.Error("a study like the seeds is set aside")
	}
	s.Members[0].Score.Score.Flag, s.Members[0].Score.Score.Grounds = false, nil
	if !s.SetAside() {
		t.Error("a study that its score speaks against is not set aside any more")
	}
	s.Decisions = []indexer.LoggedDecision{{Seq: 1, Decision: record.Decision{Verdict: record.Exclude}}}
	if s.SetAside() {
		t.Error("a study that a reviewer has decided on is set aside")
	}
}

// BenchmarkRescore gives 10,000 studies of the embedded index new scores.
func BenchmarkRescore(b *testing.B) {
	const studies = 10_000
	index, err := bleveindex.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer index.Close()
	var members []indexer.Member
	for i := range studies {
		members = append(members, strewn(i))
	}
	if _, err := indexer.Merge(b.Context(), index, members, nil); err != nil {
		b.Fatal(err)
	}
	training := int64(0)
	for b.Loop() {
		training++
		scores := make([]indexer.LoggedScore, len(members))
		for i := range members {
			scores[i] = indexer.LoggedScore{Seq: uint64(training), Score: record.Score{
				Record: members[i].Record.Candidate.ID, Model: "m", Training: training, Value: 0.25,
			}}
		}
		if done, err := indexer.Rescore(b.Context(), index, scores); err != nil || len(done.Homeless) > 0 {
			b.Fatal(len(done.Homeless), err)
		}
	}
	b.ReportMetric(studies*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
