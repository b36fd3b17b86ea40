package bleveindex

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	index "github.com/blevesearch/bleve_index_api"

	"polyglean/indexer"
)

// placesOf are the places of a term as addPlace has left them.
func placesOf(freq *index.TokenFreq) []uint64 {
	at := appendPlaces(nil, uint64(freq.Frequency()))
	for _, l := range freq.Locations {
		at = append(at, uint64(l.Position))
		for _, distance := range l.ArrayPositions {
			at = append(at, uint64(l.Position)+distance)
		}
	}
	return at
}

func TestPlaces(t *testing.T) {
	for _, places := range [][]uint64{
		{1},
		{1, 2},
		{1, 2, 3},
		{1, 2, 3, 4},
		{7, 262, 517},
		{7, 263},
		{7, 8, 264},
		{8191, 8192, 8193},
		{8192, 8193, 8194},
		{2 << 20, 2<<20 + 1},
		{maxFrequency >> timesBits},
		{maxFrequency>>timesBits + 1},
		{maxFrequency>>timesBits + 1, maxFrequency>>timesBits + 2, maxFrequency>>timesBits + 700},
		{3, 1 << 30},
	} {
		var freq index.TokenFreq
		for _, p := range places {
			addPlace(&freq, int(p))
		}
		if got := placesOf(&freq); !slices.Equal(got, places) {
			t.Errorf("%v came back as %v", places, got)
		}
		if got := timesOf(uint64(freq.Frequency())); got != len(places) {
			t.Errorf("%v is there %d times", places, got)
		}
		if freq.Frequency() > maxFrequency {
			t.Errorf("%v has the frequency %d, which not every machine can hold", places, freq.Frequency())
		}
	}
}

// TestPlacesHeld: words of ordinary texts take no location.
func TestPlacesHeld(t *testing.T) {
	terms, _ := textTerms([]string{strings.Repeat("filler ", 250) + "rare seldom few seldom few few"})
	for term, freq := range terms {
		if held := len(freq.Locations) == 0; held != (term != "filler") {
			t.Errorf("%q is there %d times, in its frequency: %t", term, timesOf(uint64(freq.Frequency())), held)
		}
	}
}

func TestStemsCounted(t *testing.T) {
	terms, length := stemTerms([]string{"en:a en:b en:b", "en:c en:c en:c en:d en:d en:d en:d"})
	for i, term := range []string{"en:a", "en:b", "en:c", "en:d"} {
		if n := timesOf(uint64(terms[term].Frequency())); n != i+1 {
			t.Errorf("%s is counted %d times, not %d", term, n, i+1)
		}
	}
	// Scorch keeps a term in the dictionary alone where this is so.
	if f := terms["en:a"].Frequency(); f != 1 {
		t.Errorf("a stem that is there once has the frequency %d", f)
	}
	if length != 10 {
		t.Errorf("length %d, want 10", length)
	}
}

// TestPhrasesOfTexts looks for every pair of words in texts long and short, whose words
// are there once, a few times and often, in new segments and in merged ones.
func TestPhrasesOfTexts(t *testing.T) {
	x, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	rng := rand.New(rand.NewPCG(7, 11))
	var words []string
	for i := range 12 {
		words = append(words, fmt.Sprintf("w%d", i))
	}
	want := make(map[[2]string][]string)
	for i := range 60 {
		id, text := fmt.Sprintf("doc%02d", i), make([]string, 2+rng.IntN(700))
		for j := range text {
			// Words of a high number are rare.
			text[j] = words[int(float64(len(words))*rng.Float64()*rng.Float64()*rng.Float64())]
			if j == 0 {
				continue
			}
			if pair := [2]string{text[j-1], text[j]}; !slices.Contains(want[pair], id) {
				want[pair] = append(want[pair], id)
			}
		}
		op := indexer.Op{ID: id, Version: 1, Doc: &indexer.Document{Text: map[string][]string{indexer.TextAbstract: {strings.Join(text, " ")}}, Source: []byte("{}")}}
		if _, err := x.Apply(t.Context(), []indexer.Op{op}); err != nil {
			t.Fatal(err)
		}
	}
	check := func() {
		t.Helper()
		for _, first := range words {
			for _, second := range words {
				found, err := x.Find(t.Context(), indexer.Plan{Query: indexer.Phrase{Field: indexer.TextAbstract, Terms: []string{first, second}}, Size: 100})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, h := range found.Hits {
					got = append(got, h.ID)
				}
				slices.Sort(got)
				if expected := want[[2]string{first, second}]; !slices.Equal(got, expected) {
					t.Errorf("%q is in %v, want %v", first+" "+second, got, expected)
				}
			}
		}
	}
	check()
	if err := x.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	check()
}
