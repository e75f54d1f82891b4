package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"

	"rationale/datasets"
)

// row is an example as the small readers of this campaign see it.
type row struct {
	class  string
	tokens []string
	gold   []bool // nil when unknown
}

// rows are the examples by split.
type rows map[string][]row

// String lists all rows in an order and a form that can be compared.
func (all rows) String() string {
	var b strings.Builder
	for _, split := range datasets.SplitNames {
		for _, r := range all[split] {
			fmt.Fprintf(&b, "%s %q %s %q\n", split, r.class, marksText(r.gold), r.tokens)
		}
	}
	return b.String()
}

func marksText(gold []bool) string {
	if gold == nil {
		return "unknown"
	}
	text := []byte{}
	for _, g := range gold {
		text = append(text, map[bool]byte{false: '0', true: '1'}[g])
	}
	return string(text)
}

// readDataset reads an imported dataset with nothing of the program's: Arrow's
// own reader, and the class names of the manifest.
func readDataset(dir string) (all rows, err error) {
	defer func() {
		if p := recover(); p != nil {
			all, err = nil, fmt.Errorf("Arrow's own reader cannot read it: %v", p)
		}
	}()
	classes, err := manifestClasses(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return nil, err
	}
	all = rows{}
	for _, split := range datasets.SplitNames {
		if all[split], err = readArrow(filepath.Join(dir, split+".arrow"), classes); err != nil {
			return nil, fmt.Errorf("%s: %w", split, err)
		}
	}
	return all, nil
}

func manifestClasses(path string) ([]string, error) {
	var m struct {
		Meta struct {
			Classes []string `json:"classes"`
		} `json:"meta"`
	}
	return m.Meta.Classes, readJSON(path, &m)
}

func readArrow(path string, classes []string) ([]row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := ipc.NewFileReader(f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var all []row
	for i := range r.NumRecords() {
		record, err := r.RecordAt(i)
		if err != nil {
			return nil, err
		}
		for k := range int(record.NumRows()) {
			x, err := rowAt(record, k, classes)
			if err != nil {
				return nil, fmt.Errorf("row %d: %w", len(all), err)
			}
			all = append(all, x)
		}
	}
	return all, nil
}

// rowAt reads a row and holds it against itself.
func rowAt(record arrow.Record, i int, classes []string) (row, error) {
	x := row{tokens: stringsAt(record.Column(1), i), gold: marksAt(record.Column(3), i)}
	label := int(record.Column(2).(*array.Int32).Value(i))
	switch {
	case label < 0 || label >= len(classes):
		return x, fmt.Errorf("label %d of %d classes", label, len(classes))
	case len(x.tokens) == 0:
		return x, fmt.Errorf("no tokens")
	case x.gold != nil && len(x.gold) != len(x.tokens):
		return x, fmt.Errorf("%d marks for %d tokens", len(x.gold), len(x.tokens))
	case !utf8.ValidString(strings.Join(x.tokens, "")):
		return x, fmt.Errorf("tokens are not UTF-8")
	}
	x.class = classes[label]
	return x, nil
}

func stringsAt(column arrow.Array, i int) []string {
	list := column.(*array.List)
	values := list.ListValues().(*array.String)
	from, to := list.ValueOffsets(i)
	var out []string
	for k := from; k < to; k++ {
		out = append(out, strings.Clone(values.Value(int(k))))
	}
	return out
}

func marksAt(column arrow.Array, i int) []bool {
	list := column.(*array.List)
	if list.IsNull(i) {
		return nil
	}
	values := list.ListValues().(*array.Boolean)
	from, to := list.ValueOffsets(i)
	out := []bool{}
	for k := from; k < to; k++ {
		out = append(out, values.Value(int(k)))
	}
	return out
}
