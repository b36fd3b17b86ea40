package importer

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"polyglean/harvester"
	"polyglean/internal/record"
)

// exports are files that people exported from SciELO, BVS and IEEE.
const exports = "../../../shared/data/api/exports"

// readAll pages through an import as the harvester does.
func readAll(t *testing.T, im *Import) ([]record.Candidate, []harvester.Bad) {
	t.Helper()
	var records []record.Candidate
	var bad []harvester.Bad
	for cursor := ""; ; {
		page, err := im.Page(t.Context(), harvester.Query{}, cursor)
		if err != nil {
			t.Fatal(err)
		}
		records, bad = append(records, page.Records...), append(bad, page.Bad...)
		if page.Next == "" {
			break
		}
		if page.Next == cursor {
			t.Fatalf("the cursor %s does not move", cursor)
		}
		cursor = page.Next
	}
	if got := len(records) + len(bad); got != im.Total() {
		t.Errorf("%d records announced, %d came", im.Total(), got)
	}
	return records, bad
}

func TestRealExports(t *testing.T) {
	if _, err := os.Stat(exports); err != nil {
		t.Skip("skipped: reading real exports; put the shared data beside the repository, at ../shared, to run it")
	}
	for name, want := range map[string]struct {
		format   Format
		encoding string
		records  int
		// how many records have the field, or how many values it has in all
		fields map[string]int
	}{
		"scielo.ris": {format: RIS, encoding: "UTF-8", records: 15, fields: map[string]int{
			"abstracts": 34, "authors": 35, "container": 15, "doi": 14, "ids": 15, "issn": 15, "keywords": 145, "languages": 15, "month": 11, "pages": 12, "titles": 33, "type": 15, "url": 15, "volume": 12, "year": 15,
		}},
		"scielo.bib": {format: BibTeX, encoding: "UTF-8", records: 13, fields: map[string]int{
			"authors": 30, "container": 13, "doi": 3, "ids": 13, "languages": 36, "month": 10, "pages": 13, "titles": 13, "type": 13, "url": 13, "volume": 11, "year": 13,
		}},
		"encoding_iso_8859_1.bib": {format: BibTeX, encoding: "Windows-1252", records: 1, fields: map[string]int{
			"abstracts": 1, "authors": 4, "container": 1, "doi": 1, "ids": 1, "issn": 1, "keywords": 35, "month": 1, "pages": 1, "titles": 1, "type": 1, "year": 1,
		}},
		"bvs_ingles.csv": {format: CSV, encoding: "UTF-8", records: 13, fields: map[string]int{
			"abstracts": 13, "authors": 67, "container": 13, "doi": 13, "ids": 13, "issn": 13, "keywords": 228, "languages": 13, "titles": 13, "type": 13, "url": 13, "volume": 13, "year": 13,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			im, err := Open(context.Background(), []string{filepath.Join(exports, name)}, Options{Database: "Test"})
			if err != nil {
				t.Fatal(err)
			}
			f := im.Files[0]
			if f.Format != want.format || f.Encoding != want.encoding || f.Records != want.records {
				t.Errorf("read as %s in %s with %d records", f.Format, f.Encoding, f.Records)
			}
			records, bad := readAll(t, im)
			if len(bad) > 0 {
				t.Errorf("%d cannot be read: %s", len(bad), bad[0].Reason)
			}
			if diff := cmp.Diff(want.fields, fieldCounts(records)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// fieldCounts counts the records that have each field, and the values of those that
// have several.
func fieldCounts(records []record.Candidate) map[string]int {
	n := map[string]int{}
	ids := map[string]bool{}
	for _, c := range records {
		for field, has := range map[string]bool{
			"doi": c.IDs.DOI != "", "year": c.Year != 0, "month": len(c.Date) >= 7, "container": c.Container != "",
			"pages": c.Pages != "", "volume": c.Volume != "", "issn": len(c.ISSN) > 0, "url": c.URL != "", "type": c.Type != "",
		} {
			if has {
				n[field]++
			}
		}
		n["titles"] += len(c.Titles)
		n["abstracts"] += len(c.Abstracts)
		n["authors"] += len(c.Authors)
		n["keywords"] += len(c.Keywords)
		n["languages"] += len(c.Languages)
		ids[c.SourceID] = true
	}
	n["ids"] = len(ids)
	for field, count := range n {
		if count == 0 {
			delete(n, field)
		}
	}
	return n
}
