package main

import (
	"fmt"
	"strings"

	"rationale/datasets"
	"rationale/datasets/formats"
	"rationale/datasets/quote"
	"rationale/onnx/rationalizer"
	"rationale/pipeline/experiments"
	"rationale/plots"
)

// listCmd is `rationale list`.
type listCmd struct {
	What string `arg:"" enum:"experiments,datasets,methods,options,encoders,stages,formats,figures,tables,keys,runs" help:"experiments, datasets, methods, options (of methods), encoders, stages, formats, figures, tables, keys or runs."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*listCmd) Help() string {
	return `Examples:

    rationale list experiments
    rationale list runs --json`
}

// entry is one line of a list.
type entry struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	Doc  string `json:"doc"`
}

// Run prints the list.
func (c *listCmd) Run(a *app) error {
	if c.What == "runs" {
		return listRuns(a, c.JSON)
	}
	list, err := map[string]func(a *app) ([]entry, error){
		"experiments": listExperiments, "datasets": listDatasets, "methods": listMethods, "options": listOptions,
		"encoders": listEncoders, "stages": listStages, "formats": listFormats,
		"figures": listFigures, "tables": listTables, "keys": listKeys,
	}[c.What](a)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(list)
	}
	rows := [][]string{{"NAME", "KIND", "WHAT"}}
	for _, e := range list {
		rows = append(rows, []string{e.Name, e.Kind, e.Doc})
	}
	return a.printTable(rows)
}

func listExperiments(*app) ([]entry, error) {
	all, err := experiments.All()
	var list []entry
	for _, e := range all {
		kind := "further"
		if e.Headline {
			kind = "headline"
		}
		list = append(list, entry{e.Name, kind, fmt.Sprintf("%s (%s; on other data %s)", e.Title, e.Paper, e.Own)})
	}
	return list, err
}

// listDatasets shows damaged datasets too: that is when one looks here.
func listDatasets(a *app) ([]entry, error) {
	var list []entry
	for _, e := range experiments.EmbeddedDatasets() {
		list = append(list, entry{e.Name, "embedded", e.Doc})
	}
	names, err := datasets.List(a.dataDir())
	for _, name := range names {
		list = append(list, importedEntry(a.dataDir(), name))
	}
	return list, err
}

func importedEntry(dir, name string) entry {
	set, err := datasets.Open(dir, name)
	if err != nil {
		return entry{name, "damaged", err.Error()}
	}
	defer set.Close()
	meta := set.Meta()
	var rows []string
	for _, split := range datasets.SplitNames {
		rows = append(rows, fmt.Sprintf("%s %d", split, meta.Splits[split].Rows))
	}
	what := "rows"
	if meta.Graphs != nil {
		what = meta.Kind()
	}
	return entry{name, meta.Format, strings.Join(rows, ", ") + " " + what + "; classes " + quote.Names(meta.Classes) + madeFrom(meta)}
}

// madeFrom tells of a dataset that was not imported as it is.
func madeFrom(meta datasets.Meta) string {
	var more string
	if meta.DerivedFrom != nil {
		more = "; derived from " + quote.Name(meta.DerivedFrom.Name) + ": " + quote.Line(meta.DerivedFrom.Change)
	}
	if meta.Poisoned != "" {
		more += "; poisoned: " + quote.Line(meta.Poisoned)
	}
	return more
}

func listMethods(*app) ([]entry, error) {
	var list []entry
	for _, m := range rationalizer.Methods() {
		kind := "classifier"
		if m.Selects() {
			kind = "rationalizer"
		}
		list = append(list, entry{m.Name, kind, m.Doc})
	}
	return list, nil
}

// listOptions shows the options of methods, each once, with the methods that
// have it.
func listOptions(*app) ([]entry, error) {
	docs, having := map[string]rationalizer.Option{}, map[string][]string{}
	for _, m := range rationalizer.Methods() {
		for _, o := range m.Options {
			docs[o.Name], having[o.Name] = o, append(having[o.Name], m.Name)
		}
	}
	var list []entry
	for _, name := range rationalizer.OptionNames() {
		o := docs[name]
		value := fmt.Sprint(o.Default)
		if o.Flag {
			value = fmt.Sprint(o.Default != 0)
		}
		list = append(list, entry{name, "default " + value, fmt.Sprintf("%s (%s)", o.Doc, strings.Join(having[name], ", "))})
	}
	return list, nil
}

func listEncoders(*app) ([]entry, error) {
	var list []entry
	for _, k := range rationalizer.Encoders() {
		kind := "encoder"
		switch k.Name {
		case rationalizer.DefaultEncoder:
			kind = "default"
		case rationalizer.GraphEncoder:
			kind = "default of graphs"
		}
		list = append(list, entry{k.Name, kind, k.Doc})
	}
	return list, nil
}

func listStages(*app) ([]entry, error) {
	var list []entry
	for _, s := range experiments.Stages() {
		list = append(list, entry{s.Name(), fmt.Sprintf("version %d", s.Version()), s.Doc})
	}
	return list, nil
}

func listFormats(*app) ([]entry, error) {
	var list []entry
	for _, f := range formats.All() {
		kind := "dataset"
		if f.Generates {
			kind = "generator"
		}
		list = append(list, entry{f.Name, kind, f.Doc})
	}
	return append(list, entry{gloveFormat, "word vectors", gloveDoc}), nil
}

// listFigures shows what an experiment file can ask for.
func listFigures(*app) ([]entry, error) { return kindEntries("figure", plots.FigureKinds()), nil }

func listTables(*app) ([]entry, error) { return kindEntries("table", plots.TableKinds()), nil }

func kindEntries[Spec any](what string, all []plots.Kind[Spec]) []entry {
	var list []entry
	for _, k := range all {
		list = append(list, entry{k.Name, what, k.Doc})
	}
	return list
}

// listKeys shows what tells runs apart.
func listKeys(*app) ([]entry, error) {
	var list []entry
	for _, k := range plots.Keys() {
		list = append(list, entry{k.Name, string(k.Kind), k.Doc})
	}
	return list, nil
}
