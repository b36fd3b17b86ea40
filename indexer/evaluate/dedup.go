package evaluate

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"polyglean/indexer/merge"
	"polyglean/internal/bench"
	"polyglean/internal/record"
	"polyglean/internal/table"
)

// DedupColumns are what the rows of Dedup must have. What else is read, where it is
// there, is listed at Candidate.
var DedupColumns = []string{"title", "cluster"}

// DedupScores say how well copies are told from other works. The unit is the pair of
// records, as is usual: a work with four copies has six pairs.
type DedupScores struct {
	Records int `json:"records"`
	// Pairs of records are labelled as one work.
	Pairs int `json:"pairs"`
	// Precision is the part of the joined pairs that are labelled so, Recall the part
	// of the labelled pairs that are joined; 1 where there are none.
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	// FalseMerges are joined pairs that are labelled as two works; Missed are labelled
	// pairs that are not joined.
	FalseMerges int `json:"false_merges"`
	Missed      int `json:"missed"`
	// Linked pairs are not joined but known to belong together, as a preprint and its
	// article do.
	Linked int `json:"linked"`
	// Seconds for merging alone, without reading the file.
	Seconds float64 `json:"seconds"`
	// RSSMB is the most memory that the process has had resident, in 10^6 bytes; 0
	// where the system does not tell it.
	RSSMB float64 `json:"rss_mb"`
	// Errors are the pairs judged otherwise than labelled, when they are asked for.
	Errors []DedupError `json:"errors,omitempty"`
}

// DedupError is a pair that is judged otherwise than labelled.
type DedupError struct {
	// Lines of the file, from 1.
	Lines [2]int `json:"lines"`
	// Joined says which way: joined and labelled apart, or the other way round.
	Joined bool      `json:"joined"`
	Titles [2]string `json:"titles"`
	// Why is what the two records have in common and what not.
	Why string `json:"why"`
}

// Dedup merges the rows and compares the groups with the labels. With list, the
// errors are in the scores.
func Dedup(rows []table.Row, list bool) (*DedupScores, error) {
	labels := make([]string, len(rows))
	candidates := make([]record.Candidate, len(rows))
	for i, row := range rows {
		if labels[i] = row.Get("cluster"); labels[i] == "" {
			return nil, fmt.Errorf("line %d has no cluster: give each work a label of its own", row.Line)
		}
		candidates[i] = Candidate(row)
	}
	began := time.Now()
	records := merge.NewAll(candidates)
	groups := merge.Cluster(records, merge.Rulings{})
	s := &DedupScores{Records: len(rows), Seconds: time.Since(began).Seconds()}
	if peak, err := bench.PeakMemory(); err == nil {
		s.RSSMB = float64(peak) / 1e6
	}

	at := make(map[string]int, len(rows))
	for i := range candidates {
		at[candidates[i].ID] = i
	}
	group := make([]int, len(rows))
	for g := range groups {
		s.Linked += len(groups[g].Links)
		for _, id := range groups[g].Members {
			group[at[id]] = g
		}
	}
	s.Linked /= 2
	s.compare(labels, group, func(i, j int, joined bool) {
		if list {
			s.Errors = append(s.Errors, newError(rows, records, i, j, joined))
		}
	})
	slices.SortFunc(s.Errors, func(a, b DedupError) int { return slices.Compare(a.Lines[:], b.Lines[:]) })
	return s, nil
}

