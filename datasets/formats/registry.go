// Package formats imports raw files of many kinds as datasets.
//
// What a source looks like is the business of a [Format]: one file of this
// package, which registers itself. The formats csv and jsonl read named columns,
// so that most data needs no Go at all; README.md of package datasets walks
// through both ways. A format hands its rows to an [Intake], which checks them;
// they are then dealt to splits, balanced and written by [datasets.Write].
package formats

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"rationale/datasets/spelling"
	"rationale/datasets/words"
)

// Format reads one kind of source. A new one is a file of this package that
// calls register with it.
type Format struct {
	Name    string
	Doc     string // one sentence: what the sources look like
	Example string // a complete command line
	Options []Option
	Licence string // of the data, and how to get access
	// Lower becomes Meta.Lower unless the format has an option of that name.
	Lower bool
	// Words and Query are the rules by which the format finds the words of texts
	// and of queries; Query is empty when there are none. Formats with an option
	// "words" leave both to it.
	Words, Query words.Rule
	// Classes lists known orders of class names. The first order that holds all
	// names found is used; without one the names found are sorted.
	Classes [][]string
	// Balance is the seed with which the training rows are balanced by default,
	// as a decimal number; empty means that they are left as they are.
	Balance string
	// Graphs is true when the rows are graphs instead of texts.
	Graphs bool
	// Generates is true when the format makes its rows itself and takes no source.
	Generates bool
	// Folder lists the files of a source folder, relative to it, that the format
	// reads when the split rule names none; a star stands for any part of a name. It is
	// nil when sources have to be files.
	Folder func(options map[string]string) []string
	// Read hands all rows of all files to the intake.
	Read func(*Intake) error
}

// Option is one setting that a format understands.
type Option struct {
	Name, Default, Doc string
}

var registry struct {
	sync.Mutex
	formats []Format
}

// register adds a format. Two formats of one name are reported by Find
// at first use, since nobody would see it at start-up.
func register(f Format) {
	registry.Lock()
	defer registry.Unlock()
	registry.formats = append(registry.formats, f)
}

// All lists the registered formats by name.
func All() []Format {
	registry.Lock()
	defer registry.Unlock()
	sorted := slices.Clone(registry.formats)
	slices.SortStableFunc(sorted, func(a, b Format) int { return strings.Compare(a.Name, b.Name) })
	return sorted
}

// Find returns the format of that name.
func Find(name string) (Format, error) {
	return find(All(), name)
}

func find(formats []Format, name string) (Format, error) {
	var names []string
	var found []Format
	for _, f := range formats {
		names = append(names, f.Name)
		if f.Name == name {
			found = append(found, f)
		}
	}
	switch len(found) {
	case 0:
		return Format{}, fmt.Errorf("unknown format %q: %s", name, spelling.Hint(name, names))
	case 1:
		return found[0], nil
	}
	return Format{}, fmt.Errorf("format %q is registered %d times: rename all but one", name, len(found))
}

// settings fills in the defaults of the format's options and refuses others.
func (f *Format) settings(given map[string]string) (map[string]string, error) {
	values := map[string]string{}
	var names []string
	for _, o := range f.Options {
		values[o.Name] = o.Default
		names = append(names, o.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, known := values[name]; !known {
			return nil, fmt.Errorf("format %s has no option %q: %s", f.Name, name, spelling.Hint(name, names))
		}
		values[name] = given[name]
	}
	return values, nil
}
