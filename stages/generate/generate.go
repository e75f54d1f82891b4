// Package generate is the import stage of the embedded dataset: it makes up
// reviews and stores them as any imported dataset is stored.
package generate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"rationale/datasets"
	"rationale/stages"
)

// Params size and seed the generated reviews.
type Params struct {
	Name   string `json:"name"`
	Aspect string `json:"aspect"` // the aspect that the label follows
	Train  int    `json:"train"`  // rows of each split
	Dev    int    `json:"dev"`
	Test   int    `json:"test"`
	// Shortest and Longest bound the tokens that a review aims at; 0 is usual.
	Shortest int    `json:"shortest"`
	Longest  int    `json:"longest"`
	Seed     uint64 `json:"seed"`
}

// Stage generates one dataset; its output is a folder Params.Name.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "import", as for every dataset.
func (*Stage) Name() string { return "import" }

// Version of the generator.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run writes the dataset. A folder that a killed attempt left is written anew.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	p := s.params
	env.Progress.Total(int64(p.Train + p.Dev + p.Test))
	done := int64(0)
	meta, err := datasets.Import(ctx, env.Out, datasets.ImportOptions{
		Format: "generated", Name: p.Name, Seed: p.Seed,
		Options: map[string]string{
			"aspect": p.Aspect, "train": strconv.Itoa(p.Train),
			"dev": strconv.Itoa(p.Dev), "test": strconv.Itoa(p.Test),
			"shortest": strconv.Itoa(p.Shortest), "longest": strconv.Itoa(p.Longest),
		},
	}, func(at, _ int64) {
		env.Progress.Advance(at-done, "")
		done = at
	})
	if err != nil {
		return err
	}
	env.Log.Debug("generated reviews", "aspect", meta.Aspect, "train", meta.Splits["train"].Rows)
	return nil
}

// Find resolves the folder of a dataset inside a generated artifact.
func Find(dir, name string) (string, error) {
	found := filepath.Join(dir, name)
	if _, err := os.Stat(filepath.Join(found, "train.arrow")); err != nil {
		return "", fmt.Errorf("%s holds no dataset %q", dir, name)
	}
	return found, nil
}

// Dataset gives the dataset that fills a stage's role: an imported one as the
// engine opened it, or a generated one. The stage calls done when it has read it.
func Dataset(env *stages.Env, role, name string) (set *datasets.Set, done func() error, err error) {
	if env.Opened[role] != nil {
		set, err = stages.OpenedAs[*datasets.Set](env, role)
		return set, func() error { return nil }, err
	}
	dir, err := Find(env.Inputs[role], name)
	if err != nil {
		return nil, nil, err
	}
	if set, err = datasets.OpenDir(dir); err != nil {
		return nil, nil, err
	}
	return set, set.Close, nil
}
