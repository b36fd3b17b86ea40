package indexer_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// syntheticMember makes a synthetic record of a study.
func syntheticMember(id string, change func(*record.Classified)) indexer.Member {
	source, sourceID, _ := strings.Cut(id, ":")
	r := record.Classified{
		Candidate: record.Candidate{ID: id, Source: source, SourceID: sourceID, Route: record.RouteSearch},
		Language:  record.LanguageLedger{Languages: []string{"en"}},
		Selection: record.Selected,
	}
	change(&r)
	return indexer.Member{Record: r}
}

func bilingual() indexer.Study {
	const abstract = "Survivors of exploitation. Las explotaciones sufridas."
	return indexer.Study{
		ID: "sone", Aliases: []string{"sone", "stwo"}, Keys: []string{"rec:a:1", "rec:b:2"}, Version: 12,
		Members: []indexer.Member{
			syntheticMember("a:1", func(r *record.Classified) {
				c := &r.Candidate
				c.Titles = []record.Text{{Text: "Leaving the trade"}}
				c.Abstracts = []record.Text{{Text: abstract}}
				c.Date, c.Year, c.Type, c.Query = "2019-03", 2019, "journal-article", "q1"
				c.Harvested = time.UnixMilli(2000)
				r.Language.Languages = []string{"en", "es"}
				r.Language.Detected = []record.Detection{
					{Field: record.FieldAbstract, End: 26, Lang: "en"},
					{Field: record.FieldAbstract, Start: 27, End: len(abstract), Lang: "es"},
				}
				r.Concepts = []record.ConceptHit{{Concept: "exit"}, {Concept: "exit"}}
				r.Seed = 3
			}),
			syntheticMember("b:2", func(r *record.Classified) {
				c := &r.Candidate
				c.Titles = []record.Text{{Text: "Leaving the trade"}, {Text: "Victimes", Lang: "fr"}}
				c.IDs.DOI, c.Year, c.Container = "10.5555/x", 2018, "Journal of Examples"
				c.Authors = []record.Author{{Name: "Ada Exámple"}}
				c.Harvested = time.UnixMilli(1000)
				r.Selection = record.SetAside
				r.Language.Languages = []string{"und"}
			}),
		},
	}
}

func TestDocument(t *testing.T) {
	s := bilingual()
	doc, err := s.Document()
	if err != nil {
		t.Fatal(err)
	}
	if err := (indexer.Op{ID: s.ID, Doc: &doc}).Check(); err != nil {
		t.Error(err)
	}
	for _, test := range []struct {
		field string
		want  []string
	}{
		// The same title of two records is there once.
		{indexer.TextTitle, []string{"leaving the trade", "victimes"}},
		{indexer.TextAbstract, []string{"survivors of exploitation las explotaciones sufridas"}},
		{indexer.TextAuthor, []string{"ada example"}},
		{indexer.TextContainer, []string{"journal of examples"}},
		// Each text and each segment has the stems of its own language, but for words
		// that are their own.
		{indexer.StemTitle, []string{"fr:victim"}},
		{indexer.StemAbstract, []string{"en:survivor en:exploit es:explotacion es:sufrid"}},
	} {
		if got := slices.Concat(doc.Text[test.field], doc.Stems[test.field]); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.field, got, test.want)
		}
	}
	for _, test := range []struct{ field, want string }{
		{indexer.ExactAlias, "sone stwo"},
		{indexer.ExactKey, "rec:a:1 rec:b:2"},
		{indexer.ExactDOI, "10.5555/x"},
		{indexer.ExactStemmed, "en es fr"},
		{indexer.ExactSetAside, ""}, // one of its records was selected
		{indexer.FacetLanguage, "en es"},
		{indexer.FacetSource, "a b"},
		{indexer.FacetRoute, "search"},
		{indexer.FacetType, "journal-article"},
		{indexer.FacetConcept, "exit"},
		{indexer.FacetSeed, "3"},
		{indexer.FacetQuery, "q1"},
		{indexer.FacetDecision, "undecided"},
	} {
		if got := strings.Join(doc.Exact[test.field], " "); got != test.want {
			t.Errorf("%s: %q, want %q", test.field, got, test.want)
		}
	}
	for field, want := range map[string]int64{
		indexer.NumberYear: 2019, indexer.NumberDate: 20190300, indexer.NumberAdded: 1000,
	} {
		if got := doc.Numbers[field]; got != want {
			t.Errorf("%s: %d, want %d", field, got, want)
		}
	}
}

