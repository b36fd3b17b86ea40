package importer

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// csvReader reads CSV with any of the usual separators, as spreadsheets and
// databases write it. Quoting that went wrong costs the records it is in: a record
// that does not come out with the columns of the header is read again by its first
// line alone, and the next one from the line after.
type csvReader struct {
	lines   *lines
	comma   byte
	columns []column // what each column holds
	// again is how much may still be read twice, in bytes, so that a file made of
	// faults takes time in proportion to its length.
	again int
	// unread counts the words of the column of decisions that are none of ours.
	unknown map[string]int
}

// againBytes is what of one file may be read twice, in bytes.
const againBytes = 64 << 20

func newCSV(r io.Reader) (*csvReader, error) {
	c := &csvReader{lines: newLines(r), again: againBytes, unknown: map[string]int{}}
	// Some programs print a title or "sep=;" above the header.
	for range headerLines {
		ln, err := c.lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if comma, columns, ok := header(ln.text); ok {
			c.comma, c.columns = comma, columns
			return c, nil
		}
	}
	return nil, errNoHeader
}

// headerLines is how far down the header may stand.
const headerLines = 10

var errNoHeader = errors.New("none of the first lines names columns, of which one must be a title: title, título, titre, 标题 …")

// header reads a line as the names of columns, with the separator that makes most
// sense of it.
func header(text string) (comma byte, columns []column, ok bool) {
	best := 0
	for _, c := range []byte(",;\t|") {
		row := splitRow(text, c)
		found, known := columnsOf(row.cells)
		if row.open || known <= best {
			continue
		}
		for _, col := range found {
			if col == colTitle {
				comma, columns, best = c, found, known
				break
			}
		}
	}
	// A single column called "title" may be a list of titles, or a line of text.
	return comma, columns, best >= 2
}

// row is a row of a table while it is being read.
type row struct {
	cells []string
	cell  strings.Builder
	// open says that a quoted cell goes on in the next line, loose that a quotation
	// mark stood where none belongs.
	open, loose bool
}

// splitRow reads a line as a row of its own.
func splitRow(text string, comma byte) *row {
	r := &row{}
	r.feed(text, comma)
	return r
}

// feed reads a further line of the row.
func (r *row) feed(text string, comma byte) {
	i := 0
	if r.open {
		r.cell.WriteByte('\n')
	}
	for {
		if !r.open && i < len(text) && text[i] == '"' {
			r.open = true
			i++
		}
		if r.open {
			if i = r.quoted(text, i, comma); r.open {
				return
			}
		} else {
			end := i
			for end < len(text) && text[end] != comma {
				end++
			}
			r.cell.WriteString(text[i:end])
			i = end
		}
		r.cells = append(r.cells, r.cell.String())
		r.cell.Reset()
		if i >= len(text) {
			return
		}
		i++ // the separator
	}
}

// quoted reads the inside of a quoted cell from i on and returns where it ended; it
// stays open when the line ends first.
func (r *row) quoted(text string, i int, comma byte) int {
	for i < len(text) {
		at := strings.IndexByte(text[i:], '"')
		if at < 0 {
			break
		}
		r.cell.WriteString(text[i : i+at])
		i += at + 1
		switch {
		case i == len(text) || text[i] == comma:
			r.open = false
			return i
		case text[i] == '"':
			r.cell.WriteByte('"')
			i++
		default:
			r.cell.WriteByte('"')
			r.loose = true
		}
	}
	r.cell.WriteString(text[min(i, len(text)):])
	return len(text)
}

func (c *csvReader) next() (item, error) {
	for {
		ln, err := c.lines.next()
		if err != nil {
			return item{}, err
		}
		if blank(ln.text) || strings.Trim(ln.text, string(c.comma)+"\" ") == "" {
			continue
		}
		return c.record(ln)
	}
}

func (c *csvReader) record(ln line) (item, error) {
	b := block{}
	b.add(ln)
	r := splitRow(ln.text, c.comma)
	for r.open && !r.loose && !b.cut && c.again > 0 {
		more, err := c.lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return item{}, err
		}
		b.add(more)
		r.feed(more.text, c.comma)
	}
	if len(b.lines) == 1 {
		return c.single(&b, r), nil
	}
	// A cell over several lines in which a quotation mark went wrong may have eaten the
	// records after it.
	if !r.open && !r.loose && !b.cut && c.fault(r) == "" {
		return c.item(&b, r), nil
	}
	c.again -= b.size
	c.lines.unread(b.lines[1:]...)
	alone := block{}
	alone.add(b.lines[0])
	return c.single(&alone, splitRow(b.lines[0].text, c.comma)), nil
}

// single makes an item of a row of one line.
func (c *csvReader) single(b *block, r *row) item {
	if b.cut {
		return b.bad(tooLong)
	}
	if r.open {
		// Perhaps the quotation mark is just one, as in files that never quote.
		plain := &row{cells: strings.Split(b.lines[0].text, string(c.comma))}
		if len(plain.cells) != len(c.columns) {
			return b.bad("a quotation mark is opened and not closed")
		}
		r = plain
	}
	if reason := c.fault(r); reason != "" {
		return b.bad(reason)
	}
	return c.item(b, r)
}

// fault says what is wrong with the number of cells. Empty cells at the end of a row
// may be missing or too many.
func (c *csvReader) fault(r *row) string {
	n := len(r.cells)
	for n > len(c.columns) && strings.TrimSpace(r.cells[n-1]) == "" {
		n--
	}
	if n > len(c.columns) || 2*n < len(c.columns) {
		return fmt.Sprintf("the row has %d cells, the header %d: a quotation mark or separator is wrong", n, len(c.columns))
	}
	return ""
}

func (c *csvReader) item(b *block, r *row) item {
	it := item{line: b.first(), raw: b.text()}
	var word string
	it.draft, word = rowDraft(c.columns, r.cells)
	if word != "" && len(c.unknown) < 20 {
		c.unknown[excerpt(word)]++
	}
	return it
}
