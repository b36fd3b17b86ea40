package command

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"polyglean/harvester"
	"polyglean/indexer"
	"polyglean/indexer/export"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// oddSource is a source whose records are as bad as records get, all of them synthetic.
type oddSource []record.Candidate

func (oddSource) Name() string { return "odd" }

func (oddSource) Queries(p *protocol.Protocol, _ time.Time) ([]harvester.Query, error) {
	return []harvester.Query{{Name: "published", Route: record.RouteSearch, Strategy: p.Strategy.Node, Lang: "en"}}, nil
}

func (s oddSource) Page(context.Context, harvester.Query, string) (harvester.Page, error) {
	return harvester.Page{Announced: len(s), Records: s, Sent: "all"}, nil
}

// odd are the records, and the sets of them that are one study each.
func odd() (records oddSource, copies []string) {
	add := func(id string, change func(*record.Candidate)) {
		c := record.Candidate{Schema: record.Schema, ID: record.MakeID("odd", id), Source: "odd", SourceID: id, Version: 1}
		change(&c)
		records = append(records, c)
	}
	title := func(c *record.Candidate, text string) { c.Titles = []record.Text{{Text: text}} }
	add("untitled-1", func(*record.Candidate) {})
	add("untitled-2", func(c *record.Candidate) { title(c, " \u00a0\u200b ") })
	var crowd []record.Author
	for i := range 2000 {
		crowd = append(crowd, record.Author{Name: fmt.Sprintf("Numerous%04d, Ada", i)})
	}
	add("crowd", func(c *record.Candidate) {
		title(c, "An invented collaboration and its many authors")
		c.Authors = crowd
	})
	for i, date := range []string{"0000", "0000-00-00", "9999", "9999-99", "9999-12-31"} {
		add(fmt.Sprint("date-", i), func(c *record.Candidate) {
			title(c, fmt.Sprintf("Invented chronicle, volume %d", i))
			c.Date = date
			_, _ = fmt.Sscanf(date, "%d", &c.Year)
		})
	}
	for i, doi := range []string{"10.5555/odd.7", "https://doi.org/10.5555/ODD.7.", "doi:10.5555/odd.7)", "http://dx.doi.org/10.5555/odd.7"} {
		add(fmt.Sprint("doi-", i), func(c *record.Candidate) {
			title(c, "One work under four spellings of its identifier")
			c.IDs.DOI = doi
		})
	}
	for i := range 20 {
		add(fmt.Sprint("editorial-", i), func(c *record.Candidate) {
			title(c, []string{"Editorial", "EDITORIAL.", "Éditorial", "Editorial "}[i%4])
			if i >= 10 {
				c.Container, c.Year = "Journal of Synthetic Records", 2001
			}
		})
	}
	return records, []string{"odd:doi-0 odd:doi-1 odd:doi-2 odd:doi-3"}
}

