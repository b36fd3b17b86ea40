package export

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// What a sheet of Excel can hold: rows, and characters (UTF-16 units) of a cell.
const (
	sheetRows = 1_048_576
	cellUnits = 32_767
)

// ErrSheetFull says that a sheet has no more rows.
var ErrSheetFull = errors.New("an Excel sheet holds 1,048,575 studies: export CSV, or a part of them")

// workbook writes one sheet of text cells; what is a number, a date or a formula is
// the reader's to say. Rows beyond some megabytes lie in a temporary file until Close.
type workbook struct {
	out   io.Writer
	file  *excelize.File
	sheet *excelize.StreamWriter
	raw   bool
	// columns are those of the sheet, rows those that it has.
	columns []Column
	rows    int
}

func newXLSX(w io.Writer, opts Options) (Writer, error) {
	f := excelize.NewFile()
	const name = "Studies"
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	s, err := f.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	if err := s.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	b := &workbook{out: w, file: f, sheet: s, raw: opts.Raw, columns: Columns(opts.Attributes), rows: 1}
	row := make([]any, len(b.columns))
	for i, name := range header(b.columns) {
		row[i] = excelize.Cell{StyleID: bold, Value: name}
	}
	return b, s.SetRow("A1", row)
}

// Write implements Writer.
func (b *workbook) Write(r *Reference) error {
	if b.rows == sheetRows {
		return ErrSheetFull
	}
	b.rows++
	row := make([]any, len(b.columns))
	for i, c := range b.columns {
		// A text cell is never a formula; the apostrophe stays for what becomes of the
		// sheet when it is saved as CSV.
		row[i] = fitCell(cell(c.value(r), b.raw))
	}
	return b.sheet.SetRow("A"+strconv.Itoa(b.rows), row)
}

// Close implements Writer.
func (b *workbook) Close() error {
	err := b.sheet.Flush()
	if err == nil {
		err = b.file.Write(b.out)
	}
	return errors.Join(err, b.file.Close())
}

// fitCell cuts a text to what a cell holds, and says so in it.
func fitCell(s string) string {
	if len(s) <= cellUnits {
		return s
	}
	units, note := 0, " […]"
	for i, r := range s {
		if units > cellUnits-len(note)-60 {
			return s[:i] + fmt.Sprintf("%s (cut: %d more bytes, see the JSONL export)", note, len(s)-i)
		}
		units++
		if r > 0xffff {
			units++
		}
	}
	return s
}
