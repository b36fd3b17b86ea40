package indexer

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"polyglean/internal/record"
)

func TestLicenseOf(t *testing.T) {
	for _, c := range []struct{ stated, want string }{
		{"", ""},
		{"cc by", "cc-by"},
		{"CC BY-NC 4.0", "cc-by-nc"},
		{"by-nc", "cc-by-nc"},
		{"http://creativecommons.org/licenses/by-nc-nd/3.0/de/", "cc-by-nc-nd"},
		{"https://creativecommons.org/l/by/4.0/80x15.png", "cc-by"},
		{"Creative Commons BY-SA", "cc-by-sa"},
		{"https://creativecommons.org/publicdomain/zero/1.0/", "public-domain"},
		{"CC0", "public-domain"},
		{"public-domain", "public-domain"},
		{"https://www.elsevier.com/tdm/userlicense/1.0/", "elsevier.com"},
		{"other-oa", "other-oa"},
		{"Все права защищены", "все-права-защищены"},
		{"bylaws apply", "bylaws-apply"},
	} {
		if got := licenseOf(c.stated); got != c.want {
			t.Errorf("%q is %q, want %q", c.stated, got, c.want)
		}
	}
}

// TestNotStatedIsCounted: it stands among the values where its count puts it, behind
// those that are as frequent.
func TestNotStatedIsCounted(t *testing.T) {
	p, err := placeOf("facets", "attr:design")
	if err != nil {
		t.Fatal(err)
	}
	values := []FacetCount{{"design=interview", 7}, {"design=survey", 4}, {"design=case study", 4}, {"design=other", 1}}
	for without, want := range map[int]int{9: 0, 7: 1, 4: 3, 2: 3, 1: 4} {
		got := p.counts(Facet{Values: values, Without: without})
		if at := slices.Index(got, FacetCount{NotStated, without}); at != want || len(got) != 5 || !slices.Contains(got, FacetCount{"survey", 4}) {
			t.Errorf("%d without: %v, want them in place %d", without, got, want)
		}
	}
	if got := p.counts(Facet{Values: values}); len(got) != 4 || values[0].Value != "design=interview" {
		t.Errorf("%v of %v", got, values)
	}
}

// TestSeedsAreInTheOrderOfTheirNumbers, how many studies ever are of one.
func TestSeedsAreInTheOrderOfTheirNumbers(t *testing.T) {
	p, err := placeOf("facets", FacetSeed)
	if err != nil {
		t.Fatal(err)
	}
	got := p.counts(Facet{Values: []FacetCount{{"11", 2}, {"1", 1}, {"10", 1}, {"2", 1}}})
	if want := []FacetCount{{"1", 1}, {"2", 1}, {"10", 1}, {"11", 2}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestUnknownFacets(t *testing.T) {
	for _, name := range []string{"colour", "attr:", "attr:De sign", "attr:a=b", "attr:.*"} {
		var bad *QueryError
		if _, err := Compile(Query{Facets: []string{name}}, nil); !errors.As(err, &bad) || bad.Part != "facets" || bad.Hint == "" {
			t.Errorf("facet %q: %v, want a QueryError with a hint", name, err)
		}
		if _, err := Compile(Query{Filters: map[string][]string{name: {"x"}}}, nil); !errors.As(err, &bad) || bad.Part != "filters" {
			t.Errorf("filter %q: %v, want a QueryError", name, err)
		}
	}
}

func TestFacetValuesOfAStudy(t *testing.T) {
	s := Study{ID: "sone", Members: []Member{{Record: record.Classified{
		Candidate: record.Candidate{ID: "a:1", Source: "a", Year: 2014, License: "https://creativecommons.org/licenses/by/4.0/", JournalCountry: "BR"},
		Concepts:  []record.ConceptHit{{Concept: "interview", Facet: "design"}},
	}}}}
	doc, err := s.Document()
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{FacetYear: "2014", FacetDecade: "2010s", FacetJournalCountry: "BR", FacetLicense: "cc-by", ExactAttribute: "design=interview"} {
		if got := doc.Exact[field]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
	s.Members[0].Record.Candidate.Year = 9999 // stands in some records for an unknown one
	if doc, err = s.Document(); err != nil || doc.Exact[FacetYear] != nil || doc.Exact[FacetDecade] != nil {
		t.Errorf("year %q, decade %q, error %v", doc.Exact[FacetYear], doc.Exact[FacetDecade], err)
	}
}

func TestLanguagesAreReadHoweverTheyAreWritten(t *testing.T) {
	got, err := knownValues(FacetLanguage, []string{"es", "SPA", "zh-Hant", "nb", "und"})
	if want := []string{"es", "es", "zh", "no", "und"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	var bad *QueryError
	if _, err := Compile(Query{Filters: map[string][]string{FacetLanguage: {"Spanish!"}}}, nil); !errors.As(err, &bad) || bad.Part != "filters" {
		t.Errorf("no language: %v, want a QueryError", err)
	}
}

// TestUnknownValues: a slip of the pen is no answer; what sources name may be anything.
func TestUnknownValues(t *testing.T) {
	for facet, value := range map[string]string{
		FacetFlag: "keyword-mis", FacetReason: "other-word", FacetDecision: "included", FacetLanguageClass: "German",
	} {
		var bad *QueryError
		_, err := Compile(Query{Filters: map[string][]string{facet: {value}}}, nil)
		if !errors.As(err, &bad) || bad.Part != "filters" || !strings.Contains(bad.Hint, closed[facet][0]) {
			t.Errorf("%s %q: %v, want a QueryError that names the values", facet, value, err)
		}
		if _, err := Compile(Query{Filters: map[string][]string{facet: closed[facet]}}, nil); err != nil {
			t.Errorf("%s %q: %v", facet, closed[facet], err)
		}
	}
	if _, err := Compile(Query{Filters: map[string][]string{FacetSource: {"a-source-of-tomorrow"}, FacetType: {"something-new"}}}, nil); err != nil {
		t.Errorf("an open facet: %v", err)
	}
}
