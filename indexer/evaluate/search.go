package evaluate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"polyglean/indexer"
	"polyglean/internal/record"
	"polyglean/internal/table"
)

// SearchColumns are what the rows of Search must have: a query, and the studies it is to
// find, as IDs of studies or of records parted by spaces. A column lang says in which
// language the query is.
var SearchColumns = []string{"query", "expected"}

// SearchScores say how well known queries find the studies they are to find.
type SearchScores struct {
	Queries int `json:"queries"`
	// RecallAt10 is the mean, over the queries, of the part of the expected studies that
	// is among the first ten; of queries with more than ten, the part of ten.
	RecallAt10 float64 `json:"recall_at_10"`
	// MRR is the mean reciprocal rank (Voorhees, The TREC-8 Question Answering Track
	// Report, 1999): one over the place of the first expected study, 0 where none is
	// among the first 100.
	MRR         float64               `json:"mrr"`
	PerLanguage map[string]QueryGroup `json:"per_language"`
	// Each are the queries in the order of the table.
	Each []QueryScore `json:"each"`
}

// QueryGroup are the scores of the queries in one language.
type QueryGroup struct {
	Queries    int     `json:"queries"`
	RecallAt10 float64 `json:"recall_at_10"`
	MRR        float64 `json:"mrr"`
}

// QueryScore says how one query did.
type QueryScore struct {
	Line       int     `json:"line"`
	Lang       string  `json:"lang"`
	Query      string  `json:"query"`
	Expected   int     `json:"expected"`
	RecallAt10 float64 `json:"recall_at_10"`
	// Rank is the place of the first expected study, from 1; 0 where none was found.
	Rank int `json:"rank"`
	// Missed are the expected studies beyond the first ten places.
	Missed []string `json:"missed,omitempty"`
}

const (
	// looked is how far the first expected study is looked for, counted how far recall
	// is.
	looked  = 100
	counted = 10
)

// Search asks the queries of a table with what else q says, and compares what comes with
// what was expected. An error names the line.
func Search(ctx context.Context, s indexer.Searcher, q indexer.Query, rows []table.Row) (*SearchScores, error) {
	scores := &SearchScores{PerLanguage: make(map[string]QueryGroup)}
	for _, row := range rows {
		score, err := ask(ctx, s, q, row)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", row.Line, err)
		}
		scores.add(score)
	}
	scores.finish()
	return scores, nil
}

func ask(ctx context.Context, s indexer.Searcher, q indexer.Query, row table.Row) (QueryScore, error) {
	score := QueryScore{Line: row.Line, Lang: row.Get("lang"), Query: row.Get("query")}
	expected := make(map[string]string) // study ID → as the table has it
	for name := range strings.FieldsSeq(row.Get("expected")) {
		id, err := studyID(ctx, s, name)
		if err != nil {
			return score, err
		}
		expected[id] = name
	}
	if len(expected) == 0 {
		return score, errors.New("no study is expected: give the ID of one at least")
	}
	q.Text, q.Size = score.Query, looked
	found, err := s.Search(ctx, q)
	if err != nil {
		return score, err
	}
	score.Expected = len(expected)
	hits := 0
	for i, h := range found.Hits {
		if _, wanted := expected[h.Study.ID]; !wanted {
			continue
		}
		if score.Rank == 0 {
			score.Rank = i + 1
		}
		if i < counted {
			hits++
			delete(expected, h.Study.ID)
		}
	}
	score.RecallAt10 = float64(hits) / float64(min(score.Expected, counted))
	for _, name := range expected {
		score.Missed = append(score.Missed, name)
	}
	slices.Sort(score.Missed)
	return score, nil
}

// studyID finds the study that answers to the ID of a study or of a record.
func studyID(ctx context.Context, s indexer.Searcher, name string) (string, error) {
	for _, id := range []string{name, record.StudyID(name)} {
		switch study, err := s.Study(ctx, id); {
		case err == nil:
			return study.ID, nil
		case !errors.Is(err, indexer.ErrNotFound):
			return "", err
		}
	}
	return "", fmt.Errorf("no study and no record has the ID %q: polyglean search --json prints both", name)
}

func (s *SearchScores) add(q QueryScore) {
	s.Each = append(s.Each, q)
	group := s.PerLanguage[q.Lang]
	group.Queries++
	group.RecallAt10 += q.RecallAt10
	s.Queries++
	s.RecallAt10 += q.RecallAt10
	if q.Rank > 0 {
		group.MRR += 1 / float64(q.Rank)
		s.MRR += 1 / float64(q.Rank)
	}
	s.PerLanguage[q.Lang] = group
}

// finish makes means of sums.
func (s *SearchScores) finish() {
	if s.Queries == 0 {
		return
	}
	s.RecallAt10 /= float64(s.Queries)
	s.MRR /= float64(s.Queries)
	for lang, group := range s.PerLanguage {
		group.RecallAt10 /= float64(group.Queries)
		group.MRR /= float64(group.Queries)
		s.PerLanguage[lang] = group
	}
}

// Print writes the scores for people.
func (s *SearchScores) Print(w io.Writer) {
	fmt.Fprintf(w, "%d queries in %d languages: recall at 10 %.3f, mean reciprocal rank %.3f\n\n", s.Queries, len(s.PerLanguage), s.RecallAt10, s.MRR)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "line\tlanguage\texpected\trecall at 10\tfirst at\tquery")
	for _, q := range s.Each {
		first := "-"
		if q.Rank > 0 {
			first = fmt.Sprint(q.Rank)
		}
		fmt.Fprintf(t, "%d\t%s\t%d\t%.2f\t%s\t%s\n", q.Line, q.Lang, q.Expected, q.RecallAt10, first, q.Query)
	}
	_ = t.Flush()
	for _, q := range s.Each {
		if len(q.Missed) > 0 {
			fmt.Fprintf(w, "\nline %d, not among the first ten: %s", q.Line, strings.Join(q.Missed, " "))
		}
	}
	fmt.Fprintln(w)
}
