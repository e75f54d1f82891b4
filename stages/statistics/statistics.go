// Package statistics is the stage that counts a dataset: texts of each class,
// lengths and shares of marked tokens, as Table 5 of the A2I paper has them.
//
// It reads the words as they were imported, so it needs no word vectors. Its
// output is records.csv.
package statistics

import (
	"context"
	"path/filepath"

	"rationale/datasets"
	"rationale/plots"
	"rationale/stages"
	"rationale/stages/dataset"
	"rationale/stages/measure"
	"rationale/stages/train"
)

// DatasetRole is the role of the stage's only input: an imported dataset as the
// engine opened it, or a generated one.
const DatasetRole = "dataset"

// The numbers of a split. Texts is the number of one class's texts, a record a
// class (measure.OfClass); MeanLength the mean number of tokens of a text that was
// cut at datasets.StatsCut; GoldShare the share of marked tokens among all tokens
// of the texts whose rationale is known, both after cutting.
const (
	Texts      = "texts"
	MeanLength = "mean_length"
	GoldShare  = "gold_share"
)

// Metrics lists the names of the numbers, those of single classes under the name
// that they share.
func Metrics() []string { return []string{Texts, MeanLength, GoldShare} }

// Params name the dataset.
type Params struct {
	Dataset string `json:"dataset"`
}

// Stage counts one dataset.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

const name = "statistics"

// Name is "statistics".
func (*Stage) Name() string { return name }

// Version of what is counted and of the output's form.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run counts all splits.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	set, done, err := dataset.Open(env, DatasetRole, s.params.Dataset)
	if err != nil {
		return err
	}
	defer done()
	stats, err := datasets.Describe(ctx, set)
	if err != nil {
		return err
	}
	return train.WriteRecords(filepath.Join(env.Out, train.RecordsFile), records(stats))
}

// records are the numbers of all splits that hold texts: an empty one has no mean.
func records(stats datasets.Stats) []plots.Record {
	var out []plots.Record
	for _, split := range stats.Splits {
		if split.Rows == 0 {
			continue
		}
		for _, n := range numbers(split) {
			n.Stage, n.Split = name, split.Name
			out = append(out, n)
		}
	}
	return out
}

func numbers(split datasets.SplitStats) []plots.Record {
	out := []plots.Record{{Metric: MeanLength, Value: split.MeanCut}}
	for class, texts := range split.PerClass {
		out = append(out, plots.Record{Metric: measure.OfClass(Texts, class), Value: float64(texts)})
	}
	if split.WithoutRationale < split.Rows {
		out = append(out, plots.Record{Metric: GoldShare, Value: split.GoldShare})
	}
	return out
}
