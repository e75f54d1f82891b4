package main

import (
	"rationale/datasets"
	"rationale/pipeline/disk"
	"rationale/stages/adopt"
	"rationale/stages/evaluate"
	"rationale/stages/examples/graphs"
	"rationale/stages/infer"
)

// graphs are the files of a run that reads graphs.
func (c *exportCmd) graphs(r *trainedRun) ([]disk.File, error) {
	if c.Vocabulary != 0 {
		return nil, usagef("--vocabulary is for texts, and %s reads graphs; leave it out", r.ID)
	}
	model, data, err := r.deployed()
	if err != nil {
		return nil, err
	}
	reader, err := graphs.OpenReader(data)
	if err != nil {
		return nil, err
	}
	features, err := reader.Features()
	if err != nil {
		return nil, err
	}
	read, err := infer.ExportGraphs(reader.Reading(), model, features)
	if err != nil {
		return nil, err
	}
	card, err := newGraphCard(r, data, reader.Reading())
	return withCard(read, card), err
}

// graphCard is the card of a model that reads graphs.
type graphCard struct {
	card
	Reading      graphs.Exported
	FeaturesFile string
	Data         datasets.Meta
	Train        datasets.SplitMeta
}

// newGraphCard writes the card of a model that was trained on the graphs in the folder
// data.
func newGraphCard(r *trainedRun, data string, reading graphs.Exported) ([]byte, error) {
	set, err := adopt.Open(data)
	if err != nil {
		return nil, err
	}
	defer set.Close()
	c := graphCard{Reading: reading, FeaturesFile: graphs.FeaturesFile, Data: set.Meta()}
	c.Train = c.Data.Splits["train"]
	if c.card, err = newCard(r, evaluate.ModelFile); err != nil {
		return nil, err
	}
	return fillCard("graph_card.md.tmpl", c)
}
