package classifier

import (
	"strings"
	"testing"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// TestEvidenceOfEveryFieldAndLanguage: however often a concept is named in one place, it
// is known to stand in the others, too.
func TestEvidenceOfEveryFieldAndLanguage(t *testing.T) {
	c, err := New(protocol.Default(), Options{MaxEvidence: 2})
	if err != nil {
		t.Fatal(err)
	}
	english := "The women in prostitution who were interviewed spoke of prostitution in the port and of prostitution at home, and of the years after prostitution. "
	got := c.Classify(record.Candidate{
		Schema: record.Schema, ID: "synthetic:1", Source: "synthetic", SourceID: "1",
		Titles: []record.Text{{Text: "Prostitution in a port city: what women say of their years there"}},
		Abstracts: []record.Text{
			{Text: strings.Repeat(english, 3)},
			{Text: "Las mujeres entrevistadas hablan de la prostitución en el puerto y de los años que siguieron, lejos de sus familias y de la ciudad."},
		},
		Keywords: []record.Text{{Text: "prostitution"}},
	})
	places := map[string]int{}
	for _, hit := range got.Concepts {
		if hit.Concept != "prostitution" {
			continue
		}
		for _, e := range hit.Evidence {
			lang := "en"
			if e.Field == record.FieldAbstract && e.Index == 1 {
				lang = "es"
			}
			places[string(e.Field)+" "+lang]++
		}
	}
	want := map[string]int{"title en": 1, "abstract en": 1, "abstract es": 1, "keyword en": 1}
	if len(places) != len(want) {
		t.Fatalf("evidence of %v, want %v", places, want)
	}
	for place, n := range want {
		if places[place] != n {
			t.Errorf("%d passages in %s, want %d", places[place], place, n)
		}
	}
}
