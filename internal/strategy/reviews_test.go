package strategy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"polyglean/internal/table"
)

// shared holds published searches and labelled reviews, which are not part of the
// repository.
const shared = "../../../shared/data"

// sharedFile returns the path of a file of shared data, or skips the test.
func sharedFile(t testing.TB, path ...string) string {
	t.Helper()
	file := filepath.Join(append([]string{shared}, path...)...)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("skipped: no %s; put shared/ beside the repository to run this on published reviews", file)
	}
	return file
}

// matched returns how many rows of a labelled table m matches on title and
// abstract, and how many of those are included.
func matched(m *Matcher, rows []table.Row) (all, included int) {
	d := NewDoc()
	for _, row := range rows {
		d.Reset()
		d.Add(Title, 0, row.Get("title"), "en")
		d.Add(Abstract, 0, row.Get("abstract"), "en")
		if ok, _ := m.Match(d); ok {
			all++
			if row.Yes("included") {
				included++
			}
		}
	}
	return all, included
}

// TestScreenedReviews reproduces, in mode exact, how many records of ten screened
// reviews a query matches. The counts were made with regular expressions: a term
// at word borders, \w* for *, [\s-]+ for a space.
func TestScreenedReviews(t *testing.T) {
	queries, err := table.Read(sharedFile(t, "keyword-miss", "queries.jsonl"), "dataset", "query")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range queries {
		t.Run(q.Get("dataset"), func(t *testing.T) {
			var groups [][]string
			var wantAll, wantIncluded int
			for column, into := range map[string]any{
				"query": &groups, "query_matches": &wantAll, "included_matched": &wantIncluded,
			} {
				if err := json.Unmarshal([]byte(q.Get(column)), into); err != nil {
					t.Fatalf("%s: %v", column, err)
				}
			}
			var blocks []string
			for _, g := range groups {
				blocks = append(blocks, "("+strings.Join(g, " OR ")+")")
			}
			m := Compile(mustParse(t, strings.Join(blocks, " AND "), AsPhrase), Exact, "en")
			rows, err := table.Read(sharedFile(t, "keyword-miss", q.Get("dataset")+".jsonl.gz"), "title", "abstract", "included")
			if err != nil {
				t.Fatal(err)
			}
			all, included := matched(m, rows)
			if all != wantAll || included != wantIncluded {
				t.Errorf("matched %d records, %d included; want %d and %d", all, included, wantAll, wantIncluded)
			}
		})
	}
	if len(queries) < 10 {
		t.Errorf("%d reviews, want 10", len(queries))
	}
}
