package source

import (
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/internal/record"
)

var updateWant = flag.Bool("update", false, "write want.json of the JSON sources anew; read the difference before committing it")

// answers is a folder of testdata: what a source answers, and what is made of it.
type answers struct {
	Requests  []string           `json:"requests"`
	Announced int                `json:"announced"`
	Records   []record.Candidate `json:"records"`
	Bad       []badRecord        `json:"bad,omitempty"`
}

type badRecord struct {
	SourceID string `json:"source_id,omitempty"`
	Reason   string `json:"reason"`
}

// readAll asks the source until it has no more, and returns all of it.
func readAll(t *testing.T, s harvester.Source, q harvester.Query) answers {
	t.Helper()
	var got answers
	cursor := ""
	for range 10 {
		page, err := s.Page(t.Context(), q, cursor)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(page.Sent)
		if err != nil {
			t.Fatal(err)
		}
		sent, err := url.QueryUnescape(u.RawQuery)
		if err != nil {
			t.Fatal(err)
		}
		got.Requests = append(got.Requests, sent)
		got.Announced = page.Announced
		got.Records = append(got.Records, page.Records...)
		for _, b := range page.Bad {
			if len(b.Raw) == 0 {
				t.Errorf("the bad record %q lost its bytes", b.SourceID)
			}
			got.Bad = append(got.Bad, badRecord{b.SourceID, b.Reason})
		}
		if page.Next == "" {
			return got
		}
		cursor = page.Next
	}
	t.Fatal("the pages do not end")
	return got
}

func TestJSONSources(t *testing.T) {
	q := harvester.Query{
		Name: "published", Route: record.RouteSearch, Lang: "en",
		Strategy: mustParse(t, "(traffick* OR forced prostitution) AND exit"),
		From:     time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	for _, name := range []string{"openalex", "crossref", "europepmc"} {
		cases, err := filepath.Glob(filepath.Join("testdata", name, "*"))
		if err != nil || len(cases) == 0 {
			t.Fatalf("no cases for %s: %v", name, err)
		}
		for _, dir := range cases {
			t.Run(name+"/"+filepath.Base(dir), func(t *testing.T) {
				var asked atomic.Int32
				base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					body, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%02d.json", asked.Add(1))))
					if err != nil {
						http.Error(w, "no such page", http.StatusNotFound)
						return
					}
					w.Header().Set("Content-Type", "application/json;charset=utf-8")
					_, _ = w.Write(body)
				})
				s, err := New(name, Config{BaseURL: base, Contact: "reviewer@example.org", Key: "canary-key", PageSize: 2, RequestsPerSecond: 10_000}, testFetcher(t, FetchConfig{}))
				if err != nil {
					t.Fatal(err)
				}
				got, err := json.MarshalIndent(readAll(t, s, q), "", "  ")
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, '\n')
				if strings.Contains(string(got), "canary") {
					t.Error("the key is in what was sent, as shown")
				}
				file := filepath.Join(dir, "want.json")
				if *updateWant {
					if err := os.WriteFile(file, got, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if string(got) != string(want) {
					t.Errorf("%s: %s", file, firstDifference(string(got), string(want)))
				}
			})
		}
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b {
			return fmt.Sprintf("line %d:\n got %s\nwant %s", i+1, a, b)
		}
	}
	return "no difference"
}

