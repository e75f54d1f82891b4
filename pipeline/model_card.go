package main

import (
	"bytes"
	_ "embed"
	"strings"
	"text/template"

	"rationale/datasets"
	"rationale/datasets/quote"
	"rationale/stages/dataset"
	"rationale/stages/infer"
	"rationale/stages/tokenize"
)

//go:embed model_card.md.tmpl
var cardText string

// card is what the template of the model card shows.
type card struct {
	*trainedRun
	Epoch int
	// ModelFile is the name of the exported model.
	ModelFile string
	Summary   tokenize.Summary
	Reading   tokenize.Exported
	Data      *datasets.Meta // nil when the dataset is no longer there
	Table     [][]string     // measurements, the heading first
	Train     tokenize.Counts
}

// Pieces tells that texts are read in pieces of words.
func (c card) Pieces() bool { return c.Summary.Tokenizer == tokenize.WordPiece }

// modelCard writes the card for people who use the model.
func modelCard(a *app, r *trainedRun, e *export) ([]byte, error) {
	summary, err := tokenize.ReadSummary(e.data)
	if err != nil {
		return nil, err
	}
	c := card{trainedRun: r, Summary: summary, Reading: e.reading, ModelFile: infer.ModelName(e.reading), Train: summary.Splits["train"]}
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
