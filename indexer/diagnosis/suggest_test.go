package diagnosis

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

func promoteInto(t *testing.T, text string, term protocol.Promoted) *protocol.Protocol {
	t.Helper()
	_, p, err := protocol.Promote("bees.yaml", []byte(text), func(file string) ([]byte, error) {
		if file == "bees.tsv" {
			return []byte(beesLexicon), nil
		}
		return nil, os.ErrNotExist
	}, term)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func suggest(t *testing.T, index shelf, opts SuggestOptions) *Suggestions {
	t.Helper()
	s, err := Suggest(t.Context(), index.scan, beeProtocol(t, bees), opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func termsOf(s *Suggestions) []string {
	var out []string
	for _, term := range s.Terms {
		out = append(out, term.Term+"/"+term.Lang)
	}
	return out
}

// missing is an index in which included studies say swarm, a lexicon's word and one of
// Spanish where the strategy looks for hives.
func missing() shelf {
	index := shelf{
		study("", rec{id: "openalex:1", title: "Loss of the hive", seed: 1}),
		study(record.Include, rec{id: "openalex:10", title: "The loss of colonies by frost"}),
		study(record.Include, rec{id: "openalex:11", title: "Pérdidas del enjambre", lang: "es"}),
		study(record.Exclude, rec{id: "openalex:12", title: "Death in the colonies overseas"}),
	}
	for i, title := range []string{"Death of the swarm in Alba", "The swarm: death by water", "Swarm and death, a synthetic study", "When the swarm met its death"} {
		verdict := record.Verdict("")
		if i < 2 {
			verdict = record.Include
		}
		index = append(index, study(verdict, rec{id: fmt.Sprintf("openalex:2%d", i), title: title, miss: true}))
	}
	return append(index, more(60)...)
}

func TestSuggestFindsWhatWouldCatchTheMissed(t *testing.T) {
	s := suggest(t, missing(), SuggestOptions{})
	if s.Missed != 4 || s.Likely != 2 {
		t.Errorf("missed %d and %d likely, want 4 and 2", s.Missed, s.Likely)
	}
	if got, want := termsOf(s), []string{"swarm/en", "colon*/en"}; !slices.Equal(got, want) {
		t.Fatalf("suggested are %v, want %v", got, want)
	}
	swarm, colon := s.Terms[0], s.Terms[1]
	if swarm.Block != "hives" || swarm.Search != "published" || swarm.Studies != 4 || swarm.Known != 2 || swarm.Adds != 4 || swarm.Gains != 2 || swarm.Likely != 2 ||
		swarm.Decided != 2 || swarm.Precision.Hits != 2 {
		t.Errorf("swarm: %+v", swarm)
	}
	if !slices.Equal(swarm.Records, []string{"openalex:20", "openalex:21", "openalex:22", "openalex:23"}) {
		t.Errorf("records %v: want those of included studies first", swarm.Records)
	}
	if colon.Concept != "hive" || colon.Block != "hives" || colon.Adds != 2 || colon.Gains != 1 || colon.Decided != 2 || colon.Precision.Rate != 0.5 {
		t.Errorf("colon*: %+v", colon)
	}
}

func TestSuggestInALanguage(t *testing.T) {
	index := append(missing(),
		study(record.Include, rec{id: "openalex:30", title: "Muerte del enjambre en invierno", lang: "es"}),
		study("", rec{id: "openalex:31", title: "Muerte del enjambre", lang: "es", miss: true}))
	s := suggest(t, index, SuggestOptions{Languages: []string{"es"}})
	if got := termsOf(s); !slices.Equal(got, []string{"enjambre/es"}) {
		t.Fatalf("suggested are %v", got)
	}
	e := s.Terms[0]
	if e.Search != "es" || e.Block != "hives" || e.Gains != 2 || e.Adds != 3 || !slices.Equal(e.NewLanguages, []string{"es"}) {
		t.Errorf("enjambre: %+v", e)
	}
}

func TestSuggestIsBoundedAndRepeatable(t *testing.T) {
	first := suggest(t, missing(), SuggestOptions{Limit: 1})
	if len(first.Terms) != 1 || first.Terms[0].Term != "swarm" {
		t.Errorf("the best one is %v", termsOf(first))
	}
	for range 5 {
		if again := suggest(t, missing(), SuggestOptions{}); !slices.Equal(termsOf(again), []string{"swarm/en", "colon*/en"}) {
			t.Fatalf("another order: %v", termsOf(again))
		}
	}
	if s := suggest(t, more(5), SuggestOptions{}); len(s.Terms) != 0 || s.Missed != 0 {
		t.Errorf("from nothing comes %+v", s)
	}
}

func TestMeasureATerm(t *testing.T) {
	m, err := Measure(t.Context(), missing().scan, beeProtocol(t, bees), "swarm*", "en", "losses")
	if err != nil || m.Block != "losses" || m.Adds != 0 || m.Studies != 4 {
		t.Errorf("in the wrong block: %+v, %v", m, err)
	}
	// A language without a search: nothing else is required.
	m, err = Measure(t.Context(), missing().scan, beeProtocol(t, bees), "swarm", "de", "hives")
	if err != nil || m.Adds != 4 || m.Search != "" {
		t.Errorf("in German: %+v, %v", m, err)
	}
	if _, err := Measure(t.Context(), missing().scan, beeProtocol(t, bees), "(swarm", "en", "hives"); err == nil {
		t.Error("a broken term is measured")
	}
}

func TestGrams(t *testing.T) {
	for _, c := range []struct {
		text, lang string
		want       []string
	}{
		{"The loss of hives, in 2010", "en", []string{"loss", "loss of hives", "hives"}},
		{"人口贩运 and more", "zh", []string{"人口", "人口贩", "人口贩运", "口贩", "口贩运", "贩运", "and", "and more", "more"}},
		{"การค้ามนุษย์", "th", nil},
		{"ab Bienen-Volk", "de", []string{"ab bienen", "ab bienen volk", "bienen", "bienen volk", "volk"}},
	} {
		var got []string
		grams(c.text, c.lang, func(key, _ string) { got = append(got, key) })
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
