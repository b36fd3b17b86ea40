package bleveindex

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"polyglean/indexer"
	"polyglean/indexer/indextest"
)

func TestIndex(t *testing.T) {
	var mu sync.Mutex
	dirs := make(map[indexer.Index]string)
	openIn := func(t *testing.T, dir string) indexer.Index {
		t.Helper()
		idx, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		defer mu.Unlock()
		dirs[idx] = dir
		return idx
	}
	indextest.Run(t, indextest.Backend{
		Open: func(t *testing.T) indexer.Index { return openIn(t, filepath.Join(t.TempDir(), "index")) },
		Reopen: func(t *testing.T, closed indexer.Index) indexer.Index {
			mu.Lock()
			dir := dirs[closed]
			mu.Unlock()
			return openIn(t, dir)
		},
	})
}

func TestOpenLocked(t *testing.T) {
	dir := t.TempDir()
	idx, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer idx.Close()
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "in use by another process") || !strings.Contains(err.Error(), dir) {
		t.Errorf("opening an index twice: %v, want an error that says it is in use", err)
	}
}

func TestOpenOtherFormat(t *testing.T) {
	dir := t.TempDir()
	idx, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	idx.Close()
	if err := os.WriteFile(filepath.Join(dir, formatName), []byte(`{"backend":"bleve","format":99}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(dir)
	var version *indexer.VersionError
	if !errors.As(err, &version) || version.Found != 99 || version.Want != format || version.Index != dir {
		t.Fatalf("opening format 99: %v, want a VersionError", err)
	}
	if !strings.Contains(err.Error(), "polyglean reindex") {
		t.Errorf("%q does not say the way out", err)
	}
}

func TestOpenForeignDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.docx"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "thesis.docx") {
		t.Errorf("opening someone's directory: %v, want an error that names what is in it", err)
	}
}

func TestOpenWithoutFormat(t *testing.T) {
	dir := t.TempDir()
	idx, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	idx.Close()
	if err := os.Remove(filepath.Join(dir, formatName)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "polyglean reindex") {
		t.Errorf("opening an index that lost %s: %v, want an error with the way out", formatName, err)
	}
}

func TestOpenDamaged(t *testing.T) {
	dir := t.TempDir()
	idx, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := idx.Apply(t.Context(), []indexer.Op{{ID: "a", Version: 1, Doc: &indexer.Document{
		Text: map[string][]string{indexer.TextTitle: {"one two"}}, Source: []byte("{}"),
	}}}); err != nil {
		t.Fatal(err)
	}
	idx.Close()
	segments, err := filepath.Glob(filepath.Join(dir, storeName, "*.zap"))
	if err != nil || len(segments) == 0 {
		t.Fatalf("no segments: %v", err)
	}
	for _, path := range segments {
		if err := os.Truncate(path, 10); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "polyglean reindex") {
		t.Errorf("opening a damaged index: %v, want an error with the way out", err)
	}
}
