package plots

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// csvFile reads a CSV file whose columns are known by name.
type csvFile struct {
	name   string
	reader *csv.Reader
	index  map[string]int // column name → position
	row    []string
	line   int
}

// cellFunc gives the cell of the current row in the named column, "" where the
// file lacks an optional column.
type cellFunc func(column string) string

// openCSV reads the header and checks it: every required column is there, none
// comes twice, and none is unknown.
func openCSV(r io.Reader, name string, required, optional []string) (*csvFile, error) {
	f := &csvFile{name: name, reader: csv.NewReader(r), index: map[string]int{}}
	header, err := f.reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is empty: expected a header line with the columns %s",
			name, strings.Join(required, ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, column := range header {
		if i == 0 {
			column = strings.TrimPrefix(column, "\ufeff") // spreadsheets like to add a byte-order mark
		}
		if _, twice := f.index[column]; twice {
			return nil, fmt.Errorf("%s: line 1: column %q comes twice", name, column)
		}
		if !slices.Contains(required, column) && !slices.Contains(optional, column) {
			return nil, fmt.Errorf("%s: line 1: unknown column %q (known: %s)",
				name, column, strings.Join(slices.Concat(required, optional), ", "))
		}
		f.index[column] = i
	}
	for _, column := range required {
		if _, ok := f.index[column]; !ok {
			return nil, fmt.Errorf("%s: line 1: column %q is missing", name, column)
		}
	}
	return f, nil
}

// each calls do once a row and stops at the first error.
func (f *csvFile) each(do func(cell cellFunc) error) error {
	for {
		var err error
		f.row, err = f.reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err) // a csv.ParseError names the line
		}
		f.line, _ = f.reader.FieldPos(0)
		for i, cell := range f.row {
			if !utf8.ValidString(cell) {
				return fmt.Errorf("%s: line %d: cell %d, %q, is not UTF-8", f.name, f.line, i+1, cell)
			}
		}
		if err := do(f.cell); err != nil {
			return err
		}
	}
}

func (f *csvFile) cell(column string) string {
	i, ok := f.index[column]
	if !ok {
		return ""
	}
	return f.row[i]
}

// bad is the error for a cell that could not be read.
func (f *csvFile) bad(column, text string, err error) error {
	var num *strconv.NumError
	if errors.As(err, &num) {
		err = num.Err // the full text would repeat the cell
	}
	return fmt.Errorf("%s: line %d: column %q: %q: %w", f.name, f.line, column, text, err)
}
