package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"polyglean/internal/stream"
)

// partial is behind the name of a file that is being written.
const partial = ".partial"

// Save writes a backup to a path, where nothing may be yet (fs.ErrExist). The file appears under its
// name when it is whole and on disk. Until then it goes by the name with ".partial"
// behind it, which the next call for the same path overwrites when this process dies.
func Save(ctx context.Context, path string, bus *stream.Bus, program string) (m Manifest, err error) {
	if err := vacant(path); err != nil {
		return m, err
	}
	aside := path + partial
	lock := flock.New(aside, flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err != nil {
		return m, err
	}
	defer func() { _ = lock.Close() }()
	if !held {
		return m, fmt.Errorf("another process is writing %s: wait for it", path)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(aside)
		}
	}()
	// Decisions have names and reasons in them: the file is its owner's alone.
	f, err := os.OpenFile(aside, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return m, err
	}
	if m, err = Write(ctx, f, bus, program); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return m, err
	}
	if err = vacant(path); err == nil {
		err = os.Rename(aside, path)
	}
	if err != nil {
		return m, err
	}
	return m, syncDir(filepath.Dir(path))
}

// vacant is an error when there is something at a path.
func vacant(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return fmt.Errorf("%s: %w and is left as it is: choose another name", path, fs.ErrExist)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// File is a backup whose digests have all been compared.
type File struct {
	Head     Head
	Manifest Manifest
	path     string
	f        *os.File
}

// Open opens a backup and reads it from end to end. A file that is cut off or changed,
// or that a newer program wrote, gives an error that names the part.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	b := &File{path: path, f: f}
	info, err := f.Stat()
	if err == nil {
		b.Head, b.Manifest, err = check(f, info.Size())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return b, nil
}

// Close releases the file.
func (b *File) Close() error { return b.f.Close() }

// Name of the file, without its directory.
func (b *File) Name() string { return filepath.Base(b.path) }

// Restore writes what is in the file into streams that hold nothing. When they are
// known to, and before anything is written, it calls begin. When it fails later, the
// streams are refused as half restored by all but Restore, which begins anew.
func (b *File) Restore(ctx context.Context, c stream.Config, begin func(context.Context) error) error {
	r, err := stream.OpenRestore(ctx, c)
	if err != nil {
		return err
	}
	defer r.Close()
	want := make([]stream.Restored, 0, len(b.Manifest.Streams))
	for _, s := range b.Manifest.Streams {
		want = append(want, stream.Restored{
			Name: s.Name, Extent: stream.Extent{First: s.First, Last: s.Last, Messages: s.Messages}, Bytes: s.Bytes, Largest: s.Largest,
		})
	}
	if err := begin(ctx); err != nil {
		return err
	}
	if err := r.Begin(ctx, b.Name(), want); err != nil {
		return err
	}
	if _, err := b.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := eachMessage(b.f, b.Manifest, func(name string, m stream.Message) error { return r.Append(ctx, name, m) }); err != nil {
		return fmt.Errorf("%s: %w", b.path, err)
	}
	return r.Finish(ctx, b.Manifest.Readers)
}
