package main

import (
	"bytes"
	"embed"
	"strings"
	"text/template"

	"rationale/datasets"
	"rationale/datasets/quote"
	"rationale/stages/dataset"
	"rationale/stages/infer"
	"rationale/stages/tokenize"
)

//go:embed *.md.tmpl
var cardFiles embed.FS

var cardTemplates = template.Must(template.New("cards").Funcs(template.FuncMap{"text": cardLine}).ParseFS(cardFiles, "*.md.tmpl"))

// card is what every model card shows.
type card struct {
	*trainedRun
	Epoch     int
	ModelFile string     // the name of the exported model
	Table     [][]string // measurements, the heading first
}

// newCard is the card of the run, whose model has this name.
func newCard(r *trainedRun, model string) (card, error) {
	c := card{trainedRun: r, ModelFile: model}
	result, err := r.result()
	if err != nil {
		return c, err
	}
	c.Epoch = result.Epoch()
	numbers, err := r.numbers()
	c.Table = pivot(numbers)
	return c, err
}

// fillCard fills one of the templates.
func fillCard(name string, c any) ([]byte, error) {
	var out bytes.Buffer
	err := cardTemplates.ExecuteTemplate(&out, name, c)
	return out.Bytes(), err
}

// textCard is the card of a model that reads texts.
type textCard struct {
	card
	Summary tokenize.Summary
	Reading tokenize.Exported
	Data    *datasets.Meta // nil when the dataset is no longer there
	Train   tokenize.Counts
}

// Pieces tells that texts are read in pieces of words.
func (c textCard) Pieces() bool { return c.Summary.Tokenizer == tokenize.WordPiece }

// modelCard writes the card for people who use the model.
func modelCard(a *app, r *trainedRun, e *export) ([]byte, error) {
	summary, err := tokenize.ReadSummary(e.data)
	if err != nil {
		return nil, err
	}
	c := textCard{Summary: summary, Reading: e.reading, Train: summary.Splits["train"]}
	if c.card, err = newCard(r, infer.ModelName(e.reading)); err != nil {
		return nil, err
	}
	if c.Data, err = r.datasetMeta(a.dataDir()); err != nil {
		return nil, err
	}
	return fillCard("model_card.md.tmpl", c)
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
	tokenized, err := r.tokenized()
	if err != nil {
		return nil, err
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
