package command

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"

	"polyglean/classifier"
	"polyglean/indexer"
	"polyglean/indexer/bleveindex"
	"polyglean/indexer/elasticindex"
	"polyglean/indexer/evaluate"
	"polyglean/internal/demo"
	"polyglean/internal/golden"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
	"polyglean/internal/table"
)

// searchedWorks are the works of the demonstration and those of the table beside the
// queries, as candidates from one source each.
func searchedWorks(t *testing.T) []record.Candidate {
	t.Helper()
	text := func(texts ...string) (out []record.Text) {
		for _, t := range texts {
			if t != "" {
				out = append(out, record.Text{Text: t})
			}
		}
		return out
	}
	work := func(source, id string, year int) record.Candidate {
		return record.Candidate{
			Schema: record.Schema, ID: record.MakeID(source, id), Source: source, SourceID: id, Route: record.RouteSearch, Year: year,
		}
	}
	corpus, err := demo.Load()
	if err != nil {
		t.Fatal(err)
	}
	var out []record.Candidate
	for _, r := range corpus.Records {
		c := work("demo", strconv.Itoa(r.N), r.Year)
		c.Titles, c.Abstracts, c.Keywords = text(r.Title, r.TitleEN), text(r.Abstract, r.AbstractEN), text(r.Keywords...)
		out = append(out, c)
	}
	rows, err := table.Read("testdata/eval/search_works.tsv", "id", "title", "abstract")
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		c := work("own", row.Get("id"), 2000+i)
		c.Titles, c.Abstracts, c.Keywords = text(row.Get("title")), text(row.Get("abstract")), text(row.Get("keywords"))
		out = append(out, c)
	}
	return out
}

// TestSearchSheet asks known queries in many languages of works in many languages. Every
// backend gives the same sheet.
func TestSearchSheet(t *testing.T) {
	c, err := classifier.New(protocol.Default(), classifier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var members []indexer.Member
	for i, candidate := range searchedWorks(t) {
		members = append(members, indexer.Member{Seq: uint64(i + 1), Record: c.Classify(candidate)})
	}
	rows, err := table.Read("testdata/eval/search.tsv", evaluate.SearchColumns...)
	if err != nil {
		t.Fatal(err)
	}
	for _, backend := range []struct {
		name string
		open func(*testing.T) indexer.Index
	}{{"bleve", openBleve}, {"elasticsearch", openElastic}} {
		t.Run(backend.name, func(t *testing.T) {
			index := backend.open(t)
			if _, err := indexer.Merge(t.Context(), index, members, nil); err != nil {
				t.Fatal(err)
			}
			library := indexer.NewLibrary(index).WithThesaurus(indexer.NewThesaurus(protocol.Default().Lexicon))
			var sheet bytes.Buffer
			for _, e := range []struct {
				name   string
				expand indexer.Expand
			}{{"in all languages", indexer.Expand{}}, {"as typed", indexer.Expand{Off: true}}} {
				s, err := evaluate.Search(t.Context(), library, indexer.Query{Expand: e.expand}, rows)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&sheet, "%s: ", e.name)
				s.Print(&sheet)
				fmt.Fprintln(&sheet)
			}
			golden.Check(t, "testdata/eval/search.golden", sheet.Bytes())
		})
	}
}

func openBleve(t *testing.T) indexer.Index {
	index, err := bleveindex.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { index.Close() })
	return index
}

// openElastic opens an index of its own on a real Elasticsearch.
func openElastic(t *testing.T) indexer.Index {
	address := os.Getenv("POLYGLEAN_TEST_ELASTICSEARCH")
	if address == "" {
		t.Skip("skipped: no Elasticsearch to compare with; set POLYGLEAN_TEST_ELASTICSEARCH to the address of one")
	}
	cfg := elasticindex.Config{Addresses: []string{address}, Index: fmt.Sprintf("search-sheet-%d", os.Getpid())}
	index, err := elasticindex.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		index.Close()
		if err := elasticindex.Remove(context.WithoutCancel(t.Context()), cfg); err != nil {
			t.Log(err)
		}
	})
	return index
}
