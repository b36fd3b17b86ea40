// Package wholefile writes files that appear under their name when they are whole and
// on disk: who finds one never finds half of it.
package wholefile

import (
	"errors"
	"os"
	"path/filepath"
)

// File is a file that is being written beside the place it is for.
type File struct{ *os.File }

// Create begins a file in the folder of path, under a name of its own.
func Create(path string) (File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	return File{f}, err
}

// Finish brings what was written to disk and gives it its name, for everybody to read.
// After an error nothing is left of it.
func (f File) Finish(path string) error {
	err := errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = os.Chmod(f.Name(), 0o644) //nolint:gosec // An export or a report is for others to read.
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Abandon takes away what was written.
func (f File) Abandon() {
	_ = f.Close()
	_ = os.Remove(f.Name())
}
