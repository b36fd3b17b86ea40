package source

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"polyglean/internal/protocol"
	"polyglean/internal/strategy"
)

func mustParse(t testing.TB, text string) strategy.Node {
	t.Helper()
	n, err := strategy.Parse(text, strategy.AsPhrase)
	if err != nil {
		t.Fatalf("parse %q: %v", text, err)
	}
	return n
}

func TestCompile(t *testing.T) {
	for _, c := range []struct{ in, openAlex, europePMC string }{
		{
			"(sex traffick* OR forced prostitution) AND (survivor OR exit)",
			`((sex AND traffick*) OR "forced prostitution") AND (survivor OR exit)`,
			`(TITLE:((sex AND traffick*) OR "forced prostitution") OR ABSTRACT:((sex AND traffick*) OR "forced prostitution") OR KW:((sex AND traffick*) OR "forced prostitution")) AND (TITLE:(survivor OR exit) OR ABSTRACT:(survivor OR exit) OR KW:(survivor OR exit))`,
		},
		{"exit", "exit", "TITLE:exit OR ABSTRACT:exit OR KW:exit"},
		{"ti:exit AND ab:recovery", "exit AND recovery", "TITLE:exit AND ABSTRACT:recovery"},
		{"exit NOT drug*", "exit NOT drug*", "(TITLE:exit OR ABSTRACT:exit OR KW:exit) NOT (TITLE:drug* OR ABSTRACT:drug* OR KW:drug*)"},
		// A wider NOT would take away more than the strategy does.
		{"exit NOT ti:drug", "exit", "(TITLE:exit OR ABSTRACT:exit OR KW:exit) NOT TITLE:drug"},
		{"exit NOT wom?n", "exit", "TITLE:exit OR ABSTRACT:exit OR KW:exit"},
		{"exit NOT (drug traffick*)", "exit", "TITLE:exit OR ABSTRACT:exit OR KW:exit"},
		// A part of an OR that cannot be asked takes the OR with it.
		{"exit AND (recovery OR au:Farley)", "exit", "(TITLE:exit OR ABSTRACT:exit OR KW:exit) AND (TITLE:recovery OR ABSTRACT:recovery OR KW:recovery OR AUTH:farley)"},
		{"wom?n NEAR/3 leav*", "wom* AND leav*", "(TITLE:wom* OR ABSTRACT:wom* OR KW:wom*) AND (TITLE:leav* OR ABSTRACT:leav* OR KW:leav*)"},
		{"commercial sexual exploit*", `"commercial sexual" AND exploit*`, `TITLE:("commercial sexual" AND exploit*) OR ABSTRACT:("commercial sexual" AND exploit*) OR KW:("commercial sexual" AND exploit*)`},
		{`"women's exit"`, `"women's exit"`, `TITLE:("women's exit") OR ABSTRACT:("women's exit") OR KW:("women's exit")`},
		{"re-entry, or: so", `"re entry or so"`, `TITLE:("re entry or so") OR ABSTRACT:("re entry or so") OR KW:("re entry or so")`},
		{"人口贩卖 OR торговля людьми", `人口贩卖 OR "торговля людьми"`, `TITLE:(人口贩卖 OR "торговля людьми") OR ABSTRACT:(人口贩卖 OR "торговля людьми") OR KW:(人口贩卖 OR "торговля людьми")`},
		{"au:Farley", "", "AUTH:farley"},
		{"NOT exit", "", ""},
		{"se*", "", ""},
	} {
		n := mustParse(t, c.in)
		if got := openAlexDialect.compile(n); got != c.openAlex {
			t.Errorf("%s for OpenAlex:\n got %s\nwant %s", c.in, got, c.openAlex)
		}
		if got := europePMCDialect.compile(n); got != c.europePMC {
			t.Errorf("%s for Europe PMC:\n got %s\nwant %s", c.in, got, c.europePMC)
		}
	}
}

