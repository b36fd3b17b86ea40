package bench

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"

	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

func TestPhrasesAreFound(t *testing.T) {
	p := NewPhrases(protocol.Default().Lexicon)
	for _, c := range []struct {
		text, want string
		found      bool
	}{
		{"Survivors of Sex Trafficking: a study", "sex trafficking", true},
		{"sex and trafficking", "sex trafficking", false},
		{"关于卖淫的研究", "卖淫", true},
	} {
		if got := p.Find(c.text); slices.Contains(got, c.want) != c.found {
			t.Errorf("in %q: %q", c.text, got)
		}
	}
	// What one expression a pattern finds is found here, too.
	terms, err := Terms(protocol.Default().Lexicon, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	const text = "Leaving street prostitution and forced prostitution; survivors of sexual exploitation recovered. Sortir de la prostitution. Выход из проституции."
	got := p.Find(text)
	for _, words := range Find(terms, text) {
		if !slices.ContainsFunc(got, func(s string) bool {
			return strings.HasPrefix(strings.ToLower(words), strings.TrimSuffix(s, "*"))
		}) {
			t.Errorf("%q is not found: %q", words, got)
		}
	}
}

func TestSampleCutsBetweenCharacters(t *testing.T) {
	if got := Sample(strings.Repeat("é", 400)); utf8.RuneCountInString(got) != languageSample || !utf8.ValidString(got) {
		t.Errorf("%d characters", utf8.RuneCountInString(got))
	}
	if got := Sample("short"); got != "short" {
		t.Errorf("%q", got)
	}
}

func TestTunedIndexIsSearched(t *testing.T) {
	index, err := NewTunedIndex(filepath.Join(t.TempDir(), "index"))
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	c := &record.Candidate{ID: "a:1", Titles: []record.Text{{Text: "Leaving the street"}}, Year: 2011}
	doc, err := TunedDocument(c, []string{"en"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := index.Index(c.ID, doc); err != nil {
		t.Fatal(err)
	}
	phrase := bleve.NewMatchPhraseQuery("the street")
	phrase.SetField("title")
	search := bleve.NewSearchRequest(phrase)
	search.Fields = []string{storedField}
	search.AddFacet("languages", bleve.NewFacetRequest("languages", 5))
	got, err := index.Search(search)
	if err != nil {
		t.Fatal(err)
	}
	if got.Total != 1 || got.Facets["languages"].Total != 1 || !strings.Contains(got.Hits[0].Fields[storedField].(string), "Leaving") {
		t.Errorf("found %v", got)
	}
}
