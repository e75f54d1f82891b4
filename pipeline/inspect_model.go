package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
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
		if graphs, err := infer.ReadsGraphs(c.Model); err == nil && graphs {
			return experiments.Target{}, usagef("--model %s reads graphs; of models of others only those that read texts can be attacked", c.Model)
		}
		seen.Model = exportedModel(c.Model)
	}
	target, err := lab.Imported(c.Dataset, seen.Model)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return target, usagef("--model %s: %w", c.Model, err)
	case err != nil:
		return target, planError(err)
	case folder:
		return target, c.checkVocabulary(ctx, a, store, target)
	}
	return target, nil
}

// exportedModel is the model in an exported folder: the usual file where the reading
// cannot be read, of which the error then speaks.
func exportedModel(dir string) string {
	reading, _ := tokenize.ReadExported(dir)
	return filepath.Join(dir, infer.ModelName(reading))
}

// checkVocabulary wants the words of the dataset to be those that the exported
// model knows, under the same ids. An export may know further ones behind them.
func (c *inspectCmd) checkVocabulary(ctx context.Context, a *app, store *engine.Store, target experiments.Target) error {
	path := filepath.Join(c.Model, tokenize.VocabularyFile)
	model, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("--model %s is no exported folder: %w", c.Model, err)
	}
	dir, _, err := a.made(ctx, store, target.Data.From)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(dir, tokenize.VocabularyFile))
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(model, data) {
		return usagef("--model %s knows other words than dataset %s: %s does not begin with the words of the dataset; name the dataset that the model was trained on", c.Model, c.Dataset, path)
	}
	return nil
}
