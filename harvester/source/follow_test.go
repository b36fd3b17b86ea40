package source

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"polyglean/harvester"
	"polyglean/internal/record"
	"polyglean/internal/secret"
)

var (
	_ harvester.Follower = (*openAlexSource)(nil)
	_ harvester.Follower = (*crossref)(nil)
	_ harvester.Follower = (*europePMC)(nil)
)

// answering serves answers by request, written as path and query without their escapes,
// and notes the requests in their order.
type answering struct {
	t       *testing.T
	answers map[string]string
	asked   []string
}

func (a *answering) source(name string) harvester.Follower {
	a.t.Helper()
	base := serve(a.t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		for _, same := range []string{"mailto", "email", "api_key", "format", "resultType"} {
			q.Del(same)
		}
		if q.Get("select") == openAlexFields {
			q.Del("select") // of a page of works
		}
		parts := []string{r.URL.Path}
		for _, name := range slices.Sorted(maps.Keys(q)) {
			parts = append(parts, name+"="+q.Get(name))
		}
		request := strings.Join(parts, " ")
		a.asked = append(a.asked, request)
		body, ok := a.answers[request]
		if !ok {
			a.t.Errorf("unexpected request: %s", request)
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(body))
	})
	s, err := New(name, Config{BaseURL: base + "/rest/search", Contact: "reviewer@example.org", PageSize: 2, RequestsPerSecond: 10_000}, testFetcher(a.t, FetchConfig{Attempts: 1}))
	if err != nil {
		a.t.Fatal(err)
	}
	return s.(harvester.Follower)
}

// names are those of the queries.
func names(queries []harvester.Query) []string {
	var out []string
	for _, q := range queries {
		out = append(out, q.Name)
	}
	return out
}

func sourceIDs(records []record.Candidate) string {
	var ids []string
	for _, r := range records {
		ids = append(ids, r.SourceID)
	}
	return strings.Join(ids, " ")
}

func openAlexList(count int, next string, ids ...string) string {
	var works []string
	for _, id := range ids {
		works = append(works, fmt.Sprintf(`{"id":"https://openalex.org/%s","title":"Synthetic work %s"}`, id, id))
	}
	return fmt.Sprintf(`{"meta":{"count":%d,"next_cursor":%q},"results":[%s]}`, count, next, strings.Join(works, ","))
}

func TestOpenAlexFollows(t *testing.T) {
	a := &answering{t: t, answers: map[string]string{
		"/rest/search cursor=* filter=cites:W1|W2 per_page=2":    openAlexList(3, "next", "W11", "W12"),
		"/rest/search cursor=next filter=cites:W1|W2 per_page=2": openAlexList(3, "end", "W13"),
		"/rest/search cursor=end filter=cites:W1|W2 per_page=2":  openAlexList(3, ""),
		"/rest/search cursor=* filter=cited_by:W1|W2 per_page=2": openAlexList(1, "end", "W21"),
	}}
	s := a.source("openalex")
	queries := s.Follow([]harvester.Followed{
		{Study: "s1", IDs: []record.Identifiers{{OpenAlex: "W1", DOI: "10.5555/1"}, {OpenAlex: "W2"}, {DOI: "10.5555/1"}}},
		{Study: "s2", IDs: []record.Identifiers{{PMCID: "PMC1"}, {DOI: "10.5555/a,b"}}},
	})
	if got := names(queries); !slices.Equal(got, []string{"cited-by:s1", "cites:s1"}) {
		t.Fatalf("queries %q", got)
	}
	for i, want := range []string{"W11 W12 W13", "W21"} {
		if queries[i].Route != record.RouteSnowball {
			t.Errorf("route %q", queries[i].Route)
		}
		got := readAll(t, s, queries[i])
		if sourceIDs(got.Records) != want || got.Announced != len(got.Records) {
			t.Errorf("%s: %s, %d announced, want %s", queries[i].Name, sourceIDs(got.Records), got.Announced, want)
		}
	}
}

// A study that is known by other identifiers is looked up first, also when it is not
// there or the answer makes no sense.
func TestOpenAlexLooksUp(t *testing.T) {
	a := &answering{t: t, answers: map[string]string{
		"/rest/search filter=doi:10.5555/1 per_page=50 select=id":   openAlexList(1, "", "W7"),
		"/rest/search cursor=* filter=cites:W7 per_page=2":          openAlexList(1, "", "W8"),
		"/rest/search filter=pmid:123 per_page=50 select=id":        openAlexList(0, ""),
		"/rest/search filter=doi:10.5555/odd per_page=50 select=id": `{"meta":{"count":1},"results":[{"id":"nonsense"}]}`,
	}}
	s := a.source("openalex")
	queries := s.Follow([]harvester.Followed{
		{Study: "s1", IDs: []record.Identifiers{{DOI: "10.5555/1", PMID: "123"}}},
		{Study: "s2", IDs: []record.Identifiers{{PMID: "123"}}},
		{Study: "s3", IDs: []record.Identifiers{{DOI: "10.5555/odd"}}},
	})
	if len(queries) != 6 {
		t.Fatalf("queries %q", names(queries))
	}
	if got := readAll(t, s, queries[0]); sourceIDs(got.Records) != "W8" {
		t.Errorf("by DOI: %+v", got)
	}
	if got := readAll(t, s, queries[2]); got.Announced != 0 || got.Records != nil || got.Requests[0] == "" {
		t.Errorf("not there: %+v", got)
	}
	if _, err := s.Page(t.Context(), queries[4], ""); err == nil || !strings.Contains(err.Error(), "announces 1 works and gives none") {
		t.Errorf("an answer without an ID: %v", err)
	}
}

