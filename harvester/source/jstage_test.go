package source

import (
	"slices"
	"strings"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/internal/protocol"
)

func init() {
	recordedHooks["jstage"] = recordedHook{
		holds: func(t *testing.T, body []byte) []map[string]bool {
			var all []map[string]bool
			for _, e := range walk(t, body, "entry") {
				h := map[string]bool{
					"abstracts": false, "languages": false, "country": true, "deleted": false, "retracted": false, "type": false,
					"titles2": e.has(hasText, "article_title", "en") && e.has(hasText, "article_title", "ja"),
				}
				for field, path := range map[string]string{
					"titles": "title", "authors": "author/ja/name", "container": "material_title/ja", "issn": "eIssn",
					"volume": "volume", "issue": "number", "pages": "startingPage", "year": "pubyear", "doi": "doi",
					"url": "article_link/ja", "version": "updated",
				} {
					h[field] = e.has(hasText, strings.Split(path, "/")...)
				}
				all = append(all, h)
			}
			return all
		},
		follow: []string{"start"},
	}
}

// The strategy is asked by the terms of its part with the longest ones, each once.
func TestJStageQueries(t *testing.T) {
	s := sourceAt(t, "jstage", Config{}, FetchConfig{})
	p := &protocol.Protocol{Searches: []protocol.Search{
		{Name: "published", Lang: "en", Node: mustParse(t, `(exit OR leaving) AND (sex traffick* OR forced prostitution) NOT "mice"`)},
		{Name: "wide", Lang: "en", Node: mustParse(t, `(sex traffick* OR ti:"transactional sex") AND exit`)},
		{Name: "es", Lang: "es", Node: mustParse(t, "trata AND salida")},
		{Name: "ja", Lang: "ja", Node: mustParse(t, "(人身取引 OR 人身売買) AND (離脱 OR 回復)")},
	}}
	since := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	queries, err := s.Queries(p, since)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, q := range queries {
		terms := widestTerms(q.Strategy)
		if len(terms) != 1 {
			t.Fatalf("query %s asks for %d terms", q.Name, len(terms))
		}
		got = append(got, q.Name+" "+q.Lang+" "+jstageFields[terms[0].Field]+"="+pieceOf(terms[0]))
		if q.From.Year() != 2025 {
			t.Errorf("from is %s, want a year of overlap", q.From)
		}
	}
	want := []string{
		"published en text=sex traffick", "published:2 en text=forced prostitution", "wide en article=transactional sex",
		"ja ja text=人身取引", "ja:2 ja text=人身売買",
	}
	if !slices.Equal(got, want) {
		t.Errorf("queries are %q, want %q", got, want)
	}
}

func TestJStageFaults(t *testing.T) {
	for name, body := range map[string]string{
		"an error":    `<feed><result><status>ERR_004</status><message>Too many requests</message></result></feed>`,
		"no total":    `<feed><result><status>0</status></result><entry/></feed>`,
		"a bad total": `<feed><totalResults>many</totalResults></feed>`,
		"cut":         `<feed><totalResults>1</totalResults><entry></feed>`,
	} {
		s := serving(t, "jstage", "application/atom+xml", []byte(body))
		if page, err := s.Page(t.Context(), fixtureQuery(t, "jstage", ""), ""); err == nil {
			t.Errorf("%s: no error but %+v", name, page)
		}
		if _, err := s.Page(t.Context(), harvester.Query{Name: "two", Strategy: mustParse(t, "a OR b")}, ""); err == nil || !strings.Contains(err.Error(), "two") {
			t.Errorf("a query of two terms: error is %v", err)
		}
	}
}

func FuzzDecodeJStage(f *testing.F) {
	fuzzXML(f, "jstage", func(body []byte) (harvester.Page, error) {
		feed, err := readXML(body, "", "feed")
		if err != nil {
			return harvester.Page{}, err
		}
		return decodeJStage(&feed)
	})
}
