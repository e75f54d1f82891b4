// Package removal is what test-time defences share: they take words out of the
// texts that a model is about to read. A defence scores words; those with the
// highest scores fall. How high is settled on clean development texts, where the
// model may lose a little accuracy: neither test labels nor triggers are looked
// at for that.
//
// Its output: removed.json with the threshold and how it was found, and for each
// test text, clean and triggered, the words that were taken out.
package removal

import (
	"context"
	"math"
	"path/filepath"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/stages"
	"rationale/stages/backend"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// Roles of the inputs, beside train's for the run's graphs and its clean data.
const (
	RunRole       = "run"       // a finished training run
	TriggeredRole = "triggered" // the tokenized dataset with triggered test texts; may be absent
)

// Params are the settings of a test-time defence.
type Params struct {
	Dataset string `json:"dataset"` // the clean one that the run is judged on
	Batch   int    `json:"batch"`
	// Texts bounds the development texts that the threshold is chosen on; 0 for all.
	Texts int `json:"texts,omitempty"`
	// Pieces tells that the run reads pieces, among which another one than word 0 stands
	// for a gap.
	Pieces bool `json:"pieces,omitempty"`
	// Loss is the share of the development texts by which accuracy may fall.
	Loss   float64         `json:"loss"`
	Engine backend.Backend `json:"engine"`
}

// Loss is what AttDef's code allows, and we ONION: 2 points.
const Loss = .02

// Check names the first setting that makes no sense.
func (p Params) Check() error {
	if err := rationalizer.Within(rationalizer.Range{Least: 1, Most: math.MaxInt32}, "batch", p.Batch); err != nil {
		return err
	}
	if err := rationalizer.Within(rationalizer.Range{Most: math.MaxInt32}, "texts", p.Texts); err != nil {
		return err
	}
	return rationalizer.Within(rationalizer.Range{Most: 1}, "loss", p.Loss)
}

// Defence is a law of which words are taken out.
type Defence struct {
	Name string
	// LanguageModel says which one the scores are from; empty for none.
	LanguageModel string
	// Score gives a number for each word of the documents; what the model does not
	// read has 0, which never falls.
	Score func(ctx context.Context, m *Model, texts []tokenize.Text) ([][]float64, error)
	// Thresholds are tried in this order; each takes out what the one before does,
	// or more.
	Thresholds []float64
	// Falls tells which words are taken out.
	Falls func(score, threshold float64) bool
	// Blank puts a gap in the place of each; else the text closes up.
	Blank bool
}

// Model is a finished run, opened for the texts of one dataset.
type Model struct {
	*train.Finished
	Runtime *runtime.Runtime
	Batch   int
}

// Run defends, and writes removed.json.
func Run(ctx context.Context, env *stages.Env, p Params, d Defence) error {
	if err := p.Check(); err != nil {
		return err
	}
	sides, err := OpenSides(env)
	if err != nil {
		return err
	}
	rt, err := p.Engine.Open()
	if err != nil {
		return err
	}
	defer rt.Close()
	env.Progress.Total(int64(len(d.Thresholds) + 1 + len(sides)))
	r, err := d.settle(ctx, env, &Model{sides[0].Finished, rt, p.Batch}, p)
	if err != nil {
		return err
	}
	for _, side := range sides {
		taken, err := d.take(ctx, &Model{side.Finished, rt, p.Batch}, side, r.Threshold)
		if err != nil {
			return err
		}
		*r.of(side) = taken
		env.Progress.Advance(1, side.Name)
	}
	return stages.WriteJSON(filepath.Join(env.Out, File), r)
}

// take is what the defence makes of a side's texts.
func (d Defence) take(ctx context.Context, m *Model, side *Side, threshold *float64) (*Taken, error) {
	scores, err := d.Score(ctx, m, side.Texts)
	if err != nil {
		return nil, err
	}
	return newTaken(side, d.fallen(scores, threshold)), nil
}

// fallen are the words, text by text, that the scores take out; none without a
// threshold.
func (d Defence) fallen(scores [][]float64, threshold *float64) [][]bool {
	out := make([][]bool, len(scores))
	for i, words := range scores {
		out[i] = make([]bool, len(words))
		for w, score := range words {
			out[i][w] = threshold != nil && d.Falls(score, *threshold)
		}
	}
	return out
}