// A search costs OpenAlex ten times what a list costs, and looking a study up is a list.
func TestOpenAlexCosts(t *testing.T) {
	for key, credits := range map[string]int{"": 1_000, "a-key": 10_000} {
		s := sourceAt(t, "openalex", Config{Key: secret.Text(key)}, FetchConfig{})
		if pace := s.(harvester.Paced).Pace(); pace.PerDay != credits || pace.Unit != "credit" {
			t.Errorf("pace %+v, want %d credits a day", pace, credits)
		}
		follow := func(ids record.Identifiers) harvester.Query {
			return harvester.Link{How: record.Cites, Followed: harvester.Followed{Study: "s1", IDs: []record.Identifiers{ids}}}.Query()
		}
		for _, c := range []struct {
			query harvester.Query
			want  int
		}{
			{harvester.Query{Name: "published"}, 10},
			{follow(record.Identifiers{OpenAlex: "W1"}), 1},
			{follow(record.Identifiers{DOI: "10.5555/1"}), 2},
		} {
			if got := s.(harvester.Priced).Cost(c.query, ""); got != c.want {
				t.Errorf("%s costs %d, want %d", c.query.Name, got, c.want)
			}
		}
	}
}

func crossrefList(works ...string) string {
	return fmt.Sprintf(`{"status":"ok","message":{"total-results":%d,"items":[%s]}}`, len(works), strings.Join(works, ","))
}

func crossrefItem(doi string) string {
	return fmt.Sprintf(`{"DOI":%q,"title":["Synthetic work %s"]}`, doi, doi)
}

func TestCrossrefFollows(t *testing.T) {
	a := &answering{t: t, answers: map[string]string{
		"/rest/search filter=doi:10.5555/a,doi:10.5555/b rows=2": crossrefList(crossrefItem("10.5555/a"), crossrefItem("10.5555/b")),
		"/rest/search filter=doi:10.5555/c,doi:10.5555/d rows=2": crossrefList(crossrefItem("10.5555/d")), // c is registered elsewhere
		"/rest/search filter=doi:10.5555/e rows=1":               crossrefList(crossrefItem("10.5555/e")),
	}}
	s := a.source("crossref")
	queries := s.Follow([]harvester.Followed{
		{Study: "s1", References: []string{
			"10.5555/e", "W99", "Someone, 1999, a book", "10.5555/a", "https://doi.org/10.5555/A", "10.5555/d", "10.5555/with,comma", "10.5555/c", "10.5555/b",
		}},
		{Study: "s2", IDs: []record.Identifiers{{PMID: "1"}}, References: []string{"W1"}},
	})
	if got := names(queries); !slices.Equal(got, []string{"cites:s1"}) {
		t.Fatalf("queries %q", got)
	}
	got := readAll(t, s, queries[0])
	if sourceIDs(got.Records) != "10.5555/a 10.5555/b 10.5555/d 10.5555/e" || got.Announced != 4 {
		t.Errorf("%s, %d announced", sourceIDs(got.Records), got.Announced)
	}
	// References that became known since do not make the rest be passed over.
	queries[0].Follow.References = append(queries[0].Follow.References, "10.5555/0")
	page, err := s.Page(t.Context(), queries[0], "2/10.5555/b")
	if err != nil || sourceIDs(page.Records) != "10.5555/d" || page.Announced != 3 {
		t.Errorf("gone on: %+v, %v", page, err)
	}
	if _, err := s.Page(t.Context(), queries[0], "nonsense"); err == nil {
		t.Error("a cursor that is none was taken")
	}
}

// The references of a study that was imported are those Crossref has of its DOI.
func TestCrossrefLooksUp(t *testing.T) {
	a := &answering{t: t, answers: map[string]string{
		"/rest/search filter=doi:10.5555/own rows=1": crossrefList(
			`{"DOI":"10.5555/own","title":["Synthetic"],"reference":[{"DOI":"10.5555/B"},{"unstructured":"a book"},{"DOI":"10.5555/c"},{"DOI":"10.5555/a"}]}`),
		"/rest/search filter=doi:10.5555/a,doi:10.5555/b rows=2": crossrefList(crossrefItem("10.5555/a"), crossrefItem("10.5555/b")),
		"/rest/search filter=doi:10.5555/c rows=1":               crossrefList(crossrefItem("10.5555/c")),
		"/rest/search filter=doi:10.5555/none rows=1":            crossrefList(),
	}}
	s := a.source("crossref")
	queries := s.Follow([]harvester.Followed{
		{Study: "s1", IDs: []record.Identifiers{{DOI: "10.5555/own"}}},
		{Study: "s2", IDs: []record.Identifiers{{DOI: "10.5555/none"}}},
	})
	if got := readAll(t, s, queries[0]); sourceIDs(got.Records) != "10.5555/a 10.5555/b 10.5555/c" || got.Announced != 3 {
		t.Errorf("%s, %d announced", sourceIDs(got.Records), got.Announced)
	}
	if got := readAll(t, s, queries[1]); got.Announced != 0 || got.Records != nil {
		t.Errorf("no references: %+v", got)
	}
}

