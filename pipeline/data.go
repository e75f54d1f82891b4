package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"rationale/datasets"
	"rationale/datasets/formats"
	"rationale/datasets/quote"
	"rationale/tokenizer/embeddings"
)

// dataCmd is `rationale data`.
type dataCmd struct {
	Import   importCmd       `cmd:"" help:"Turn raw files into a dataset."`
	Describe describeCmd     `cmd:"" help:"Print what a dataset holds."`
	Tokenize dataTokenizeCmd `cmd:"" help:"Turn a dataset into ids, and tell what was cut off and unknown."`
}

// importCmd is `rationale data import`.
type importCmd struct {
	Format  string            `arg:"" help:"How the sources are written; see \"list formats\"."`
	Sources []string          `arg:"" optional:"" name:"source" help:"Files, or the folder in which a known dataset was published."`
	Name    string            `placeholder:"NAME" help:"Name of the dataset: letters, digits and . _ -"`
	Split   string            `placeholder:"SPEC" help:"How rows are dealt to train, dev and test, such as dev=0.1,test=0.1; by file names unless given."`
	SkipBad bool              `help:"Leave rows out that cannot be used, and count them."`
	Balance string            `placeholder:"SEED" help:"Reduce the larger class of the training rows with this seed, or off; the format's own way unless given."`
	Seed    uint64            `placeholder:"N" help:"Seed of random splits and of generated text."`
	Set     map[string]string `mapsep:"none" placeholder:"OPTION=VALUE" help:"A setting of the format; may be repeated."`
}

// Help is shown by --help.
func (*importCmd) Help() string {
	var b strings.Builder
	b.WriteString("The format glove reads word vectors (glove.6B.100d.txt, plain or gzip) in place of \"fetch embeddings\".\n\nExamples:\n\n")
	for _, f := range formats.All() {
		fmt.Fprintf(&b, "    %s\n", f.Example)
	}
	b.WriteString("    " + gloveExample)
	return b.String()
}

// Run imports, with a progress bar.
func (c *importCmd) Run(ctx context.Context, a *app) error {
	if c.Format == gloveFormat {
		return c.importVectors(ctx, a)
	}
	format, err := formats.Find(c.Format)
	if err != nil {
		return usageError{err}
	}
	if c.Name == "" {
		return usagef("data import %s: --name is missing; it says how the dataset will be called", c.Format)
	}
	var meta *datasets.Meta
	err = a.watch("import "+c.Name, 5, func(report func(done, total int64)) (err error) {
		meta, err = formats.Import(ctx, a.dataDir(), c.options(), report)
		return err
	})
	if err != nil && !c.knownTo(format) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	return c.summarize(a, meta)
}

func (c *importCmd) options() formats.ImportOptions {
	return formats.ImportOptions{
		Format: c.Format, Name: c.Name, Sources: c.Sources, Split: c.Split, SkipBad: c.SkipBad,
		Balance: c.Balance, Seed: c.Seed, Options: c.Set,
	}
}

// knownTo tells whether the format has all options that are set.
func (c *importCmd) knownTo(format formats.Format) bool {
	known := map[string]bool{}
	for _, o := range format.Options {
		known[o.Name] = true
	}
	for name := range c.Set {
		if !known[name] {
			return false
		}
	}
	return true
}

// summarize prints what came of the import.
func (c *importCmd) summarize(a *app, meta *datasets.Meta) error {
	rows := [][]string{append([]string{"SPLIT", "ROWS", "WITH RATIONALE", "LEFT OUT"}, quoted(meta.Classes)...)}
	for _, name := range datasets.SplitNames {
		s := meta.Splits[name]
		left := 0
		for _, n := range s.Skipped {
			left += n
		}
		row := []string{name, strconv.Itoa(s.Rows), strconv.Itoa(s.WithRationale), strconv.Itoa(left)}
		rows = append(rows, append(row, counts(s.PerClass)...))
	}
	if err := a.printTable(rows); err != nil {
		return err
	}
	a.printf("%s\n", filepath.Join(a.dataDir(), meta.Name))
	for _, warning := range meta.Warnings() {
		a.log.Warn(warning, "dataset", meta.Name)
	}
	return nil
}

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = quote.Name(name)
	}
	return out
}

func counts(numbers []int) []string {
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = strconv.Itoa(n)
	}
	return out
}

const (
	gloveFormat  = "glove"
	gloveExample = "rationale data import glove glove.6B.100d.txt"
	gloveDoc     = "Word vectors as the GloVe project publishes them, one word a line; they serve all datasets."
)

// importVectors builds the word-vector table from the user's own file.
func (c *importCmd) importVectors(ctx context.Context, a *app) error {
	if len(c.Sources) != 1 {
		return usagef("data import glove: expected one file, as in %q", gloveExample)
	}
	dir, err := embeddingsDir()
	if err != nil {
		return err
	}
	if err := makeFolder(dir); err != nil {
		return err
	}
	table := filepath.Join(dir, embeddings.FileName)
	err = a.watch("word vectors", 30, func(report func(done, total int64)) error {
		return embeddings.BuildFile(ctx, c.Sources[0], embeddings.GloVe, table, func(words int) { report(int64(words), 0) })
	})
	if err != nil {
		return err
	}
	a.printf("%s\n", table)
	return nil
}
