package evaluate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/table"
)

// shelf answers every query with its studies, in their order.
type shelf []string

func (s shelf) Search(context.Context, indexer.Query) (indexer.Result, error) {
	var r indexer.Result
	for _, id := range s {
		r.Hits = append(r.Hits, indexer.Hit{Study: indexer.Study{ID: record.StudyID(id)}})
	}
	return r, nil
}

func (s shelf) Study(_ context.Context, id string) (indexer.Study, error) {
	for _, name := range s {
		if record.StudyID(name) == id {
			return indexer.Study{ID: id}, nil
		}
	}
	return indexer.Study{}, fmt.Errorf("%s: %w", id, indexer.ErrNotFound)
}

func (shelf) Complete(context.Context, string, int) ([]indexer.Completion, error) {
	return nil, nil // known queries are not completed
}

func queries(t *testing.T, lines ...string) []table.Row {
	t.Helper()
	path := filepath.Join(t.TempDir(), "queries.tsv")
	if err := os.WriteFile(path, []byte("lang\tquery\texpected\n"+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows, err := table.Read(path, SearchColumns...)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestSearchScores(t *testing.T) {
	var s shelf
	for i := range 12 {
		s = append(s, fmt.Sprint("a:", i+1))
	}
	got, err := Search(t.Context(), s, indexer.Query{}, queries(t,
		"en\tfirst and last\ta:1 a:12",
		"en\tsecond, by the ID of its study\t"+record.StudyID("a:2"),
		"es\tall of them\t"+strings.Join(s, " "),
		"es\ttoo far down\ta:11",
	))
	if err != nil {
		t.Fatal(err)
	}
	near := func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
	if got.Queries != 4 || !near(got.RecallAt10, (0.5+1+1+0)/4) || !near(got.MRR, (1+1./2+1+1./11)/4) {
		t.Errorf("queries %d, recall %g, rank %g", got.Queries, got.RecallAt10, got.MRR)
	}
	if en := got.PerLanguage["en"]; en.Queries != 2 || !near(en.RecallAt10, 0.75) || !near(en.MRR, 0.75) {
		t.Errorf("English %+v", en)
	}
	if missed := strings.Join(got.Each[0].Missed, " "); missed != "a:12" {
		t.Errorf("missed %q", missed)
	}
	var out strings.Builder
	got.Print(&out)
	if !strings.Contains(out.String(), "line 5, not among the first ten: a:11") {
		t.Errorf("printed:\n%s", out.String())
	}
}

func TestSearchNeedsWhatIsExpected(t *testing.T) {
	for line, want := range map[string]string{
		"en\tnothing is expected\t": "line 2: no study is expected",
		"en\tno such study\tb:7":    `line 2: no study and no record has the ID "b:7"`,
	} {
		if _, err := Search(t.Context(), shelf{"a:1"}, indexer.Query{}, queries(t, line)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", line, err, want)
		}
	}
}
