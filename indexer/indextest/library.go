package indextest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/strategy"
)

// answers are queries and the works they find. Those of first come first, in
// that order; the others follow in any order.
var answers = []struct {
	name  string
	query indexer.Query
	first string
	rest  string
}{
	// Words: any inflection, in the language of each text.
	{name: "inflected English", query: words("survivor"), rest: "en-exit"},
	{name: "plural finds singular", query: words("brothel district"), rest: "en-brothel"},
	{name: "women finds woman", query: words("women worked"), rest: "en-brothel"},
	{name: "trafficking is not traffic", query: words("trafficking"), rest: "en-exit"},
	{name: "Spanish plural", query: words("explotaciones sexual"), rest: "es-salida"},
	{name: "Spanish without accents", query: words("explotacion"), rest: "es-salida"},
	{name: "Spanish and Portuguese victims", query: words("víctimas OR vítimas"), rest: "es-salida pt-saida"},
	{name: "Portuguese plural", query: words("explorações"), rest: "pt-saida"},
	{name: "French plural", query: words("prostituée"), rest: "fr-sortie"},
	{name: "French ligature", query: words("oeuvre"), rest: "fr-sortie"},
	{name: "German umlaut", query: words("uberlebenden"), rest: "de-ausstieg"},
	{name: "Italian plural", query: words("donna"), rest: "it-uscita"},
	{name: "Dutch singular", query: words("slachtoffer"), rest: "nl-uitstap"},
	{name: "Swedish definite", query: words("kvinnor"), rest: "sv-lamna"},
	{name: "Russian case", query: words("проституция"), rest: "ru-vyhod"},
	{name: "Russian yo", query: words("еще"), rest: "ru-vyhod"},
	{name: "Turkish plural", query: words("mağdurlar"), rest: "tr-cikis"},
	{name: "Turkish dotted I", query: words("istanbul"), rest: "tr-cikis"},
	{name: "Arabic article", query: words("نساء"), rest: "ar-khuruj"},
	{name: "Hindi oblique", query: words("महिला"), rest: "hi-bahar"},
	{name: "Japanese", query: words("離脱"), rest: "ja-ridatsu"},
	{name: "Japanese long", query: words("人身売買"), rest: "ja-ridatsu"},
	{name: "letters in another order", query: words("脱離"), rest: ""},
	{name: "Japanese and Chinese share letters", query: words("女性"), rest: "ja-ridatsu zh-tuoli"},
	{name: "one Chinese letter", query: words("妇"), rest: "zh-tuoli"},
	{name: "Korean with a particle", query: words("성매매"), rest: "ko-tal"},
	{name: "Thai", query: words("ผู้หญิง"), rest: "th-ok"},
	{name: "Greek capitals", query: words("ΕΞΟΔΟΣ"), rest: "el-exodos"},

	// The syntax.
	{name: "and", query: words("leaving debts"), rest: "en-exit"},
	{name: "or", query: words("brothels OR Ausstieg"), rest: "en-brothel de-ausstieg"},
	{name: "not", query: words("женщин OR brothels NOT port"), rest: "ru-vyhod"},
	{name: "phrase", query: words(`"sex trade"`), rest: "en-exit"},
	{name: "phrase as it stands", query: words(`"sexual trade"`), rest: ""},
	{name: "phrase and inflection", query: words(`"survivor says"`), rest: ""},
	{name: "phrase over hyphen", query: words(`"red light"`), rest: "en-brothel"},
	{name: "word with hyphen", query: words(`red-light`), rest: "en-brothel"},
	{name: "word with hyphen, another form of its end", query: words(`red-lights`), rest: "en-brothel"},
	{name: "word with hyphen in quotation marks", query: words(`"red-lights"`), rest: ""},
	{name: "phrase in Japanese", query: words(`"性産業からの離脱"`), rest: "ja-ridatsu"},
	{name: "truncation", query: words("traffick*"), rest: "en-exit"},
	{name: "truncation in two languages", query: words("prostitu*"), rest: "es-salida fr-sortie nl-uitstap sv-lamna"},
	{name: "truncated phrase", query: words(`"commercial sex*"`), rest: "en-exit"},
	{name: "title", query: words("ti:women"), rest: ""},
	{name: "abstract", query: words("ab:women"), rest: "en-exit en-brothel"},
	{name: "keyword", query: words("kw:mujer"), rest: "es-salida"},
	{name: "author", query: words("au:echantillon"), rest: "fr-sortie"},
	{name: "author is a field of its own", query: words("muster"), rest: ""},
	{name: "journal", query: words(`jo:"synthetic studies"`), rest: "en-exit"},
	{name: "group with a field", query: words("ti:(prostitution OR tratta)"), rest: "fr-sortie it-uscita sv-lamna"},
	{name: "doi", query: words("10.5555/Polyglean.1"), rest: "en-exit"},
	{name: "title before abstract", query: words("salida OR brothels OR leave"), first: "es-salida"},

	// What is not text.
	{name: "language", query: indexer.Query{Filters: map[string][]string{indexer.FacetLanguage: {"ja", "ko"}}}, first: "ja-ridatsu ko-tal"},
	{
		name:  "language and words",
		query: indexer.Query{Text: "女性", Filters: map[string][]string{indexer.FacetLanguage: {"zh"}}}, rest: "zh-tuoli",
	},
	{
		name: "two facets",
		query: indexer.Query{Filters: map[string][]string{
			indexer.FacetFlag: {"keyword-miss"}, indexer.FacetReason: {"other-words", "missing-block"},
		}},
		rest: "en-brothel",
	},
	{name: "decision", query: indexer.Query{Filters: map[string][]string{indexer.FacetDecision: {"include"}}}, rest: "en-exit"},
	{name: "a database", query: from("Sociological Abstracts"), rest: "tr-cikis"},
	{name: "a database in any case, all its spellings", query: from("SOCIOLOGICAL ABSTRACTS"), rest: "tr-cikis ar-khuruj"},
	{name: "a database in another script", query: from("база ДАННЫХ 1"), rest: "th-ok"},
	{name: "what was imported from no database by name", query: from("import"), rest: "it-uscita"},
	{name: "a source that a database is called like", query: from("PubMed"), rest: "ko-tal"},
	{name: "a database that is called like a source", query: from("PubMed (imported)"), rest: "el-exodos"},
	{name: "a source and a database", query: from("pubmed", "Imported files", "sociological abstracts", "Sociological Abstracts"), rest: "ko-tal it-uscita tr-cikis ar-khuruj"},
	{name: "a year", query: indexer.Query{Filters: map[string][]string{indexer.FacetYear: {"2010"}}}, rest: "el-exodos"},
	{name: "a decade", query: indexer.Query{Filters: map[string][]string{indexer.FacetDecade: {"2000s"}}}, rest: "nl-uitstap sv-lamna"},
	{name: "an attribute", query: indexer.Query{Filters: map[string][]string{"attr:design": {"interview"}}}, rest: "de-ausstieg sv-lamna"},
	{
		name: "an attribute that is not stated",
		query: indexer.Query{Filters: map[string][]string{
			"attr:design": {indexer.NotStated}, indexer.FacetLanguage: {"de", "sv", "nl"},
		}},
		rest: "nl-uitstap",
	},
	{
		name: "a licence or none",
		query: indexer.Query{Filters: map[string][]string{
			indexer.FacetLicense: {indexer.NotStated, "cc-by"}, indexer.FacetLanguage: {"en", "fr"},
		}},
		rest: "en-exit en-brothel",
	},
	{name: "country of the journal", query: indexer.Query{Filters: map[string][]string{indexer.FacetJournalCountry: {"FR"}}}, rest: "fr-sortie"},
	{
		name: "country of the journal not stated",
		query: indexer.Query{Filters: map[string][]string{
			indexer.FacetJournalCountry: {indexer.NotStated}, indexer.FacetLanguage: {"en", "fr"},
		}},
		rest: "en-brothel",
	},
	{name: "years", query: indexer.Query{YearFrom: 2019, YearTo: 2030}, first: "es-salida ja-ridatsu"},
	{name: "years, oldest first", query: indexer.Query{YearTo: 2010, Order: indexer.Oldest}, first: "sv-lamna nl-uitstap el-exodos"},
	{name: "set aside is left out", query: words("noise"), rest: ""},
	{name: "set aside is there", query: indexer.Query{Text: "noise", SetAside: true}, rest: "en-traffic"},
}

