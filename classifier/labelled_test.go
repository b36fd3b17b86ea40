package classifier

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"polyglean/internal/protocol"
)

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func newClassifier(tb testing.TB) *Classifier {
	tb.Helper()
	c, err := New(protocol.Default(), Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// readTSV reads labelled data that lies beside the repository, or skips.
func readTSV(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		t.Skipf("labelled data not there: put it at %s to measure against it", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	var head []string
	var rows []map[string]string
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "\t")
		if head == nil {
			head = cells
			continue
		}
		row := make(map[string]string, len(head))
		for i, cell := range cells[:min(len(cells), len(head))] {
			row[head[i]] = cell
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}
