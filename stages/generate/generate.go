// Package generate is the import stage of the embedded dataset: it makes up
// reviews and stores them as any imported dataset is stored.
package generate

import (
	"context"
	"strconv"

	"rationale/datasets/formats"
	"rationale/stages"
	"rationale/stages/dataset"
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

// Version of the generator and of its output's form.
func (*Stage) Version() int { return 2 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run writes the dataset.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	p := s.params
	return write(ctx, env, formats.ImportOptions{
		Format: "generated", Name: p.Name, Seed: p.Seed,
		Options: map[string]string{
			"aspect": p.Aspect, "train": strconv.Itoa(p.Train),
			"dev": strconv.Itoa(p.Dev), "test": strconv.Itoa(p.Test),
			"shortest": strconv.Itoa(p.Shortest), "longest": strconv.Itoa(p.Longest),
		},
	})
}

// write writes the dataset that a format makes up.
func write(ctx context.Context, env *stages.Env, opts formats.ImportOptions) error {
	done := int64(0)
	meta, err := formats.Write(ctx, dataset.Folder(env.Out, opts.Name), opts, func(at, total int64) {
		env.Progress.Total(total)
		env.Progress.Advance(at-done, "")
		done = at
	})
	if err != nil {
		return err
	}
	env.Log.Debug("generated "+meta.Kind(), "format", meta.Format, "train", meta.Splits["train"].Rows)
	return nil
}
