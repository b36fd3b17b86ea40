package diagnosis

import (
	"maps"
	"testing"

	"polyglean/internal/record"
)

func TestCheckCounts(t *testing.T) {
	p := beeProtocol(t, bees)
	index := shelf{
		study("", rec{id: "openalex:1", title: "Loss of the hive", seed: 1}, rec{id: "doaj:1", title: "Losses of hives and apiaries"}),
		study(record.Include, rec{id: "openalex:2", title: "Death in the apiary"}),
		study(record.Exclude, rec{id: "openalex:3", title: "The hive of industry"}),
		study("", rec{id: "openalex:4", title: "Pérdidas de colmenas", abstract: "Muerte en la colmena", lang: "es"}),
		study("", rec{id: "openalex:5", title: "Losses in colonies and bee yards"}),
	}
	c, err := Check(t.Context(), index.scan, p, CheckOptions{Searches: true, Lexicon: true})
	if err != nil {
		t.Fatal(err)
	}
	if c.Index.Studies != 5 || c.Index.Records != 6 || c.Index.Known != 2 || !maps.Equal(c.Index.Languages, map[string]int{"en": 4, "es": 1}) {
		t.Errorf("index %+v", c.Index)
	}
	if len(c.Searches) != 3 || c.Searches[0].Studies != 2 || c.Searches[0].Records != 3 || c.Searches[0].Known != 2 {
		t.Fatalf("searches %+v", c.Searches)
	}
	type counts struct{ records, studies, known, alone, aloneKnown int }
	want := map[string]counts{
		// The first study has both hive and apiary: hive is needed for its first record,
		// but the study would be found by the second.
		"hive": {3, 2, 1, 0, 0}, "apiary": {2, 2, 2, 1, 1}, "skep": {},
		// Loss finds the Spanish study not: its language has words of its own.
		"loss": {3, 2, 1, 1, 1}, "death": {1, 1, 1, 1, 1},
	}
	for _, term := range c.Searches[0].Terms {
		got := counts{term.Records, term.Studies, term.Known, term.Alone, term.AloneKnown}
		if got != want[term.Term] {
			t.Errorf("%s: %+v, want %+v", term.Term, got, want[term.Term])
		}
		if block := map[bool]string{true: "losses", false: "hives"}[term.Term == "loss" || term.Term == "death"]; term.Block != block {
			t.Errorf("%s is of block %q", term.Term, term.Block)
		}
	}
	if es := c.Searches[2]; es.Studies != 1 || es.Terms[0].Studies != 1 || es.Terms[0].Alone != 1 || es.Terms[2].Alone != 0 {
		t.Errorf("es: %+v", es)
	}
	patterns := map[string]PatternCount{}
	for _, row := range c.Lexicon {
		patterns[row.Lang+" "+row.Pattern] = row
	}
	if n := patterns["en hive*"]; n.Studies != 2 || n.Records != 3 || n.Alone != 2 || n.Known != 1 || n.Line != 2 {
		t.Errorf("hive*: %+v", n)
	}
	// The fifth study says it twice over.
	if n := patterns["en bee yard*"]; n.Studies != 1 || n.Alone != 0 {
		t.Errorf("bee yard*: %+v", n)
	}
	if n := patterns["es pérdida*"]; n.Studies != 1 || n.Languages["es"] != 1 {
		t.Errorf("pérdida*: %+v", n)
	}
	if n := patterns["en orchard*"]; n.Records != 0 {
		t.Errorf("orchard*: %+v", n)
	}
}

func TestCheckOfNothing(t *testing.T) {
	c, err := Check(t.Context(), shelf(nil).scan, beeProtocol(t, bees), CheckOptions{})
	if err != nil || len(c.Searches) != 1 || len(c.Searches[0].Terms) != 5 || c.Lexicon != nil {
		t.Errorf("%+v, %v", c, err)
	}
}