func TestDocumentDates(t *testing.T) {
	for _, test := range []struct {
		date string
		year int
		want int64
	}{
		{"2019-03-07", 2019, 20190307},
		{"2019-03", 2019, 20190300},
		{"2019", 2019, 20190000},
		{"", 2019, 20190000},
		{"Spring 2019", 2019, 20190000},
		{"2019-02-30", 2019, 20190000},
		{"0000", 2019, 20190000},
		{"9999-12-31", 2019, 20190000},
		{"9999-99", 0, 0},
		{"0000-00-00", 0, 0},
		{"", 0, 0},
	} {
		s := indexer.Study{ID: "s1", Members: []indexer.Member{syntheticMember("a:1", func(r *record.Classified) {
			r.Candidate.Date, r.Candidate.Year = test.date, test.year
		})}}
		doc, err := s.Document()
		if err != nil {
			t.Fatal(err)
		}
		if got, stated := doc.Numbers[indexer.NumberDate]; got != test.want || stated != (test.want != 0) {
			t.Errorf("date %q, year %d: %d, want %d", test.date, test.year, got, test.want)
		}
	}
}

func TestDocumentDecision(t *testing.T) {
	s := bilingual()
	at := func(hour int, verdict record.Verdict, seq uint64) indexer.LoggedDecision {
		return indexer.LoggedDecision{Seq: seq, Decision: record.Decision{Verdict: verdict, At: time.Unix(int64(hour)*3600, 0)}}
	}
	s.Decisions = []indexer.LoggedDecision{at(2, record.Include, 5), at(1, record.Exclude, 9), at(2, record.Maybe, 6)}
	doc, err := s.Document()
	if err != nil {
		t.Fatal(err)
	}
	if got := doc.Exact[indexer.FacetDecision]; !slices.Equal(got, []string{"maybe"}) {
		t.Errorf("decision %v, want the latest, maybe", got)
	}
}

// TestDocumentHostile: whatever a record holds, its study can be indexed.
func TestDocumentHostile(t *testing.T) {
	long := strings.Repeat("長い", 50_000)
	s := indexer.Study{ID: "s1", Aliases: []string{"s1"}, Keys: []string{"rec:" + long}, Members: []indexer.Member{
		syntheticMember("a:1", func(r *record.Classified) {
			c := &r.Candidate
			c.Titles = []record.Text{{Text: "\xff\xfe\x00 broken"}, {Text: strings.Repeat("x", 100_000)}, {Text: "…"}, {Text: ""}}
			c.Abstracts = []record.Text{{Text: long}}
			c.Authors = []record.Author{{}, {Family: "Only", Given: "Parts"}}
			c.Type, c.Query, c.IDs.DOI = long, "\xffquery", long+"a"
			r.Concepts = []record.ConceptHit{{}}
			// Spans that do not fit the text must not hurt.
			r.Language.Detected = []record.Detection{
				{Field: record.FieldAbstract, Start: 1, End: 2, Lang: "ja"},
				{Field: record.FieldAbstract, Start: -4, End: 1 << 40, Lang: "zh"},
				{Field: record.FieldTitle, Index: 77, Lang: "en"},
				{Field: record.FieldAbstract, Start: 1 << 40, Lang: "en"},
			}
		}),
	}}
	doc, err := s.Document()
	if err != nil {
		t.Fatal(err)
	}
	if err := (indexer.Op{ID: s.ID, Doc: &doc}).Check(); err != nil {
		t.Errorf("backends would refuse it: %v", err)
	}
	if got := doc.Text[indexer.TextAuthor]; !slices.Equal(got, []string{"parts only"}) {
		t.Errorf("authors %q", got)
	}
}

func TestExactValue(t *testing.T) {
	long := strings.Repeat("é", 400)
	one, two := indexer.ExactValue(long+"1"), indexer.ExactValue(long+"2")
	if one == two || len(one) > indexer.MaxValue || !utf8.ValidString(one) || !strings.HasPrefix(one, "éééé") {
		t.Errorf("long values became %q and %q", one, two)
	}
	if again := indexer.ExactValue(one); again != one {
		t.Errorf("the exact value of an exact value is another: %q", again)
	}
	if got := indexer.ExactValue("Journal"); got != "Journal" {
		t.Errorf("Journal became %q", got)
	}
}

func TestBestValues(t *testing.T) {
	s := bilingual()
	if got := s.Title(); got.Value.Text != "Leaving the trade" || got.Record != "a:1" {
		t.Errorf("title %+v: want that of a:1, which has an abstract", got)
	}
	if got := s.DOI(); got.Value != "10.5555/x" || got.Record != "b:2" {
		t.Errorf("DOI %+v: want that of the only record that has one", got)
	}
	if got := s.Year(); got.Value != 2019 || got.Record != "a:1" {
		t.Errorf("year %+v", got)
	}
	if got := s.URL(); got.Value != "" || got.Record != "" {
		t.Errorf("URL %+v, want none", got)
	}
	if got := s.Languages(); !slices.Equal(got, []string{"en", "es"}) {
		t.Errorf("languages %v", got)
	}
	// A record deleted at its source gives way.
	s.Members[0].Record.Candidate.Deleted = true
	if got := s.Year(); got.Value != 2018 || got.Record != "b:2" {
		t.Errorf("year %+v, want that of the record that was not deleted", got)
	}
	// The order of members makes no difference.
	before := s.Title()
	slices.Reverse(s.Members)
	if after := s.Title(); after != before {
		t.Errorf("title %+v, in another order %+v", before, after)
	}
}
