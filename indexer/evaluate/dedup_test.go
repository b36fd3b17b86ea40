package evaluate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"polyglean/indexer/merge"
	"polyglean/internal/golden"
	"polyglean/internal/record"
	"polyglean/internal/table"
)

const dedupData = "../../../shared/data/dedup"

// need skips a test that reads recorded data where that is not there.
func need(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the labelled records are not beside the repository: put them at %s to measure merging on them", path)
	}
}

// TestDedupScores compares the scores on every labelled set with a sheet, so that a
// change of a rule shows as a difference in what it does.
func TestDedupScores(t *testing.T) {
	need(t, dedupData)
	var sheet bytes.Buffer
	fmt.Fprintf(&sheet, "%-28s %7s %6s %9s %7s %7s %6s %6s\n", "set", "records", "pairs", "precision", "recall", "f1", "false", "missed")
	line := func(name string, s *DedupScores) {
		fmt.Fprintf(&sheet, "%-28s %7d %6d %9.4f %7.4f %7.4f %6d %6d\n", name, s.Records, s.Pairs, s.Precision, s.Recall, s.F1, s.FalseMerges, s.Missed)
	}
	var errs bytes.Buffer
	for _, name := range []string{
		"suicide-norms-2022/records", "bib-dedupe/cytology_screening", "bib-dedupe/stroke", "bib-dedupe/special_cases", "dedupe-sweep/tafenoquine",
	} {
		s := dedupFile(t, filepath.Join(dedupData, name+".tsv"))
		line(name, s)
		for _, e := range s.Errors {
			fmt.Fprintf(&errs, "%s %v joined=%v: %s\n", name, e.Lines, e.Joined, e.Why)
		}
	}
	for _, set := range []struct {
		name  string
		pairs []labelledPair
	}{{"bib-dedupe/test_cases", testCases(t)}, {"fuzzycat/pairs", fuzzycat(t)}} {
		s, wrong := comparePairs(set.pairs)
		line(set.name, s)
		errs.WriteString(strings.Join(wrong, ""))
	}
	line("multilingual (synthetic)", dedupFile(t, "testdata/multilingual.tsv"))
	golden.Check(t, "testdata/eval/dedup.golden", sheet.Bytes())
	t.Log("\n" + errs.String())
}

func dedupFile(t *testing.T, path string) *DedupScores {
	t.Helper()
	rows, err := table.Read(path, DedupColumns...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Dedup(rows, true)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// labelledPair is two records that somebody judged.
type labelledPair struct {
	name string
	a, b record.Candidate
	same bool
}

// comparePairs scores each pair by itself.
func comparePairs(pairs []labelledPair) (*DedupScores, []string) {
	s := &DedupScores{Records: 2 * len(pairs)}
	joined, right := 0, 0
	var wrong []string
	for _, p := range pairs {
		p.a.ID, p.b.ID = "a:"+p.a.ID, "b:"+p.b.ID
		a, b := merge.New(&p.a), merge.New(&p.b)
		one := len(merge.Cluster([]*merge.Record{a, b}, merge.Rulings{})) == 1
		if p.same {
			s.Pairs++
		}
		if one {
			joined++
		}
		if one && p.same {
			right++
		}
		if one != p.same {
			j := merge.Compare(a, b)
			wrong = append(wrong, fmt.Sprintf("%s joined=%v: %s [%s %s]\n  %s | %s\n", p.name, one, j.Why(), j.Verdict, j.Link, p.a.Title(), p.b.Title()))
		}
	}
	s.score(joined, right)
	return s, wrong
}

func testCases(t *testing.T) []labelledPair {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dedupData, "bib-dedupe/test_cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	type fields struct {
		Type      string `json:"ENTRYTYPE"`
		Title     string `json:"title"`
		Author    string `json:"author"`
		Year      string `json:"year"`
		Journal   string `json:"journal"`
		Booktitle string `json:"booktitle"`
		Volume    string `json:"volume"`
		Number    string `json:"number"`
		Pages     string `json:"pages"`
		DOI       string `json:"doi"`
	}
	var file struct {
		Cases []struct {
			ID   string `json:"id"`
			A    fields `json:"record_a"`
			B    fields `json:"record_b"`
			Same bool   `json:"expected_duplicate"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	candidate := func(f fields) record.Candidate {
		c := record.Candidate{
			Titles: []record.Text{{Text: f.Title}}, Authors: SplitAuthors(f.Author), Container: f.Journal + f.Booktitle,
			Volume: f.Volume, Issue: f.Number, Pages: f.Pages, Type: f.Type, IDs: record.Identifiers{DOI: f.DOI}, Date: f.Year,
		}
		return c
	}
	var out []labelledPair
	for _, c := range file.Cases {
		out = append(out, labelledPair{c.ID, candidate(c.A), candidate(c.B), c.Same})
	}
	return out
}

// fuzzycat reads the pairs that were judged to be one work, in one version or
// several, or two; those that were left open are left out.
func fuzzycat(t *testing.T) []labelledPair {
	t.Helper()
	rows, err := table.Read(filepath.Join(dedupData, "fuzzycat/records.jsonl"), "id", "title")
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]record.Candidate{}
	for _, row := range rows {
		var ids map[string]string
		_ = json.Unmarshal([]byte(row.Get("ext_ids")), &ids)
		var authors []string
		_ = json.Unmarshal([]byte(row.Get("authors")), &authors)
		c := record.Candidate{
			ID: row.Get("id"), Titles: []record.Text{{Text: strings.TrimSpace(row.Get("title") + " " + row.Get("subtitle"))}},
			Container: row.Get("container"), Volume: row.Get("volume"), Issue: row.Get("issue"), Pages: row.Get("pages"),
			Type: row.Get("type"), Date: row.Get("year"), Publisher: row.Get("publisher"),
			IDs: record.Identifiers{DOI: ids["doi"], PMID: ids["pmid"], PMCID: ids["pmcid"], Other: map[string]string{"arxiv": ids["arxiv"]}},
		}
		for _, a := range authors {
			c.Authors = append(c.Authors, record.Author{Name: a})
		}
		if s := row.Get("stage"); s == "submitted" {
			c.Type += " preprint"
		}
		byID[c.ID] = c
	}
	pairs, err := table.Read(filepath.Join(dedupData, "fuzzycat/pairs.tsv"), "a", "b", "verdict")
	if err != nil {
		t.Fatal(err)
	}
	var out []labelledPair
	for _, p := range pairs {
		a, okA := byID[p.Get("a")]
		b, okB := byID[p.Get("b")]
		if v := p.Get("verdict"); okA && okB && v != "ambiguous" {
			out = append(out, labelledPair{fmt.Sprintf("fuzzycat line %d (%s %s)", p.Line, v, p.Get("reason")), a, b, v != "different"})
		}
	}
	return out
}
