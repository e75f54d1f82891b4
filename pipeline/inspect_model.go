package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rationale/datasets"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
	"rationale/stages/examples/graphs"
	"rationale/stages/infer"
	"rationale/stages/tokenize"
)

// imported is somebody's model as something to be inspected.
func (c *inspectCmd) imported(ctx context.Context, a *app, store *engine.Store, seen *inspected) (experiments.Target, error) {
	lab, err := a.lab(experiments.Options{Profile: c.Profile})
	if err != nil {
		return experiments.Target{}, err
	}
	seen.Model = c.Model
	info, err := os.Stat(c.Model)
	folder := err == nil && info.IsDir()
	if folder {
		seen.Model = exportedModel(c.Model)
	}
	target, err := lab.Imported(c.Dataset, seen.Model)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return target, usagef("--model %s: %w", c.Model, err)
	case err != nil:
		return target, planError(err)
	case folder:
		return target, c.checkKnown(ctx, a, store, target)
	}
	return target, nil
}

// exportedModel is the model in an exported folder: the usual file of graphs, and where the
// reading cannot be read, of which the error then speaks.
func exportedModel(dir string) string {
	reading, _ := tokenize.ReadExported(dir)
	return filepath.Join(dir, infer.ModelName(reading))
}

// checkKnown wants the dataset to hold what the exported model reads, under the same ids.
func (c *inspectCmd) checkKnown(ctx context.Context, a *app, store *engine.Store, target experiments.Target) error {
	reads, err := infer.ReadsGraphs(c.Model)
	switch holds := target.Graphs.OfGraphs(); {
	case err != nil:
		return fmt.Errorf("--model %s is no exported folder: %w", c.Model, err)
	case reads && !holds:
		return usagef("--model %s reads graphs; dataset %s: %s", c.Model, c.Dataset, datasets.HoldsTexts)
	case holds && !reads:
		return usagef("--model %s reads texts; dataset %s: %s", c.Model, c.Dataset, datasets.HoldsGraphs)
	case reads:
		return c.checkFeatures(ctx, a, store, target)
	}
	return c.checkVocabulary(ctx, a, store, target)
}

// known reads what the exported model knows, a file of its folder, and makes the folder
// of the dataset in the store.
func (c *inspectCmd) known(ctx context.Context, a *app, store *engine.Store, target experiments.Target, file string) (model []byte, dir string, err error) {
	if model, err = os.ReadFile(filepath.Join(c.Model, file)); err != nil {
		return nil, "", fmt.Errorf("--model %s is no exported folder: %w", c.Model, err)
	}
	dir, _, err = a.made(ctx, store, target.Data.From)
	return model, dir, err
}

// checkFeatures wants the nodes of the dataset to be those that the exported model knows.
func (c *inspectCmd) checkFeatures(ctx context.Context, a *app, store *engine.Store, target experiments.Target) error {
	model, dir, err := c.known(ctx, a, store, target, graphs.FeaturesFile)
	if err != nil {
		return err
	}
	reader, err := graphs.OpenReader(dir)
	if err != nil {
		return err
	}
	data, err := reader.Features()
	if err == nil && !bytes.Equal(model, data) {
		err = usagef("--model %s knows other nodes than dataset %s: %s has not the features of the dataset's; name the dataset that the model was trained on", c.Model, c.Dataset, filepath.Join(c.Model, graphs.FeaturesFile))
	}
	return err
}

// checkVocabulary wants the words of the dataset to be those that the exported
// model knows, under the same ids. An export may know further ones behind them.
func (c *inspectCmd) checkVocabulary(ctx context.Context, a *app, store *engine.Store, target experiments.Target) error {
	model, dir, err := c.known(ctx, a, store, target, tokenize.VocabularyFile)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(dir, tokenize.VocabularyFile))
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(model, data) {
		return usagef("--model %s knows other words than dataset %s: %s does not begin with the words of the dataset; name the dataset that the model was trained on", c.Model, c.Dataset, filepath.Join(c.Model, tokenize.VocabularyFile))
	}
	return nil
}
