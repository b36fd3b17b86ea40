package evaluate

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"polyglean/classifier"
	"polyglean/internal/protocol"
	"polyglean/internal/table"
)

var update = flag.Bool("update", false, "rewrite the golden score sheets")

// shared is the recorded data that lies beside the repository.
const shared = "../../../shared/data/"

// newClassifier is a classifier for the default protocol.
func newClassifier(tb testing.TB) *classifier.Classifier {
	tb.Helper()
	c, err := classifier.New(protocol.Default(), classifier.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// read reads a labelled table, or skips where recorded data is not there.
func read(tb testing.TB, path string, columns ...string) []table.Row {
	tb.Helper()
	rows, err := table.Read(path, columns...)
	if errors.Is(err, fs.ErrNotExist) {
		tb.Skipf("labelled data not there: put it at %s to measure against it", path)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

// golden compares a score sheet with the one kept, or writes it under -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "eval", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the scores changed; if that is meant, run go test ./classifier/evaluate -update\ngot:\n%s\nwant:\n%s", got, want)
	}
}
