package export

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"polyglean/indexer"
	"polyglean/internal/record"
)

// A study without a title or anything else, one with 2,000 authors, and one with a date
// that cannot be are each one record in every format, whole and without invention.
func TestOddStudies(t *testing.T) {
	var crowd []record.Author
	for i := range 2000 {
		crowd = append(crowd, record.Author{Name: fmt.Sprintf("Numerous%04d, Ada", i)})
	}
	study := func(c record.Candidate) *indexer.Study {
		c.ID = "synthetic:" + c.SourceID
		return &indexer.Study{ID: record.StudyID(c.ID), Members: []indexer.Member{{Record: record.Classified{Candidate: c}}}}
	}
	title := func(text string) []record.Text { return []record.Text{{Text: text}} }
	studies := []*indexer.Study{
		study(record.Candidate{SourceID: "nothing"}),
		study(record.Candidate{SourceID: "crowd", Titles: title("An invented collaboration"), Authors: crowd, Year: 2019}),
		study(record.Candidate{SourceID: "late", Titles: title("An invented chronicle"), Date: "9999-12-31", Year: 9999}),
		study(record.Candidate{SourceID: "zero", Titles: title("Another invented chronicle"), Date: "0000"}),
	}
	// begins is what each record has once.
	begins := map[Format]string{RIS: "\nTY  - ", NBIB: "\nOWN - ", BibTeX: "\n@", CSLJSON: `"type":`, EndNote: "<record>", JSONL: "\n{"}
	for _, f := range Formats() {
		var out bytes.Buffer
		w, err := NewWriter(f, &out, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range studies {
			r := Of(s, Options{})
			if err := w.Write(&r); err != nil {
				t.Errorf("%s: %v", f, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		if f == XLSX { // packed; its cells have a test of their own
			continue
		}
		text := "\n" + out.String()
		if want := begins[f]; want != "" && strings.Count(text, want) != len(studies) {
			t.Errorf("%s: %d records of %d", f, strings.Count(text, want), len(studies))
		}
		if !strings.Contains(text, "Numerous1999") {
			t.Errorf("%s: the last of 2,000 authors is not there", f)
		}
		for _, no := range []string{"9999-", "0000-", "9999/", "0000/", "{9999", "{0000", "<year>9999", "<year>0000", "PY  - 9999", "PY  - 0000", "[9999"} {
			if strings.Contains(text, no) {
				t.Errorf("%s: it speaks of %q", f, no)
			}
		}
	}
}
