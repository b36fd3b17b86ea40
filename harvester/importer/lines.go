package importer

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// maxRecord is the longest record that is read, in bytes. Longer ones are parked
// with their beginning: they are files without line ends, not references.
const maxRecord = 4 << 20

// line is a line of a file, without its end.
type line struct {
	number int
	text   string
	// cut says that the line was longer than maxRecord.
	cut bool
}

// lines reads a text line by line; lines can be given back.
type lines struct {
	r     *bufio.Reader
	count int
	back  []line // given back, the next one last
	done  error
}

func newLines(r io.Reader) *lines { return &lines{r: bufio.NewReaderSize(r, 64<<10)} }

// next returns the next line, io.EOF after the last one.
func (l *lines) next() (line, error) {
	if n := len(l.back); n > 0 {
		ln := l.back[n-1]
		l.back = l.back[:n-1]
		return ln, nil
	}
	if l.done != nil {
		return line{}, l.done
	}
	l.count++
	ln := line{number: l.count}
	var b strings.Builder
	for {
		part, err := l.r.ReadSlice('\n')
		if room := maxRecord - b.Len(); len(part) > room {
			part, ln.cut = part[:room], true
		}
		b.Write(part)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		l.done = err
		break
	}
	ln.text = strings.TrimSuffix(b.String(), "\n")
	if l.done != nil && (!errors.Is(l.done, io.EOF) || b.Len() == 0) {
		return line{}, l.done
	}
	return ln, nil
}

// unread gives lines back, to be read again in the same order.
func (l *lines) unread(some ...line) {
	for i := len(some) - 1; i >= 0; i-- {
		l.back = append(l.back, some[i])
	}
}

// block is the lines of one record.
type block struct {
	lines []line
	size  int
	// cut says that more came than is kept.
	cut bool
}

func (b *block) add(ln line) {
	b.cut = b.cut || ln.cut || b.size+len(ln.text) > maxRecord
	if b.size+len(ln.text) <= maxRecord || len(b.lines) == 0 {
		b.lines = append(b.lines, ln)
	}
	b.size += len(ln.text) + 1
}

func (b *block) empty() bool { return len(b.lines) == 0 }

// first is the number of the first line.
func (b *block) first() int { return b.lines[0].number }

// text is the block as it stands in the file.
func (b *block) text() string {
	parts := make([]string, len(b.lines))
	for i, ln := range b.lines {
		parts[i] = ln.text
	}
	return strings.Join(parts, "\n")
}

// bad makes the block an item that cannot be read.
func (b *block) bad(reason string) item {
	return item{line: b.first(), raw: b.text(), reason: reason}
}

// field is a value with the tag it stands behind.
type field struct{ tag, value string }

// fields reads a block of tagged lines in their order. Lines without a tag go on with
// the field before; join puts them together.
func (b *block) fields(tagOf func(text string) (tag, value string, ok bool), join string) []field {
	var fields []field
	var parts []string
	end := func() {
		if len(fields) > 0 {
			fields[len(fields)-1].value = strings.Join(parts, join)
		}
	}
	for _, ln := range b.lines {
		tag, value, ok := tagOf(ln.text)
		if !ok {
			parts = append(parts, strings.TrimSpace(ln.text))
			continue
		}
		end()
		fields, parts = append(fields, field{tag: tag}), []string{value}
	}
	end()
	return fields
}

// blank says that a line holds nothing to read; DOS programs end a text with 0x1A.
func blank(text string) bool { return strings.Trim(text, " \t\x00\x1a\u00a0\ufeff") == "" }
