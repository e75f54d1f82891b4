package generate

import (
	"context"
	"strconv"

	"rationale/datasets/formats"
	"rationale/stages"
)

// GraphSize is how many graphs a dataset has.
type GraphSize struct {
	Train int `toml:"train"`
	Dev   int `toml:"dev"`
	Test  int `toml:"test"`
}

// Options are those of the formats that make graphs up.
func (s GraphSize) Options() map[string]string {
	return map[string]string{"train": strconv.Itoa(s.Train), "dev": strconv.Itoa(s.Dev), "test": strconv.Itoa(s.Test)}
}

// GraphParams name a format that makes graphs up, with its options.
type GraphParams struct {
	Name    string            `json:"name"`
	Format  string            `json:"format"` // "ba2motifs" or "goodmotif"
	Options map[string]string `json:"options,omitempty"`
	Seed    uint64            `json:"seed"`
}

// Graphs generates a dataset of graphs; its output is a folder GraphParams.Name.
type Graphs struct{ params GraphParams }

// NewGraphs makes the stage.
func NewGraphs(p GraphParams) *Graphs { return &Graphs{p} }

// Name is "import", as for every dataset.
func (*Graphs) Name() string { return "import" }

// Version of the generators and of the output's form.
func (*Graphs) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Graphs) Params() any { return s.params }

// Run writes the dataset.
func (s *Graphs) Run(ctx context.Context, env *stages.Env) error {
	p := s.params
	return write(ctx, env, formats.ImportOptions{Format: p.Format, Name: p.Name, Options: p.Options, Seed: p.Seed})
}
