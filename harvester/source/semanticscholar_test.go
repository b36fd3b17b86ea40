package source

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

func init() {
	papers := func(t *testing.T, body []byte) []any {
		var list []any
		if json.Unmarshal(body, &list) == nil {
			return list // the answer to a list of identifiers
		}
		list, _ = jsonObject(t, body)["data"].([]any)
		return list
	}
	recordedHooks["semanticscholar"] = recordedHook{
		answers: func(t *testing.T, i interaction) []interaction {
			list := papers(t, i.body)
			var o map[string]any
			if json.Unmarshal(i.body, &o) != nil || o["total"] == nil && list != nil {
				i.body = jsonBytes(t, map[string]any{"total": len(list), "data": list})
			}
			return []interaction{i}
		},
		holds:  func(t *testing.T, body []byte) []map[string]bool { return each(papers(t, body), semanticScholarHolds) },
		follow: []string{"token"},
	}
}

func semanticScholarHolds(p any) map[string]bool {
	return map[string]bool{
		"bad":       !has(p, "paperId"),
		"titles":    has(p, "title"),
		"abstracts": has(p, "abstract"),
		"authors":   has(p, "authors.name"),
		"languages": false,
		"year":      has(p, "year", "publicationDate"),
		"date":      has(p, "year", "publicationDate"),
		"container": has(p, "venue", "journal.name", "publicationVenue.name"),
		"volume":    has(p, "journal.volume"),
		"pages":     has(p, "journal.pages"),
		"type":      has(p, "publicationTypes"),
		"doi":       has(p, "externalIds.DOI"),
		"pmid":      has(p, "externalIds.PubMed"),
		"pmcid":     has(p, "externalIds.PubMedCentral"),
		"other":     has(p, "externalIds.MAG", "externalIds.ArXiv", "externalIds.CorpusId", "corpusId"),
		"issn":      hasISSN(leaves(p, "publicationVenue", "issn")),
		"license":   has(p, "openAccessPdf.license"),
		"url":       true,
		"retracted": false,
		"deleted":   false,
		"version":   false,
	}
}

func TestSemanticScholarCompiles(t *testing.T) {
	for in, want := range map[string]string{
		"(sex traffick* OR forced prostitution) AND exit": `((sex + traffick*) | "forced prostitution") + exit`,
		"exit NOT drug":          "exit",
		"ti:exit AND au:farley":  "exit",
		`"trade or exit" OR and`: `"trade or exit" | and`,
	} {
		if got := semanticScholarOperators.Replace(semanticScholarDialect.compile(mustParse(t, in))); got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
	}
}

// A word cut short finds the stems of the words it stands for.
func TestSemanticScholarStems(t *testing.T) {
	for in, words := range map[string][]string{
		"rehabilitat": {"rehabilitation", "rehabilitating"},
		"reintegrat":  {"reintegration", "reintegrated"},
		"resilien":    {"resilience", "resilient"},
		"traffick":    {"trafficking", "trafficked", "traffickers"},
		"recover":     {"recovery", "recovering"},
		"desist":      {"desistance", "desisting"},
	} {
		got := stemmed(in)
		for _, word := range words {
			env := snowballstem.NewEnv(word)
			english.Stem(env)
			if !strings.HasPrefix(env.Current(), got) || !strings.HasPrefix(in, got) || len(got) < len(in)-4 {
				t.Errorf("%s* is asked as %s*; the stem of %s is %s", in, got, word, env.Current())
			}
		}
	}
	if got := stemmed("выход"); got != "выход" {
		t.Errorf("a word that is not English became %s", got)
	}
}
