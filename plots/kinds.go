package plots

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// FigureSpec describes a figure of some kind; an experiment file spells it out.
type FigureSpec interface {
	// Figure fills it from records of runs on the datasets.
	Figure(records []Record, datasets []DatasetSpec) (Figure, error)
	// Measures lists the metrics that it looks for.
	Measures() []string
}

// TableSpec describes a table of some kind; an experiment file spells it out.
type TableSpec interface {
	// Table fills it from records of runs on the datasets, and from numbers
	// printed in papers.
	Table(records []Record, datasets []DatasetSpec, paper []PaperValue) (*Table, error)
	// Measures lists the metrics that it looks for.
	Measures() []string
}

// Kind is one kind of figure or table.
type Kind[Spec any] struct {
	Name, Doc string
	empty     func() Spec // a description that a file's table can be decoded into
}

// figureKinds is where a further kind of figure is named.
var figureKinds = []Kind[FigureSpec]{
	{"curves", "values over epochs, mean and deviation over seeds", func() FigureSpec { return &CurvesSpec{} }},
	{"bars", "groups of bars, mean and deviation over seeds", func() FigureSpec { return &BarsSpec{} }},
	{"sweep", "values over a number that runs differ in, mean and deviation over seeds", func() FigureSpec { return &SweepSpec{} }},
}

// tableKinds is where a further kind of table is named.
var tableKinds = []Kind[TableSpec]{
	{"comparison", "a paper's table beside our numbers of the dev-best epoch", func() TableSpec { return &ComparisonSpec{} }},
	{"methods", "methods at several shares of selected text: a paper's numbers beside ours, ranked, checked and tested", func() TableSpec { return &MethodsSpec{} }},
	{"attacks", "attacks with and without defences: a paper's numbers beside ours", func() TableSpec { return &AttacksSpec{} }},
	{"statistics", "what datasets hold, beside what a paper says of its own", func() TableSpec { return &StatisticsSpec{} }},
	{"claims", "numbers of a paper's text beside ours of the last epoch", func() TableSpec { return &ClaimsSpec{} }},
}

// FigureKinds lists the kinds of figures.
func FigureKinds() []Kind[FigureSpec] { return figureKinds }

// TableKinds lists the kinds of tables.
func TableKinds() []Kind[TableSpec] { return tableKinds }

// FigureEntry is a figure of an experiment file: a table [[figures]].
type FigureEntry struct {
	Name string // tells it from the experiment's others; may be empty
	Kind string
	Spec FigureSpec
}

// UnmarshalTOML reads the entry and the description of its kind.
func (e *FigureEntry) UnmarshalTOML(table any) (err error) {
	e.Name, e.Kind, e.Spec, err = decodeEntry(table, figureKinds)
	return err
}

// MarshalJSON writes the description beside its kind, without which the same
// text could describe two figures.
func (e FigureEntry) MarshalJSON() ([]byte, error) {
	type plain FigureEntry
	return json.Marshal(plain(e))
}

// TableEntry is a table of an experiment file: a table [[tables]].
type TableEntry struct {
	Name string // tells it from the experiment's others; may be empty
	Kind string
	Spec TableSpec
}

// UnmarshalTOML reads the entry and the description of its kind.
func (e *TableEntry) UnmarshalTOML(table any) (err error) {
	e.Name, e.Kind, e.Spec, err = decodeEntry(table, tableKinds)
	return err
}

func decodeEntry[Spec any](table any, kinds []Kind[Spec]) (name, kind string, spec Spec, err error) {
	all, ok := table.(map[string]any)
	if !ok {
		return name, kind, spec, fmt.Errorf("expected a table with keys, not %v", table)
	}
	var head struct {
		Name string `toml:"name"`
		Kind string `toml:"kind"`
	}
	of, rest := map[string]any{}, maps.Clone(all)
	for _, key := range []string{"name", "kind"} {
		if value, ok := all[key]; ok {
			of[key] = value
			delete(rest, key)
		}
	}
	if err := decodeTable(of, &head); err != nil {
		return name, kind, spec, err
	}
	name, kind = head.Name, head.Kind
	for _, k := range kinds {
		if k.Name == kind {
			spec = k.empty()
			return name, kind, spec, decodeTable(rest, spec)
		}
	}
	return name, kind, spec, fmt.Errorf("unknown kind %q; there are %s", kind, kindNames(kinds))
}

func kindNames[Spec any](kinds []Kind[Spec]) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = fmt.Sprintf("%q", k.Name)
	}
	return strings.Join(names, ", ")
}
