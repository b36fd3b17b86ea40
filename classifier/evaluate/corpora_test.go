package evaluate

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"polyglean/internal/golden"
)

// TestFlagsOffTopic runs the default protocol over recorded records of other
// subjects, in many languages: less than one in a thousand may be flagged.
func TestFlagsOffTopic(t *testing.T) {
	if testing.Short() {
		t.Skip("long: classifies some 30,000 records; run without -short")
	}
	var paths []string
	for _, pattern := range []string{"keyword-miss/*.jsonl.gz", "langid/abstracts.tsv", "langid/titles.tsv", "langid/general.tsv", "langid/unsupported.tsv"} {
		found, err := filepath.Glob(shared + pattern)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	if len(paths) == 0 {
		t.Skipf("recorded data not there: put it at %s to measure against it", shared)
	}
	c := newClassifier(t)
	records, flagged := 0, 0
	var b bytes.Buffer
	for _, path := range paths {
		n, wrong := 0, 0
		var list []string
		for _, row := range read(t, path) {
			r := candidate(row)
			if text := row.Get("text"); text != "" {
				r = *candidateOf(text)
			}
			got := c.Classify(r)
			n++
			if found, _ := Found(&got); found {
				wrong++
				var concepts []string
				for _, h := range got.Concepts {
					concepts = append(concepts, h.Concept)
				}
				list = append(list, fmt.Sprintf("  line %d: %s", row.Line, strings.Join(concepts, " ")))
			}
		}
		records, flagged = records+n, flagged+wrong
		fmt.Fprintf(&b, "%s: %d of %d\n", filepath.Base(path), wrong, n)
		for _, l := range list {
			fmt.Fprintln(&b, l)
		}
	}
	fmt.Fprintf(&b, "\nflagged %d of %d, %.3f %%\n", flagged, records, 100*rate(flagged, records))
	golden.Check(t, "testdata/eval/flags-off-topic.golden", b.Bytes())
	if rate(flagged, records) >= .001 {
		t.Errorf("%d of %d records of other subjects are flagged, want less than 0.1 %%", flagged, records)
	}
}