// What is no page of results is an error, and never a page without records.
func TestJSONSourcesRefuse(t *testing.T) {
	for _, c := range []struct{ source, what, body string }{
		{"", "cut short", `{"meta":{"count":1},"results":[{"id":`},
		{"", "something behind it", `{"meta":{"count":0},"results":[],"hitCount":0,"resultList":{},"status":"ok","message":{"total-results":0,"items":[]}} <br>Notice`},
		{"", "empty", ""},
		{"", "an array", "[]"},
		{"", "null", "null"},
		{"", "a login page", "<!doctype html><title>Log in</title>"},
		{"openalex", "an error", `{"error":"Invalid query parameters error.","message":"no"}`},
		{"openalex", "no results", `{"meta":{"count":5}}`},
		{"openalex", "results null", `{"meta":{"count":5},"results":null}`},
		{"openalex", "results no list", `{"meta":{"count":5},"results":{"id":"W1"}}`},
		{"openalex", "no count", `{"meta":{},"results":[]}`},
		{"crossref", "failed", `{"status":"failed","message-type":"validation-failure","message":[{"type":"cursor-invalid"}]}`},
		{"crossref", "no items", `{"status":"ok","message":{"total-results":5}}`},
		{"crossref", "one work", `{"status":"ok","message-type":"work","message":{"DOI":"10.5555/1"}}`},
		{"europepmc", "an error", `{"errCode":404,"errMsg":"Invalid cursorMark"}`},
		{"europepmc", "no list", `{"hitCount":5}`},
		{"europepmc", "no count", `{"resultList":{"result":[]}}`},
	} {
		for _, name := range []string{"openalex", "crossref", "europepmc"} {
			if c.source != "" && c.source != name {
				continue
			}
			t.Run(cmp.Or(c.source, name)+"/"+c.what, func(t *testing.T) {
				base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					_, _ = w.Write([]byte(c.body))
				})
				s, err := New(name, Config{BaseURL: base, RequestsPerSecond: 10_000}, testFetcher(t, FetchConfig{Attempts: 2}))
				if err != nil {
					t.Fatal(err)
				}
				page, err := s.Page(t.Context(), harvester.Query{Name: "q", Strategy: mustParse(t, "exit")}, "")
				if err == nil {
					t.Errorf("taken for a page of %d records", len(page.Records))
				}
			})
		}
	}
}

// A page cut short on its way is fetched again.
func TestJSONSourcesRetry(t *testing.T) {
	whole := `{"meta":{"count":0},"results":[],"hitCount":0,"resultList":{"result":[]},"status":"ok","message":{"total-results":0,"items":[]}}`
	for _, name := range []string{"openalex", "crossref", "europepmc"} {
		var asked atomic.Int32
		base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			body := whole
			if asked.Add(1) == 1 {
				body = whole[:len(whole)/2]
			}
			_, _ = w.Write([]byte(body))
		})
		s, err := New(name, Config{BaseURL: base, RequestsPerSecond: 10_000}, testFetcher(t, FetchConfig{}))
		if err != nil {
			t.Fatal(err)
		}
		page, err := s.Page(t.Context(), harvester.Query{Strategy: mustParse(t, "exit")}, "")
		if err != nil || asked.Load() != 2 || page.Announced != 0 || page.Next != "" {
			t.Errorf("%s: asked %d times, %+v, %v", name, asked.Load(), page, err)
		}
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
	s, err := New("crossref", Config{BaseURL: base, PageSize: 4, MaxRecords: 10, RequestsPerSecond: 10_000}, testFetcher(t, FetchConfig{}))
	if err != nil {
		t.Fatal(err)
	}
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

func TestJSONSourcesConfig(t *testing.T) {
	f := testFetcher(t, FetchConfig{})
	for _, name := range []string{"openalex", "crossref", "europepmc"} {
		for what, c := range map[string]Config{
			"base_url":            {BaseURL: "ftp://example.org"},
			"page_size":           {PageSize: 1_000_000},
			"requests_per_second": {RequestsPerSecond: -1},
		} {
			if _, err := New(name, c, f); err == nil || !strings.Contains(err.Error(), what) {
				t.Errorf("%s with a bad %s: %v", name, what, err)
			}
		}
	}
	if _, err := New("crossref", Config{MaxRecords: -1}, f); err == nil || !strings.Contains(err.Error(), "max_records") {
		t.Errorf("crossref with a bad max_records: %v", err)
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
