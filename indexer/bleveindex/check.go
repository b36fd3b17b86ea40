package bleveindex

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/blevesearch/bleve/v2/index/scorch"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"polyglean/indexer"
)

var _ indexer.Checker = (*Index)(nil)

// Check implements indexer.Checker. A segment ends in the CRC-32 of all before it,
// which scorch writes and never reads.
func (x *Index) Check(ctx context.Context) ([]error, error) {
	snap, err := x.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snap.close()
	return damagedSegments(ctx, snap.root.Segments()), ctx.Err()
}

// damagedSegments says what is wrong with segments, as far as ctx allows.
func damagedSegments(ctx context.Context, segments []*scorch.SegmentSnapshot) []error {
	var damaged []error
	for _, s := range segments {
		file, ok := s.Segment().(segment.PersistedSegment)
		if !ok {
			continue // it is in memory, and goes to the disk soon
		}
		if ctx.Err() != nil {
			return damaged
		}
		if err := checkSegment(file.Path()); err != nil {
			damaged = append(damaged, fmt.Errorf("index file %s: %w", filepath.Base(file.Path()), err))
		}
	}
	return damaged
}

func checkSegment(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	r := bufio.NewReaderSize(f, 1<<20)
	sum := crc32.NewIEEE()
	if _, err := io.CopyN(sum, r, info.Size()-crc32.Size); err != nil {
		return err
	}
	var want [crc32.Size]byte
	if _, err := io.ReadFull(r, want[:]); err != nil {
		return err
	}
	if got := sum.Sum32(); got != binary.BigEndian.Uint32(want[:]) {
		return fmt.Errorf("its checksum is %08x, and was written as %x", got, want)
	}
	return nil
}
