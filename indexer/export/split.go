package export

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"polyglean/internal/wholefile"
)

// Covidence, and other screening tools with it, takes 15,000 references and 50 MB in one
// file. MaxBytes leaves room for the reference that a file ends with, which goes past it.
const (
	MaxReferences = 15_000
	MaxBytes      = 45_000_000
)

// File is a file that was written.
type File struct {
	Path       string `json:"path"`
	References int    `json:"references"`
	Bytes      int64  `json:"bytes"`
}

// Split writes references to as many files as they need: "studies.ris", or where
// there are more than a screening tool takes, "studies-001.ris", "studies-002.ris".
// A file appears under its name when it is complete.
type Split struct {
	path   string
	format Format
	opts   Options
	// most references and bytes of a file.
	references int
	bytes      int64

	files []File
	temp  wholefile.File
	count *counter
	out   Writer
	here  int
}

// NewSplit writes to path and its numbered companions. A limit of 0 is none; Excel
// sheets and CSV tables, which are not for screening tools, are best left whole.
func NewSplit(path string, f Format, opts Options, references int, bytes int64) *Split {
	return &Split{path: path, format: f, opts: opts, references: references, bytes: bytes}
}

// Write adds a reference, beginning another file where the present one is full.
func (s *Split) Write(r *Reference) error {
	if s.out != nil && (s.references > 0 && s.here >= s.references || s.bytes > 0 && s.count.n >= s.bytes) {
		if err := s.end(); err != nil {
			return err
		}
	}
	if s.out == nil {
		if err := s.begin(); err != nil {
			return err
		}
	}
	s.here++
	return s.out.Write(r)
}

func (s *Split) begin() error {
	temp, err := wholefile.Create(s.path)
	if err != nil {
		return err
	}
	s.temp, s.here = temp, 0
	s.count = &counter{w: bufio.NewWriter(temp)}
	s.out, err = NewWriter(s.format, s.count, s.opts)
	return err
}

// end completes the present file.
func (s *Split) end() error {
	err := s.out.Close()
	if err == nil {
		err = s.count.w.Flush()
	}
	if err != nil {
		return err
	}
	f := File{Path: s.name(len(s.files) + 1), References: s.here, Bytes: s.count.n}
	if len(s.files) == 0 {
		f.Path = s.path
	} else if len(s.files) == 1 {
		// Now that there is a second one, the first is numbered too.
		first := s.name(1)
		if err := os.Rename(s.files[0].Path, first); err != nil {
			return err
		}
		s.files[0].Path = first
	}
	temp := s.temp
	s.temp, s.out = wholefile.File{}, nil
	if err := temp.Finish(f.Path); err != nil {
		return err
	}
	s.files = append(s.files, f)
	return nil
}

func (s *Split) name(n int) string {
	ext := filepath.Ext(s.path)
	return fmt.Sprintf("%s-%03d%s", strings.TrimSuffix(s.path, ext), n, ext)
}

// Close completes the last file and lists all of them. An export of nothing is one
// file without references.
func (s *Split) Close() ([]File, error) {
	if s.out == nil && len(s.files) == 0 {
		if err := s.begin(); err != nil {
			return nil, err
		}
	}
	if s.out != nil {
		if err := s.end(); err != nil {
			return nil, err
		}
	}
	return s.files, nil
}

// Abandon takes away what is not complete, after an error; complete files stay.
func (s *Split) Abandon() {
	if s.temp.File != nil {
		s.temp.Abandon()
		s.temp, s.out = wholefile.File{}, nil
	}
}

// counter counts what is written.
type counter struct {
	w *bufio.Writer
	n int64
}

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

var _ io.Writer = (*counter)(nil)
