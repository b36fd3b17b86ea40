package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"polyglean/harvester"
	"polyglean/internal/record"
)

// entry is a record on its way out, or what is wrong with it.
type entry struct {
	record record.Candidate
	label  Label
	bad    *harvester.Bad
	// size of the record in the file, in bytes.
	size int
}

// pass is one reading of all files.
type pass struct {
	files []File
	ids   identities
	done  int // records that are behind
	r     reader
	in    *os.File
}

func (im *Import) newPass() *pass {
	return &pass{files: im.Files, ids: identities{database: im.slug, seen: map[uint64][]uint64{}}}
}

func (p *pass) close() {
	if p.in != nil {
		p.in.Close()
		p.in = nil
	}
}

// next returns the next record, io.EOF after that of the last file.
func (p *pass) next(ctx context.Context) (entry, error) {
	if err := ctx.Err(); err != nil {
		return entry{}, err
	}
	for len(p.files) > 0 {
		f := &p.files[0]
		if p.in == nil {
			var err error
			if p.r, p.in, err = f.open(); err != nil {
				return entry{}, err
			}
		}
		it, err := p.r.next()
		if errors.Is(err, io.EOF) {
			p.close()
			p.files = p.files[1:]
			continue
		}
		if err != nil {
			return entry{}, fmt.Errorf("%s: %w", f.Path, err)
		}
		p.done++
		return p.entry(f, it), nil
	}
	return entry{}, io.EOF
}

func (p *pass) entry(f *File, it item) entry {
	c, err := record.Candidate{}, error(nil)
	if it.reason == "" {
		if c, err = it.draft.candidate(); err != nil {
			it.reason = err.Error()
		}
	}
	if it.reason != "" {
		return entry{size: len(it.raw), bad: &harvester.Bad{
			Reason: fmt.Sprintf("%s, line %d: %s", filepath.Base(f.Path), it.line, it.reason),
			Raw:    []byte(it.raw[:min(len(it.raw), record.RawLimit)]),
		}}
	}
	p.ids.give(&c, it.draft.study, it.draft.accession)
	return entry{record: c, label: it.draft.label, size: len(it.raw)}
}
