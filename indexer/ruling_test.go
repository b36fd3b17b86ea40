package indexer_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// aCopy is a synthetic record of one work; copies of it are joined.
func aCopy(seq uint64, source string) indexer.Member {
	m := recordOf(seq, source, "1", record.Identifiers{})
	c := &m.Record.Candidate
	c.Authors = []record.Author{{Name: "Synthetic, Ada"}, {Name: "Invented, Bo"}}
	c.Year, c.Container, c.Volume, c.Pages = 2011, "Journal of Synthetic Records", "4", "11-29"
	return m
}

func ruling(seq uint64, verdict record.Verdict, records, others string) indexer.LoggedDecision {
	return indexer.LoggedDecision{Seq: seq, Decision: record.Decision{
		Schema: record.Schema, Review: "test", Study: record.StudyID(records), Verdict: verdict, By: "x", At: time.Unix(int64(seq), 0).UTC(),
		Records: strings.Fields(records), Others: strings.Fields(others),
	}}
}

// sorted are the studies of the index as lines of record IDs.
func (b *bench) sorted() string {
	var lines []string
	for _, ids := range b.studies() {
		lines = append(lines, strings.Join(ids, " "))
	}
	slices.Sort(lines)
	return strings.Join(lines, " | ")
}

func TestRulingsOutliveTheNextHarvest(t *testing.T) {
	b := newBench(t)
	want := func(studies string) {
		t.Helper()
		if got := b.sorted(); got != studies {
			t.Fatalf("studies %s, want %s", got, studies)
		}
	}
	b.put([]indexer.Member{aCopy(1, "a"), aCopy(1, "b"), aCopy(1, "c"), recordOf(1, "z", "9", record.Identifiers{DOI: "10.5555/z"})})
	want("a:1 b:1 c:1 | z:9")
	b.put(nil, ruling(1, record.Split, "c:1", "a:1 b:1"))
	want("a:1 b:1 | c:1 | z:9")

	// The same records again, and a new copy of both.
	again := aCopy(7, "c")
	again.Record.Candidate.Abstracts = []record.Text{{Text: "A synthetic abstract."}}
	b.put([]indexer.Member{aCopy(6, "a"), again, aCopy(8, "d")})
	if got := b.sorted(); !strings.Contains(got, "z:9") || strings.Contains(got, "b:1 c:1") || strings.Contains(got, "a:1 c:1") {
		t.Fatalf("after the next harvest: %s", got)
	}

	// A reviewer joins what nothing else would.
	b.put(nil, ruling(2, record.Join, "c:1", "z:9"))
	s, err := indexer.NewLibrary(b.index).Study(t.Context(), record.StudyID("z:9"))
	if err != nil || !slices.ContainsFunc(s.Members, func(m indexer.Member) bool { return m.Record.Candidate.ID == "c:1" }) {
		t.Fatalf("joined: %s, error %v", b.sorted(), err)
	}
	for _, m := range s.Members {
		if m.Record.Candidate.ID == "z:9" && !strings.Contains(m.Why, "joined by a reviewer") {
			t.Errorf("why %q", m.Why)
		}
	}
	// What is said last stands.
	b.put(nil, ruling(3, record.Split, "c:1", "z:9"), ruling(4, record.Join, "c:1", "a:1 b:1"))
	if got := b.sorted(); got != "a:1 b:1 c:1 d:1 | z:9" {
		t.Errorf("after taking both back: %s", got)
	}
}

// A ruling holds for a record that arrives after it, and the outcome is that of any
// other order.
func TestRulingOnARecordYetToArrive(t *testing.T) {
	b := newBench(t)
	b.put([]indexer.Member{aCopy(1, "a")})
	b.put(nil, ruling(1, record.Split, "b:1", "a:1"))
	b.put([]indexer.Member{aCopy(2, "b")})
	if got := b.sorted(); got != "a:1 | b:1" {
		t.Errorf("studies %s", got)
	}
}

func TestRulingOnNothingIsParked(t *testing.T) {
	b := newBench(t)
	b.put(nil, ruling(1, record.Join, "x:1", "y:2"))
	n := 0
	if err := b.bus.EachParked(t.Context(), func(record.Parked) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("%d parked, error %v", n, err)
	}
}

// What is a copy says why; what belongs to a study is linked both ways.
func TestStudySaysWhyAndWhatBelongsToIt(t *testing.T) {
	b := newBench(t)
	correction := aCopy(1, "c")
	correction.Record.Candidate.Titles[0].Text = "Correction to: A synthetic record on leaving, written for tests"
	correction.Record.Candidate.Pages = "88"
	b.put([]indexer.Member{aCopy(1, "a"), aCopy(1, "b"), correction})
	if got := b.sorted(); got != "a:1 b:1 | c:1" {
		t.Fatalf("studies %s", got)
	}
	library := indexer.NewLibrary(b.index)
	for _, id := range []string{"a:1", "c:1"} {
		s, err := library.Study(t.Context(), record.StudyID(id))
		if err != nil || len(s.Links) == 0 || s.Links[0].Kind != "correction" {
			t.Fatalf("%s: links %+v, error %v", id, s.Links, err)
		}
		if other, err := library.Study(t.Context(), s.Links[0].Study); err != nil || other.ID == s.ID {
			t.Errorf("%s: its link leads to %s, error %v", id, other.ID, err)
		}
	}
	s, _ := library.Study(t.Context(), record.StudyID("b:1"))
	for _, m := range s.Members {
		if !strings.Contains(m.Why, "same title, same authors") {
			t.Errorf("%s: why %q", m.Record.Candidate.ID, m.Why)
		}
	}
}

// Nothing is written again when the same records come again.
func TestTheSameAgainWritesNothing(t *testing.T) {
	b := newBench(t)
	batch := []indexer.Member{aCopy(1, "a"), aCopy(2, "b")}
	b.put(batch)
	version := func() (v []int64) {
		err := b.index.Scan(t.Context(), func(d indexer.Stored) error {
			v = append(v, d.Version)
			return json.Unmarshal(d.Source, &indexer.Study{})
		})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	before := version()
	b.put(batch)
	if after := version(); !slices.Equal(before, after) {
		t.Errorf("versions %v, then %v", before, after)
	}
}

// A year that cannot be is no value, however complete its record.
func TestImpossibleYearIsNotTheBest(t *testing.T) {
	b := newBench(t)
	odd, sound := aCopy(1, "a"), aCopy(1, "b")
	odd.Record.Candidate.Year, odd.Record.Candidate.Date = 9999, "9999-99"
	odd.Record.Candidate.Abstracts = []record.Text{{Text: "A synthetic abstract."}}
	b.put([]indexer.Member{odd, sound})
	s, err := indexer.NewLibrary(b.index).Study(t.Context(), record.StudyID("a:1"))
	if err != nil || len(s.Members) != 2 || s.Year().Value != 2011 || s.Year().Record != "b:1" {
		t.Errorf("%d members, year %+v, error %v", len(s.Members), s.Year(), err)
	}
}
