// Package inspect tells of a finished model whether its predictor relies on words
// that carry no meaning (A2I's "post attack"). A fresh attacker, trained against
// the frozen predictor, selects words of test texts that lead it to a wrong class.
//
// Its output: inspection.json with the attack success rate and its interval, what
// the same predictor answers without the attack and on random words, which words
// the attacker selects, examples, and a verdict.
package inspect

import (
	"context"
	"math"
	"path/filepath"

	"rationale/onnx/rationalizer"
	"rationale/stages"
	"rationale/stages/backend"
	"rationale/stages/examples"
	"rationale/stages/graphs"
	"rationale/stages/measure"
	"rationale/stages/train"
)

// AttackRole is the stage's input beside those of train: the trained attacker.
const AttackRole = "attack"

// ReportFile is the name of the output.
const ReportFile = "inspection.json"

// Params are the settings of an inspection.
type Params struct {
	Dataset  string          `json:"dataset"`
	Batch    int             `json:"batch"`
	Seed     uint64          `json:"seed"`     // of the masks
	Examples int             `json:"examples"` // texts shown of each true class
	Engine   backend.Backend `json:"engine"`
}

// Check names the first setting that makes no sense.
func (p Params) Check() error {
	counted := rationalizer.Range{Least: 1, Most: math.MaxInt32}
	if err := rationalizer.Within(counted, "batch", p.Batch); err != nil {
		return err
	}
	return rationalizer.Within(rationalizer.Range{Most: math.MaxInt32}, "examples", p.Examples)
}

// Stage inspects one model.
type Stage struct {
	params Params
	open   examples.Open
}

// New makes the stage; open opens its data.
func New(p Params, open examples.Open) *Stage { return &Stage{p, open} }

// Name is "inspect".
func (*Stage) Name() string { return "inspect" }

// Version of the measurements and of the verdict.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run attacks the test texts, and writes what came of it.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	if err := s.params.Check(); err != nil {
		return err
	}
	attacker, err := train.OpenFinished(env, AttackRole, s.open)
	if err != nil {
		return err
	}
	i := &inspection{Finished: attacker, params: s.params, env: env}
	if err := i.attack(ctx); err != nil {
		return err
	}
	return stages.WriteJSON(filepath.Join(env.Out, ReportFile), i.report())
}

// inspection is an inspection in progress.
type inspection struct {
	*train.Finished // the attacker's run
	params          Params
	env             *stages.Env

	// Of each test text: the attack, and the classes read in as many random words
	// and in those of the attacker's words that people did not mark.
	attacked         []measure.Prediction
	random, unmarked []int
	accuracy         float64
}

// attack has the predictor read the attacker's words, then as many random words,
// then the attacker's without those that people marked.
func (i *inspection) attack(ctx context.Context) error {
	rt, err := i.params.Engine.Open()
	if err != nil {
		return err
	}
	defer rt.Close()
	spec := i.Result.Graphs.Spec
	e, err := i.Evaluator(rt, graphs.TestModel)
	if err != nil {
		return err
	}
	outside, err := train.Outside(rt, i.env, spec)
	if err != nil {
		return err
	}
	e.Ask(outside, true)
	i.env.Progress.Total(3)
	i.attacked = make([]measure.Prediction, i.Test.Len())
	scores, err := i.read(ctx, e, make([][]bool, i.Test.Len()), func(k int, p measure.Prediction) { i.attacked[k] = p })
	if err != nil {
		return err
	}
	i.accuracy = scores.Accuracy().Value
	if i.random, err = i.given(ctx, e, i.randomWords(spec.Unit)); err != nil {
		return err
	}
	i.unmarked, err = i.given(ctx, e, i.unmarkedWords())
	return err
}

// given are the classes that the predictor reads in these positions.
func (i *inspection) given(ctx context.Context, e *measure.Evaluator, masks [][]bool) ([]int, error) {
	classes := make([]int, i.Test.Len())
	_, err := i.read(ctx, e, masks, func(k int, p measure.Prediction) { classes[k] = p.Given })
	return classes, err
}

// read runs the models over the test texts with one draw of masks.
func (i *inspection) read(ctx context.Context, e *measure.Evaluator, masks [][]bool, see func(int, measure.Prediction)) (*measure.Scores, error) {
	draw := measure.Draw{Seed: i.params.Seed, Epoch: i.Result.Epoch()}
	scores, err := e.Evaluate(ctx, shown{i.Test, masks}, i.Weights, i.Batching(i.params.Batch), draw, see)
	i.env.Progress.Advance(1, "test texts")
	return scores, err
}