// TestOddRecords: bad records go through the whole pipeline, on either backend. Each comes
// out once; copies are one study, and editorials without an author are none of each other;
// a year that cannot be is no year; all can be searched, read on a page and exported.
func TestOddRecords(t *testing.T) {
	for _, backend := range []string{backendBleve, backendElasticsearch} {
		t.Run(backend, func(t *testing.T) {
			p := oddPipeline(t, backend)
			records, copies := odd()
			for pass, want := range []harvester.QueryState{{New: len(records)}, {Unchanged: len(records)}} {
				run, err := p.gather(t.Context(), []harvester.Source{records}, harvester.Options{Log: p.log}, io.Discard)
				if got := run.Totals(); err != nil || run.Partial() || got.Received != len(records) || got.New != want.New || got.Unchanged != want.Unchanged || got.Parked != 0 {
					t.Fatalf("run %d: %+v, error %v", pass+1, got, err)
				}
			}
			studies := len(records) - 3
			v, err := p.verify(t.Context())
			if err != nil || !v.OK() || v.Records != len(records) || v.Studies != studies || v.Parked != 0 {
				t.Errorf("verify: %+v, error %v; want %d records in %d studies", v, err, len(records), studies)
			}
			var joined []string
			pages, err := p.pages(nil)
			if err != nil {
				t.Fatal(err)
			}
			err = p.eachStudy(t.Context(), func(s *indexer.Study) error {
				var ids []string
				for _, m := range s.Members {
					ids = append(ids, m.Record.Candidate.ID)
				}
				if len(ids) > 1 {
					slices.Sort(ids)
					joined = append(joined, strings.Join(ids, " "))
				}
				if page := read(pages, "/study/"+s.ID); page.Code != http.StatusOK || strings.Contains(page.Body.String(), "9999-") {
					t.Errorf("the page of %v: status %d", ids, page.Code)
				}
				return nil
			})
			if err != nil || !slices.Equal(joined, copies) {
				t.Errorf("joined: %q, error %v; want %q", joined, err, copies)
			}
			for query, want := range map[string]int{
				"editorial": 20, "au:Numerous1999": 1, `"10.5555/odd.7"`: 1, "chronicle": 5, "": studies,
			} {
				r, err := p.searcher.Search(t.Context(), indexer.Query{Text: query, Facets: []string{indexer.FacetYear}})
				if err != nil || r.Total != want {
					t.Errorf("%q finds %d studies, want %d, error %v", query, r.Total, want, err)
				}
				for _, year := range r.Facets[indexer.FacetYear] {
					if year.Value != "2001" && year.Value != indexer.NotStated {
						t.Errorf("%q: the year %s", query, year.Value)
					}
				}
			}
			if page := read(pages, "/?q=chronicle&sort=newest"); page.Code != http.StatusOK || strings.Contains(page.Body.String(), "9999</") {
				t.Errorf("the page of the chronicles: status %d", page.Code)
			}
			for _, f := range export.Formats() {
				var b bytes.Buffer
				job := exportJob{format: f}
				if err := job.run(t.Context(), p.searcher, indexer.Query{}, false, &b); err != nil {
					t.Errorf("%s: %v", f, err)
				}
				if f != export.CSV {
					continue
				}
				rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b.Bytes(), []byte("\ufeff")))).ReadAll()
				if err != nil || len(rows) != studies+1 {
					t.Fatalf("%d rows for %d studies, error %v", len(rows), studies, err)
				}
				year := slices.Index(rows[0], "year")
				for _, row := range rows[1:] {
					if row[year] != "" && row[year] != "2001" {
						t.Errorf("the year %s of %q", row[year], row[1])
					}
				}
			}
		})
	}
}

// oddPipeline is an open pipeline of its own, on a backend.
func oddPipeline(t *testing.T, backend string) *pipeline {
	t.Helper()
	c := builtinConfig()
	c.DataDir = t.TempDir()
	c.NATS.Dir, c.Index.Backend = c.DataDir, backend
	if backend == backendElasticsearch {
		es := os.Getenv("POLYGLEAN_TEST_ELASTICSEARCH")
		if es == "" {
			t.Skip("skipped: odd records in a real Elasticsearch; start one (../shared/elasticsearch/start) and set POLYGLEAN_TEST_ELASTICSEARCH to its URL, or run .ci/run")
		}
		c.Index.Elasticsearch.Addresses = []string{es}
		c.Index.Elasticsearch.Index = fmt.Sprintf("odd-%d", time.Now().UnixNano())
		t.Cleanup(func() { deleteIndices(t, es, c.Index.Elasticsearch.Index) })
	}
	p := &pipeline{config: c, protocol: protocol.Default(), log: newLog(&globals{})}
	t.Cleanup(p.Close)
	if err := p.openAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// read asks for a page as a browser on this machine would.
func read(pages http.Handler, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "127.0.0.1:8080"
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, r)
	return w
}
