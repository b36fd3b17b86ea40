package bleveindex

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"polyglean/indexer"
)

const (
	// format counts the ways documents have been laid out in segments. It must
	// grow when a field is written differently, analysis changes its terms, or
	// scorch cannot read its older segments.
	format     = 7
	formatName = "format.json"
	storeName  = "store"
)

// marker is the content of format.json, which is written before the first
// segment, so that an index whose creation was cut short can be opened.
type marker struct {
	Backend string `json:"backend"`
	Format  int    `json:"format"`
}

// checkFormat makes dir and its marker where there is none yet.
func checkFormat(dir string) error {
	raw, err := os.ReadFile(filepath.Join(dir, formatName))
	if errors.Is(err, fs.ErrNotExist) {
		return create(dir)
	}
	if err != nil {
		return fmt.Errorf("open index: %w", err)
	}
	var m marker
	if err := json.Unmarshal(raw, &m); err != nil || m.Backend != "bleve" {
		return fmt.Errorf("index %s: %s is not readable: remove the directory and run `polyglean reindex`", dir, formatName)
	}
	if m.Format != format {
		return &indexer.VersionError{Index: dir, Found: m.Format, Want: format}
	}
	return nil
}

func create(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create index: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("create index: %w", err)
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == storeName }) {
		return fmt.Errorf("index %s: %s is missing, which says how it was made: remove the directory and run `polyglean reindex`", dir, formatName)
	}
	if len(entries) > 0 {
		return fmt.Errorf("create index: %s is neither empty nor an index (it holds %s): give a directory of its own", dir, entries[0].Name())
	}
	raw, err := json.Marshal(marker{Backend: "bleve", Format: format})
	if err != nil {
		return err
	}
	// A file that is there is whole: written aside, synced, then renamed.
	tmp, err := os.CreateTemp(filepath.Dir(filepath.Clean(dir)), filepath.Base(dir)+".tmp*")
	if err != nil {
		return fmt.Errorf("create index: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(raw, '\n'))
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(dir, formatName))
	}
	if err != nil {
		return fmt.Errorf("create index %s: %w", dir, err)
	}
	return nil
}
