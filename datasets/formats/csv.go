package formats

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"rationale/datasets/fault"
)

func init() {
	register(Format{
		Name:    "csv",
		Doc:     "Any file with a header row and one example a record (RFC 4180; tabs with delimiter=tab).",
		Example: "rationale data import csv reviews.csv --name reviews --set text=body --set label=stars --split dev=0.1,test=0.1",
		Options: append(slices.Clone(columnOptions), Option{"delimiter", ",", "what parts the fields: a character, or tab"}),
		Licence: "that of the source",
		Read:    readCSVFiles,
	})
}

func readCSVFiles(in *Intake) error {
	c, err := newColumns(in)
	if err != nil {
		return err
	}
	comma, err := delimiter(in.Option("delimiter"))
	if err != nil {
		return err
	}
	for _, file := range in.Files() {
		if err := readCSV(in, file, c, comma); err != nil {
			return err
		}
	}
	return nil
}

func delimiter(text string) (rune, error) {
	if text == "tab" {
		return '\t', nil
	}
	r, size := utf8.DecodeRuneInString(text)
	if size != len(text) || r == utf8.RuneError || r == '"' || r == '\r' || r == '\n' {
		return 0, fmt.Errorf("delimiter=%q: expected one character that is neither a quote nor a line end, or tab", text)
	}
	return r, nil
}

// readCSV delivers the records of one file.
func readCSV(in *Intake, file File, c *columns, comma rune) error {
	return in.withSource(file, func(s *source) error {
		guard := &recordGuard{source: s}
		reader := csv.NewReader(guard)
		reader.Comma = comma
		header, err := reader.Read()
		if err == io.EOF {
			return fmt.Errorf("%s is empty; expected a header row with the column names", s.path)
		}
		if err != nil {
			return explainCSV(s.path, err)
		}
		if err := require(s.path, c.asked(), header); err != nil {
			return err
		}
		return readRecords(in, file, c, header, reader, guard)
	})
}

// readRecords goes on after broken records where bad rows may be skipped. Broken
// quoting in the last record of all has swallowed an unknown part of the file,
// which no setting makes acceptable.
func readRecords(in *Intake, file File, c *columns, header []string, reader *csv.Reader, guard *recordGuard) error {
	reader.ReuseRecord = true
	var broken error
	for {
		guard.read = 0
		record, err := reader.Read()
		switch {
		case err == io.EOF && broken != nil:
			return fmt.Errorf("%w; it is the last one: is the file truncated?", broken)
		case err == io.EOF:
			return nil
		}
		broken = nil
		line, fault := 0, error(nil)
		var parse *csv.ParseError
		switch {
		case errors.As(err, &parse):
			line, fault = parse.StartLine, csvFault(parse, len(record), len(header))
			if !errors.Is(err, csv.ErrFieldCount) {
				broken = explainCSV(file.Path, err)
			}
		case err != nil:
			return err
		default:
			line, _ = reader.FieldPos(0)
		}
		if err := deliverRecord(in, file, line, c, header, record, fault); err != nil {
			return err
		}
	}
}

// deliverRecord turns one record into an example, unless it is broken.
func deliverRecord(in *Intake, file File, line int, c *columns, header, record []string, fault error) error {
	if fault == nil {
		fault = checkFields(record)
	}
	if fault != nil {
		return in.Deliver(file, line, Example{}, fault)
	}
	example, err := c.example(func(column string) string { return record[slices.Index(header, column)] })
	return in.Deliver(file, line, example, err)
}

func checkFields(record []string) error {
	for _, field := range record {
		if err := checkText(field); err != nil {
			return err
		}
	}
	return nil
}

// csvFault is the fault of a row as the csv package found it.
func csvFault(e *csv.ParseError, found, expected int) error {
	if errors.Is(e.Err, csv.ErrFieldCount) {
		return fault.New("wrong field count", "%d fields; expected %d as in the header", found, expected)
	}
	return fault.New("broken quoting", "%v in column %d; quotes inside a quoted field are doubled", e.Err, e.Column)
}

func explainCSV(path string, err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: the record cannot be read: %w", path, parse.StartLine, parse.Err)
	}
	return err
}

// recordGuard keeps one record from growing without bounds when a quote is
// missing. read counts the bytes since the record began.
type recordGuard struct {
	source *source
	read   int
}

func (g *recordGuard) Read(p []byte) (int, error) {
	n, err := g.source.Read(p)
	g.read += n
	if g.read > maxLine {
		return n, fmt.Errorf("%s: a record is longer than %d MiB: is a quote missing?", g.source.path, maxLine>>20)
	}
	return n, err
}
