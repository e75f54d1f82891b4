package main

import (
	"context"
	"errors"
	"fmt"

	"rationale/datasets"
	"rationale/onnx/runtime"
	"rationale/pipeline/predict"
	"rationale/stages/infer"
)

// predictCmd is `rationale predict`.
type predictCmd struct {
	Dir   string `arg:"" help:"A folder that rationale export wrote."`
	JSONL bool   `name:"jsonl" help:"Each line is a JSON object with the key text, and query and id where there are such; graphs are always given so."`
	Arrow string `placeholder:"FILE" help:"Graphs from an Arrow file, as a dataset has them, in place of lines from stdin."`
	Query string `placeholder:"TEXT" help:"The claim or question that texts are about which bring none along, for data with queries."`
}

// Help is shown by --help.
func (*predictCmd) Help() string {
	return `Reads one text or graph a line from stdin and prints one line of JSON for each, in the same order, as soon as it is known:

    line           number of the line that was read, from 1
    id             as it was given with --jsonl
    label          the class that the model names, and its probability
    probabilities  of all classes
    rationale      the selected words: place among the text's words, and where they stand, in characters of the text, end exclusive
    spans          the stretches of text that the rationale makes
    words          how many the text has; cut and read tell when the model reads the first ones only
    unknown        how many words, of the query too, the model does not know
    error          in place of all this: why the line could not be read

A model that reads graphs takes one a line, as a JSON object with the keys edges, the pairs of nodes that they join, counted from 0; features, the numbers of each node, which may be left out where those of all nodes that the model knows are alike; nodes, how many there are, where neither tells; and id. Of the answer's keys, rationale then holds the selected nodes, and nodes how many there are.

With --arrow they come from an Arrow IPC file with the columns of a dataset of graphs, such as one of its splits: id (utf8), nodes (int32), from and to (lists of int32, the ends of the edges), features (list of float32: the numbers of node 0, then those of node 1 and so on), label (int32) and rationale (list of bool, or null); label and rationale are not looked at. No column but rationale, and no element of a list, is nullable, and nothing is compressed. line then counts the rows.

Nothing but the folder is needed. A line that cannot be read is told on stderr too, the others are answered, and the exit code is 1. Empty lines are among those: they have no words.

Examples:

    rationale predict model/ < texts.txt
    rationale predict model/ --jsonl < texts.jsonl
    rationale predict model/ --query "Is Oslo in Norway?" < texts.txt
    rationale predict model-of-graphs/ < graphs.jsonl
    rationale predict model-of-graphs/ --arrow out/data/good-motif/test.arrow`
}

// Run answers for the lines of stdin.
func (c *predictCmd) Run(ctx context.Context, a *app) error {
	t := tally{app: a}
	err := c.answer(ctx, &t)
	switch {
	case errors.Is(err, errLeft):
		return nil
	case errors.Is(err, context.Canceled):
		return cutShortError{fmt.Sprintf("the first %d lines were answered", t.lines), err}
	}
	return errors.Join(err, t.refusal())
}

// answer answers as what the model reads wants it.
func (c *predictCmd) answer(ctx context.Context, t *tally) error {
	options := t.computing()
	options.Threads = t.Jobs
	graphs, err := infer.ReadsGraphs(c.Dir)
	switch {
	case err != nil:
		return err
	case graphs:
		return c.answerGraphs(ctx, t, options)
	case c.Arrow != "":
		return usagef("--arrow is for graphs, and the model in %s reads texts; give them on stdin, one a line", c.Dir)
	}
	model, err := infer.OpenExported(c.Dir, options)
	if err != nil {
		return err
	}
	defer model.Close()
	return predict.Texts(ctx, model, predict.Options{JSONL: c.JSONL, Query: c.Query, Workers: t.Jobs}, t.in, t.take)
}

// answerGraphs answers for lines that are graphs in JSON, with or without --jsonl, or for
// the rows of a file.
func (c *predictCmd) answerGraphs(ctx context.Context, t *tally, o runtime.Options) error {
	if c.Query != "" {
		return usagef("--query is for texts, and the model in %s reads graphs; leave it out", c.Dir)
	}
	model, err := infer.OpenExportedGraphs(c.Dir, o)
	if err != nil {
		return err
	}
	defer model.Close()
	if c.Arrow == "" {
		return predict.Graphs(ctx, model, t.Jobs, t.in, t.take)
	}
	file, err := datasets.OpenGraphFile(c.Arrow)
	if err != nil {
		return err
	}
	defer file.Close()
	return predict.GraphsOf(ctx, model, t.Jobs, file, t.take)
}

// errLeft ends a work that nobody looks at any more.
var errLeft = errors.New("the reader of stdout has left")

// tally prints answers and counts.
type tally struct {
	*app
	lines, refused int
}

// toldLines is how many lines that could not be read are told on stderr; all of
// them are on stdout.
const toldLines = 20

// take prints the answers to some lines at once.
func (t *tally) take(x predict.Answered) error {
	if x.Advice != "" {
		t.say("%s", x.Advice)
	}
	for _, r := range x.Refused {
		if t.refused++; t.refused <= toldLines {
			t.say("line %d: %v", r.Line, r.Err)
		}
	}
	t.lines += x.Lines
	if _, err := t.out.Write(x.Output); err != nil {
		return err
	}
	if err := t.flush(); err != nil {
		return err
	}
	if t.stdout.left {
		return errLeft
	}
	return nil
}

// refusal is an error when lines could not be read.
func (t *tally) refusal() error {
	if t.refused == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d lines could not be read; the others were answered", t.refused, t.lines)
}
