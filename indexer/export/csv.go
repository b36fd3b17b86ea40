package export

import (
	"bufio"
	"encoding/csv"
	"io"
	"strings"
)

// table writes CSV by RFC 4180 in UTF-8. The byte order mark makes Excel read it as
// UTF-8; all other programs pass over it.
type table struct {
	out     *bufio.Writer
	csv     *csv.Writer
	raw     bool
	columns []Column
	row     []string
}

func newCSV(w io.Writer, opts Options) (Writer, error) {
	out := bufio.NewWriter(w)
	columns := Columns(opts.Attributes)
	t := &table{out: out, csv: csv.NewWriter(out), raw: opts.Raw, columns: columns, row: make([]string, len(columns))}
	t.csv.UseCRLF = true
	_, _ = out.WriteString("\ufeff")
	return t, t.csv.Write(header(columns))
}

func header(columns []Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}

// Write implements Writer.
func (t *table) Write(r *Reference) error {
	for i, c := range t.columns {
		t.row[i] = cell(c.value(r), t.raw)
	}
	return t.csv.Write(t.row)
}

// Close implements Writer.
func (t *table) Close() error {
	t.csv.Flush()
	if err := t.csv.Error(); err != nil {
		return err
	}
	return t.out.Flush()
}

// cell makes a value safe for a spreadsheet: one that begins as a formula does gets
// an apostrophe before it, which spreadsheets read as "this is text" (OWASP, CSV
// injection).
func cell(value string, raw bool) string {
	value = line(value)
	if !raw && value != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(value[:min(len(value), 4)])[0]) {
		return "'" + value
	}
	return value
}
