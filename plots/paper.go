package plots

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// PaperValue is one number printed in a paper, with the keys it is printed
// under. Keys are the paper's own words.
type PaperValue struct {
	PaperKeys
	Value float64 // in the unit of the paper, percent as a rule; NaN when the cell is empty
	Std   float64 // NaN when the paper gives none
	Note  string  // what to know about the number
}

// PaperKeys name a number of a paper. As a selector, an empty field admits
// everything.
type PaperKeys struct {
	Paper    string `toml:"paper"`    // "A2I"
	Table    string `toml:"table"`    // "Table1"
	Dataset  string `toml:"dataset"`  // "Beer-Aroma"
	Sparsity string `toml:"sparsity"` // "10"
	Method   string `toml:"method"`   // "RNP+A2I"
	Encoder  string `toml:"encoder"`  // "GRU"
	Metric   string `toml:"metric"`   // "F1"
	Level    string `toml:"level"`    // of the trigger: "token", "sentence"
	Defence  string `toml:"defence"`  // "None", "ONION"
}

// paperColumns are the columns of a file of paper values. The key columns come
// first, in the order of fields.
var paperColumns = []string{"paper", "table", "dataset", "sparsity_setting", "method", "encoder", "metric", "level", "defence", "value", "std", "note"}

// fields are pointers to all keys.
func (k *PaperKeys) fields() []*string {
	return []*string{&k.Paper, &k.Table, &k.Dataset, &k.Sparsity, &k.Method, &k.Encoder, &k.Metric, &k.Level, &k.Defence}
}

// or fills the keys that k leaves empty from other.
func (k PaperKeys) or(other PaperKeys) PaperKeys {
	for i, field := range k.fields() {
		if *field == "" {
			*field = *other.fields()[i]
		}
	}
	return k
}

// matches reports whether v has every key that k asks for.
func (k PaperKeys) matches(v PaperKeys) bool {
	have := v.fields()
	for i, want := range k.fields() {
		if *want != "" && *want != *have[i] {
			return false
		}
	}
	return true
}

// String lists the keys asked for: `table="Table1", metric="F1"`.
func (k PaperKeys) String() string {
	var parts []string
	for i, field := range k.fields() {
		if *field != "" {
			parts = append(parts, fmt.Sprintf("%s=%q", paperColumns[i], *field))
		}
	}
	return strings.Join(parts, ", ")
}

// ReadPaperValues reads a CSV file of numbers printed in papers, with the
// columns paper, table, dataset, sparsity_setting, method, encoder, metric,
// value, std, level, defence and note in any order. Errors start with name and
// give line and column.
func ReadPaperValues(r io.Reader, name string) ([]PaperValue, error) {
	in, err := openCSV(r, name, paperColumns, nil)
	if err != nil {
		return nil, err
	}
	var values []PaperValue
	err = in.each(func(cell cellFunc) error {
		v := PaperValue{Note: cell("note")}
		for i, field := range v.fields() {
			*field = cell(paperColumns[i])
		}
		var err error
		if v.Value, err = parseNumber(cell("value")); err != nil {
			return in.bad("value", cell("value"), err)
		}
		if v.Std, err = parseNumber(cell("std")); err != nil {
			return in.bad("std", cell("std"), err)
		}
		values = append(values, v)
		return nil
	})
	return values, err
}

// defined reports whether a number is there.
func defined(v float64) bool { return !math.IsNaN(v) }
