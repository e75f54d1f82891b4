package formats

import (
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
		records := &recordReader{source: s, comma: string(comma)}
		header, err := records.next()
		if err == io.EOF {
			return fmt.Errorf("%s is empty; expected a header row with the column names", s.path)
		}
		if err == nil && header.fault != nil {
			header.fault.File, header.fault.Line = s.path, header.line
			err = header.fault
		}
		if err != nil {
			return err
		}
		if err := require(s.path, c.asked(), header.fields); err != nil {
			return err
		}
		return readRecords(in, file, c, header.fields, records)
	})
}

// readRecords delivers the records below the header.
func readRecords(in *Intake, file File, c *columns, header []string, records *recordReader) error {
	for {
		rec, err := records.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		form := checkForm(header, rec)
		if err := records.checkLines(rec, form); err != nil {
			return err
		}
		example, err := csvExample(c, header, rec, form)
		if err := in.Deliver(file, rec.line, example, err); err != nil {
			return err
		}
		in.last.open = !rec.closed
		in.last.cutClass = !rec.closed && header[len(header)-1] == c.label
	}
}

// checkForm wants sound quotes and as many fields as the header has.
func checkForm(header []string, rec record) *fault.Row {
	switch {
	case rec.fault != nil:
		return rec.fault
	case len(rec.fields) != len(header):
		return fault.New("wrong field count", "%d fields; expected %d as in the header", len(rec.fields), len(header))
	case slices.Equal(rec.fields, header):
		return fault.New("header again", "the header row stands here a second time; were files put together?")
	}
	return nil
}

// csvExample turns one record into an example, unless its form is broken.
func csvExample(c *columns, header []string, rec record, form *fault.Row) (Example, error) {
	if form != nil {
		return Example{}, form
	}
	for _, field := range rec.fields {
		if err := checkText(field); err != nil {
			return Example{}, err
		}
	}
	return c.example(func(column string) value { return csvValue(column, rec.fields[slices.Index(header, column)]) })
}
