package classifier

import (
	"slices"
	"testing"

	"polyglean/internal/record"
)

// A title in a language without words in the lexicon, or taken for one of its kin,
// is read by the words of its kin; an abstract is long enough to be told.
func TestKin(t *testing.T) {
	c := newClassifier(t)
	for _, tt := range []struct{ lang, title string }{
		{"ms", "Mangsa perdagangan orang dan eksploitasi seksual di Malaysia"},
		{"mr", "मानव तस्करी आणि महिलांचे पुनर्वसन"},
		{"gl", "As mulleres e a trata de persoas con fins de explotación sexual"},
		{"es", "Tráfico humano infanto-juvenil"},
		{"sr", "Trgovina ljudima i seksualno iskorištavanje"},
	} {
		t.Run(tt.lang, func(t *testing.T) {
			got := c.Classify(record.Candidate{Titles: []record.Text{{Text: tt.title, Lang: tt.lang}}})
			if !slices.Contains(got.Flags(), record.FlagKeywordMiss) {
				t.Errorf("%s is not flagged; languages %v, concepts %v", tt.title, got.Language.Languages, got.Concepts)
			}
		})
	}
	if got := c.languagesOf("es", record.FieldAbstract); !slices.Equal(got, []string{"es"}) {
		t.Errorf("a Spanish abstract is looked at in %v", got)
	}
}
