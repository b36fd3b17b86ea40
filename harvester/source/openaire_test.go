package source

import (
	"slices"
	"strings"
	"testing"
	"time"

	"polyglean/internal/protocol"
)

func init() {
	recordedHooks["openaire"] = recordedHook{
		holds: func(t *testing.T, body []byte) []map[string]bool {
			results, _ := jsonObject(t, body)["results"].([]any)
			return each(results, openAIREHolds)
		},
		follow: []string{"cursor"},
	}
}

func openAIREHolds(p any) map[string]bool {
	o, _ := p.(map[string]any)
	keyword := false
	subjects, _ := o["subjects"].([]any)
	for _, s := range subjects {
		scheme := leaves(s, "subject", "scheme")
		keyword = keyword || len(scheme) > 0 && (scheme[0] == "keyword" || strings.HasPrefix(scheme[0], "mesh"))
	}
	pid := func(scheme string) bool {
		instances, _ := o["instances"].([]any)
		for _, holder := range append([]any{o}, instances...) {
			for _, list := range []string{"pids", "alternateIdentifiers"} {
				h, _ := holder.(map[string]any)
				pids, _ := h[list].([]any)
				if slices.ContainsFunc(pids, func(p any) bool { return slices.Contains(leaves(p, "scheme"), scheme) }) {
					return true
				}
			}
		}
		return false
	}
	language := leaves(p, "language", "code")
	return map[string]bool{
		"bad":       !has(p, "id"),
		"titles":    has(p, "mainTitle"),
		"abstracts": has(p, "descriptions"),
		"keywords":  keyword,
		"authors":   has(p, "authors.fullName"),
		"orcid":     slices.ContainsFunc(leaves(p, "authors", "pid", "id", "scheme"), func(s string) bool { return strings.HasPrefix(s, "orcid") }),
		"languages": len(language) > 0 && language[0] != "und",
		"year":      has(p, "publicationDate"),
		"date":      has(p, "publicationDate"),
		"container": has(p, "container.name"),
		"volume":    has(p, "container.vol"),
		"issue":     has(p, "container.iss"),
		"pages":     has(p, "container.sp", "container.ep"),
		"publisher": has(p, "publisher"),
		"type":      has(p, "instances.type"),
		"doi":       pid("doi"),
		"pmid":      pid("pmid"),
		"pmcid":     pid("pmc"),
		"other":     pid("handle") || pid("arXiv") || pid("mag_id"),
		"issn":      hasISSN(append(leaves(p, "container", "issnPrinted"), append(leaves(p, "container", "issnOnline"), leaves(p, "container", "issnLinking")...)...)),
		"license":   has(p, "instances.license"),
		"url":       true,
		"retracted": false,
		"deleted":   false,
		"version":   has(p, "lastUpdateTimeStamp", "dateOfCollection"),
	}
}

func TestOpenAIRECompiles(t *testing.T) {
	for _, c := range []struct {
		in         string
		want, lack []string
	}{
		{"(sex traffick* OR forced prostitution) AND exit", []string{`"sex traffick"`, `"sex trafficking"`, `"sex traffickers"`, `"forced prostitution")`, " AND exit"}, []string{"*"}},
		{"exit* NOT drug", []string{"exit OR exits", "exiting"}, []string{"*", "drug", "NOT"}},
		{"exit* leav* home", []string{"(exit OR exits", " AND (leav OR leavs", " AND home)"}, []string{"*"}},
		{"exit AND (wom?n OR girls)", []string{"exit"}, []string{"wom", "girls"}},
		{"выход* AND ti:жертв*", []string{"выход AND жертв"}, []string{"s"}},
		{"exit AND au:farley", []string{"exit"}, []string{"farley"}},
	} {
		got := openAIREDialect.compile(mustParse(t, c.in))
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s lacks %s", c.in, got, want)
			}
		}
		for _, lack := range c.lack {
			if strings.Contains(got, lack) {
				t.Errorf("%s: %s has %s", c.in, got, lack)
			}
		}
	}
}

// What was published before an incremental window may have been added within it.
func TestOpenAIREOverlap(t *testing.T) {
	s := sourceAt(t, "openaire", Config{}, FetchConfig{})
	p := &protocol.Protocol{Searches: []protocol.Search{{Name: "published", Lang: "en", Node: mustParse(t, "exit")}}}
	since := dayOf(2026, 6, 1)
	queries, err := s.Queries(p, since)
	if err != nil || len(queries) != 1 || since.Sub(queries[0].From) < 90*24*time.Hour {
		t.Errorf("queries are %+v, %v", queries, err)
	}
	if queries, err = s.Queries(p, time.Time{}); err != nil || !queries[0].From.IsZero() {
		t.Errorf("a first fill has a start: %+v, %v", queries, err)
	}
}
