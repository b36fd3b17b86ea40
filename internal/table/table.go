// Package table reads records that people labelled: TSV, CSV and JSON lines, plain
// or gzipped, told apart by the file's name.
package table

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLine is the longest line that is read, in bytes: an abstract is a few
// kilobytes, and what is larger is not a table.
const maxLine = 16 << 20

// Row is one record of a table.
type Row struct {
	// Line is where it begins in the file, counted from 1.
	Line  int
	cells map[string]string
}

// Get returns a cell, trimmed; "" when the row or the table has none.
func (r Row) Get(column string) string { return strings.TrimSpace(r.cells[column]) }

// Has says whether the row has the column, be it empty.
func (r Row) Has(column string) bool {
	_, ok := r.cells[column]
	return ok
}

// Yes reads a cell that is yes or no in one of the usual ways.
func (r Row) Yes(column string) bool {
	switch strings.ToLower(r.Get(column)) {
	case "yes", "y", "true", "1", "include", "included":
		return true
	}
	return false
}

// Read reads a whole table. In a .tsv, which has a header and no quoting, a " is a
// plain character; a .csv has a header and quoting (RFC 4180), and semicolons for
// commas where its header has none, as Excel writes it in much of Europe; each line
// of a .jsonl is an object, whose lists and objects stay JSON. ".gz" may follow. Every
// row must have the required columns. Errors name the file and line.
func Read(path string, required ...string) ([]Row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var in io.Reader = f
	name := strings.ToLower(filepath.Base(path))
	if plain, zipped := strings.CutSuffix(name, ".gz"); zipped {
		name = plain
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		defer z.Close()
		in = z
	}
	var read func(io.Reader) ([]Row, error)
	switch filepath.Ext(name) {
	case ".tsv", ".tab":
		read = readTSV
	case ".csv":
		read = readCSV
	case ".jsonl", ".ndjson":
		read = readJSONL
	default:
		return nil, fmt.Errorf("%s: cannot tell the form by the name: want .tsv, .csv or .jsonl, and .gz behind it if it is gzipped", path)
	}
	rows, err := read(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, column := range required {
		if !slices.ContainsFunc(rows, func(r Row) bool { return r.Has(column) }) && len(rows) > 0 {
			return nil, fmt.Errorf("%s: there is no column %q: want the columns %s", path, column, strings.Join(required, ", "))
		}
	}
	for _, row := range rows {
		for _, column := range required {
			if !row.Has(column) {
				return nil, fmt.Errorf("%s: line %d: there is no %q: want the columns %s", path, row.Line, column, strings.Join(required, ", "))
			}
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: there are no records in it", path)
	}
	return rows, nil
}

func readTSV(in io.Reader) ([]Row, error) {
	var header []string
	var rows []Row
	err := lines(in, func(n int, line string) error {
		cells := strings.Split(line, "\t")
		if header == nil {
			return setHeader(&header, cells)
		}
		if len(cells) > len(header) {
			return fmt.Errorf("line %d has %d cells, its header %d", n, len(cells), len(header))
		}
		rows = append(rows, newRow(n, header, cells))
		return nil
	})
	return rows, err
}

func readCSV(in io.Reader) ([]Row, error) {
	buffered := bufio.NewReader(in)
	if bom, _ := buffered.Peek(3); string(bom) == "\ufeff" {
		_, _ = buffered.Discard(3)
	}
	r := csv.NewReader(buffered)
	r.FieldsPerRecord = -1
	head, _ := buffered.Peek(buffered.Size())
	head, _, _ = bytes.Cut(head, []byte("\n"))
	if bytes.ContainsRune(head, ';') && !bytes.ContainsRune(head, ',') {
		r.Comma = ';'
	}
	var header []string
	var rows []Row
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err // it names the line
		}
		line, _ := r.FieldPos(0)
		if slices.ContainsFunc(cells, func(c string) bool { return !utf8.ValidString(c) }) {
			return nil, notUTF8(line)
		}
		switch {
		case header == nil:
			if err := setHeader(&header, cells); err != nil {
				return nil, err
			}
		case len(cells) > len(header):
			return nil, fmt.Errorf("line %d has %d cells, its header %d", line, len(cells), len(header))
		default:
			rows = append(rows, newRow(line, header, cells))
		}
	}
}

func readJSONL(in io.Reader) ([]Row, error) {
	var rows []Row
	err := lines(in, func(n int, line string) error {
		var object map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		row := Row{Line: n, cells: make(map[string]string, len(object))}
		for name, raw := range object {
			text := string(raw)
			switch {
			case text == "null":
				text = ""
			case raw[0] == '"':
				if err := json.Unmarshal(raw, &text); err != nil {
					return fmt.Errorf("line %d: %s: %w", n, name, err)
				}
			}
			row.cells[name] = text
		}
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

// lines calls fn with every line that is not empty, numbered from 1, without its
// end and the byte order mark of the first.
func lines(in io.Reader, fn func(n int, line string) error) error {
	s := bufio.NewScanner(in)
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	n := 0
	for s.Scan() {
		n++
		line := s.Text()
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		if !utf8.ValidString(line) {
			return notUTF8(n)
		}
		if err := fn(n, line); err != nil {
			return err
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("after line %d: %w", n, err)
	}
	return nil
}

func notUTF8(line int) error { return fmt.Errorf("line %d is not UTF-8: save the file as UTF-8", line) }

func setHeader(header *[]string, cells []string) error {
	for i, c := range cells {
		cells[i] = strings.ToLower(strings.TrimSpace(c))
		if cells[i] != "" && slices.Contains(cells[:i], cells[i]) {
			return fmt.Errorf("the header names %q twice", cells[i])
		}
	}
	*header = cells
	return nil
}

func newRow(line int, header, cells []string) Row {
	row := Row{Line: line, cells: make(map[string]string, len(header))}
	for i, column := range header {
		value := ""
		if i < len(cells) {
			value = cells[i]
		}
		row.cells[column] = value
	}
	return row
}
