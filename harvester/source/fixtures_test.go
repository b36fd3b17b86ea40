package source

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/internal/record"
)

var updateWant = flag.Bool("update", false, "write want.json of the fixtures and the golden sheet of the recordings anew; read the difference before committing it")

// answers is what a source asks and makes of a folder of testdata.
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

// fixtureCases are the folders of a source in testdata.
func fixtureCases(t *testing.T, name string) []string {
	t.Helper()
	wants, err := filepath.Glob(filepath.Join("testdata", name, "*", "01.*"))
	if err != nil || len(wants) == 0 {
		t.Fatalf("source %s has no case in testdata/%s: %v", name, name, err)
	}
	var dirs []string
	for _, want := range wants {
		dirs = append(dirs, filepath.Dir(want))
	}
	return dirs
}

// fixtureQuery is what a case asks: what query.json beside it says, or else the one
// beside the cases of its source, or else a search.
func fixtureQuery(t *testing.T, name, dir string) harvester.Query {
	t.Helper()
	for _, folder := range []string{dir, filepath.Join("testdata", name)} {
		raw, err := os.ReadFile(filepath.Join(folder, "query.json"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var q struct {
			Strategy, Lang, Endpoint, Set, Format string
			From, Until                           time.Time
		}
		if err == nil {
			err = json.Unmarshal(raw, &q)
		}
		if err != nil {
			t.Fatal(err)
		}
		out := harvester.Query{
			Name: "case", Route: record.RouteHarvest, Lang: q.Lang, Endpoint: q.Endpoint, Set: q.Set, Format: q.Format,
			From: q.From, Until: q.Until,
		}
		if q.Strategy != "" {
			out.Route, out.Strategy = record.RouteSearch, mustParse(t, q.Strategy)
		}
		return out
	}
	return harvester.Query{
		Name: "published", Route: record.RouteSearch, Lang: "en",
		Strategy: mustParse(t, "(sex traffick* OR forced prostitution) AND exit"),
		From:     time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

// fixtureConfig is the configuration the cases are asked with.
func fixtureConfig(name, base string) Config {
	c := Config{BaseURL: base, Contact: "reviewer@example.org", Key: "canary-key", PageSize: 2, RequestsPerSecond: 10_000}
	if name == "oai" {
		c.PageSize = 0 // each repository has its own
	}
	return c
}

// fixtureServer answers the requests with the files of a case in their order.
func fixtureServer(t *testing.T, dir string) (base string) {
	t.Helper()
	var asked atomic.Int32
	return serve(t, func(w http.ResponseWriter, _ *http.Request) { serveFixture(w, dir, int(asked.Add(1))) })
}

// sourceAt is a source with the given configuration.
func sourceAt(t testing.TB, name string, c Config, fetch FetchConfig) harvester.Source {
	t.Helper()
	s, err := New(name, c, testFetcher(t, fetch))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serving is a source whose every request is answered with one body.
func serving(t testing.TB, name, media string, body []byte) harvester.Source {
	t.Helper()
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		_, _ = w.Write(body)
	})
	return sourceAt(t, name, fixtureConfig(name, base), FetchConfig{Attempts: 2})
}

func serveFixture(w http.ResponseWriter, dir string, n int) {
	for ext, media := range map[string]string{"json": "application/json;charset=utf-8", "xml": "text/xml"} {
		body, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%02d.%s", n, ext)))
		if err == nil {
			w.Header().Set("Content-Type", media)
			_, _ = w.Write(body)
			return
		}
	}
	http.Error(w, "no such page", http.StatusNotFound)
}

// TestFixtures serves the folders of testdata and compares what is asked and all
// that is made of it with want.json. The records in them are synthetic.
func TestFixtures(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			for _, dir := range fixtureCases(t, name) {
				t.Run(filepath.Base(dir), func(t *testing.T) { checkFixture(t, name, dir) })
			}
		})
	}
}

func checkFixture(t *testing.T, name, dir string) {
	base := fixtureServer(t, dir)
	s := sourceAt(t, name, fixtureConfig(name, base), FetchConfig{Attempts: 2})
	got, err := json.MarshalIndent(readAll(t, s, fixtureQuery(t, name, dir)), "", "  ")
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

// What is no page of results is an error for every source, and never a page
// without records.
func TestSourcesRefuse(t *testing.T) {
	for what, body := range map[string]string{
		"cut short":           `{"meta":{"count":1},"results":[{"id":`,
		"something behind it": `{"meta":{"count":0},"results":[],"hitCount":0,"resultList":{},"status":"ok","message":{"total-results":0,"items":[]}} <br>Notice`,
		"empty":               "",
		"an array":            "[]",
		"null":                "null",
		"another object":      `{"about":"nothing of this"}`,
		"another document":    `<rss><channel>synthetic feed</channel></rss>`,
		"a login page":        "<!doctype html><title>Log in</title>",
	} {
		for _, name := range Names() {
			t.Run(name+"/"+what, func(t *testing.T) {
				s := serving(t, name, "application/json", []byte(body))
				page, err := s.Page(t.Context(), fixtureQuery(t, name, ""), "")
				if err == nil {
					t.Errorf("taken for a page of %d records", len(page.Records))
				}
			})
		}
	}
}

// An answer cut short on its way is asked for again.
func TestSourcesRetry(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			dir := fixtureCases(t, name)[0]
			var asked atomic.Int32
			base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				n := asked.Add(1)
				if n > 1 {
					serveFixture(w, dir, int(n-1))
					return
				}
				files, err := filepath.Glob(filepath.Join(dir, "01.*"))
				if err != nil || len(files) != 1 {
					t.Errorf("%s has not one first answer: %v, %v", dir, files, err)
					return
				}
				body, err := os.ReadFile(files[0])
				if err != nil {
					t.Error(err)
				}
				w.Header().Set("Content-Type", map[string]string{".json": "application/json", ".xml": "text/xml"}[filepath.Ext(files[0])])
				_, _ = w.Write(body[:len(body)/2])
			})
			s := sourceAt(t, name, fixtureConfig(name, base), FetchConfig{Attempts: 2})
			page, err := s.Page(t.Context(), fixtureQuery(t, name, dir), "")
			if err != nil || asked.Load() < 2 || len(page.Records)+len(page.Bad) == 0 {
				t.Errorf("asked %d times, %d records, %v", asked.Load(), len(page.Records), err)
			}
		})
	}
}

// A setting that cannot be is named in the error.
func TestSourcesConfig(t *testing.T) {
	f := testFetcher(t, FetchConfig{})
	for _, name := range Names() {
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
}