// compare scores groups by the labels of the records, pair by pair, and hands each
// pair that is judged otherwise than labelled to wrong, the earlier record first.
func (s *DedupScores) compare(labels []string, group []int, wrong func(i, j int, joined bool)) {
	byGroup, byLabel := make(map[int][]int), make(map[string][]int)
	for i := range group {
		byGroup[group[i]] = append(byGroup[group[i]], i)
		byLabel[labels[i]] = append(byLabel[labels[i]], i)
	}
	joined, right := 0, 0
	for _, members := range byGroup {
		for n, j := range members {
			for _, i := range members[:n] {
				if joined++; labels[i] == labels[j] {
					right++
				} else {
					wrong(i, j, true)
				}
			}
		}
	}
	for _, members := range byLabel {
		for n, j := range members {
			for _, i := range members[:n] {
				if s.Pairs++; group[i] != group[j] {
					wrong(i, j, false)
				}
			}
		}
	}
	s.FalseMerges, s.Missed = joined-right, s.Pairs-right
	s.Precision, s.Recall = ratio(right, joined), ratio(right, s.Pairs)
	if s.Precision+s.Recall > 0 {
		s.F1 = 2 * s.Precision * s.Recall / (s.Precision + s.Recall)
	}
}

func ratio(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

func newError(rows []table.Row, records []*merge.Record, i, j int, joined bool) DedupError {
	return DedupError{
		Lines: [2]int{rows[i].Line, rows[j].Line}, Joined: joined,
		Titles: [2]string{rows[i].Get("title"), rows[j].Get("title")}, Why: merge.Compare(records[i], records[j]).Why(),
	}
}

// Print writes the scores for people.
func (s *DedupScores) Print(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "records\t%d\n", s.Records)
	fmt.Fprintf(tw, "pairs labelled as one work\t%d\n", s.Pairs)
	fmt.Fprintf(tw, "precision\t%.4f\n", s.Precision)
	fmt.Fprintf(tw, "recall\t%.4f\n", s.Recall)
	fmt.Fprintf(tw, "F1\t%.4f\n", s.F1)
	fmt.Fprintf(tw, "false merges\t%d\tpairs joined and labelled apart\n", s.FalseMerges)
	fmt.Fprintf(tw, "missed\t%d\tpairs labelled as one and not joined\n", s.Missed)
	fmt.Fprintf(tw, "linked\t%d\tpairs that belong together and are two works\n", s.Linked)
	fmt.Fprintf(tw, "seconds\t%.2f\n", s.Seconds)
	fmt.Fprintf(tw, "memory (MB)\t%.0f\n", s.RSSMB)
	_ = tw.Flush() // the writer reports its own errors
	for _, e := range s.Errors {
		what := "missed"
		if e.Joined {
			what = "joined"
		}
		fmt.Fprintf(w, "\n%s: lines %d and %d (%s)\n  %s\n  %s\n", what, e.Lines[0], e.Lines[1], e.Why, e.Titles[0], e.Titles[1])
	}
}

// Candidate reads a row of bibliographic columns: title (and title_2), authors or
// author, year, journal, container or booktitle, volume, issue or number, pages,
// doi, pmid, issn, type or entrytype, language. Its ID is the line.
func Candidate(row table.Row) record.Candidate {
	get := func(columns ...string) string {
		for _, c := range columns {
			if v := row.Get(c); v != "" {
				return v
			}
		}
		return ""
	}
	id := strconv.Itoa(row.Line)
	c := record.Candidate{
		Schema: record.Schema, ID: record.MakeID("line", id), Source: "line", SourceID: id,
		Authors: SplitAuthors(get("authors", "author")), Container: get("journal", "container", "booktitle"),
		Volume: get("volume"), Issue: get("issue", "number"), Pages: get("pages"), Type: get("type", "entrytype"),
		IDs: record.Identifiers{DOI: get("doi"), PMID: get("pmid")},
	}
	for _, column := range []string{"title", "title_2"} {
		if v := row.Get(column); v != "" {
			c.Titles = append(c.Titles, record.Text{Text: v})
		}
	}
	if year := get("year"); len(year) >= 4 {
		c.Year, _ = strconv.Atoi(year[:4])
	}
	if v := get("issn"); v != "" {
		c.ISSN = strings.FieldsFunc(v, func(r rune) bool { return r == ';' || r == ',' || r == ' ' })
	}
	if v := get("language"); v != "" {
		c.Languages = []string{v}
	}
	return c
}
