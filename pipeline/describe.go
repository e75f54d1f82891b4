package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rationale/datasets"
	"rationale/datasets/quote"
	"rationale/tokenizer"
)

// describeCmd is `rationale data describe`.
type describeCmd struct {
	Name string `arg:"" help:"Name of an imported dataset; see \"list datasets\"."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*describeCmd) Help() string {
	return `Examples:

    rationale data describe tweets
    rationale data describe tweets --json`
}

// described is a dataset's origin, its statistics, and what both tell about its
// use.
type described struct {
	Meta  datasets.Meta  `json:"meta"`
	Stats datasets.Stats `json:"stats"`
	// Coverage counts the words without a vector, by split; nil without a table
	// of word vectors.
	Coverage map[string]tokenizer.Coverage `json:"coverage,omitempty"`
	Warnings []string                      `json:"warnings,omitempty"`
	// Poisoned are a few poisoned texts.
	Poisoned []poisonedText `json:"poisoned_texts,omitempty"`
}

// Run reads the dataset once.
func (c *describeCmd) Run(ctx context.Context, a *app) error {
	set, err := openDataset(a.dataDir(), c.Name)
	if err != nil {
		return err
	}
	defer set.Close()
	stats, err := datasets.Describe(ctx, set)
	if err != nil {
		return err
	}
	dir, err := embeddingsDir()
	if err != nil {
		return err
	}
	coverage, err := coverages(dir, set)
	if err != nil {
		a.log.Warn("the words without a vector are not counted", "why", err)
	}
	d := described{Meta: set.Meta(), Stats: stats, Coverage: coverage, Warnings: append(set.Meta().Warnings(), unknownWarning(coverage)...)}
	if d.Poisoned, err = poisonedTexts(ctx, set); err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(d)
	}
	return d.print(a)
}

// openDataset tells a name that nobody imported from damage.
func openDataset(dir, name string) (*datasets.Set, error) {
	names, err := datasets.List(dir)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, usagef("no dataset %q: none has been imported into %s; see rationale data import --help", name, dir)
	}
	set, err := datasets.Open(dir, name)
	if err != nil && !slices.Contains(names, name) {
		err = usageError{err}
	}
	return set, err
}

// openTexts is openDataset for verbs that read texts.
func openTexts(dir, name string) (*datasets.Set, error) {
	set, err := openDataset(dir, name)
	if err != nil {
		return nil, err
	}
	if why := set.Meta().NoTexts(); why != "" {
		return nil, errors.Join(usagef("dataset %s: %s", name, why), set.Close())
	}
	return set, nil
}

func (d described) print(a *app) error {
	d.printOrigin(a)
	rows := d.textRows()
	if d.Meta.Graphs != nil {
		rows = d.graphRows()
	}
	if err := a.printTable(rows); err != nil {
		return err
	}
	for _, warning := range d.Warnings {
		a.printf("warning: %s\n", warning)
	}
	return d.printPoisoned(a)
}

func (d described) textRows() [][]string {
	rows := [][]string{{"SPLIT", "ROWS", "PER CLASS", "MEAN LENGTH", "LONGEST", fmt.Sprintf("BEYOND %d", datasets.StatsCut), "GOLD", "NO RATIONALE", "NO VECTOR"}}
	for _, s := range d.Stats.Splits {
		rows = append(rows, []string{
			s.Name, strconv.Itoa(s.Rows), strings.Join(counts(s.PerClass), "/"), fmt.Sprintf("%.1f", s.MeanLength),
			strconv.Itoa(s.Longest), percent(s.CutShare), percent(s.GoldShare), strconv.Itoa(s.WithoutRationale), d.unknown(s.Name),
		})
	}
	return rows
}

func (d described) graphRows() [][]string {
	rows := [][]string{{"SPLIT", "GRAPHS", "PER CLASS", "MEAN NODES", "LARGEST", "MEAN EDGES", "GOLD NODES", "NO RATIONALE"}}
	for _, s := range d.Stats.Graphs {
		rows = append(rows, []string{
			s.Name, strconv.Itoa(s.Rows), strings.Join(counts(s.PerClass), "/"), fmt.Sprintf("%.1f", s.MeanNodes),
			strconv.Itoa(s.Largest), fmt.Sprintf("%.1f", s.MeanEdges), percent(s.GoldShare), strconv.Itoa(s.WithoutRationale),
		})
	}
	return rows
}

// unknown is the share of a split's words that have no vector.
func (d described) unknown(split string) string {
	if d.Coverage == nil {
		return "–" // no vectors yet
	}
	return percent(d.Coverage[split].UnknownShare())
}

// printOrigin tells what the dataset is and where it came from.
func (d described) printOrigin(a *app) {
	a.printf("%s: format %s, classes %s\n", d.Meta.Name, d.Meta.Format, quote.Names(d.Meta.Classes))
	if d.Meta.Graphs != nil {
		a.printf("graphs with %d numbers for each node\n", d.Meta.Graphs.Features)
	}
	a.printf("licence: %s\n", d.Meta.Licence)
	if d.Meta.Split != "" {
		a.printf("split: %s\n", d.Meta.Split)
	}
	for _, s := range d.Meta.Sources {
		a.printf("source: %s, %d bytes, SHA-256 %s\n", quote.Name(s.Base), s.Bytes, s.SHA256)
	}
	if from := d.Meta.DerivedFrom; from != nil {
		a.printf("derived from: %s, digest %s: %s\n", quote.Name(from.Name), from.Digest, quote.Line(from.Change))
	}
	if d.Meta.Poisoned != "" {
		a.printf("poisoned: %s\n", quote.Line(d.Meta.Poisoned))
	}
	a.printf("digest: %s\n", d.Stats.Digest)
	if d.Meta.DerivedFrom == nil {
		a.printf("import again: %s\n", d.Meta.Command())
	}
	a.printf("\n")
}

// percent shows a share.
func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
