package bleveindex

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"polyglean/indexer"
)

// TestDamageIsNotMerged: a segment that was damaged is never merged into one with a
// right checksum, and no batch is taken on top of it.
func TestDamageIsNotMerged(t *testing.T) {
	dir := t.TempDir()
	idx, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	write := func(i int) error {
		_, err := idx.Apply(t.Context(), []indexer.Op{{ID: fmt.Sprint("d", i), Version: 1, Doc: &indexer.Document{
			Text: map[string][]string{indexer.TextTitle: {strings.Repeat("one two three ", 50) + fmt.Sprint(i)}}, Source: []byte(strings.Repeat("source", 100)),
		}}})
		return err
	}
	for i := range 5 {
		if err := write(i); err != nil {
			t.Fatal(err)
		}
	}
	if err := idx.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, storeName, "*.zap"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		raw[20] ^= 1 // in a stored document
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if idx, err = Open(dir); err != nil {
		t.Fatal(err)
	}
	// The check runs beside the first batches.
	deadline := time.Now().Add(time.Minute)
	for i := 100; err == nil && time.Now().Before(deadline); i++ {
		err = write(i)
	}
	if err == nil || !strings.Contains(err.Error(), ".zap") || !strings.Contains(err.Error(), "polyglean reindex") {
		t.Errorf("batches on a damaged index end with %v", err)
	}
	damaged, err := idx.Check(t.Context())
	if err != nil || len(damaged) == 0 {
		t.Errorf("the damage is not found any more: %v, %v", damaged, err)
	}
	if err := idx.Close(); err != nil {
		t.Error(err)
	}
}
