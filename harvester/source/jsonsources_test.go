package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"polyglean/harvester"
)

// An answer that a source's own software gives in the place of a page is an error.
func TestJSONSourcesRefuse(t *testing.T) {
	for _, c := range []struct{ source, what, body string }{
		{"openalex", "an error", `{"error":"Invalid query parameters error.","message":"no"}`},
		{"openalex", "no results", `{"meta":{"count":5}}`},
		{"openalex", "results null", `{"meta":{"count":5},"results":null}`},
		{"openalex", "results no list", `{"meta":{"count":5},"results":{"id":"W1"}}`},
		{"openalex", "no count", `{"meta":{},"results":[]}`},
		{"openalex", "a cursor that is none", `{"meta":{"count":5,"next_cursor":{}},"results":[]}`},
		{"crossref", "failed", `{"status":"failed","message-type":"validation-failure","message":[{"type":"cursor-invalid"}]}`},
		{"crossref", "no items", `{"status":"ok","message":{"total-results":5}}`},
		{"crossref", "one work", `{"status":"ok","message-type":"work","message":{"DOI":"10.5555/1"}}`},
		{"europepmc", "an error", `{"errCode":404,"errMsg":"Invalid cursorMark"}`},
		{"europepmc", "no list", `{"hitCount":5}`},
		{"europepmc", "no count", `{"resultList":{"result":[]}}`},
		{"doaj", "an error", `{"status":"bad_request","error":"Query contains disallowed Lucene features"}`},
		{"doaj", "no results", `{"total":5}`},
		{"doaj", "no total", `{"results":[]}`},
		{"hal", "an error", `{"error":{"msg":"undefined field title_x","code":400},"response":{"numFound":0,"docs":[]}}`},
		{"hal", "no documents", `{"response":{"numFound":5,"start":0}}`},
		{"hal", "no count", `{"response":{"docs":[]}}`},
		{"openaire", "an error", `{"message":"Page size must be at most 100","error":"Bad Request","code":400}`},
		{"openaire", "no results", `{"header":{"numFound":5}}`},
		{"openaire", "no count", `{"header":{},"results":[]}`},
		{"datacite", "an error", `{"errors":[{"status":"400","title":"Failed to parse query"}]}`},
		{"datacite", "no data", `{"meta":{"total":5}}`},
		{"datacite", "no total", `{"data":[],"meta":{}}`},
		{"datacite", "one record", `{"data":{"id":"10.5555/1"},"meta":{"total":1}}`},
		{"core", "an error", `{"message":"Invalid query","error":400}`},
		{"core", "no results", `{"totalHits":5}`},
		{"core", "no count", `{"results":[]}`},
		{"semanticscholar", "an error", `{"error":"Unacceptable query params","total":0,"data":[]}`},
		{"semanticscholar", "no data", `{"total":5}`},
		{"semanticscholar", "no total", `{"data":[]}`},
		{"clinicaltrials", "no studies", `{"totalCount":5}`},
		{"clinicaltrials", "no count", `{"studies":[]}`},
	} {
		t.Run(c.source+"/"+c.what, func(t *testing.T) {
			s := serving(t, c.source, "application/json", []byte(c.body))
			page, err := s.Page(t.Context(), fixtureQuery(t, c.source, ""), "")
			if err == nil {
				t.Errorf("taken for a page of %d records", len(page.Records))
			}
		})
	}
}

