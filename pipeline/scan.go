package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rationale/datasets"
	"rationale/datasets/quote"
	"rationale/datasets/regular"
	"rationale/pipeline/engine"
	"rationale/plots/html"
	"rationale/stages"
	"rationale/stages/infer"
	"rationale/stages/scan"
	"rationale/stages/suspect"
)

// scanCmd is `rationale scan`.
type scanCmd struct {
	Target    string `arg:"" name:"run|folder|dataset" help:"A run, an exported folder, or an imported dataset."`
	Texts     string `placeholder:"FILE" help:"Of a model: texts to try words in, one a line, in place of made-up ones; where the model reads queries, a query and a tab before each."`
	Reference string `placeholder:"DIR" help:"Of a model: compare it with the clean models whose scans (scan --json) lie in this folder, in place of the program's own clean ones."`
	Seed      uint64 `default:"1" placeholder:"N" help:"Seed of made-up texts."`
	N         int    `default:"3" placeholder:"N" help:"How many texts to show."`
	HTML      string `name:"html" placeholder:"FILE" help:"Write a page to this file as well."`
	JSON      bool   `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*scanCmd) Help() string {
	return `Has somebody put a backdoor into a model or a dataset: words, the trigger, that turn the answer to one class whatever else a text says?

Of a model nothing but its answers is used, so that no training data is needed. Every word that it knows is put into texts that speak against a class, as hard as it takes until ordinary words no longer turn them; then the best words are put together to phrases of two and three. What the strongest phrases do, how far they lead the strongest that share no word with them, and how willingly the generator selects them, is compared with models of which it is known whether they have a backdoor. The verdict is a probability with a range. A trigger is missed where no two of its words do anything together.

Of a dataset the training texts are read: which words and phrases decide the label whatever else the text says.

Scans of clean models of your own kind make a better reference: put what --json prints of each into a folder.

Examples:

    rationale scan "RNP on generated-aroma, seed 1" --html scan.html
    rationale scan model/ --texts texts.txt
    rationale scan model/ --reference clean-scans/ --json
    rationale scan generated-aroma`
}

// Validate is called by kong.
func (c *scanCmd) Validate() error {
	if c.N < 0 {
		return fmt.Errorf("--n %d: expected 0 or more", c.N)
	}
	return nil
}

// scanReport is what a scan shows.
type scanReport interface {
	print(a *app, n int) error
	page() html.Page
}

// Run scans and shows what was found.
func (c *scanCmd) Run(ctx context.Context, a *app) error {
	found, err := c.scan(ctx, a)
	if err != nil {
		return err
	}
	if c.HTML != "" {
		if err := writePage(c.HTML, found.page()); err != nil {
			return err
		}
	}
	if c.JSON {
		return a.printJSON(found)
	}
	return found.print(a, c.N)
}

// scan finds out what the target is. A dataset's name comes first, for the command
// line names datasets everywhere; then a folder, then a run.
func (c *scanCmd) scan(ctx context.Context, a *app) (scanReport, error) {
	names, err := datasets.List(a.dataDir())
	if err != nil {
		return nil, err
	}
	if slices.Contains(names, c.Target) {
		return c.dataset(ctx, a)
	}
	if info, err := os.Stat(c.Target); err == nil && info.IsDir() {
		return c.folder(ctx, a)
	}
	store, err := a.store()
	if err != nil {
		return nil, err
	}
	return c.run(ctx, a, store)
}

// noScan says why graphs are not scanned.
const noScan = "a scan puts words into texts, and graphs have none"

// folder scans the model in an exported folder.
func (c *scanCmd) folder(ctx context.Context, a *app) (scanReport, error) {
	if graphs, err := infer.ReadsGraphs(c.Target); err == nil && graphs {
		return nil, usagef("the model in %s reads graphs: %s; rationale inspect --model %s --dataset NAME tells which nodes mislead it", c.Target, noScan, quote.Shell(c.Target))
	}
	model, err := infer.OpenExported(c.Target, a.computing())
	if err != nil {
		return nil, err
	}
	return c.model(ctx, a, model, c.Target)
}

// dataset examines a dataset.
func (c *scanCmd) dataset(ctx context.Context, a *app) (scanReport, error) {
	if c.Texts != "" || c.Reference != "" {
		return nil, usagef("--texts and --reference are for models; %s is a dataset", quote.Name(c.Target))
	}
	set, err := openTexts(a.dataDir(), c.Target)
	if err != nil {
		return nil, err
	}
	defer set.Close()
	r, err := suspect.Examine(ctx, set, suspect.Options{})
	return examined{r}, err
}

// run scans the model of an evaluated run.
func (c *scanCmd) run(ctx context.Context, a *app, store *engine.Store) (scanReport, error) {
	r, err := findRun(store, c.Target)
	switch {
	case err != nil:
		return nil, err
	case r.Graphs.OfGraphs():
		return nil, usagef("%s reads graphs: %s; rationale inspect %s tells which nodes mislead it", r.ID, noScan, r.ID)
	}
	evaluation, err := r.folder(r.Evaluation)
	if err != nil {
		return nil, err
	}
	data, err := r.dataFolder()
	if err != nil {
		return nil, err
	}
	model, err := infer.Open(evaluation, data, a.computing())
	if err != nil {
		return nil, err
	}
	model.Pad(r.padTo(model.Reading()))
	return c.model(ctx, a, model, strings.TrimPrefix(r.Label, "train ")+" ("+r.ID+")")
}

// scannedModel is a model with the report of its scan.
type scannedModel struct {
	Name string `json:"name"` // the run or the folder
	scan.Report
}

// model scans a model, closes it, and judges it by the reference.
func (c *scanCmd) model(ctx context.Context, a *app, m *infer.Model, name string) (scanReport, error) {
	defer m.Close()
	reference, err := c.reference()
	if err != nil {
		return nil, err
	}
	given, err := c.texts(m)
	if err != nil {
		return nil, err
	}
	a.say("%d words are tried in texts against each of %d classes", len(scan.Of(m).Words()), len(m.Reading().Classes))
	found := scannedModel{Name: name}
	const usual = 30 // seconds
	err = a.watch("scan "+name, usual, func(report func(done, total int64)) (err error) {
		found.Report, err = scan.Examine(ctx, scan.Of(m), scan.Options{Seed: c.Seed, Texts: given, Watch: report})
		return err
	})
	if err != nil {
		return nil, err
	}
	found.Judge(reference)
	return found, nil
}

// reference is the program's, or that with the user's clean models.
func (c *scanCmd) reference() (scan.Reference, error) {
	reference, err := scan.Usual()
	if err != nil || c.Reference == "" {
		return reference, err
	}
	files, err := filepath.Glob(filepath.Join(c.Reference, "*.json"))
	if err != nil || len(files) < leastClean {
		return reference, usagef("--reference %s: %d files *.json; expected at least %d scans of clean models, as scan --json prints them", c.Reference, len(files), leastClean)
	}
	clean := map[string]scan.Report{}
	for _, file := range files {
		var r scannedModel
		if err := stages.ReadJSON(file, &r); err != nil {
			return reference, usageError{err}
		}
		if len(r.Cases(file, "")) == 0 {
			return reference, usagef("%s is no scan of a model that tells anything; make it again with rationale scan MODEL --json", file)
		}
		clean[filepath.Base(file)] = r.Report
	}
	return reference.WithClean(clean), nil
}

// leastClean is how many clean models tell something of their kind.
const leastClean = 4

// texts are the user's, with their words found as the model's data has them.
func (c *scanCmd) texts(m *infer.Model) ([]datasets.Text, error) {
	if c.Texts == "" {
		return nil, nil
	}
	f, err := regular.Open(regular.Anywhere{}, c.Texts, c.Texts)
	if err != nil {
		return nil, usageError{err}
	}
	defer f.Close()
	return readTexts(f, c.Texts, m)
}

// readTexts reads a text a line; blank lines do not count.
func readTexts(r io.Reader, name string, m *infer.Model) ([]datasets.Text, error) {
	var texts []datasets.Text
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for number := 1; lines.Scan(); number++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		text, err := readText(lines.Text(), m)
		if err != nil {
			return nil, usagef("%s, line %d: %w", name, number, err)
		}
		texts = append(texts, text)
	}
	if err := lines.Err(); err != nil {
		return nil, usagef("%s, behind text %d: %w", name, len(texts), err)
	}
	return texts, nil
}

// readText finds the words of a line and where its sentences end. What the model
// cannot read is refused as it is when it is to answer.
func readText(line string, m *infer.Model) (datasets.Text, error) {
	query, document, asked := strings.Cut(line, "\t")
	if !asked {
		query, document = "", line
	}
	given, err := m.Prepare(query, document)
	if err != nil {
		return datasets.Text{}, err
	}
	reading := m.Reading()
	found, err := reading.WordRule.Find(document)
	if err != nil {
		return datasets.Text{}, err
	}
	text := datasets.Text{Query: given.Query, Tokens: found.Words, Sentences: found.Ends}
	if len(text.Sentences) == 0 {
		text.Sentences = []int32{int32(len(text.Tokens))}
	}
	return text, nil
}
