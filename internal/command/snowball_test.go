package command

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polyglean/harvester"
	"polyglean/indexer"
	"polyglean/internal/demo"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// snowballProtocol has one search, which finds one seed and little else.
const snowballProtocol = `name: snowball
version: "1"
title: "Synthetic records that cite each other"
question: Does a citation lead where no search does?
strategy:
  language: en
  mode: inflected
  text: exiting sex trafficking AND moving to restoration
  blocks:
    - {name: topic, terms: [exiting sex trafficking], concepts: [sex_trafficking, prostitution, exit_sex_trade]}
    - {name: leaving, terms: [moving to restoration], concepts: [survivor, exit_sex_trade]}
lexicon: lexicon.tsv
rule:
  core: {facets: [topic], concepts: [exit_sex_trade]}
  support: {facets: [victim, exit, services]}
  negative: {facets: [negative]}
seeds:
  - number: 1
    authors: [Gonzalez, Spencer, Stith]
    year: 2017
    title: "Moving to restoration: the experiences of women exiting sex trafficking"
    journal: Journal of Human Trafficking
sources:
  - name: openalex
  - name: pubmed
`

// snowballSite serves the demonstration's corpus to snowballProtocol.
func snowballSite(t *testing.T) *site {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	server, err := demo.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	s := &site{t: t, binary: path, dir: t.TempDir(), server: server}
	s.config = filepath.Join(s.dir, "polyglean.yaml")
	_, lexicon := protocol.DefaultLexicon()
	for name, content := range map[string]string{
		"protocol.yaml": snowballProtocol, "lexicon.tsv": string(lexicon), "polyglean.yaml": s.snowballConfig(100000),
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *site) snowballConfig(perDay int) string {
	return fmt.Sprintf(`protocol: %s
data_dir: %s
fetch: {allow_private: true, backoff: 20ms}
sources:
  openalex: {base_url: %s, page_size: 25, requests_per_second: 1000, budget_per_day: %d}
  pubmed: {base_url: %s, requests_per_second: 1000}
`, filepath.Join(s.dir, "protocol.yaml"), filepath.Join(s.dir, "data"), s.server.URL(demo.OpenAlex), perDay, s.server.URL(demo.PubMed))
}

// holding says which study holds the record of a work at OpenAlex, nil if none.
func (s *site) holding(work string) *indexer.Study {
	s.t.Helper()
	var r indexer.Result
	s.runJSON(exitComplete, &r, "search", "--size", "1000")
	for i := range r.Hits {
		for _, m := range r.Hits[i].Study.Members {
			if m.Record.Candidate.ID == "openalex:"+work {
				return &r.Hits[i].Study
			}
		}
	}
	return nil
}

// The works of the corpus' citations: a Korean and a Japanese study, the one citing a
// seed, the other the first; one about arms, which cites another seed; and one on
// strokes, which cites that.
const (
	seedWork, koreanWork, japaneseWork = "W9900000008", "W9900000145", "W9900000139"
	englishWork, spanishWork           = "W9900000014", "W9900000058"
)

func TestSnowballFindsWhatNoSearchReaches(t *testing.T) {
	s := snowballSite(t)
	s.run(exitUsage, "snowball") // nothing to follow yet
	s.run(exitComplete, "harvest")
	seed := s.holding(seedWork)
	if seed == nil || s.holding(koreanWork) != nil {
		t.Fatal("the search must find the seed, and not the Korean study")
	}
	if out := s.run(exitComplete, "snowball", "--dry-run"); !strings.Contains(out, "cited-by:"+seed.ID) || s.holding(koreanWork) != nil {
		t.Errorf("rehearsed:\n%s", out)
	}

	var report snowballReport
	s.runJSON(exitComplete, &report, "snowball")
	if !slices.Equal(report.NotFollowing, []string{"pubmed"}) || len(report.Rounds) != 1 || report.Rounds[0].Followed != 1 {
		t.Errorf("report %+v", report)
	}
	korean := s.holding(koreanWork)
	if korean == nil {
		t.Fatal("the Korean study is not there")
	}
	c := korean.Members[0].Record.Candidate
	if c.Route != record.RouteSnowball || c.Query != "cited-by:"+seed.ID {
		t.Errorf("it came by the route %s and the query %s", c.Route, c.Query)
	}
	found := slices.IndexFunc(report.Rounds[0].Relevant, func(f snowballFind) bool { return f.Study == korean.ID })
	if found < 0 || report.Rounds[0].Relevant[found].Paths[0] != (record.Path{How: record.CitedBy, Study: seed.ID, Round: 1}) {
		t.Errorf("finds %+v", report.Rounds[0].Relevant)
	}
	if s.holding(japaneseWork) != nil {
		t.Error("one round went as far as two")
	}

	// A second round follows the Korean study. All that is there is known.
	out := s.run(exitComplete, "snowball", "--rounds", "5")
	japanese := s.holding(japaneseWork)
	if japanese == nil || japanese.Members[0].Record.Candidate.Query != "cited-by:"+korean.ID {
		t.Fatalf("the Japanese study: %+v", japanese)
	}
	for _, want := range []string{"Round 1 follows 1 study", "Round 2 follows", "cites " + korean.ID, "not to pubmed"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "Round 5") {
		t.Errorf("it went on where nothing led:\n%s", out)
	}

	// What an included study cites is found as well.
	english := s.holding(englishWork)
	s.run(exitComplete, "decide", english.ID, "include")
	s.runJSON(exitComplete, &report, "snowball", "--from", "includes")
	if spanish := s.holding(spanishWork); spanish == nil || spanish.Members[0].Record.Candidate.Query != "cites:"+english.ID {
		t.Errorf("the Spanish study: %+v", spanish)
	}
	var v indexer.Verification
	if s.runJSON(exitComplete, &v, "verify"); !v.OK() {
		t.Errorf("verify: %+v", v)
	}
}

// A snowballing that spends its budget goes on the next day, round by round, and asks
// nothing twice.
func TestSnowballGoesOnOverDays(t *testing.T) {
	sameDay(t) // a budget for every call is that of the day
	s := snowballSite(t)
	s.run(exitComplete, "harvest")
	budget := func(perDay int) {
		if err := os.WriteFile(s.config, []byte(s.snowballConfig(perDay)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := s.server.Stats()[demo.OpenAlex].Requests
	searched := 10 * before // credits
	var report snowballReport
	calls := 0
	for perDay := searched + 3; ; perDay += 3 {
		budget(perDay)
		report = snowballReport{}
		out := s.command("snowball", "--rounds", "3", "--json")
		raw, _ := out.Output()
		if err := json.Unmarshal(raw, &report); err != nil {
			t.Fatalf("%v: %s", err, raw)
		}
		if calls++; !report.partial() {
			break
		}
		if calls == 40 {
			t.Fatalf("it never ends: %s", raw)
		}
	}
	if calls < 2 || s.holding(japaneseWork) == nil {
		t.Errorf("%d calls, and the second round is missing: %v", calls, s.holding(japaneseWork) == nil)
	}
	asked := s.server.Stats()[demo.OpenAlex].Requests - before
	budget(100000)
	var whole snowballReport
	s.runJSON(exitComplete, &whole, "snowball", "--rounds", "3")
	again := s.server.Stats()[demo.OpenAlex].Requests - before - asked
	if again == 0 || asked > again+2*calls {
		t.Errorf("%d requests in %d parts, %d at once", asked, calls, again)
	}
	for _, round := range whole.Rounds {
		if round.Run == nil || round.Run.State != harvester.StateComplete || round.Run.Totals.New != 0 {
			t.Errorf("begun anew: %+v", round.Run)
		}
	}
}
