package evaluate

import (
	"errors"
	"io/fs"
	"testing"

	"polyglean/classifier"
	"polyglean/internal/protocol"
	"polyglean/internal/table"
)

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
