// Package importer reads reference files that reviewers exported elsewhere, such as
// from Scopus, and makes Candidates of them, as a source of the harvester: what was
// found there takes part in merging and counting like what was found here.
//
// Each format has a reader of its own, which cuts a file into records, so that one
// bad record is parked with its line number and text and the others go on. A reader
// holds one record in memory at a time. The readers find out what a file says; what
// cleaning it needs is the same for all of them, and for the sources of the network.
package importer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"polyglean/harvester"
	"polyglean/internal/protocol"
	"polyglean/internal/record"
)

// SourceName is the source of every imported record.
const SourceName = "import"

// PageSize is how many records are handed on at once, fewer where they have more than
// pageBytes together.
const (
	PageSize  = 100
	pageBytes = 8 << 20
)

// Options say what is known of files beside their bytes.
type Options struct {
	// Database is where they were exported, as a report is to name it.
	Database string
	// Format and Encoding are found out where they are empty. Encoding is a label of
	// the WHATWG Encoding Standard, such as "gb18030".
	Format   Format
	Encoding string
	// Label is for every record, and replaces what the files say; empty leaves it to
	// them.
	Label Label
}

// File is a file that was opened for import.
type File struct {
	Path string `json:"path"`
	// Format and Encoding are what it was read as.
	Format   Format `json:"format"`
	Encoding string `json:"encoding"`
	// Records is how many it holds, with those that cannot be read.
	Records int `json:"records"`
	// Mended counts bytes that are not of the encoding and were replaced.
	Mended int `json:"mended,omitempty"`
	// Digest is the SHA-256 of its bytes, in hexadecimal.
	Digest string `json:"digest"`

	charset charset
}

// Import is some files of one database; it is a harvester.Source.
type Import struct {
	// Files are in the order in which they were given.
	Files []File
	opts  Options
	slug  string
	// labelled says that the files hold labels; words are those of a column of
	// decisions that are not known, with their counts.
	labelled bool
	words    map[string]int
	pass     *pass // where the last page ended, nil at first
}

// Open looks at the files and counts their records. An error names the file, what is
// wrong with it, and the way out.
func Open(ctx context.Context, paths []string, opts Options) (*Import, error) {
	im := &Import{opts: opts, slug: slug(opts.Database), words: map[string]int{}}
	for _, path := range paths {
		f, err := im.survey(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, pathless(err))
		}
		im.Files = append(im.Files, f)
	}
	// Only now: to be asked for the name of its database says that a file can be read.
	if opts.Database == "" {
		return nil, errors.New("--database is missing: the name of the database the files were exported from, such as Scopus")
	}
	if im.slug == "" {
		return nil, fmt.Errorf("--database %q: want the name of the database the files were exported from, such as Scopus", opts.Database)
	}
	for i := range im.Files {
		f := &im.Files[i]
		if err := im.count(ctx, f); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, pathless(err))
		}
	}
	return im, nil
}

