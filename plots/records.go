package plots

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// column ties one column of records.csv to the field of Record behind it.
type column struct {
	name   string
	format func(*Record) string
	parse  func(*Record, string) error
}

// recordColumns is the layout of records.csv: keys from coarse to fine, then
// the number. The order of the columns is also the order of the sort.
var recordColumns = []column{
	textColumn("dataset", func(r *Record) *string { return &r.Dataset }),
	textColumn("method", func(r *Record) *string { return &r.Method }),
	textColumn("encoder", func(r *Record) *string { return &r.Encoder }),
	textColumn("run", func(r *Record) *string { return &r.Run }),
	{"seed",
		func(r *Record) string { return strconv.FormatInt(r.Seed, 10) },
		func(r *Record, s string) (err error) { r.Seed, err = strconv.ParseInt(s, 10, 64); return err }},
	textColumn("stage", func(r *Record) *string { return &r.Stage }),
	textColumn("split", func(r *Record) *string { return &r.Split }),
	textColumn("mask", func(r *Record) *string { return &r.Mask }),
	textColumn("metric", func(r *Record) *string { return &r.Metric }),
	{"epoch",
		func(r *Record) string { return strconv.Itoa(r.Epoch) },
		parseEpoch},
	{"selected",
		func(r *Record) string { return strconv.FormatBool(r.Selected) },
		func(r *Record, s string) (err error) { r.Selected, err = strconv.ParseBool(s); return err }},
	{"value", func(r *Record) string { return formatNumber(r.Value) }, parseValue},
}

// textColumn is the column of a key that is text.
func textColumn(name string, field func(*Record) *string) column {
	return column{
		name:   name,
		format: func(r *Record) string { return *field(r) },
		parse:  func(r *Record, s string) error { *field(r) = s; return nil },
	}
}

func parseEpoch(r *Record, s string) (err error) {
	if r.Epoch, err = strconv.Atoi(s); err == nil && r.Epoch < 0 {
		return errors.New("an epoch is counted from 1, or 0 for none")
	}
	return err
}

func parseValue(r *Record, s string) (err error) {
	r.Value, err = parseNumber(s)
	return err
}

// formatNumber writes the shortest text that reads back as the same number,
// and nothing for NaN: an undefined number is an empty cell.
func formatNumber(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// parseNumber is the inverse of formatNumber.
func parseNumber(s string) (float64, error) {
	if s == "" {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, err
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, errors.New("the number must be finite; leave the cell empty where it is undefined")
	}
	return v, nil
}

// SortRecords orders records by all their keys, in the order of the columns of
// records.csv.
func SortRecords(records []Record) {
	slices.SortStableFunc(records, compareRecords)
}

func compareRecords(a, b Record) int {
	return cmp.Or(
		cmp.Compare(a.Dataset, b.Dataset),
		cmp.Compare(a.Method, b.Method),
		cmp.Compare(a.Encoder, b.Encoder),
		cmp.Compare(a.Run, b.Run),
		cmp.Compare(a.Seed, b.Seed),
		cmp.Compare(a.Stage, b.Stage),
		cmp.Compare(a.Split, b.Split),
		cmp.Compare(a.Mask, b.Mask),
		cmp.Compare(a.Metric, b.Metric),
		cmp.Compare(a.Epoch, b.Epoch),
		compareBools(a.Selected, b.Selected),
		cmp.Compare(a.Value, b.Value),
	)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// WriteRecords writes records as CSV (RFC 4180, but lines end with LF alone):
// a fixed header, rows sorted by all keys, numbers in the shortest form that
// reads back exactly. The bytes depend on the set of records only, not on
// their order. An infinite value is an error.
func WriteRecords(w io.Writer, records []Record) error {
	sorted := slices.Clone(records)
	SortRecords(sorted)
	out := csv.NewWriter(w)
	header := make([]string, len(recordColumns))
	for i, c := range recordColumns {
		header[i] = c.name
	}
	// csv.Writer keeps its first error and Flush reports it below.
	_ = out.Write(header)
	row := make([]string, len(recordColumns))
	for i := range sorted {
		r := &sorted[i]
		if math.IsInf(r.Value, 0) {
			return fmt.Errorf("writing records: %s is infinite", r.describe())
		}
		for j, c := range recordColumns {
			row[j] = c.format(r)
		}
		_ = out.Write(row)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing records: %w", err)
	}
	return nil
}

// describe names the record for error messages.
func (r *Record) describe() string {
	return fmt.Sprintf("%s of %s on %s (run %q, seed %d, %s, epoch %d)",
		r.Metric, r.Method, r.Dataset, r.Run, r.Seed, r.Split, r.Epoch)
}

// ReadRecords reads what WriteRecords wrote. Columns are found by their names
// and may come in any order; all must be there and no other. Errors start with
// name, which should say where the records come from, and give the line and
// the column.
func ReadRecords(r io.Reader, name string) ([]Record, error) {
	columns := make(map[string]column, len(recordColumns))
	required := make([]string, len(recordColumns))
	for i, c := range recordColumns {
		columns[c.name], required[i] = c, c.name
	}
	in, err := openCSV(r, name, required, nil)
	if err != nil {
		return nil, err
	}
	var records []Record
	err = in.each(func(cell cellFunc) error {
		var rec Record
		for _, column := range required {
			if err := columns[column].parse(&rec, cell(column)); err != nil {
				return in.bad(column, cell(column), err)
			}
		}
		records = append(records, rec)
		return nil
	})
	return records, err
}
