package source

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/internal/record"
)

// TestXMLSources serves the folders of testdata, one file for each request, and
// compares all that is made of them with want.json. The records are synthetic.
func TestXMLSources(t *testing.T) {
	from := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, q := range map[string]harvester.Query{
		"pubmed": {
			Name: "published", Route: record.RouteSearch, Lang: "en", From: from,
			Strategy: mustParse(t, "(sex traffick* OR forced prostitution) AND exit"),
		},
		"oai": {Name: "set:thesis", Route: record.RouteHarvest, Set: "thesis:mestrado & mais"},
	} {
		cases, err := filepath.Glob(filepath.Join("testdata", name, "*"))
		if err != nil || len(cases) == 0 {
			t.Fatalf("no cases for %s: %v", name, err)
		}
		for _, dir := range cases {
			t.Run(name+"/"+filepath.Base(dir), func(t *testing.T) {
				var asked atomic.Int32
				base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					n := asked.Add(1)
					for ext, media := range map[string]string{"json": "application/json", "xml": "text/xml"} {
						body, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%02d.%s", n, ext)))
						if err == nil {
							w.Header().Set("Content-Type", media)
							_, _ = w.Write(body)
							return
						}
					}
					http.Error(w, "no such page", http.StatusNotFound)
				})
				c := Config{BaseURL: base, Contact: "reviewer@example.org", RequestsPerSecond: 10_000}
				q := q
				if name == "pubmed" {
					c.Key, c.PageSize = "canary-key", 2
				} else if filepath.Base(dir) == "two-pages" {
					q.From, q.Until = from, from.AddDate(0, 1, 0)
				}
				s, err := New(name, c, testFetcher(t, FetchConfig{}))
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
