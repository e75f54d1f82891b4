package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"rationale/datasets"
	"rationale/datasets/quote"
	"rationale/pipeline/disk"
	"rationale/stages/dataset"
	"rationale/stages/evaluate"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// exportCmd is `rationale export`.
type exportCmd struct {
	Name string `arg:"" name:"run" help:"The run."`
	Dir  string `arg:"" help:"A folder that is new or empty, or holds an export of this run."`

	Vocabulary extent `placeholder:"full|N" help:"Words of the word-vector table that the model knows beside those of its dataset: all (full), or those among the table's first N; GloVe's files begin with the most frequent words."`
}

// Help is shown by --help.
func (*exportCmd) Help() string {
	return `Writes ` + evaluate.ModelFile + ` (word vectors inside), ` + tokenize.VocabularyFile + `, ` + readingFile + ` (how a text becomes the model's inputs) and ` + cardFile + `, and prints their paths. The folder appears as a whole; stopped anywhere, the same command finishes it.

The model knows the words of its dataset that have a vector. Word vectors are frozen, so it can read others that the table has, as explain does: --vocabulary puts them inside, behind the dataset's words, which keep their ids. All 400,000 words of GloVe with 100 numbers each make it 160 MB larger.

Examples:

    rationale export "RNP+A2I on generated-aroma, seed 1" model/
    rationale export "RNP+A2I on reviews, seed 1" model/ --vocabulary full
    rationale export "RNP+A2I on reviews, seed 1" model/ --vocabulary 50000`
}

// Files of an export beside the model and its vocabulary.
const (
	cardFile    = "MODEL_CARD.md"
	readingFile = "reading.json" // how a text becomes the model's inputs
)

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
	files, err := c.exported(a, r)
	if err != nil {
		return err
	}
	if err := writable("cannot export", disk.WriteFolder(disk.Real{}, c.Dir, files)); err != nil {
		return err
	}
	for _, f := range files {
		a.printf("%s\n", filepath.Join(c.Dir, f.Name))
	}
	return nil
}

// writable tells what could not be written. A place where nothing of ours may
// go is a mistake in the command line.
func writable(what string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", what, err)
	var foreign *disk.ForeignError
	if errors.As(err, &foreign) {
		return usageError{err}
	}
	return err
}

// exported reads everything before anything is written.
func (c *exportCmd) exported(a *app, r *trainedRun) ([]disk.File, error) {
	e, err := r.readExport()
	if err != nil {
		return nil, err
	}
	if c.Vocabulary != 0 {
		if err := c.Vocabulary.widened(a, r, e); err != nil {
			return nil, err
		}
	}
	if e.card, err = modelCard(a, r, e.reader.Summary(), e.reading); err != nil {
		return nil, err
	}
	return e.files()
}

// readExport reads what the evaluation and the tokenized dataset hold of it.
func (r *trainedRun) readExport() (*export, error) {
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
	reader, err := tokenize.OpenReader(data) // which holds the vocabulary against the summary
	if err != nil {
		return nil, err
	}
	return &export{data: data, reader: reader, model: model, vocabulary: vocabulary, reading: reader.Summary().Reading()}, nil
}

// card is what the template of the model card shows.
type card struct {
	*trainedRun
	Epoch   int
	Summary tokenize.Summary
	Reading tokenize.Reading
	Data    *datasets.Meta // nil when the dataset is no longer there
	Table   [][]string     // measurements, the heading first
	Train   tokenize.Counts
}

// modelCard writes the card for people who use the model.
func modelCard(a *app, r *trainedRun, summary tokenize.Summary, reading tokenize.Reading) ([]byte, error) {
	c := card{trainedRun: r, Summary: summary, Reading: reading, Train: summary.Splits["train"]}
	result, err := r.result()
	if err != nil {
		return nil, err
	}
	c.Epoch = result.Epoch()
	numbers, err := r.numbers()
	if err != nil {
		return nil, err
	}
	c.Table = pivot(numbers)
	if c.Data, err = r.datasetMeta(a.dataDir()); err != nil {
		return nil, err
	}
	t, err := template.New(cardFile).Funcs(template.FuncMap{"text": cardLine}).Parse(cardText)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, c)
	return out.Bytes(), err
}

// cardLine makes text from elsewhere plain text in Markdown, within its line.
func cardLine(text string) string {
	return cardEscapes.Replace(quote.Line(text))
}

var cardEscapes = strings.NewReplacer("\\", "\\\\", "|", "\\|", "`", "\\`", "<", "\\<", "[", "\\[", "*", "\\*")

// datasetMeta describes the dataset that the run was trained on, as long as it
// is still there unchanged. An imported one may have gone its own way since;
// a generated one is an artifact like any other, and damage to it is an error.
func (r *trainedRun) datasetMeta(dataDir string) (*datasets.Meta, error) {
	tokenized, err := r.store.Verify(r.manifest.Inputs[train.DataRole].Artifact)
	if err != nil {
		return nil, withAgain(r.store, err)
	}
	source := tokenized.Inputs[tokenize.DatasetRole]
	set, err := r.openDataset(dataDir, source.Artifact)
	if err != nil && source.Artifact == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer set.Close()
	if source.Artifact == "" && set.Digest() != source.Digest {
		return nil, nil
	}
	meta := set.Meta()
	return &meta, nil
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
	return dataset.OpenIn(dir, r.Params.Dataset)
}
