package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"rationale/datasets/quote"
	"rationale/datasets/words"
	"rationale/pipeline/disk"
	"rationale/plots"
	"rationale/plots/html"
	"rationale/stages/evaluate"
	"rationale/stages/infer"
	"rationale/stages/tokenize"
)

// explainCmd is `rationale explain`.
type explainCmd struct {
	Name  string  `arg:"" name:"run" help:"The run."`
	Text  *string `arg:"" optional:"" help:"A text of your own, or for a run on graphs a graph in JSON; test texts or graphs unless given."`
	Query string  `placeholder:"TEXT" help:"The claim or question that your text is about, for data with queries."`
	N     int     `default:"5" placeholder:"N" help:"How many test texts or graphs."`
	HTML  string  `name:"html" placeholder:"FILE" help:"Write a page to this file as well."`
	Mask  string  `enum:"argmax,sampled" default:"argmax" help:"Words that are more likely selected than not (argmax), or one draw of the rationale, as in training (sampled)."`
	JSON  bool    `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*explainCmd) Help() string {
	return `The words that the model selected are highlighted, human rationales underlined where the dataset has them. Of a graph they are its nodes, by number, which the page draws: selected nodes filled, gold ones ringed.

Examples:

    rationale explain "RNP on generated-aroma, seed 1" --n 3 --html rationales.html
    rationale explain train-0123 "The aroma is a delight, the palate thin."
    rationale explain "RNP on fever, seed 1" "Oslo lies in Norway ." --query "Is Oslo in Norway?"
    rationale explain "RNP on generated-ba2motifs, seed 1" --n 8 --html graphs.html
    rationale explain "RNP on generated-ba2motifs, seed 1" '{"edges": [[0, 1], [1, 2], [2, 3], [3, 4], [0, 4]]}'

Words are found in your text as the dataset's import found them in its own. How a graph is given, predict --help says.`
}

