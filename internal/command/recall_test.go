package command

import (
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/indexer/diagnosis"
	"polyglean/internal/demo"
	"polyglean/internal/protocol"
	"polyglean/internal/recall"
	"polyglean/internal/record"
)

// TestRecallOfTheDemonstration harvests the demonstration's corpus and goes the way of a
// reviewer: what was found, what the strategy misses, which term would find it, and what
// that brought.
func TestRecallOfTheDemonstration(t *testing.T) {
	server, err := demo.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	dir := t.TempDir()
	p := demoPipeline(&globals{}, dir, server)
	defer p.Close()
	ctx := t.Context()
	var out strings.Builder
	if err := p.harvest(ctx, nil, harvester.Options{Log: p.log}, true, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var report runReport
	if err := json.Unmarshal([]byte(out.String()), &report); err != nil {
		t.Fatal(err)
	}
	d := report.Recall
	if d == nil || d.Recall != recall.ShareOf(13, 13) || len(d.Known) != 13 {
		t.Fatalf("the seeds are diagnosed as %+v", d)
	}
	// The review says so itself: five of its thirteen do not match on their titles.
	if d.Baseline.Includes.Hits != 5 || d.Baseline.Includes.ByWords != 5 || d.Baseline.Includes.Of != 13 {
		t.Errorf("of the included studies the published search would have lost %+v", d.Baseline.Includes)
	}
	if !slices.ContainsFunc(d.Baseline.LostLanguages, func(p diagnosis.LostPart) bool { return p.Name == "es" && p.Lost == p.Studies }) {
		t.Errorf("languages lost: %+v", d.Baseline.LostLanguages)
	}
	for _, e := range d.Missing {
		if e.Low > e.Total || e.High < e.Total || e.Low < float64(e.Seen) || len(e.Warnings) == 0 {
			t.Errorf("estimate %+v", e)
		}
	}

	c, err := diagnosis.Check(ctx, p.eachStudy, p.protocol, diagnosis.CheckOptions{Lexicon: true})
	if err != nil {
		t.Fatal(err)
	}
	if c.Searches[0].Known != 8 || len(c.Searches[0].Terms) != 6 || len(c.Lexicon) != len(p.protocol.Lexicon.Patterns()) {
		t.Errorf("the strategy finds %d of the known, by %d terms; the lexicon has %d patterns", c.Searches[0].Known, len(c.Searches[0].Terms), len(c.Lexicon))
	}
	s, err := diagnosis.Suggest(ctx, p.eachStudy, p.protocol, diagnosis.SuggestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(s.Terms, func(t diagnosis.Suggestion) bool { return t.Term == `"sex trade"` })
	if s.Missed != 5 || i < 0 || s.Terms[i].Gains != 2 || s.Terms[i].Block != "sex trafficking" {
		t.Fatalf("suggested are %+v", s.Terms)
	}

	// The built-in protocol's next version, with its lexicon, is written where told.
	path := filepath.Join(dir, "next.yaml")
	out.Reset()
	if err := p.promote(s.Terms[i], promoteTarget{path: path, by: "reviewer-1"}, false, &out); err != nil {
		t.Fatal(err)
	}
	next, err := protocol.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(next.Promoted) != 1 || next.Version != "2" || !slices.Equal(next.Promoted[0].Records, s.Terms[i].Records) {
		t.Errorf("version %s has %+v", next.Version, next.Promoted)
	}
	if err := p.promote(s.Terms[i], promoteTarget{path: path, by: "reviewer-1"}, false, &out); err == nil {
		t.Error("a file that is there was written over")
	}
	next.Sources = p.protocol.Sources
	p.protocol = next
	if d, err = p.diagnose(ctx, harvester.Run{}); err != nil {
		t.Fatal(err)
	}
	if len(d.Promoted) != 1 || d.Promoted[0].AloneKnown != 2 || d.Promoted[0].Alone != s.Terms[i].Adds {
		t.Errorf("the term brought %+v, and was to add %d", d.Promoted, s.Terms[i].Adds)
	}
	if d.Baseline.Includes.Hits != 5 {
		t.Errorf("the published search loses %+v since a term was promoted", d.Baseline.Includes)
	}
}

// What was asked last counts, and not what was asked after the run that is looked at.
func TestAskedUntil(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	query := func(state harvester.State, from time.Time) harvester.QueryState {
		return harvester.QueryState{Source: "doaj", Query: "es", Route: record.RouteSearch, State: state, From: from}
	}
	runs := []harvester.Run{
		{Started: day(1), Queries: []harvester.QueryState{query(harvester.StateBlocked, time.Time{})}},
		{Started: day(2), Queries: []harvester.QueryState{query(harvester.StateComplete, time.Time{})}},
		{Started: day(3), Queries: []harvester.QueryState{query(harvester.StatePartial, day(2))}},
	}
	for _, c := range []struct {
		until time.Time
		want  []string
	}{
		{day(1), []string{"blocked"}},
		{day(2), []string{"complete"}},
		{day(3), []string{"complete", "partial"}},
		{time.Time{}, []string{"complete", "partial"}},
	} {
		var got []string
		for _, a := range askedUntil(runs, c.until) {
			got = append(got, a.State)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("until %v: %v, want %v", c.until, got, c.want)
		}
	}
}

// TestRunShowTellsOfRecall asks the program for a run that is past, and for the terms of
// the strategy while another process has the index.
func TestRunShowTellsOfRecall(t *testing.T) {
	s := newSite(t, 40, 0, "")
	var report runReport
	s.runJSON(exitComplete, &report, "harvest")
	if report.Recall == nil || report.Recall.Known == nil || len(report.Recall.Missing) == 0 {
		t.Fatalf("the harvest's report has %+v", report.Recall)
	}
	var shown runReport
	s.runJSON(exitComplete, &shown, "runs", "show", report.ID)
	want, err := json.Marshal(report.Recall)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(shown.Recall); err != nil || string(got) != string(want) {
		t.Errorf("the run shown has\n%s\nwant that of the harvest\n%s", got, want)
	}
	text := s.run(exitComplete, "runs", "show", report.ID)
	for _, part := range []string{"What is likely still missing", "What the published search would have lost", "none: name seeds"} {
		if !strings.Contains(text, part) {
			t.Errorf("the run shown does not say %q:\n%s", part, text)
		}
	}

	alone := s.run(exitComplete, "strategy", "check", "--json")
	s.serve()
	if joined := s.run(exitComplete, "strategy", "check", "--json"); joined != alone {
		t.Errorf("asked of another process, the strategy finds\n%s\nwant\n%s", joined, alone)
	}
}
