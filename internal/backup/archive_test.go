package backup

import (
	"archive/tar"
	"bytes"
	"testing"
	"time"
)

// archive is an archive of one file.
func archive(t *testing.T, name string, body []byte) []byte {
	t.Helper()
	var w bytes.Buffer
	a := tar.NewWriter(&w)
	if err := writeEntry(a, name, body, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return w.Bytes()
}
