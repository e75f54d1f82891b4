package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rationale/onnx/rationalizer"
	"rationale/pipeline/disk"
	"rationale/stages/evaluate"
	"rationale/stages/examples/graphs"
	"rationale/stages/infer"
	"rationale/stages/tokenize"
)

// exportCmd is `rationale export`.
type exportCmd struct {
	Name string `arg:"" name:"run" help:"The run."`
	Dir  string `arg:"" help:"A folder that is new or empty, or holds an export of this run."`

	Vocabulary extent `placeholder:"full|N" help:"Words of the word-vector table that the model knows beside those of its dataset: all (full), or those among the table's first N; GloVe's files begin with the most frequent words."`
}

// Help is shown by --help.
func (*exportCmd) Help() string {
	return `Writes ` + evaluate.ModelFile + ` (word vectors inside), ` + tokenize.VocabularyFile + `, ` + tokenize.ReadingFile + ` (how a text becomes the model's inputs) and ` + cardFile + `, and prints their paths. The folder appears as a whole; stopped anywhere, the same command finishes it.

Of a run on graphs ` + graphs.FeaturesFile + ` stands in the place of the vocabulary: the features of the nodes that the model knows.

The model knows the words of its dataset that have a vector. Word vectors are frozen, so it can read others that the table has, as explain does: --vocabulary puts them inside, behind the dataset's words, which keep their ids. All 400,000 words of GloVe with 100 numbers each make it 160 MB larger.

Examples:

    rationale export "RNP+A2I on generated-aroma, seed 1" model/
    rationale export "RNP+A2I on reviews, seed 1" model/ --vocabulary full
    rationale export "RNP+A2I on reviews, seed 1" model/ --vocabulary 50000
    rationale export "RNP+A2I on generated-ba2motifs, seed 1" model-of-graphs/`
}

// cardFile is the file of an export for people.
const cardFile = "MODEL_CARD.md"

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
	if r.Graphs.OfGraphs() {
		return c.graphs(r)
	}
	e, err := r.readExport()
	if err != nil {
		return nil, err
	}
	if c.Vocabulary != 0 {
		if err := c.Vocabulary.widened(a, r, e); err != nil {
			return nil, err
		}
	}
	if e.card, err = modelCard(a, r, e); err != nil {
		return nil, err
	}
	return e.files()
}

// export is what is written.
type export struct {
	data       string // folder of the tokenized dataset
	reader     *tokenize.Reader
	model      []byte
	vocabulary []byte
	reading    tokenize.Exported
	card       []byte
}

// readExport reads what the evaluation and the tokenized dataset hold of it.
func (r *trainedRun) readExport() (*export, error) {
	model, data, err := r.deployed()
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
	e := &export{data: data, reader: reader, model: model, vocabulary: vocabulary, reading: reader.Reading()}
	e.reading.PadTo = r.padTo(e.reading.Reading)
	return e, nil
}

// padTo is how long the run's model wants every text, padding included; 0 where it
// reads no padding.
func (r *trainedRun) padTo(reading tokenize.Reading) int {
	if r.Graphs.Hyper.Padding == rationalizer.Paper {
		return reading.MaxLength
	}
	return 0
}

// deployed is the model that the run's evaluation wrote, and the folder of the data that
// the run read; both are checked.
func (r *trainedRun) deployed() (model []byte, data string, err error) {
	evaluation, err := r.folder(r.Evaluation)
	if err != nil {
		return nil, "", err
	}
	if data, err = r.dataFolder(); err != nil {
		return nil, "", err
	}
	model, err = os.ReadFile(filepath.Join(evaluation, evaluate.ModelFile))
	return model, data, err
}

// files are those of the folder.
func (e *export) files() ([]disk.File, error) {
	read, err := infer.Export(e.reading, e.model, e.vocabulary)
	return withCard(read, e.card), err
}

// withCard are what programs read of a folder, and its model card.
func withCard(read []infer.File, card []byte) []disk.File {
	var files []disk.File
	for _, f := range read {
		files = append(files, disk.File(f))
	}
	return append(files, disk.File{Name: cardFile, Content: card})
}
