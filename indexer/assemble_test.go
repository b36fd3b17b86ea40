package indexer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/internal/record"
	"polyglean/internal/stream"
)

type bench struct {
	t      *testing.T
	bus    *stream.Bus
	index  *bleveindex.Index
	runner *indexer.Runner
}

func newBench(t *testing.T) *bench {
	t.Helper()
	bus, err := stream.Open(t.Context(), stream.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bus.Close)
	index, err := bleveindex.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { index.Close() })
	return &bench{t: t, bus: bus, index: index, runner: indexer.NewRunner(bus, index, "test", nil)}
}

func (b *bench) put(members []indexer.Member, decisions ...indexer.LoggedDecision) {
	b.t.Helper()
	if err := b.runner.Put(b.t.Context(), members, decisions); err != nil {
		b.t.Fatal(err)
	}
}

// studies are the record IDs of each study in the index, by study ID.
func (b *bench) studies() map[string][]string {
	b.t.Helper()
	out := map[string][]string{}
	err := b.index.Scan(b.t.Context(), func(d indexer.Stored) error {
		var s indexer.Study
		if err := json.Unmarshal(d.Source, &s); err != nil {
			return err
		}
		for _, m := range s.Members {
			out[s.ID] = append(out[s.ID], m.Record.Candidate.ID)
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func recordOf(seq uint64, source, id string, ids record.Identifiers) indexer.Member {
	return indexer.Member{Seq: seq, Record: record.Classified{
		Candidate: record.Candidate{
			Schema: record.Schema, ID: record.MakeID(source, id), Source: source, SourceID: id, Version: int64(seq),
			Titles: []record.Text{{Text: "A synthetic record on leaving, written for tests"}}, IDs: ids,
		},
		Language: record.LanguageLedger{Languages: []string{"en"}}, Selection: record.Selected,
	}}
}

func TestRecordsWithTheSameIdentifierAreOneStudy(t *testing.T) {
	b := newBench(t)
	b.put([]indexer.Member{
		recordOf(1, "a", "1", record.Identifiers{DOI: "10.5555/x"}),
		recordOf(1, "b", "2", record.Identifiers{PMID: "7"}),
		recordOf(1, "c", "3", record.Identifiers{}),
	})
	if n := len(b.studies()); n != 3 {
		t.Fatalf("%d studies, want 3", n)
	}
	// One record that knows both identifiers joins the two.
	b.put([]indexer.Member{recordOf(2, "d", "4", record.Identifiers{DOI: "10.5555/x", PMID: "7"})})
	want := []string{"a:1", "b:2", "d:4"}
	got := b.studies()
	if len(got) != 2 || !slices.ContainsFunc(slices.Collect(mapValues(got)), func(ids []string) bool { return slices.Equal(ids, want) }) {
		t.Fatalf("studies %v", got)
	}
	// And when it takes its word back, they part again.
	b.put([]indexer.Member{recordOf(3, "d", "4", record.Identifiers{PMID: "7"})})
	if got := b.studies(); len(got) != 3 {
		t.Errorf("studies %v", got)
	}
}

func mapValues(m map[string][]string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// The same records make the same studies whatever order and batches they come in,
// and however often a batch comes again.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []indexer.Member
	for i := range 120 {
		ids := record.Identifiers{}
		if rng.IntN(3) > 0 {
			ids.DOI = fmt.Sprintf("10.5555/%d", rng.IntN(40))
		}
		if rng.IntN(3) == 0 {
			ids.PMID = fmt.Sprint(rng.IntN(40))
		}
		all = append(all, recordOf(uint64(i+1), []string{"a", "b", "c"}[i%3], fmt.Sprint(i), ids))
	}
	var want map[string][]string
	for round := range 4 {
		b := newBench(t)
		for rest := slices.Clone(all); len(rest) > 0; {
			n := min(1+rng.IntN(50), len(rest))
			b.put(rest[:n])
			if rng.IntN(3) == 0 {
				b.put(rest[:n]) // redelivered
			}
			rest = rest[n:]
		}
		got := b.studies()
		if round == 0 {
			want = got
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("round %d:\n%s", round, diff)
		}
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
}

func TestOlderCopyDoesNotReplaceANewerOne(t *testing.T) {
	b := newBench(t)
	older, newer := recordOf(5, "a", "1", record.Identifiers{}), recordOf(4, "a", "1", record.Identifiers{})
	older.Record.Candidate.Version, newer.Record.Candidate.Version = 100, 200
	newer.Record.Candidate.Titles[0].Text = "Newer"
	b.put([]indexer.Member{newer})
	b.put([]indexer.Member{older})
	s, err := indexer.NewLibrary(b.index).Study(t.Context(), record.StudyID("a:1"))
	if err != nil || s.Title().Value.Text != "Newer" {
		t.Errorf("title %q, error %v", s.Title().Value.Text, err)
	}
}

func TestDecisionFollowsItsStudyIntoAMerge(t *testing.T) {
	b := newBench(t)
	b.put([]indexer.Member{recordOf(1, "a", "1", record.Identifiers{PMID: "7"}), recordOf(1, "b", "2", record.Identifiers{DOI: "10.5555/x"})})
	decided := record.StudyID("b:2")
	decision := func(seq uint64, verdict record.Verdict) indexer.LoggedDecision {
		return indexer.LoggedDecision{Seq: seq, Decision: record.Decision{
			Schema: record.Schema, Review: "test", Study: decided, Stage: record.StageTitleAbstract, Verdict: verdict, By: "x", At: time.Unix(int64(seq), 0).UTC(),
		}}
	}
	b.put(nil, decision(1, record.Maybe))
	b.put(nil, decision(2, record.Include))
	b.put([]indexer.Member{recordOf(2, "c", "3", record.Identifiers{PMID: "7", DOI: "10.5555/x"})})
	library := indexer.NewLibrary(b.index)
	for _, id := range []string{"a:1", "b:2", "c:3"} {
		s, err := library.Study(t.Context(), record.StudyID(id))
		if err != nil || len(s.Decisions) != 1 || s.Decisions[0].Decision.Verdict != record.Include {
			t.Errorf("%s: decisions %+v, error %v", id, s.Decisions, err)
		}
	}
	r, err := library.Search(t.Context(), indexer.Query{Filters: map[string][]string{indexer.FacetDecision: {"include"}}})
	if err != nil || r.Total != 1 {
		t.Errorf("%d studies are included, error %v", r.Total, err)
	}
}

func TestDecisionOnNoStudyIsParked(t *testing.T) {
	b := newBench(t)
	b.put(nil, indexer.LoggedDecision{Seq: 9, Decision: record.Decision{Schema: record.Schema, Review: "test", Study: "snowhere", Verdict: record.Include}})
	var parked []record.Parked
	if err := b.bus.EachParked(t.Context(), func(p record.Parked) error { parked = append(parked, p); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(parked) != 1 || parked[0].Stage != indexer.Stage {
		t.Errorf("parked %+v", parked)
	}
	if _, err := indexer.NewLibrary(b.index).Study(t.Context(), "snowhere"); !errors.Is(err, indexer.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestIdentifierOfAnyLengthFits(t *testing.T) {
	b := newBench(t)
	long := string(slices.Repeat([]byte("ж"), 3000))
	b.put([]indexer.Member{recordOf(1, "oai", "http://demo.example/"+long, record.Identifiers{}), recordOf(1, "oai", "http://demo.example/"+long+"2", record.Identifiers{})})
	if got := b.studies(); len(got) != 2 {
		t.Errorf("%d studies, want 2", len(got))
	}
}
