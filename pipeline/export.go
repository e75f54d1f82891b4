package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"text/template"

	"github.com/google/renameio/v2"

	"rationale/datasets"
	"rationale/stages/evaluate"
	"rationale/stages/generate"
	"rationale/stages/tokenize"
)

// exportCmd is `rationale export`.
type exportCmd struct {
	Name string `arg:"" name:"run" help:"The run."`
	Dir  string `arg:"" help:"A folder that is new or empty."`
}

// Help is shown by --help.
func (*exportCmd) Help() string {
	return `Writes ` + evaluate.ModelFile + ` (word vectors inside), ` + tokenize.VocabularyFile + ` and ` + cardFile + `, and prints their paths.

Example:

    rationale export "RNP+A2I on generated-aroma, seed 1" model/`
}

const cardFile = "MODEL_CARD.md"

//go:embed model_card.md.tmpl
var cardText string

// Run copies the files and writes the card.
func (c *exportCmd) Run(a *app) error {
	store, err := a.store()
	if err != nil {
		return err
	}
	r, err := findRun(store, c.Name)
	if err != nil {
		return err
	}
	files, err := exported(a, r)
	if err != nil {
		return err
	}
	if err := emptyFolder(c.Dir); err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(c.Dir, f.name)
		if err := renameio.WriteFile(path, f.content, 0o644); err != nil {
			return fmt.Errorf("cannot write %s: %w", path, err)
		}
		a.printf("%s\n", path)
	}
	return nil
}

// exportedFile is a file of an exported model.
type exportedFile struct {
	name    string
	content []byte
}

// exported reads everything before anything is written.
func exported(a *app, r *trainedRun) ([]exportedFile, error) {
	evaluation, err := r.folder(r.Evaluation)
	if err != nil {
		return nil, err
	}
	data, err := r.dataFolder()
	if err != nil {
		return nil, err
	}
	model, err := os.ReadFile(filepath.Join(evaluation, evaluate.ModelFile))
	if err != nil {
		return nil, err
	}
	vocabulary, err := os.ReadFile(filepath.Join(data, tokenize.VocabularyFile))
	if err != nil {
		return nil, err
	}
	card, err := modelCard(a, r, data)
	return []exportedFile{{evaluate.ModelFile, model}, {tokenize.VocabularyFile, vocabulary}, {cardFile, card}}, err
}

// emptyFolder makes the folder; one that holds something is left alone.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return makeFolder(dir)
	case err != nil:
		return fmt.Errorf("cannot export: %w", err)
	case len(entries) > 0:
		return usagef("%s is not empty; name a new folder", dir)
	}
	return nil
}

// card is what the template of the model card shows.
type card struct {
	*trainedRun
	Epoch   int
	Summary tokenize.Summary
	Lower   bool
	Data    *datasets.Meta // nil when the dataset is no longer there
	Table   [][]string     // measurements, the heading first
	Train   tokenize.Counts
}

// modelCard writes the card for people who use the model.
func modelCard(a *app, r *trainedRun, data string) ([]byte, error) {
	c := card{trainedRun: r}
	result, err := r.result()
	if err != nil {
		return nil, err
	}
	c.Epoch = result.Epoch()
	if c.Summary, err = tokenize.ReadSummary(data); err != nil {
		return nil, err
	}
	words, err := readVocabulary(data, c.Summary)
	if err != nil {
		return nil, err
	}
	c.Lower, c.Train = words.Lower(), c.Summary.Splits["train"]
	numbers, err := r.numbers()
	if err != nil {
		return nil, err
	}
	c.Table = pivot(numbers)
	c.Data = r.datasetMeta(a.dataDir())
	t, err := template.New(cardFile).Parse(cardText)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, c)
	return out.Bytes(), err
}

// datasetMeta describes the dataset that the run was trained on, as long as it
// is still there unchanged.
func (r *trainedRun) datasetMeta(dataDir string) *datasets.Meta {
	source := r.evaluated.Inputs[evaluate.DatasetRole]
	set, err := r.openDataset(dataDir, source.Artifact)
	if err != nil {
		return nil
	}
	defer set.Close()
	if source.Artifact == "" && set.Digest() != source.Digest {
		return nil
	}
	meta := set.Meta()
	return &meta
}

// openDataset opens a generated dataset in the store or an imported one.
func (r *trainedRun) openDataset(dataDir, artifact string) (*datasets.Set, error) {
	if artifact == "" {
		return datasets.Open(dataDir, r.Params.Dataset)
	}
	dir, err := r.folder(artifact)
	if err != nil {
		return nil, err
	}
	if dir, err = generate.Find(dir, r.Params.Dataset); err != nil {
		return nil, err
	}
	return datasets.OpenDir(dir)
}
