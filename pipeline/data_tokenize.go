package main

import (
	"context"
	"strconv"

	"rationale/datasets"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
	"rationale/stages/tokenize"
)

// dataTokenizeCmd is `rationale data tokenize`.
type dataTokenizeCmd struct {
	Name      string `arg:"" help:"Name of a dataset; see \"list datasets\"."`
	Tokenizer string `enum:"words,wordpiece" default:"words" help:"Words with vectors, or BERT's pieces."`
	Vocab     string `placeholder:"DIR" env:"RATIONALE_VOCAB" help:"Folder with vocab.txt, or a Hugging Face tokenizer folder; for wordpiece."`
	MaxLength int    `placeholder:"N" help:"Pieces kept of a text; the dataset's setting unless given."`
	JSON      bool   `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*dataTokenizeCmd) Help() string {
	return `Turns the dataset into ids with aligned rationales, as training does by itself, and tells how much was cut off and how much had no id. The report of "reproduce" then lists it too.

Example:

    rationale data tokenize movies --tokenizer wordpiece --vocab bert-base-uncased/ --max-length 512`
}

// Run makes the tokenized dataset, unless it is there, and prints its summary.
func (c *dataTokenizeCmd) Run(ctx context.Context, a *app) error {
	lab, err := a.lab(experiments.Options{Profile: "quick"})
	if err != nil {
		return err
	}
	node, err := lab.Tokenized(c.Name, c.Tokenizer, c.Vocab, c.MaxLength)
	if err != nil {
		return planError(err)
	}
	plan, err := engine.NewPlan(node)
	if err != nil {
		return err
	}
	store, err := a.store()
	if err != nil {
		return err
	}
	if _, err := engine.Run(ctx, plan, a.engineOptions(store)); err != nil {
		return err
	}
	dir, err := store.Path(plan.ID(node))
	if err != nil {
		return err
	}
	summary, err := tokenize.ReadSummary(dir)
	if err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(summary)
	}
	a.printf("%s: %d ids, texts cut at %d pieces\nfolder: %s\n\n", summary.Tokenizer, summary.Vocab, summary.MaxLength, dir)
	return a.printTable(tokenizedRows(summary))
}

func tokenizedRows(s tokenize.Summary) [][]string {
	rows := [][]string{{"SPLIT", "TEXTS", "PIECES", "BEYOND 256", "BEYOND 512", "UNKNOWN", "GOLD", "GOLD CUT"}}
	for _, name := range datasets.SplitNames {
		c := s.Splits[name]
		rows = append(rows, []string{
			name, strconv.Itoa(c.Texts), strconv.Itoa(c.Pieces), percent(c.Shares.CutAt256), percent(c.Shares.CutAt512),
			strconv.FormatFloat(100*c.Shares.Unknown, 'f', 3, 64) + " %", percent(c.GoldShare()), strconv.Itoa(c.GoldCut),
		})
	}
	return rows
}
