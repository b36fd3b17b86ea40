package backup

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"

	"github.com/klauspost/compress/zstd"

	"polyglean/internal/record"
	"polyglean/internal/stream"
)

// errNoBackup says that a file is something else.
var errNoBackup = errors.New("this is not a backup of polyglean")

// NewerError says that a newer program wrote a backup.
type NewerError struct{ Program string }

func (e *NewerError) Error() string {
	return fmt.Sprintf("a newer polyglean wrote this backup (%s): update polyglean and restore it then", e.Program)
}

// DamagedError says where a backup is damaged.
type DamagedError struct {
	// Where names the file in the backup.
	Where string
	Err   error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the backup is damaged: %s: %v: use another copy of it", e.Where, e.Err)
}

// Unwrap returns what is wrong.
func (e *DamagedError) Unwrap() error { return e.Err }

// walk calls fn with every file in a backup, whose body it may not keep.
func walk(r io.Reader, fn func(header *tar.Header, body []byte) error) error {
	t := tar.NewReader(r)
	var body bytes.Buffer
	for before := ""; ; {
		header, err := t.Next()
		switch {
		case errors.Is(err, io.EOF) && before != "":
			return nil
		case before == "" && (err != nil || header.Name != headName):
			return errNoBackup
		case err != nil:
			return &DamagedError{"what follows " + before, err}
		case header.Size > maxPart:
			return &DamagedError{header.Name, fmt.Errorf("it would have %d bytes", header.Size)}
		}
		before = header.Name
		body.Reset()
		if _, err := body.ReadFrom(t); err != nil {
			return &DamagedError{header.Name, err}
		}
		if err := fn(header, body.Bytes()); err != nil {
			return err
		}
	}
}

// check reads a backup from end to end. Every byte of it is compared: those of the
// files by their digests, the rest with what a writer of the same files writes.
func check(f io.ReaderAt, size int64) (head Head, m Manifest, err error) {
	c := checker{head: &head, manifest: &m, got: map[string]Entry{}}
	c.again = &same{r: io.NewSectionReader(f, 0, size)}
	c.tar = tar.NewWriter(c.again)
	if err := walk(io.NewSectionReader(f, 0, size), c.file); err != nil {
		return head, m, c.blame(err)
	}
	if c.digest == nil {
		return head, m, c.blame(&DamagedError{digestName, errors.New("it is missing: the file was cut off")})
	}
	if err := c.compare(); err != nil {
		return head, m, err
	}
	if err := c.tar.Close(); err != nil {
		return head, m, &DamagedError{"what follows " + digestName, err}
	}
	if n, _ := c.again.r.Read(make([]byte, 1)); n > 0 {
		return head, m, &DamagedError{"what follows " + digestName, errors.New("there is more in the file than its end")}
	}
	for _, s := range m.Streams {
		if !slices.Contains(stream.Whole(), s.Name) {
			return head, m, &NewerError{head.Program}
		}
	}
	return head, m, nil
}

type checker struct {
	head     *Head
	manifest *Manifest
	got      map[string]Entry
	// listing and digest are the manifest and its digest as they lie in the file.
	listing, digest []byte
	tar             *tar.Writer
	again           *same
	// odd is the first place between files that is not as it was written.
	odd error
}

func (c *checker) file(header *tar.Header, body []byte) error {
	if c.odd == nil {
		if err := writeEntry(c.tar, header.Name, body, header.ModTime); err != nil {
			c.odd = &DamagedError{"at " + header.Name, err}
		}
	}
	switch {
	case header.Name == manifestName:
		c.listing = bytes.Clone(body)
		return nil
	case header.Name == digestName:
		c.digest = bytes.Clone(body)
		return nil
	case header.Name == headName:
		// A newer format may be different in all that follows.
		if err := readHead(body, c.head); err != nil {
			return err
		}
	}
	c.got[header.Name] = entryOf(header.Name, body)
	return nil
}

// compare wants the files to be those that the manifest lists.
func (c *checker) compare() error {
	if !bytes.Equal(c.digest, digestOf(c.listing)) {
		return &DamagedError{manifestName, errors.New("its SHA-256 is not that of " + digestName)}
	}
	if err := json.Unmarshal(c.listing, c.manifest); err != nil {
		return &DamagedError{manifestName, err}
	}
	for _, want := range c.manifest.Files {
		switch got, there := c.got[want.Name]; {
		case !there:
			return &DamagedError{want.Name, errors.New("it is missing")}
		case got != want:
			return &DamagedError{want.Name, errors.New("its SHA-256 is not that of " + manifestName)}
		}
	}
	if len(c.got) != len(c.manifest.Files) {
		return &DamagedError{manifestName, fmt.Errorf("it lists %d files, and there are %d", len(c.manifest.Files), len(c.got))}
	}
	return c.odd
}

// blame is the error for a backup that cannot be read to its end.
func (c *checker) blame(err error) error {
	var newer *NewerError
	if c.odd != nil && !errors.As(err, &newer) {
		return c.odd
	}
	return err
}

// same is a writer that wants to be written what a reader gives.
type same struct {
	r   io.Reader
	buf []byte
}

func (s *same) Write(p []byte) (int, error) {
	s.buf = slices.Grow(s.buf[:0], len(p))[:len(p)]
	if _, err := io.ReadFull(s.r, s.buf); err != nil {
		return 0, err
	}
	if !bytes.Equal(p, s.buf) {
		return 0, errors.New("it is not as it was written")
	}
	return len(p), nil
}

func readHead(body []byte, head *Head) error {
	if err := json.Unmarshal(body, head); err != nil {
		return &DamagedError{headName, err}
	}
	if head.Format > Format || head.Records > record.Schema {
		return &NewerError{head.Program}
	}
	return nil
}

// eachMessage calls fn with the messages of a backup that was checked. A file in it is
// compared with the manifest once more, since the backup may have changed.
func eachMessage(r io.Reader, m Manifest, fn func(stream string, m stream.Message) error) error {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPart))
	if err != nil {
		return err
	}
	defer z.Close()
	listed := make(map[string]Entry, len(m.Files))
	for _, e := range m.Files {
		listed[e.Name] = e
	}
	var part []byte
	return walk(r, func(header *tar.Header, body []byte) error {
		name := header.Name
		if name == headName || name == manifestName || name == digestName {
			return nil
		}
		if listed[name] != entryOf(name, body) {
			return &DamagedError{name, errors.New("it has changed since it was checked")}
		}
		var err error
		if part, err = z.DecodeAll(body, part[:0]); err != nil {
			return &DamagedError{name, err}
		}
		for raw := range bytes.Lines(part) {
			message, err := decodeLine(raw)
			if err != nil {
				return &DamagedError{name, err}
			}
			if err := fn(path.Dir(name), message); err != nil {
				return err
			}
		}
		return nil
	})
}