func words(q string) indexer.Query { return indexer.Query{Text: q} }

func from(sources ...string) indexer.Query {
	return indexer.Query{Filters: map[string][]string{indexer.FacetSource: sources}}
}

// testLibrary asks real queries of studies in many languages.
func testLibrary(t *testing.T, b Backend) {
	idx := b.open(t)
	names := make(map[string]string)
	var ops []indexer.Op
	for i, study := range studies() {
		names[study.ID] = library[i].name
		doc, err := study.Document()
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, put(study.ID, study.Version, &doc))
	}
	apply(t, idx, ops...)
	lib := indexer.NewLibrary(idx)

	for _, test := range answers {
		t.Run(test.name, func(t *testing.T) {
			result, err := lib.Search(t.Context(), test.query)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range result.Hits {
				got = append(got, names[h.Study.ID])
			}
			if result.Total != len(got) {
				t.Errorf("total %d, but %d hits", result.Total, len(got))
			}
			first := strings.Fields(test.first)
			if len(got) < len(first) || !slices.Equal(got[:len(first)], first) {
				t.Fatalf("found %v, want %v first", got, first)
			}
			if test.rest == "" && len(first) > 0 {
				return
			}
			rest, want := slices.Sorted(slices.Values(got[len(first):])), strings.Fields(test.rest)
			slices.Sort(want)
			if !slices.Equal(rest, want) {
				t.Errorf("found %v, want %v", rest, want)
			}
		})
	}

	t.Run("every hit of a word is marked", func(t *testing.T) {
		for _, test := range answers {
			if test.query.Text == "" || strings.ContainsAny(test.query.Text, ":/") {
				continue
			}
			result, err := lib.Search(t.Context(), test.query)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range result.Hits {
				if len(h.Snippets) == 0 {
					t.Errorf("%s: %s has no snippet", test.name, names[h.Study.ID])
				}
			}
		}
	})
	t.Run("facets", func(t *testing.T) {
		result, err := lib.Search(t.Context(), indexer.Query{Facets: indexer.AllFacets(nil), FacetSize: 100})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(result.Facets[indexer.FacetLanguage]); got != 17 {
			t.Errorf("%d languages, want 17", got)
		}
		if got := result.Facets[indexer.FacetDecision]; len(got) != 2 || got[0].Value != indexer.Undecided || got[1] != (indexer.FacetCount{Value: "include", Count: 1}) {
			t.Errorf("decisions %v", got)
		}
		attributes, err := lib.Search(t.Context(), indexer.Query{Facets: []string{"attr:design", "attr:none", indexer.FacetLicense, indexer.FacetJournalCountry}, FacetSize: 1})
		if err != nil {
			t.Fatal(err)
		}
		for facet, want := range map[string]string{
			"attr:design": "[{not-stated 16} {interview 2}]", "attr:none": "[{not-stated 18}]", indexer.FacetLicense: "[{not-stated 16} {cc-by 1}]",
			indexer.FacetJournalCountry: "[{not-stated 16} {FR 1}]",
		} {
			if got := fmt.Sprint(attributes.Facets[facet]); got != want {
				t.Errorf("facet %s: %s, want %s", facet, got, want)
			}
		}
		if all, some := result.FacetTotals[indexer.FacetLanguage], attributes.FacetTotals; all != 17 || some["attr:none"] != 1 || some[indexer.FacetJournalCountry] < 2 {
			t.Errorf("%d languages in all, %v values of others", all, some)
		}
		if few, err := lib.Search(t.Context(), indexer.Query{Facets: []string{indexer.FacetLanguage}, FacetSize: 3}); err != nil ||
			len(few.Facets[indexer.FacetLanguage]) != 3 || few.FacetTotals[indexer.FacetLanguage] != 17 {
			t.Errorf("%v of %v languages, error %v; want 3 of 17", few.Facets, few.FacetTotals, err)
		}
		databases := make(map[string]int)
		for _, c := range result.Facets[indexer.FacetSource] {
			databases[c.Value] = c.Count
		}
		if want := map[string]int{
			"synthetic": 12, "import": 1, "Sociological Abstracts": 1, "sociological ABSTRACTS": 1, "База данных 1": 1, "pubMed (imported)": 1, "pubmed": 1,
		}; !maps.Equal(databases, want) {
			t.Errorf("sources %v, want %v", databases, want)
		}
		if result.Total != len(library)-1 {
			t.Errorf("total %d, want %d: all but what was set aside", result.Total, len(library)-1)
		}
	})
	t.Run("completions", func(t *testing.T) {
		// Without a thesaurus no word means anything in any language.
		for prefix, want := range map[string]string{
			"traff":                  "[{trafficking 1 0}]", // that of the study set aside is not there
			"sex t":                  "[{sex trafficking 1 0}]",
			"Mujer":                  "[{mujeres 1 0}]",
			"PROSTITÚT":              "[{prostitutie 1 0} {prostitution 1 0} {prostitutionen 1 0}]",
			"explotacio":             "[{explotación 1 0}]",
			"πορ":                    "[{πορνεία 1 0}]",
			"жен":                    "[{женщин 1 0}]",
			"탈성":                     "[{탈성매매 1 0}]",
			"(*?.":                   "[]",
			"m":                      "[]",
			"":                       "[]",
			"zzz":                    "[]",
			strings.Repeat("a", 200): "[]",
		} {
			got, err := lib.Complete(t.Context(), prefix, 5)
			if err != nil || fmt.Sprint(got) != want {
				t.Errorf("%.20q: %v, error %v; want %s", prefix, got, err, want)
			}
		}
	})
	t.Run("study", func(t *testing.T) {
		want := studies()[3]
		got, err := lib.Study(t.Context(), want.Aliases[0])
		if err != nil || got.ID != want.ID || got.Members[0].Record.Candidate.Title() != library[3].title {
			t.Errorf("got %q, %v", got.ID, err)
		}
		if _, err := lib.Study(t.Context(), "snosuchstudy"); !errors.Is(err, indexer.ErrNotFound) {
			t.Errorf("a study that is not there: %v, want ErrNotFound", err)
		}
	})
	t.Run("errors", func(t *testing.T) {
		for _, q := range []string{`wom?n`, `*trafficking`, `sex NEAR/3 work`, `sex ADJ/2 work`, `("sex"`, `tr*fficking`, `"sex* trade"`} {
			var syntax *strategy.SyntaxError
			if _, err := lib.Search(t.Context(), words(q)); !errors.As(err, &syntax) || syntax.Problem == "" || syntax.Hint == "" {
				t.Errorf("%s: %v, want a SyntaxError with problem and hint", q, err)
			}
		}
		for _, q := range []indexer.Query{
			{Filters: map[string][]string{"colour": {"red"}}},
			{Facets: []string{"colour"}},
			{Order: "random"},
			{Size: 1001},
			{Size: -1},
			{FacetSize: 5000},
			{YearFrom: 2020, YearTo: 2010},
		} {
			var bad *indexer.QueryError
			if _, err := lib.Search(t.Context(), q); !errors.As(err, &bad) || bad.Hint == "" {
				t.Errorf("%+v: %v, want a QueryError with a hint", q, err)
			}
		}
		if _, err := lib.Search(t.Context(), indexer.Query{After: "x"}); !errors.Is(err, indexer.ErrPage) {
			t.Errorf("a page that never was: %v, want ErrPage", err)
		}
	})
}