func europePMCItem(collection, id string) string {
	return fmt.Sprintf(`{"id":%q,"source":%q,"title":"Synthetic work %s","abstractText":"A synthetic abstract."}`, id, collection, id)
}

func europePMCList(next string, works ...string) string {
	return fmt.Sprintf(`{"hitCount":%d,"nextCursorMark":%q,"resultList":{"result":[%s]}}`, len(works), next, strings.Join(works, ","))
}

func TestEuropePMCFollows(t *testing.T) {
	a := &answering{t: t, answers: map[string]string{
		"/rest/search cursorMark=* pageSize=2 query=CITES:PPR9_ppr OR CITES:7_med": europePMCList("*", europePMCItem("MED", "71"), europePMCItem("PPR", "PPR72")),

		"/rest/PPR/PPR9/references page=1 pageSize=2": `{"hitCount":0}`,
		"/rest/MED/7/references page=1 pageSize=2": `{"hitCount":5,"referenceList":{"reference":[
			{"id":"81","source":"MED","title":"Synthetic","match":"Y","citedOrder":1},{"title":"A synthetic book it has no record of","match":"N","citedOrder":2}]}}`,
		"/rest/search cursorMark=* pageSize=1 query=(EXT_ID:81 AND SRC:MED)": europePMCList("*", europePMCItem("MED", "81")),
		"/rest/MED/7/references page=2 pageSize=2": `{"hitCount":5,"referenceList":{"reference":[
			{"id":"82","source":"MED","title":"Synthetic, gone since"},{"id":"PMC83","source":"PMC","title":"Synthetic"}]}}`,
		"/rest/search cursorMark=* pageSize=2 query=(EXT_ID:82 AND SRC:MED) OR (EXT_ID:PMC83 AND SRC:PMC)": europePMCList("*", europePMCItem("PMC", "PMC83")),
		"/rest/MED/7/references page=3 pageSize=2":                                                         `{"hitCount":5,"referenceList":{"reference":[{"title":"no record"}]}}`,
	}}
	s := a.source("europepmc")
	queries := s.Follow([]harvester.Followed{
		{Study: "s1", Records: []string{"crossref:10.5555/x", "europepmc:PPR/PPR9"}, IDs: []record.Identifiers{{PMID: "7"}, {DOI: "10.5555/x"}}},
		{Study: "s2", IDs: []record.Identifiers{{DOI: "10.5555/y"}}},
	})
	if got := names(queries); !slices.Equal(got, []string{"cited-by:s1", "cites:s1"}) {
		t.Fatalf("queries %q", got)
	}
	got := readAll(t, s, queries[0])
	if sourceIDs(got.Records) != "MED/71 PPR/PPR72" || got.Announced != 2 || len(got.Records[0].Abstracts) != 1 {
		t.Errorf("cited by %+v", got)
	}
	got = readAll(t, s, queries[1])
	if sourceIDs(got.Records) != "MED/81 PMC/PMC83" || got.Announced != -1 {
		t.Errorf("cites %s, %d announced", sourceIDs(got.Records), got.Announced)
	}
	if len(got.Bad) != 1 || got.Bad[0].SourceID != "MED/82" {
		t.Errorf("the reference without a record: %+v", got.Bad)
	}
	for _, cursor := range []string{"nonsense", "9/1", "0/0"} {
		if _, err := s.Page(t.Context(), queries[1], cursor); err == nil {
			t.Errorf("cursor %q was taken", cursor)
		}
	}
}

// What is no list of references is an error and never an empty list.
func TestEuropePMCReferencesRefuse(t *testing.T) {
	for _, body := range []string{
		`{}`, `{"hitCount":3}`, `{"errCode":404,"errMsg":"Invalid id"}`, `{"hitCount":1,"referenceList":{"reference":["x"]}}`, `[]`,
	} {
		if _, _, err := decodeEuropePMCReferences([]byte(body)); err == nil {
			t.Errorf("%s was taken for a list", body)
		}
	}
	_, listed, err := decodeEuropePMCReferences([]byte(`{"hitCount":2,"referenceList":{"reference":[{"id":"1) OR (TITLE:x","source":"MED"},{"id":"2","source":"MED"}]}}`))
	if err != nil || len(listed) != 1 || listed[0].id != "2" {
		t.Errorf("an ID that is a piece of a search: %+v, %v", listed, err)
	}
}