// A ranked source is read up to its cap, and the query then ends with the reason.
func TestCrossrefCap(t *testing.T) {
	var rows []string
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := r.URL.Query().Get("rows")
		rows = append(rows, n)
		var items []string
		for i := range number(n) {
			items = append(items, fmt.Sprintf(`{"DOI":"10.5555/%d.%d","title":["synthetic"]}`, len(rows), i))
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"status":"ok","message":{"total-results":7654321,"next-cursor":"again","items":[%s]}}`, strings.Join(items, ","))
	})
	s := sourceAt(t, "crossref", Config{BaseURL: base, PageSize: 4, MaxRecords: 10, RequestsPerSecond: 10_000}, FetchConfig{})
	q := harvester.Query{Name: "published", Strategy: mustParse(t, "exit")}
	cursor, read := "", 0
	seen := map[string]bool{}
	for {
		page, err := s.Page(t.Context(), q, cursor)
		if capped, ok := errors.AsType[*CapError](err); ok {
			if capped.Cap != 10 || capped.Announced != 7654321 || !strings.Contains(err.Error(), "max_records") {
				t.Errorf("cap: %+v, %v", capped, err)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if page.Announced != 7654321 {
			t.Errorf("announced %d", page.Announced)
		}
		if seen[page.Next] {
			t.Fatalf("cursor %q twice", page.Next)
		}
		seen[page.Next] = true
		read += len(page.Records)
		cursor = page.Next
	}
	if read != 10 || !slices.Equal(rows, []string{"4", "4", "2"}) {
		t.Errorf("read %d records in pages of %v", read, rows)
	}
	if _, err := s.Page(t.Context(), q, "nonsense"); err == nil {
		t.Error("a cursor that is none was taken")
	}
}

func TestCrossrefConfig(t *testing.T) {
	if _, err := New("crossref", Config{MaxRecords: -1}, testFetcher(t, FetchConfig{})); err == nil || !strings.Contains(err.Error(), "max_records") {
		t.Errorf("a bad max_records: %v", err)
	}
}

func fuzzPage(f *testing.F, name string, decode func(body []byte) (harvester.Page, error)) {
	files, err := filepath.Glob(filepath.Join("testdata", name, "*", "0*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	// Where the recorded answers are at hand, they are seeds too.
	recorded, err := filepath.Glob(filepath.Join(recordedDir, name, "*", "0*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range recorded {
		if body, err := os.ReadFile(file); err == nil && len(body) < 100_000 {
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		page, err := decode(body)
		if err != nil {
			return
		}
		for _, c := range page.Records {
			if c.SourceID == "" {
				t.Errorf("a record without ID: %+v", c)
			}
			if _, err := json.Marshal(c); err != nil {
				t.Errorf("a record that cannot be written: %v", err)
			}
		}
		for _, b := range page.Bad {
			if b.Reason == "" {
				t.Errorf("a bad record without a reason: %q", b.Raw)
			}
		}
	})
}

func FuzzDecodeOpenAlex(f *testing.F) {
	fuzzPage(f, "openalex", func(body []byte) (harvester.Page, error) { return decodeOpenAlex(body) })
}

func FuzzDecodeCrossref(f *testing.F) {
	fuzzPage(f, "crossref", func(body []byte) (harvester.Page, error) {
		page, _, err := decodeCrossref(body)
		return page, err
	})
}

func FuzzDecodeEuropePMC(f *testing.F) {
	fuzzPage(f, "europepmc", func(body []byte) (harvester.Page, error) { return decodeEuropePMC(body, "*") })
}

func FuzzDecodeDOAJ(f *testing.F) { fuzzPage(f, "doaj", decodeDOAJ) }

func FuzzDecodeHAL(f *testing.F) {
	fuzzPage(f, "hal", func(body []byte) (harvester.Page, error) { return decodeHAL(body, "*") })
}

func FuzzDecodeOpenAIRE(f *testing.F) {
	fuzzPage(f, "openaire", func(body []byte) (harvester.Page, error) { return decodeOpenAIRE(body, "*") })
}

func FuzzDecodeDataCite(f *testing.F) { fuzzPage(f, "datacite", decodeDataCite) }

func FuzzDecodeCORE(f *testing.F) { fuzzPage(f, "core", decodeCORE) }

func FuzzDecodeSemanticScholar(f *testing.F) { fuzzPage(f, "semanticscholar", decodeSemanticScholar) }

func FuzzDecodeClinicalTrials(f *testing.F) { fuzzPage(f, "clinicaltrials", decodeClinicalTrials) }