// Validate is called by kong.
func (c *explainCmd) Validate() error {
	if c.N < 1 {
		return fmt.Errorf("--n %d: expected 1 or more", c.N)
	}
	if c.Text == nil && c.Query != "" {
		return errors.New("--query goes with a text of your own; test texts bring their queries along")
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
	texts, err := c.examples(ctx, a, r)
	if err != nil {
		return err
	}
	if c.HTML != "" {
		if err := writePage(c.HTML, explainPage(r, texts)); err != nil {
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
		if err := text.highlight(r).WriteTerminal(a.colours, a.terminal()); err != nil {
			return err
		}
	}
	return nil
}

// explained is a text or a graph with what a model says of it. All below the example
// but the mask is known of a text of the user's only.
type explained struct {
	evaluate.Example
	Asked string `json:"asked,omitempty"` // the query as it was given
	Text  string `json:"text,omitempty"`
	// Offsets are where the tokens stand in Text, in characters, end exclusive.
	Offsets [][2]int `json:"offsets,omitempty"`
	// Unknown are words that the model does not know. LookedUp are words that the
	// training data lacks and whose vectors were looked up in the table.
	Unknown  []string `json:"unknown,omitempty"`
	LookedUp []string `json:"looked_up,omitempty"`
	// Mask is how the selection was made.
	Mask  string `json:"mask"`
	spans []words.Span
}

// examples are the user's own text or graph, or the first of the test split.
func (c *explainCmd) examples(ctx context.Context, a *app, r *trainedRun) ([]explained, error) {
	dir, err := r.folder(r.Evaluation)
	switch {
	case err != nil:
		return nil, err
	case c.Text == nil && c.Mask == argMaxMask:
		examples, err := evaluate.ReadExamples(dir)
		return c.shown(examples[:min(c.N, len(examples))]), err
	case r.Graphs.OfGraphs():
		return c.graphs(ctx, a, r, dir)
	}
	return c.texts(ctx, a, r, dir)
}

func (c *explainCmd) shown(examples []evaluate.Example) []explained {
	var out []explained
	for _, x := range examples {
		out = append(out, explained{Example: x, Mask: c.Mask})
	}
	return out
}

// texts asks the model of the evaluation in the checked folder dir.
func (c *explainCmd) texts(ctx context.Context, a *app, r *trainedRun, dir string) ([]explained, error) {
	model, err := c.model(a, r, dir)
	if err != nil {
		return nil, err
	}
	defer model.Close()
	if c.Text != nil {
		x, err := c.answer(ctx, a, r, model)
		return []explained{x}, err
	}
	examples, err := model.Test(ctx, c.N)
	return c.shown(examples), err
}

// model opens the model of the evaluation in the checked folder dir.
func (c *explainCmd) model(a *app, r *trainedRun, dir string) (*infer.Model, error) {
	data, err := r.dataFolder()
	if err != nil {
		return nil, err
	}
	model, err := infer.Open(dir, data, a.computing())
	if err != nil {
		return nil, err
	}
	model.Pad(r.padTo(model.Reading()))
	if err := c.sample(a, r, model); err != nil {
		model.Close()
		return nil, err
	}
	return model, nil
}

// sample makes a model draw its masks where that is asked for.
func (c *explainCmd) sample(a *app, r *trainedRun, model interface{ Sample(run string) error }) error {
	if c.Mask == argMaxMask {
		return nil
	}
	run, err := r.folder(r.ID)
	if err != nil {
		return err
	}
	if err := model.Sample(run); err != nil {
		return err
	}
	a.say("the masks are one draw each; another draw makes another selection")
	return nil
}

// answer runs the model on the user's text.
func (c *explainCmd) answer(ctx context.Context, a *app, r *trainedRun, model *infer.Model) (explained, error) {
	vectors, err := r.vectors()
	if err != nil {
		return explained{}, err
	}
	model.LookUp(vectors)
	answer, err := model.Answer(ctx, c.Query, *c.Text)
	var user tokenize.UserError
	if errors.As(err, &user) {
		return explained{}, usageError{err}
	}
	if err != nil {
		return explained{}, err
	}
	answer.ID = "your text"
	x := explained{
		Example: answer.Example, Asked: strings.TrimSpace(c.Query), Text: *c.Text,
		Offsets: words.Characters(*c.Text, answer.Spans), Unknown: answer.Unknown, LookedUp: answer.LookedUp, Mask: c.Mask, spans: answer.Spans,
	}
	x.say(a, model.Reading().WordRule, missing(vectors, answer))
	return x, nil
}

// say tells on stderr how the text was read.
func (x explained) say(a *app, rule words.Rule, missing string) {
	if x.Unread > 0 {
		a.say("the model reads the first %d of %d words", len(x.Tokens)-x.Unread, len(x.Tokens))
	}
	if n := len(x.LookedUp); n > 0 {
		a.say("not in the training data, looked up in the word vectors: %s", quote.Names(x.LookedUp[:min(n, shownUnknown)])+more(n-shownUnknown))
	}
	if n := len(x.Unknown); n > 0 {
		a.say("%s: %s", missing, quote.Names(x.Unknown[:min(n, shownUnknown)])+more(n-shownUnknown))
		a.say("how the dataset's import finds words: %s", rule.About())
	}
}

// missing says why words are unknown.
func missing(v infer.Vectors, x infer.Answer) string {
	switch {
	case x.Searched:
		return "no vector"
	case v.Open != nil:
		return "not in the model's vocabulary, and the word vectors that it was trained on are not there to look them up"
	}
	return "not in the model's vocabulary"
}

// shownUnknown is how many unknown words are named.
const shownUnknown = 20

func more(n int) string {
	if n < 1 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// highlight shows one text. A classifier selects nothing.
func (x explained) highlight(r *trainedRun) plots.Highlight {
	h := x.Highlight(x.ID)
	h.Query, h.Tokens = x.query(), x.written()
	if x.Class != "" {
		h.Title += ": " + x.Class
	}
	if x.Selected == nil {
		h.Title += fmt.Sprintf(" (%s says %s)", r.Graphs.Method, x.Predicted)
		return h
	}
	if note := x.Empty(); note != "" && x.Mask == argMaxMask {
		h.Title += " (" + note + ")"
	}
	h.Rationales = []plots.Rationale{{Name: r.Graphs.Method, Note: "says " + x.Predicted, Chosen: x.Selected}}
	return h
}

// query is what the text is about, as it was written where that is known.
func (x explained) query() string {
	if x.Asked != "" {
		return x.Asked
	}
	return strings.Join(x.Query, " ")
}

// written are the words as the user wrote them, or as the dataset has them.
func (x explained) written() []string {
	if x.spans == nil {
		return x.Tokens
	}
	return words.Cut(x.Text, x.spans, words.Unicode.Fold)
}

// explainPage shows the texts.
func explainPage(r *trainedRun, texts []explained) html.Page {
	var shown []plots.Highlight
	for _, x := range texts {
		shown = append(shown, x.highlight(r))
	}
	section := html.Section{Title: "Texts", Blocks: html.Examples(shown)}
	if r.Graphs.OfGraphs() {
		section.Title = "Graphs"
	}
	return html.Page{Title: "Rationales of " + r.Graphs.Method, Subtitle: r.Label + " (" + r.ID + ")", Sections: []html.Section{section}}
}

// writePage writes a page as a whole or not at all.
func writePage(path string, page html.Page) error {
	var content bytes.Buffer
	if err := page.Write(&content); err != nil {
		return err
	}
	_, err := disk.WriteFile(disk.Real{}, path, content.Bytes())
	return writable("cannot write the page", err)
}

// terminal says what stdout can show: NO_COLOR and TERM=dumb are respected.
func (a *app) terminal() plots.Terminal {
	f, ok := a.stdout.to.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return plots.Terminal{}
	}
	t := plots.Terminal{Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		t.Width = min(width, 120)
	}
	return t
}
