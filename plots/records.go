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

// column ties one column of records.csv to what it holds of a Record.
type column struct {
	name    string
	format  func(*Record) string
	parse   func(*Record, string) error
	compare func(a, b *Record) int
	// identifies tells that the column says whose the number is. It may be
	// missing, and is left out where all its cells are empty.
	identifies bool
}

// recordColumns is the layout of records.csv: keys from coarse to fine, then
// the number. The order of the columns is also the order of the sort.
var recordColumns = append(labelColumns(),
	identifying(textColumn("run", func(r *Record) *string { return &r.Run })),
	textColumn("stage", func(r *Record) *string { return &r.Stage }),
	textColumn("split", func(r *Record) *string { return &r.Split }),
	textColumn("mask", func(r *Record) *string { return &r.Mask }),
	textColumn("metric", func(r *Record) *string { return &r.Metric }),
	column{
		name:    "epoch",
		format:  func(r *Record) string { return strconv.Itoa(r.Epoch) },
		parse:   parseEpoch,
		compare: func(a, b *Record) int { return cmp.Compare(a.Epoch, b.Epoch) },
	},
	column{
		name:    "selected",
		format:  func(r *Record) string { return strconv.FormatBool(r.Selected) },
		parse:   func(r *Record, s string) (err error) { r.Selected, err = strconv.ParseBool(s); return err },
		compare: func(a, b *Record) int { return compareBools(a.Selected, b.Selected) },
	},
	column{
		name:    "value",
		format:  func(r *Record) string { return formatNumber(r.Value) },
		parse:   func(r *Record, s string) (err error) { r.Value, err = parseNumber(s); return err },
		compare: func(a, b *Record) int { return cmp.Compare(a.Value, b.Value) },
	},
)

// labelColumns has a column for each key that tells runs apart.
func labelColumns() []column {
	var out []column
	for _, k := range keyTable {
		get := func(r *Record) string { return r.Labels[k.Name] }
		out = append(out, identifying(column{
			name: k.Name, format: get,
			parse: func(r *Record, s string) error {
				value, err := k.canonical(s)
				if err == nil && value != "" {
					if r.Labels == nil {
						r.Labels = Labels{}
					}
					r.Labels[k.Name] = value
				}
				return err
			},
			compare: func(a, b *Record) int { return k.compare(get(a), get(b)) },
		}))
	}
	return out
}

func identifying(c column) column {
	c.identifies = true
	return c
}

// textColumn is the column of a key that is text.
func textColumn(name string, field func(*Record) *string) column {
	return column{
		name:    name,
		format:  func(r *Record) string { return *field(r) },
		parse:   func(r *Record, s string) error { *field(r) = s; return nil },
		compare: func(a, b *Record) int { return cmp.Compare(*field(a), *field(b)) },
	}
}

func parseEpoch(r *Record, s string) (err error) {
	if r.Epoch, err = strconv.Atoi(s); err == nil && r.Epoch < 0 {
		return errors.New("an epoch is counted from 1, or 0 for none")
	}
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
	slices.SortStableFunc(records, func(a, b Record) int {
		for _, c := range recordColumns {
			if order := c.compare(&a, &b); order != 0 {
				return order
			}
		}
		return 0
	})
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
// a header, rows sorted by all keys, numbers in the shortest form that reads
// back exactly. Keys that no record has are left out. The bytes depend on the
// set of records only, not on their order. An infinite value is an error, and
// so is a label that is not in the table of keys.
func WriteRecords(w io.Writer, records []Record) error {
	sorted := slices.Clone(records)
	SortRecords(sorted)
	columns := columnsOf(sorted)
	out := csv.NewWriter(w)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	// csv.Writer keeps its first error and Flush reports it below.
	_ = out.Write(row)
	for i := range sorted {
		r := &sorted[i]
		if err := r.check(); err != nil {
			return fmt.Errorf("writing records: %w", err)
		}
		for j, c := range columns {
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

// columnsOf are the columns that a file of the records has.
func columnsOf(records []Record) []column {
	return slices.DeleteFunc(slices.Clone(recordColumns), func(c column) bool {
		return c.identifies && !slices.ContainsFunc(records, func(r Record) bool { return c.format(&r) != "" })
	})
}

// check wants a number that can be written and labels of the table.
func (r *Record) check() error {
	if math.IsInf(r.Value, 0) {
		return fmt.Errorf("%s is infinite", r.describe())
	}
	if err := r.Labels.check(); err != nil {
		return fmt.Errorf("%s: %w", r.describe(), err)
	}
	return nil
}

// describe names the record for error messages.
func (r *Record) describe() string {
	return fmt.Sprintf("%s of %s (run %q, %s, epoch %d)", r.Metric, r.Labels, r.Run, r.Split, r.Epoch)
}

// ReadRecords reads what WriteRecords wrote. Columns are found by their names
// and may come in any order; those that say whose the numbers are may be
// missing, the others must be there and no other. Errors start with name, which
// should say where the records come from, and give the line and the column.
func ReadRecords(r io.Reader, name string) ([]Record, error) {
	var required, optional []string
	for _, c := range recordColumns {
		if c.identifies {
			optional = append(optional, c.name)
		} else {
			required = append(required, c.name)
		}
	}
	in, err := openCSV(r, name, required, optional)
	if err != nil {
		return nil, err
	}
	var records []Record
	err = in.each(func(cell cellFunc) error {
		var rec Record
		for _, c := range recordColumns {
			if err := c.parse(&rec, cell(c.name)); err != nil {
				return in.bad(c.name, cell(c.name), err)
			}
		}
		records = append(records, rec)
		return nil
	})
	return records, err
}
