package importer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxFile is the largest file that is read, in bytes: four times what screening
// tools take.
const maxFile = 200 << 20

// sampleBytes is how much of a file's beginning decides what it is.
const sampleBytes = 64 << 10

// survey is what one look at all the bytes of a file tells.
type survey struct {
	size   int64
	digest string // SHA-256 in hexadecimal
	start  []byte // up to sampleBytes
	// sequences counts the characters of UTF-8 that take several bytes, invalid the
	// bytes that belong to none.
	sequences, invalid int
	// high counts the bytes from 0x80 on, dense those of them that stand three or
	// more in a row.
	high, dense int
}

// look reads a file to its end, once.
func look(r io.Reader) (survey, error) {
	var s survey
	sum := sha256.New()
	buf := make([]byte, 256<<10)
	kept, run := 0, 0 // kept: bytes of a character that the last read cut in two
	for {
		n, err := r.Read(buf[kept:])
		fresh := buf[kept : kept+n]
		_, _ = sum.Write(fresh)
		s.start = append(s.start, fresh[:min(n, sampleBytes-len(s.start))]...)
		if s.size += int64(n); s.size > maxFile {
			return s, fmt.Errorf("it has more than %d MB: split it", maxFile>>20)
		}
		for _, c := range fresh {
			switch {
			case c >= utf8.RuneSelf:
				s.high++
				run++
			case run >= 3:
				s.dense += run
				fallthrough
			default:
				run = 0
			}
		}
		all := buf[:kept+n]
		kept = copy(buf, all[s.count(all, err != nil):])
		if err != nil {
			if run >= 3 {
				s.dense += run
			}
			s.digest = hex.EncodeToString(sum.Sum(nil))
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return s, err
		}
	}
}

// count reads text as UTF-8 and returns how many bytes of it are behind: all but a
// character that may go on after it, unless the text ends here.
func (s *survey) count(text []byte, ends bool) int {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		if !ends && !utf8.FullRune(text[i:]) {
			return i
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			s.invalid++
		} else {
			s.sequences++
		}
		i += size
	}
	return len(text)
}

// kinds are files that people pick by mistake, by how they begin.
var kinds = []struct{ begins, is string }{
	{"PK\x03\x04", "a ZIP archive, such as an Excel workbook or a compressed library: unpack it, or save it as CSV"},
	{"\x1f\x8b", "compressed with gzip: unpack it"},
	{"%PDF", "a PDF: export the references themselves"},
	{"\xd0\xcf\x11\xe0", "an old Office document: save it as CSV"},
	{"{\\rtf", "a formatted text (RTF): export RIS"},
}

// refuse says why a file cannot hold references at all, nil when it may.
func (s *survey) refuse() error {
	if s.size == 0 {
		return errors.New("the file is empty")
	}
	// The names of the files in an archive stand in it as they are.
	if bytes.HasPrefix(s.start, []byte("PK\x03\x04")) && bytes.Contains(s.start, []byte("xl/")) {
		return errors.New("this is an Excel workbook: open it in a spreadsheet program and save it as CSV (UTF-8)")
	}
	for _, k := range kinds {
		if bytes.HasPrefix(s.start, []byte(k.begins)) {
			return errors.New("this is " + k.is)
		}
	}
	return nil
}

// binary says that the file holds more control characters than a text has by
// accident.
func (s *survey) binary() bool {
	n := 0
	for _, c := range s.start {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v' {
			n++
		}
	}
	return n > 8 && n*100 > len(s.start)
}

// zeros counts the zero bytes at even and at odd places of the beginning.
func (s *survey) zeros() (even, odd int) {
	for i, c := range s.start {
		switch {
		case c != 0:
		case i%2 == 0:
			even++
		default:
			odd++
		}
	}
	return even, odd
}
