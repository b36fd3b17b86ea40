package evaluate

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"polyglean/internal/record"
	"polyglean/internal/table"
)

const dedupData = "../../../shared/data/dedup"

// need skips a test that reads recorded data where that is not there.
func need(tb testing.TB, path string) {
	tb.Helper()
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("the labelled records are not beside the repository: put them at %s to measure merging on them", path)
	}
}

// labelledFile is a set whose records are merged with each other.
type labelledFile struct{ name, path string }

func labelledFiles() []labelledFile {
	var out []labelledFile
	for _, name := range []string{
		"suicide-norms-2022/records", "bib-dedupe/cytology_screening", "bib-dedupe/stroke", "bib-dedupe/special_cases", "dedupe-sweep/tafenoquine",
	} {
		out = append(out, labelledFile{name, filepath.Join(dedupData, name+".tsv")})
	}
	return append(out, labelledFile{"multilingual (synthetic)", "testdata/multilingual.tsv"})
}

func (f labelledFile) rows(tb testing.TB) []table.Row {
	tb.Helper()
	rows, err := table.Read(f.path, DedupColumns...)
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

// pairSet is a set of pairs of which each is judged by itself.
type pairSet struct {
	name  string
	pairs []labelledPair
}

func pairSets(tb testing.TB) []pairSet {
	tb.Helper()
	return []pairSet{{"bib-dedupe/test_cases", testCases(tb)}, {"fuzzycat/pairs", fuzzycat(tb)}}
}

// labelledPair is two records that somebody judged.
type labelledPair struct {
	// at is where it stands: a line of its file, or its name there.
	at   string
	a, b record.Candidate
	same bool
}

func newPair(at string, a, b record.Candidate, same bool) labelledPair {
	a.ID, b.ID = "a:"+a.ID, "b:"+b.ID
	return labelledPair{at, a, b, same}
}

// labels are those of the records of pair n, unlike those of any other pair.
func (p labelledPair) labels(n int) []string {
	a, b := strconv.Itoa(2*n), strconv.Itoa(2*n+1)
	if p.same {
		b = a
	}
	return []string{a, b}
}

func testCases(tb testing.TB) []labelledPair {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join(dedupData, "bib-dedupe/test_cases.json"))
	if err != nil {
		tb.Fatal(err)
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
		tb.Fatal(err)
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
		out = append(out, newPair(c.ID, candidate(c.A), candidate(c.B), c.Same))
	}
	return out
}

// fuzzycat reads the pairs that were judged to be one work, in one version or
// several, or two; those that were left open are left out.
func fuzzycat(tb testing.TB) []labelledPair {
	tb.Helper()
	rows, err := table.Read(filepath.Join(dedupData, "fuzzycat/records.jsonl"), "id", "title")
	if err != nil {
		tb.Fatal(err)
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
		tb.Fatal(err)
	}
	var out []labelledPair
	for _, p := range pairs {
		a, okA := byID[p.Get("a")]
		b, okB := byID[p.Get("b")]
		if v := p.Get("verdict"); okA && okB && v != "ambiguous" {
			out = append(out, newPair(strconv.Itoa(p.Line), a, b, v != "different"))
		}
	}
	return out
}
