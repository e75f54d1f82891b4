package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/alecthomas/kong"
)

// cli is the command line: flags for all verbs, and the verbs.
type cli struct {
	globals

	Reproduce reproduceCmd `cmd:"" group:"papers" help:"Run the papers' experiments and draw their figures and tables."`
	Status    statusCmd    `cmd:"" group:"papers" help:"Say what reproduce would do, and why. Exit code 3 when there is something."`
	Cell      cellCmd      `cmd:"" group:"papers" help:"Show where a number of a table is from: runs, folders, settings, curves."`
	List      listCmd      `cmd:"" group:"papers" help:"List experiments, datasets, methods, stages, formats or runs."`

	Train    trainCmd    `cmd:"" group:"runs" help:"Train one model and evaluate it on the test split."`
	Evaluate evaluateCmd `cmd:"" group:"runs" help:"Print what was measured on a run's test split."`
	Compare  compareCmd  `cmd:"" group:"runs" help:"Print two runs' measurements and settings side by side."`
	Explain  explainCmd  `cmd:"" group:"runs" help:"Show which words or nodes a model reads, in test texts or graphs, or in one of your own."`
	Inspect  inspectCmd  `cmd:"" group:"runs" help:"Say whether a model relies on words or nodes that carry no meaning."`
	Trigger  triggerCmd  `cmd:"" group:"runs" help:"Search words that turn a model's answers, to plant a backdoor with them."`
	Scan     scanCmd     `cmd:"" group:"runs" help:"Say whether a model or a dataset that somebody hands over has a backdoor."`
	Export   exportCmd   `cmd:"" group:"runs" help:"Write a run's model, vocabulary and model card, ready for any onnxruntime."`
	Predict  predictCmd  `cmd:"" group:"runs" help:"Answer for texts or graphs from stdin with an exported model: class, probabilities and rationale, as JSON lines."`

	Data     dataCmd     `cmd:"" group:"data" help:"Import datasets and describe them."`
	Poison   poisonCmd   `cmd:"" group:"data" help:"Poison a dataset as an attacker would, to study attacks and defences."`
	Defend   defendCmd   `cmd:"" group:"data" help:"Disarm a backdoor: in training texts, or in what a finished run reads."`
	Tokenize tokenizeCmd `cmd:"" group:"data" help:"Cut texts into WordPiece pieces, as BERT reads them."`

	Fetch  fetchCmd  `cmd:"" group:"setup" help:"Fetch the onnxruntime library, the word vectors or a small BERT."`
	Doctor doctorCmd `cmd:"" group:"setup" help:"Tell what is there, what is missing and how to get it."`
}

// globals are the flags that every verb understands.
type globals struct {
	Data     string       `placeholder:"DIR" env:"RATIONALE_DATA_DIR" help:"Folder of imported datasets; the folder data in the output folder unless given."`
	Out      string       `placeholder:"DIR" default:"out" env:"RATIONALE_OUT_DIR" help:"Folder for everything that is made: store/ and results/."`
	Provider string       `placeholder:"${provider}" default:"${provider}" help:"What computes: ${providers}."`
	Device   int          `placeholder:"N" help:"With --provider ${devices}: ordinal of the device, from 0."`
	TF32     bool         `name:"tf32" help:"With --provider ${devices}: faster matrix products of operands rounded to 10 bits of mantissa. Part of a run's identity, as the provider is."`
	Jobs     int          `placeholder:"N" default:"${processors}" help:"Stages that may run at the same time; one per processor unless given. The threads of a run are a setting."`
	Quiet    bool         `short:"q" xor:"loudness" help:"No progress and no messages but warnings."`
	Verbose  bool         `short:"v" xor:"loudness" help:"Messages of the stages too."`
	Version  versionFlag  `help:"Print the versions of the program and of onnxruntime."`
	Licences licencesFlag `help:"Print the licences of what the program contains and fetches."`
}

// Validate is called by kong once the flags are read.
func (g *globals) Validate() error {
	if g.Jobs < 1 {
		return fmt.Errorf("--jobs %d: expected a whole number of at least 1", g.Jobs)
	}
	return g.validateProvider()
}

// dataDir is the folder of imported datasets.
func (g *globals) dataDir() string {
	if g.Data != "" {
		return g.Data
	}
	return filepath.Join(g.Out, "data")
}

func (g *globals) storeDir() string   { return filepath.Join(g.Out, "store") }
func (g *globals) resultsDir() string { return filepath.Join(g.Out, "results") }

const description = `Trains models that explain themselves, inspects them, and reproduces the papers about them on the stock onnxruntime library.

Begin with "rationale doctor", then "rationale reproduce --profile smoke".

stdout carries data, stderr progress and messages. Exit codes: 0 done, 1 failed, 2 wrong command line, 3 stale (status), 130 interrupted.`

var groups = kong.Groups{
	"papers": "Reproduce the papers:",
	"runs":   "Single runs (RUN is an artifact's id, the beginning of one, or a label; see \"list runs\"):",
	"data":   "Data:",
	"setup":  "Set-up:",
}

// execute parses the arguments and runs the verb that they name.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	var c cli
	var failed outputError
	answered := false // --help or --version has printed all there is
	parser, err := kong.New(&c,
		kong.Name("rationale"), kong.Description(description), groups, variables(),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { answered = true }), kong.Help(printHelp),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
	)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	switch {
	case answered:
		return nil
	case errors.As(err, &failed):
		return failed
	case err != nil:
		return usageError{fmt.Errorf("%w; see rationale --help", err)}
	}
	a := newApp(&c.globals, stdin, stdout, stderr)
	a.args = args
	parsed.BindTo(ctx, (*context.Context)(nil))
	return a.finish(a.suspect(parsed.Run(a)))
}

// printHelp is kong's own help. It goes straight to stdout, of which kong asks
// the width.
func printHelp(o kong.HelpOptions, ctx *kong.Context) error {
	return written(kong.DefaultHelpPrinter(o, ctx))
}
