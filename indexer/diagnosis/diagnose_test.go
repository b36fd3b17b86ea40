package diagnosis

import (
	"slices"
	"strings"
	"testing"
	"time"

	"polyglean/internal/protocol"
	"polyglean/internal/recall"
	"polyglean/internal/record"
)

func diagnose(t *testing.T, index shelf, asked []Asked) *Diagnosed {
	t.Helper()
	d, err := Diagnose(t.Context(), index.scan, beeProtocol(t, bees), asked)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// asked are both sources with every search answered to its end.
func asked() []Asked {
	var out []Asked
	for _, source := range []string{"openalex", "doaj"} {
		for _, query := range []string{"published", "wide", "es"} {
			out = append(out, Asked{Source: source, Query: query, Route: record.RouteSearch, Complete: true, State: "complete"})
		}
	}
	return out
}

func outcome(t *testing.T, d *Diagnosed, seed int) Known {
	t.Helper()
	i := slices.IndexFunc(d.Known, func(k Known) bool { return k.Seed == seed })
	if i < 0 {
		t.Fatalf("seed %d is not told of", seed)
	}
	return d.Known[i]
}

func TestWhyASeedIsMissing(t *testing.T) {
	day := func(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
	found := study("", rec{id: "openalex:1", title: "Loss of the hive", seed: 1, query: "published"})
	blocked := asked()
	blocked[1].Complete, blocked[1].State, blocked[1].Reason = false, "blocked", "the source is down"
	recent := asked()
	for i := range recent {
		recent[i].From = day(2020)
	}
	sets := append(asked(), Asked{Source: "doaj", Query: "set:all", Route: record.RouteHarvest, Complete: true})
	for name, c := range map[string]struct {
		index shelf
		asked []Asked
		seed  int
		want  Outcome
		why   string
	}{
		"found":                {shelf{found}, asked(), 1, Found, "OpenAlex"},
		"a search has it":      {shelf{found}, asked(), 2, NotInSources, "wide"},
		"no term":              {shelf{found}, asked(), 3, NoTerm, "title alone"},
		"no term, sets read":   {shelf{found}, sets, 3, NoTerm, "sets that were read whole"},
		"a source is blocked":  {shelf{found}, blocked, 2, Incomplete, "OpenAlex wide is blocked (the source is down)"},
		"another's is blocked": {shelf{found}, blocked, 3, NoTerm, ""},
		"nobody was asked":     {nil, nil, 2, Incomplete, "No source has been asked"},
		"only newer ones":      {nil, recent, 2, Filtered, "other dates"},
		"newer ones last":      {nil, append(asked(), recent...), 2, NotInSources, ""},
		"never put":            {nil, asked()[:1], 2, Incomplete, "put to no source: wide"},
		"imported alone": {
			shelf{study("", rec{id: "import:scopus:1", title: "Collapse of bees", seed: 2, route: record.RouteImport})},
			asked(), 2, NotInSources, "from an imported file alone",
		},
		"set aside": {
			shelf{study("", rec{id: "doaj:3", title: "Winter among beekeepers", seed: 3, route: record.RouteHarvest, aside: true})},
			asked(), 3, Filtered, "set aside",
		},
		"merged": {
			shelf{study("", rec{id: "doaj:1", title: "Loss of the hive", seed: 1}, rec{id: "doaj:2", title: "Collapse of bees", seed: 2})},
			asked(), 2, Merged, "with seed 1",
		},
		"another year": {
			shelf{study("", rec{id: "doaj:9", title: "Collapse of Bees", year: 1950})},
			asked(), 2, Unrecognised, record.StudyID("doaj:9"),
		},
	} {
		k := outcome(t, diagnose(t, c.index, c.asked), c.seed)
		if k.Outcome != c.want || !strings.Contains(k.Why, c.why) {
			t.Errorf("%s: %s (%s), want %s (%s)", name, k.Outcome, k.Why, c.want, c.why)
		}
	}
}

func TestIncludedStudiesAreDiagnosed(t *testing.T) {
	joined := study(record.Include, rec{id: "openalex:7", title: "Death in the apiary"}, rec{id: "doaj:7", title: "Death in the apiary"})
	second := joined.Decisions[0]
	second.Decision.Study, second.Decision.By = record.StudyID("doaj:7"), "reviewer-2"
	joined.Decisions = append(joined.Decisions, second)
	d := diagnose(t, shelf{
		joined,
		study(record.Include, rec{id: "import:scopus:8", title: "Meadows", route: record.RouteImport}),
		study(record.Include, rec{id: "doaj:10", title: "Frost", route: record.RouteHarvest, aside: true}),
		study(record.Exclude, rec{id: "openalex:9", title: "Death of a hive", matched: true}),
	}, asked())
	var got []string
	for _, k := range d.Known {
		if k.Seed == 0 {
			got = append(got, k.Title+": "+string(k.Outcome))
		}
	}
	slices.Sort(got)
	if want := []string{"Death in the apiary: found", "Death in the apiary: merged", "Frost: filtered", "Meadows: no-term"}; !slices.Equal(got, want) {
		t.Errorf("included are %v, want %v", got, want)
	}
	// Three seeds are nowhere, of four includes one is found.
	if d.Recall.Hits != 1 || d.Recall.Of != 7 || d.Outcomes[Merged] != 1 {
		t.Errorf("recall %+v of %v", d.Recall, d.Outcomes)
	}
}

func TestRelativeRecall(t *testing.T) {
	d := diagnose(t, shelf{
		study("", rec{id: "openalex:1", title: "Loss of the hive", seed: 1}, rec{id: "doaj:1", title: "Loss of the hive"}),
		study("", rec{id: "openalex:2", title: "Collapse of bees", seed: 2}),
		study(record.Include, rec{id: "doaj:4", title: "Pérdida de la colmena", lang: "es"}),
	}, asked())
	find := func(list []Relative, name string) recall.Share {
		for _, r := range list {
			if r.Name == name {
				return r.Share
			}
		}
		t.Fatalf("%s is not in %+v", name, list)
		return recall.Share{}
	}
	for _, c := range []struct {
		list     []Relative
		name     string
		hits, of int
	}{
		{d.BySource, "OpenAlex", 2, 4},
		{d.BySource, "DOAJ", 2, 4},
		{d.ByLanguage, "en", 2, 2},
		{d.ByLanguage, "es", 1, 1},
		{d.ByLanguage, "und", 0, 1}, // seed 3
		{d.ByTerm, "hive", 1, 3},
		{d.ByTerm, "skep", 0, 3},
		{d.BySearch, "published", 1, 3},
		{d.BySearch, "wide", 1, 3},
		{d.BySearch, "es", 1, 3},
	} {
		if s := find(c.list, c.name); s != recall.ShareOf(c.hits, c.of) {
			t.Errorf("%s: %+v, want %d of %d", c.name, s, c.hits, c.of)
		}
	}
}

func TestWhatIsMissingBetweenTwoSources(t *testing.T) {
	// OpenAlex has two of the known, DOAJ two, one is in both: 3·3/2−1 = 3.5 in all.
	d := diagnose(t, shelf{
		study("", rec{id: "openalex:1", title: "Loss of the hive", seed: 1}, rec{id: "doaj:1", title: "Loss of the hive"}),
		study("", rec{id: "openalex:2", title: "Collapse of bees", seed: 2}),
		study(record.Include, rec{id: "doaj:4", title: "Pérdida de la colmena", lang: "es"}),
		study(record.Include, rec{id: "import:scopus:5", title: "Meadows", route: record.RouteImport}),
		study("", rec{id: "doaj:6", title: "Death of a hive", matched: true}),
		study("", rec{id: "doaj:7", title: "Colonies", miss: true}),
		study("", rec{id: "doaj:8", title: "Rain", aside: true}),
	}, asked())
	byPopulation := map[Population]Estimate{}
	for _, e := range d.Missing {
		if e.Between == "sources" {
			byPopulation[e.Population] = e
		} else {
			t.Errorf("one route is compared with itself: %+v", e)
		}
	}
	known := byPopulation[PopulationKnown]
	if known.Method != recall.MethodChapman || known.Seen != 3 || known.Total != 3.5 || len(known.Lists) != 2 {
		t.Errorf("known: %+v", known)
	}
	if len(known.Warnings) < 2 || !strings.Contains(known.Warnings[0], "independent") {
		t.Errorf("warnings %q", known.Warnings)
	}
	// With the two that are likely: DOAJ four, so 3·5/2−1.
	if likely := byPopulation[PopulationLikely]; likely.Seen != 5 || likely.Total != 6.5 {
		t.Errorf("likely: %+v", likely)
	}
}

func TestWhatTheBaselineWouldHaveLost(t *testing.T) {
	index := shelf{
		study("", rec{id: "openalex:1", title: "Loss of the hive in Nepal", seed: 1, year: 2010, journal: "GB"}),
		study(record.Include, rec{id: "openalex:2", title: "Collapse of bees in Nepal and Kenya", year: 2012, setting: "orchard"}),
		study("", rec{id: "openalex:4", title: "Pérdidas en México, hive loss", lang: "es", miss: true, year: 2020, journal: "AR"}),
		study("", rec{id: "doaj:5", title: "Death in the apiary", matched: true, year: 2016, journal: "GB"}),
		study(record.Exclude, rec{id: "doaj:6", title: "Colonies", miss: true}),
	}
	b := diagnose(t, index, asked()).Baseline
	if b.Includes.Hits != 1 || b.Includes.Of != 2 || b.Includes.ByWords != 1 || b.Includes.ByLanguage != 0 {
		t.Errorf("includes %+v", b.Includes)
	}
	// The Spanish paper has the words, and is in the wrong language.
	if b.Candidates.Hits != 1 || b.Candidates.Of != 2 || b.Candidates.ByWords != 0 || b.Candidates.ByLanguage != 1 || b.Candidates.ByDatabase != 0 {
		t.Errorf("candidates %+v", b.Candidates)
	}
	if b.Later != 2 || len(b.Tested) != 0 {
		t.Errorf("later %d, databases tested %v", b.Later, b.Tested)
	}
	wantParts := func(what string, got []LostPart, want ...LostPart) {
		if !slices.Equal(got, want) {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	wantParts("languages", b.LostLanguages, LostPart{"es", 1, 1}, LostPart{"en", 3, 1})
	wantParts("countries", b.LostCountries, LostPart{"KE", 1, 1}, LostPart{"MX", 1, 1}, LostPart{"NP", 2, 1})
	wantParts("settings", b.LostSettings, LostPart{"orchard", 1, 1})
	wantParts("countries of journals", b.LostJournals, LostPart{"AR", 1, 1})
	wantParts("sources", b.LostSources, LostPart{"OpenAlex", 3, 2})

	// An import from a database of the baseline tells what is in it.
	index = append(index, study(record.Include, rec{id: "import:synthetic-abstracts:9", title: "Death of a hive", route: record.RouteImport}))
	b = diagnose(t, index, asked()).Baseline
	if !slices.Equal(b.Tested, []string{"Synthetic Abstracts"}) || b.Includes.Hits != 2 || b.Includes.Of != 3 || b.Includes.ByDatabase != 2 {
		t.Errorf("with a database: %+v", b)
	}
}

func TestWhatPromotedTermsBrought(t *testing.T) {
	p := beeProtocol(t, bees)
	next := promoteInto(t, bees, protocol.Promoted{Term: "colonies", Block: "hives", Lang: "en", Date: "2026-03-01", By: "reviewer-1"})
	d, err := Diagnose(t.Context(), shelf{
		study(record.Include, rec{id: "openalex:1", title: "Losses of colonies"}),
		study("", rec{id: "openalex:2", title: "Death in colonies", matched: true}),
		study(record.Exclude, rec{id: "openalex:3", title: "The loss of the colonies"}),
		study("", rec{id: "openalex:4", title: "Loss of hives and colonies", matched: true}),
		study("", rec{id: "openalex:5", title: "Colonies of ants"}),
	}.scan, next, nil)
	if err != nil || len(d.Promoted) != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	c := d.Promoted[0]
	if c.Search != "published" || c.Version != "2" || c.Studies != 5 || c.Known != 1 ||
		c.Alone != 3 || c.AloneKnown != 1 || c.AloneUnjudged != 1 || c.AloneExcluded != 1 {
		t.Errorf("%+v", c)
	}
	// What was published is still what the baseline is measured by.
	if d.Baseline.Includes.ByWords != 1 || next.Baseline.Node.String() != p.Strategy.Node.String() {
		t.Errorf("baseline %+v", d.Baseline.Includes)
	}
}