func TestInflect(t *testing.T) {
	for _, c := range []struct{ lang, in, want string }{
		{"en", "(survivor OR exit OR recovery OR rescue) NOT drug", "(survivor* OR exit* OR recover* OR rescu*) NOT drug"},
		{"en", "sex OR forced prostitution OR traffick*", `sex OR "forced prostitution" OR traffick*`},
		{"es", "salida OR prostitución", "salida* OR prostitución*"},
		{"zh", "卖淫幸存者", "卖淫幸存者"},
	} {
		if got := openAlexDialect.compile(inflect(mustParse(t, c.in), c.lang)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.in, got, c.want)
		}
	}
}

func TestSearches(t *testing.T) {
	since := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	var words []string
	for i := range 400 {
		words = append(words, fmt.Sprintf("слово%d", i))
	}
	p := &protocol.Protocol{
		Strategy: protocol.Strategy{Mode: strategy.Exact},
		Searches: []protocol.Search{
			{Name: "published", Lang: "en", Node: mustParse(t, "exit AND recovery")},
			{Name: "wide", Lang: "ru", Node: mustParse(t, "выход AND ("+strings.Join(words, " OR ")+")")},
		},
	}
	queries, err := openAlexDialect.searches("openalex", p, since, openAlexQuery)
	if err != nil {
		t.Fatal(err)
	}
	if len(queries) < 3 || queries[0].Name != "published" || queries[1].Name != "wide" || queries[2].Name != "wide:2" {
		t.Fatalf("queries are %v", queries)
	}
	var all strings.Builder
	for _, q := range queries {
		text := openAlexDialect.compile(q.Strategy)
		if n := len(url.QueryEscape(text)); n > openAlexQuery {
			t.Errorf("%s has %d bytes", q.Name, n)
		}
		if !q.From.Equal(since) {
			t.Errorf("%s starts at %v", q.Name, q.From)
		}
		if q.Lang == "ru" && !strings.HasPrefix(text, "выход AND ") {
			t.Errorf("%s lost its other block: %.80s", q.Name, text)
		}
		all.WriteString(text + " ")
	}
	for _, w := range words {
		if !strings.Contains(all.String(), w+" ") && !strings.Contains(all.String(), w+")") {
			t.Errorf("%s is asked nowhere", w)
		}
	}

	p.Searches = []protocol.Search{{Name: "authors", Node: mustParse(t, "au:Farley")}}
	if _, err := openAlexDialect.searches("openalex", p, since, openAlexQuery); err == nil || !strings.Contains(err.Error(), `"authors"`) {
		t.Errorf("a search that cannot be asked: %v", err)
	}
}

// The shipped protocol can be asked of all three sources.
func TestSearchesOfTheDefaultProtocol(t *testing.T) {
	p := protocol.Default()
	f := testFetcher(t, FetchConfig{})
	for _, name := range []string{"openalex", "crossref", "europepmc"} {
		s, err := New(name, Config{}, f)
		if err != nil {
			t.Fatal(err)
		}
		queries, err := s.Queries(p, time.Time{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		seen := map[string]bool{}
		for _, q := range queries {
			if seen[q.Name] {
				t.Errorf("%s has two queries %q", name, q.Name)
			}
			seen[q.Name] = true
		}
		for _, search := range p.Searches {
			if !seen[search.Name] {
				t.Errorf("%s is not asked the search %q", name, search.Name)
			}
		}
	}
}

func TestRankedWords(t *testing.T) {
	n := mustParse(t, "(sex traffick* OR forced prostitution OR au:Farley) AND (survivor OR exit OR survivor) NOT drugs")
	want := "sex survivor traffick exit forced prostitution"
	if got := rankedWords(n, 500); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := rankedWords(n, 20); got != "sex survivor exit" {
		t.Errorf("cut short: %q", got)
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"a OR b", `("x y" AND ti:z*) NOT q`, "a NEAR/3 b", `x,y|z:"w" OR \"`, "*a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := strategy.Parse(s, strategy.AsPhrase)
		if err != nil {
			return
		}
		text := openAlexDialect.compile(n)
		if strings.ContainsAny(text, ",|:!\\") || strings.Count(text, `"`)%2 != 0 || strings.Count(text, "(") != strings.Count(text, ")") {
			t.Errorf("%q became %q", s, text)
		}
		europePMCDialect.compile(inflect(n, "en"))
		rankedWords(n, crossrefWords)
	})
}
