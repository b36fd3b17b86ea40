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

// patiently calls do until it succeeds, for some minutes: three servers that stood still
// choose leaders anew, and refuse for a moment.
func patiently(t *testing.T, do func() error) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		err := do()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
		t.Logf("again after %v", err)
	}
}
