package stream

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/s2"
)

// A block is a row of records. Each is a header, little-endian: its length in 4 bytes,
// of which the highest bit is a flag, its position in 8, of which the two highest are
// flags, its time in 8, and in 2 the length of its subject; then subject, where the flag
// says so the length of the message's headers in 4 bytes, headers and body; and a
// checksum of all that but the lengths. See nats-server, server/filestore.go.
const (
	recordHeader  = 22
	checksumSize  = 8
	largestRecord = 32 << 20
	withHeaders   = 1 << 31
	positionFlags = 3 << 62
)

var (
	// errDamaged says that a record is not what its checksum says.
	errDamaged = errors.New("damaged")
	// errCut says that a record is not as long as it says.
	errCut = errors.New("cut off")
)

// checkBlocks reads over the blocks of a stream and returns the last position in them.
// It reads the headers of the records, and compares the checksum of a record that does
// not follow on the one before it. The server believes its summary of the blocks, and
// what in a block does not go with that leads it astray: it fills up the positions that
// were left out, one by one, or cuts the block off under its readers, who then wait for
// ever. The run ledger is compared as a whole: who asks for all states waits for one that
// cannot be read. Other messages that cannot be read are passed over by the server and
// found by a verification.
func checkBlocks(dir, stream string) (last uint64, err error) {
	numbers, err := blockNumbers(dir)
	if err != nil {
		return 0, fmt.Errorf("messages of stream %s: %w", stream, err)
	}
	for i, n := range numbers {
		path := filepath.Join(dir, fmt.Sprintf("%d.blk", n))
		b := block{last: last, whole: stream == Runs, sum: serverHash(fmt.Sprintf("%s-%d", stream, n))}
		at, err := b.checkFile(path)
		if errors.Is(err, errCut) && i == len(numbers)-1 && !closed(dir, path) {
			// The process or machine stopped within a write. The server cuts the message
			// away, which nobody was told is stored.
			err = nil
		}
		if errors.Is(err, errDamaged) || errors.Is(err, errCut) {
			return 0, fmt.Errorf("%s is damaged at byte %d: restore a backup into an empty directory (polyglean restore FILE --data DIRECTORY); without one, move the damaged file away and start again: %s", path, at, lossOf(stream))
		}
		if err != nil {
			return 0, fmt.Errorf("messages of stream %s: %w", stream, err)
		}
		last = b.last
	}
	return last, nil
}

func blockNumbers(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var numbers []int
	for _, e := range entries {
		number, isBlock := strings.CutSuffix(e.Name(), ".blk")
		if n, err := strconv.Atoi(number); isBlock && err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// lossOf says what is lost with a block of a stream.
func lossOf(stream string) string {
	if stream == Alerts {
		return "what alerts told is lost with it, and may be told again"
	}
	if stream == Runs {
		return "the cursors and the run ledger in it are lost, and harvests begin where they know of no earlier one"
	}
	return "the messages in it are lost, and polyglean verify says what is missing"
}

// closed says whether the last block of a stream ends as it did when the server wrote its
// summary, which is when it stops and now and then. The summary ends with the checksum
// of the block's last record, and one of its own.
func closed(dir, path string) bool {
	summary, err := os.ReadFile(filepath.Join(dir, "index.db"))
	if err != nil || len(summary) < 2*checksumSize {
		return false
	}
	raw, err := os.ReadFile(path)
	return err == nil && bytes.HasSuffix(raw, summary[len(summary)-2*checksumSize:len(summary)-checksumSize])
}

// block is a block that is read over.
type block struct {
	last  uint64 // the highest position so far
	whole bool   // every record's checksum is compared
	sum   hash.Hash

	window [4096]byte
	record []byte
}

// checkFile returns the place of a record that is wrong with errDamaged or errCut.
func (b *block) checkFile(path string) (at int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if start := b.window[:5]; info.Size() >= int64(len(start)) {
		if _, err := f.ReadAt(start, 0); err != nil {
			return 0, err
		}
		// A log that the server compressed.
		if string(start[:4]) == "cmp\x01" {
			raw, err := decompressBlock(path)
			if err != nil {
				return 0, errDamaged
			}
			return b.check(bytes.NewReader(raw), int64(len(raw)))
		}
	}
	return b.check(f, info.Size())
}

func decompressBlock(path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	raw = raw[4:]
	_, n := binary.Uvarint(raw) // the size before
	if n <= 0 || len(raw) < n+checksumSize {
		return nil, io.ErrUnexpectedEOF
	}
	body, sum := raw[n:len(raw)-checksumSize], raw[len(raw)-checksumSize:]
	out, err := io.ReadAll(s2.NewReader(bytes.NewReader(body)))
	return append(out, sum...), err
}

func (b *block) check(r io.ReaderAt, size int64) (at int64, err error) {
	var from, through int64 // what of the block is in the window
	for at < size {
		if size-at < recordHeader {
			return at, errCut
		}
		if at+recordHeader > through {
			n, err := r.ReadAt(b.window[:], at)
			if err != nil && !errors.Is(err, io.EOF) {
				return at, err
			}
			if n < recordHeader {
				return at, io.ErrUnexpectedEOF
			}
			from, through = at, at+int64(n)
		}
		header := b.window[at-from:][:recordHeader]
		rest := recordHeader + int64(binary.LittleEndian.Uint16(header[20:])) + checksumSize
		length := int64(binary.LittleEndian.Uint32(header))
		if length&withHeaders != 0 {
			length, rest = length&^withHeaders, rest+4
		}
		if length < rest || length > largestRecord || length > size-at {
			return at, errCut
		}
		position := binary.LittleEndian.Uint64(header[4:])
		if b.whole || position != b.last+1 {
			if err := b.compare(r, at, length); err != nil {
				return at, err
			}
		}
		b.last = max(b.last, position&^positionFlags)
		at += length
	}
	return at, nil
}

// compare is errDamaged for a record that its checksum does not fit, or whose parts,
// whose lengths have no part in it, are not where they are said to be. The record is
// as long as its parts.
func (b *block) compare(r io.ReaderAt, at, length int64) error {
	b.record = slices.Grow(b.record[:0], int(length))[:length]
	if _, err := r.ReadAt(b.record, at); err != nil {
		return err
	}
	subject := int(binary.LittleEndian.Uint16(b.record[20:]))
	body, sum := b.record[recordHeader+subject:length-checksumSize], b.record[length-checksumSize:]
	b.sum.Reset()
	b.sum.Write(b.record[4:20])
	b.sum.Write(b.record[recordHeader:][:subject])
	hasHeaders := binary.LittleEndian.Uint32(b.record)&withHeaders != 0
	if hasHeaders {
		headers := int64(binary.LittleEndian.Uint32(body))
		body = body[4:]
		if headers > int64(len(body)) || !bytes.HasSuffix(body[:headers], []byte("\r\n\r\n")) {
			return errDamaged
		}
	}
	b.sum.Write(body)
	if !bytes.Equal(b.sum.Sum(nil), sum) {
		return errDamaged
	}
	// Without headers nothing but its JSON says where a state begins.
	if b.whole && subject > 0 && !hasHeaders && !json.Valid(body) {
		return errDamaged
	}
	return nil
}
