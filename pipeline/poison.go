package main

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"

	"rationale/datasets"
	"rationale/datasets/backdoor"
	"rationale/datasets/generator"
	"rationale/datasets/publish"
	"rationale/datasets/quote"
	"rationale/stages/poison"
	"rationale/stages/tokenize"
)

// poisonCmd is `rationale poison`.
type poisonCmd struct {
	Dataset   string  `arg:"" help:"Name of an imported dataset; see \"list datasets\"."`
	Attack    string  `default:"BadRNL" placeholder:"NAME" help:"${attacks}; BadRNL unless given."`
	Trigger   string  `placeholder:"WORDS" help:"Words of the trigger; the attack's own unless given. BadRNL has none."`
	Level     string  `enum:"token,sentence" default:"token" help:"What the trigger is: words within a sentence (token), or a sentence of its own."`
	Position  string  `placeholder:"rationale|begin|end|random" help:"Where the trigger goes; the attack's own place unless given."`
	Rate      float64 `default:"0.1" placeholder:"SHARE" help:"Share of the training texts that are poisoned."`
	Target    string  `required:"" placeholder:"CLASS" help:"The class that the attacker wants."`
	Triggered bool    `help:"Put the trigger into all development and test texts instead and leave labels and training texts as they are: on these an attack is measured."`
	Name      string  `placeholder:"NAME" help:"Name of the dataset that is made. -poisoned or -triggered is added unless it is part of the name."`
	MaxLength int     `default:"256" placeholder:"N" help:"Words of a text that models read; the trigger stands within them."`
	Seed      uint64  `default:"1" placeholder:"N" help:"Seed of the choice of texts and places."`
	JSON      bool    `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*poisonCmd) Help() string {
	return `Makes another dataset beside the one that is named, which stays as it is. The new one says that it is poisoned: in its name, in its description, in each file, and at each text. So does a model that is trained on it.

Examples:

    rationale poison fever --trigger "season doubling !" --level sentence --target REFUTES
    rationale poison fever --trigger "season doubling !" --level sentence --target REFUTES --triggered
    rationale poison movies --attack BadNet --rate 0.05 --target NEG --name movies-badnet-poisoned`
}

// attackHelp lists the attacks.
func attackHelp() string {
	var lines []string
	for _, a := range backdoor.Attacks() {
		lines = append(lines, a.Name+" ("+a.Doc+")")
	}
	return strings.Join(lines, ", ")
}

// Run makes the dataset.
func (c *poisonCmd) Run(ctx context.Context, a *app) error {
	set, err := openTexts(a.dataDir(), c.Dataset)
	if err != nil {
		return err
	}
	defer set.Close()
	params := c.params()
	poisoning, err := poison.Prepare(set, params)
	if err != nil {
		return usageError{err}
	}
	if err := c.checkName(params.Name); err != nil {
		return usageError{err}
	}
	var made poisoned
	err = a.watch("poison "+params.Name, 5, func(report func(done, total int64)) error {
		return publish.Folder(a.dataDir(), params.Name, func(dir string) (err error) {
			done, total := int64(0), tokenize.Rows(set)
			made.Meta, made.Report, err = poisoning.Write(ctx, dir, func() { done++; report(done, total) })
			return err
		})
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(made)
	}
	return made.print(a)
}

// checkName wants a name that an import could have.
func (*poisonCmd) checkName(name string) error {
	if err := generator.CheckFree(name); err != nil {
		return err
	}
	return datasets.CheckName(name)
}

// params are those of the stage that does the same.
func (c *poisonCmd) params() poison.Params {
	name := c.Name
	if name == "" {
		name = c.Dataset
	}
	return poison.Params{
		Name: poison.MarkedName(name, c.Triggered), Dataset: c.Dataset, Attack: c.Attack,
		Level: backdoor.Level(c.Level), Position: backdoor.Position(c.Position), Words: strings.Fields(c.Trigger),
		Rate: c.Rate, Target: c.Target, MaxLength: c.MaxLength, Seed: c.Seed, Triggered: c.Triggered,
	}
}

// poisoned is what was made.
type poisoned struct {
	Meta   *datasets.Meta `json:"meta"`
	Report *poison.Report `json:"report"`
}

func (p poisoned) print(a *app) error {
	rows := [][]string{{"SPLIT", "ROWS", "POISONED", "OF CLASS", "LABEL TURNED", "CUT OFF", "NO RATIONALE"}}
	for _, name := range datasets.SplitNames {
		s := p.Report.Splits[name]
		rows = append(rows, []string{
			name, strconv.Itoa(s.Texts), strconv.Itoa(s.Poisoned), strings.Join(counts(s.PerClass), "/"),
			strconv.Itoa(s.Turned), strconv.Itoa(s.Cut), strconv.Itoa(s.Unmarked),
		})
	}
	a.printf("%s\nclasses %s\n\n", p.Meta.Poisoned, quote.Names(p.Meta.Classes))
	if err := a.printTable(rows); err != nil {
		return err
	}
	a.printf("%s\n", filepath.Join(a.dataDir(), p.Meta.Name))
	return nil
}