// pathless takes the path out of an error of the file system that is to be named
// anyway.
func pathless(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// survey finds out what a file is.
func (im *Import) survey(path string) (File, error) {
	f := File{Path: path, Format: im.opts.Format}
	info, err := os.Stat(path)
	if err != nil {
		return f, err
	}
	if !info.Mode().IsRegular() {
		return f, errors.New("this is not a file")
	}
	in, err := os.Open(path)
	if err != nil {
		return f, err
	}
	defer in.Close()
	s, err := look(in)
	if err != nil {
		return f, err
	}
	if err := s.refuse(); err != nil {
		return f, err
	}
	if f.charset, err = charsetOf(&s, im.opts.Encoding); err != nil {
		return f, err
	}
	f.Digest, f.Encoding = s.digest, f.charset.name
	if f.charset.mend {
		f.Mended = s.invalid
	}
	start, err := io.ReadAll(f.charset.text(bytes.NewReader(s.start)))
	if err != nil {
		return f, err
	}
	if f.Format == "" {
		f.Format, err = detect(start)
	}
	return f, err
}

// count reads the file through, for the number of its records and for its labels.
func (im *Import) count(ctx context.Context, f *File) error {
	r, in, err := f.open()
	if err != nil {
		return err
	}
	defer in.Close()
	for {
		it, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		f.Records++
		im.labelled = im.labelled || it.draft.label == Included || it.draft.label == Excluded
	}
	if c, ok := r.(*csvReader); ok {
		for w, n := range c.unknown {
			im.words[w] += n
		}
	}
	if f.Records == 0 {
		return fmt.Errorf("it holds no record of %s", f.Format.Name())
	}
	return nil
}

// open begins to read the records of the file.
func (f *File) open() (reader, *os.File, error) {
	in, err := os.Open(f.Path)
	if err != nil {
		return nil, nil, err
	}
	r, err := f.Format.read(f.charset.text(in))
	if err != nil {
		in.Close()
		return nil, nil, err
	}
	return r, in, nil
}

// Total is the number of records in all files.
func (im *Import) Total() int {
	n := 0
	for _, f := range im.Files {
		n += f.Records
	}
	return n
}

// Digest identifies what is imported: the files, what they are read as and the
// database they are of.
func (im *Import) Digest() string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q", im.opts.Database)
	for _, f := range im.Files {
		fmt.Fprintf(sum, " %s %s %s", f.Digest, f.Format, f.Encoding)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// Account is the one in whose name the labels of the files are decided.
func (im *Import) Account() string { return SourceName + ":" + im.opts.Database }

// UnknownWords are the values of columns of decisions that are no decision, with how
// often they came; the first 20 of each file.
func (im *Import) UnknownWords() map[string]int { return im.words }

// Name implements harvester.Source.
func (im *Import) Name() string { return SourceName }

// Queries implements harvester.Source: one, with the name of the database.
func (im *Import) Queries(*protocol.Protocol, time.Time) ([]harvester.Query, error) {
	return []harvester.Query{{Name: im.opts.Database, Route: record.RouteImport}}, nil
}

// Page implements harvester.Source. The cursor is the number of records that are
// behind. Pages asked for in order are read off the open file; any other begins
// at the first record again.
func (im *Import) Page(ctx context.Context, _ harvester.Query, cursor string) (harvester.Page, error) {
	at := 0
	if cursor != "" {
		n, err := strconv.Atoi(cursor)
		if err != nil || n < 0 || n > im.Total() {
			return harvester.Page{}, fmt.Errorf("record %q of %d: there is none", cursor, im.Total())
		}
		at = n
	}
	if im.pass == nil || im.pass.done != at {
		im.close()
		im.pass = im.newPass()
		for im.pass.done < at {
			if _, err := im.pass.next(ctx); err != nil {
				return harvester.Page{}, im.fail(err)
			}
		}
	}
	page := harvester.Page{Announced: im.Total(), Sent: im.sent()}
	for n, size := 0, 0; n < PageSize && size < pageBytes; n++ {
		e, err := im.pass.next(ctx)
		if errors.Is(err, io.EOF) {
			im.close()
			return page, nil
		}
		if err != nil {
			return harvester.Page{}, im.fail(err)
		}
		size += e.size
		if e.bad != nil {
			page.Bad = append(page.Bad, *e.bad)
		} else {
			page.Records = append(page.Records, e.record)
		}
	}
	if im.pass.done < im.Total() {
		page.Next = strconv.Itoa(im.pass.done)
	} else {
		im.close()
	}
	return page, nil
}

func (im *Import) fail(err error) error {
	im.close()
	if errors.Is(err, io.EOF) {
		return errChanged
	}
	return err
}

var errChanged = errors.New("the file was changed while it was read: import it again")

func (im *Import) close() {
	if im.pass != nil {
		im.pass.close()
		im.pass = nil
	}
}

// sent is what stands in the ledger for the question that was asked.
func (im *Import) sent() string {
	parts := make([]string, len(im.Files))
	for i, f := range im.Files {
		parts[i] = fmt.Sprintf("%s (%s, %s, %d records, SHA-256 %.16s)", filepath.Base(f.Path), f.Format.Name(), f.Encoding, f.Records, f.Digest)
	}
	return "import of " + strings.Join(parts, ", ")
}

// EachLabel calls fn with the ID and label of every record that is labelled included
// or excluded, in order.
func (im *Import) EachLabel(ctx context.Context, fn func(recordID string, label Label) error) error {
	if im.opts.Label == None || im.opts.Label == "" && !im.labelled {
		return nil
	}
	p := im.newPass()
	defer p.close()
	for {
		e, err := p.next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		label := im.opts.Label
		if label == "" {
			label = e.label
		}
		if e.bad != nil || label != Included && label != Excluded {
			continue
		}
		if err := fn(record.MakeID(SourceName, e.record.SourceID), label); err != nil {
			return err
		}
	}
}
