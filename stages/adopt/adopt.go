// Package adopt is the stage that takes a dataset of graphs into the store, where
// models read it: what is trained on stays there whatever becomes of the import.
//
// Its output is the dataset, byte for byte as it was imported, in a folder of one name
// for all.
package adopt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rationale/datasets"
	"rationale/stages"
	"rationale/stages/dataset"
)

// DatasetRole is the role of the stage's only input: an imported dataset as the engine
// opened it, or a generated one.
const DatasetRole = "dataset"

// folder is where the dataset lies in the output.
const folder = "graphs"

// Params name the dataset.
type Params struct {
	Dataset string `json:"dataset"`
}

// Stage adopts one dataset.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "adopt".
func (*Stage) Name() string { return "adopt" }

// Version of the output's form.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run writes the dataset again. Texts are an error: models read those tokenized.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	set, done, err := dataset.Open(env, DatasetRole, s.params.Dataset)
	if err != nil {
		return err
	}
	defer done()
	meta := set.Meta()
	if meta.Graphs == nil {
		return fmt.Errorf("dataset %s: %s", meta.Name, datasets.HoldsTexts)
	}
	rows := map[string]datasets.GraphRows{}
	for _, name := range datasets.SplitNames {
		split, err := set.Split(name)
		if err != nil {
			return err
		}
		rows[name] = datasets.GraphRows{Len: split.Len(), Graph: split.Graph}
	}
	_, err = datasets.WriteGraphs(ctx, filepath.Join(env.Out, folder), meta, rows)
	return err
}

// Holds tells that an artifact is one of this stage.
func Holds(artifact string) (bool, error) {
	_, err := os.Stat(filepath.Join(artifact, folder, datasets.ManifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Open opens the dataset in an artifact of this stage.
func Open(artifact string) (set *datasets.Set, err error) {
	dir := filepath.Join(artifact, folder)
	defer stages.InFile(dir, &err)
	return datasets.OpenDir(dir)
}
