package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"rationale/pipeline/disk"
	"rationale/plots"
	"rationale/plots/html"
	"rationale/stages/evaluate"
	"rationale/stages/infer"
)

// explainCmd is `rationale explain`.
type explainCmd struct {
	Name string `arg:"" name:"run" help:"The run."`
	Text string `arg:"" optional:"" help:"A text of your own; test texts unless given."`
	N    int    `default:"5" placeholder:"N" help:"How many test texts."`
	HTML string `name:"html" placeholder:"FILE" help:"Write a page to this file as well."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*explainCmd) Help() string {
	return `The words that the model selected (arg-max mask) are highlighted, human rationales underlined where the dataset has them.

Examples:

    rationale explain "RNP on generated-aroma, seed 1" --n 3 --html rationales.html
    rationale explain train-0123 "The aroma is a delight, the palate thin."`
}

// Validate is called by kong.
func (c *explainCmd) Validate() error {
	if c.N < 1 {
		return fmt.Errorf("--n %d: expected 1 or more", c.N)
	}
	return nil
}

// Run shows texts with their rationales.
func (c *explainCmd) Run(ctx context.Context, a *app) error {
	store, err := a.store()
	if err != nil {
		return err
	}
	r, err := findRun(store, c.Name)
	if err != nil {
		return err
	}
	texts, err := c.texts(ctx, a, r)
	if err != nil {
		return err
	}
	if c.HTML != "" {
		if err := writePage(c.HTML, r, texts); err != nil {
			return err
		}
	}
	if c.JSON {
		return a.printJSON(texts)
	}
	for i, text := range texts {
		if i > 0 {
			a.printf("\n")
		}
		if err := highlight(r, text).WriteTerminal(a.colours, a.terminal()); err != nil {
			return err
		}
	}
	return nil
}

// texts are the user's own, or the first of the test split.
func (c *explainCmd) texts(ctx context.Context, a *app, r *trainedRun) ([]evaluate.Example, error) {
	dir, err := r.folder(r.Evaluation)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(c.Text) != "" {
		example, err := answer(ctx, a, r, dir, c.Text)
		return []evaluate.Example{example}, err
	}
	examples, err := evaluate.ReadExamples(dir)
	if err != nil {
		return nil, err
	}
	return examples[:min(c.N, len(examples))], nil
}

// answer runs the evaluated model on a text of the user's. dir is the checked
// folder of the evaluation.
func answer(ctx context.Context, a *app, r *trainedRun, dir, text string) (evaluate.Example, error) {
	data, err := r.dataFolder()
	if err != nil {
		return evaluate.Example{}, err
	}
	words := infer.Words(text)
	if len(words) == 0 {
		return evaluate.Example{}, usagef("the text has no words")
	}
	model, err := infer.Open(dir, data, a.computing())
	if err != nil {
		return evaluate.Example{}, err
	}
	defer model.Close()
	x, err := model.Answer(ctx, nil, words)
	if err != nil {
		return evaluate.Example{}, err
	}
	if x.Read < len(words) {
		a.say("the model reads the first %d of %d words", x.Read, len(words))
	}
	a.say("%d of %d words have no vector", x.Unknown, len(words))
	x.ID = "your text"
	return x.Example, nil
}

// highlight shows one example. A classifier selects nothing.
func highlight(r *trainedRun, x evaluate.Example) plots.Highlight {
	h := plots.Highlight{Title: x.ID, Tokens: x.Tokens, Gold: x.Gold}
	if x.Class != "" {
		h.Title += ": " + x.Class
	}
	if x.Selected == nil {
		h.Title += fmt.Sprintf(" (%s says %s)", r.Graphs.Method, x.Predicted)
		return h
	}
	h.Rationales = []plots.Rationale{{Name: r.Graphs.Method, Note: "says " + x.Predicted, Chosen: x.Selected}}
	return h
}

// writePage writes the page as a whole or not at all.
func writePage(path string, r *trainedRun, texts []evaluate.Example) error {
	section := html.Section{Title: "Texts"}
	for _, x := range texts {
		section.Blocks = append(section.Blocks, html.Highlight(highlight(r, x)))
	}
	page := html.Page{Title: "Rationales of " + r.Graphs.Method, Subtitle: r.Label + " (" + r.ID + ")", Sections: []html.Section{section}}
	var content bytes.Buffer
	if err := page.Write(&content); err != nil {
		return err
	}
	_, err := disk.WriteFile(disk.Real{}, path, content.Bytes())
	return writable("cannot write the page", err)
}

// terminal says what stdout can show: NO_COLOR and TERM=dumb are respected.
func (a *app) terminal() plots.Terminal {
	f, ok := a.screen.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return plots.Terminal{}
	}
	t := plots.Terminal{Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		t.Width = min(width, 120)
	}
	return t
}
