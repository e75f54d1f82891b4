// Package evaluate is the stage that measures a finished run on the test
// split: with sampled masks, the papers' way, over several noise seeds, and
// with arg-max masks.
//
// Its output: records.csv (one number a row, without the labels of the run) with
// the masks "sampled" (the first noise seed, which is the papers' single
// sample), "sampled-mean-N" (the mean over N seeds) and "argmax";
// rationales.jsonl (test texts or graphs with what the arg-max mask selects); and
// eval_model.onnx (the chosen epoch with its weights and word vectors, or features of
// nodes, inside, arg-max masks, ready for any onnxruntime; its metadata "reading" says
// how a text or a graph becomes its inputs).
package evaluate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rationale/onnx/graph"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/plots"
	"rationale/stages"
	"rationale/stages/backend"
	"rationale/stages/examples"
	"rationale/stages/graphs"
	"rationale/stages/measure"
	"rationale/stages/train"
)

// The roles of the stage's inputs, beside those of train.
const RunRole = "run" // a finished training run

// Names of the output files.
const (
	RecordsFile    = train.RecordsFile
	RationalesFile = "rationales.jsonl"
	ModelFile      = "eval_model.onnx"
)

// Params are the settings of an evaluation.
type Params struct {
	Dataset string `json:"dataset"`
	Draws   int    `json:"draws"` // noise seeds averaged
	Batch   int    `json:"batch"`
	Texts   int    `json:"texts"` // test texts written to rationales.jsonl
	// PerText asks for the agreement with human rationales averaged over texts, too.
	PerText bool            `json:"per_text,omitempty"`
	Engine  backend.Backend `json:"engine"`
}

// Check names the first setting that makes no sense.
func (p Params) Check() error {
	switch {
	case p.Batch < 1:
		return fmt.Errorf("settings: batch must be positive, not %d", p.Batch)
	case p.Draws < 0:
		return fmt.Errorf("settings: draws must not be negative (%d)", p.Draws)
	case p.Texts < 0:
		return fmt.Errorf("settings: texts must not be negative (%d)", p.Texts)
	}
	return nil
}

// Stage evaluates one run.
type Stage struct {
	params Params
	open   examples.Open
}

// New makes the stage; open opens its data.
func New(p Params, open examples.Open) *Stage { return &Stage{p, open} }

// Name is "evaluate".
func (*Stage) Name() string { return "evaluate" }

// Version of the measurements.
func (*Stage) Version() int { return 6 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// evaluation is an evaluation in progress.
type evaluation struct {
	*train.Finished
	params  Params
	env     *stages.Env
	records []plots.Record
}

// Run measures and writes.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	if err := s.params.Check(); err != nil {
		return err
	}
	run, err := train.OpenFinished(env, RunRole, s.open)
	if err != nil {
		return err
	}
	e := &evaluation{Finished: run, params: s.params, env: env}
	rt, err := s.params.Engine.Open()
	if err != nil {
		return err
	}
	defer rt.Close()
	predictions, err := e.measure(ctx, rt)
	if err != nil {
		return err
	}
	if err := e.writeRationales(predictions); err != nil {
		return err
	}
	if err := train.WriteRecords(filepath.Join(env.Out, RecordsFile), e.records); err != nil {
		return err
	}
	return e.writeModel()
}

// measure evaluates with arg-max masks and with each noise seed. It gives the
// predictions under the former, text by text.
func (e *evaluation) measure(ctx context.Context, rt *runtime.Runtime) ([]measure.Prediction, error) {
	e.env.Progress.Total(int64(e.params.Draws + 1))
	everything, err := e.Evaluator(rt, graphs.TestModel)
	if err != nil {
		return nil, err
	}
	predictions := make([]measure.Prediction, e.Test.Len())
	scores, err := everything.Evaluate(ctx, e.Test, e.Weights, e.Batching(e.params.Batch), measure.Draw{ArgMax: true},
		func(i int, p measure.Prediction) { predictions[i] = p })
	if err != nil {
		return nil, answered(err)
	}
	e.env.Progress.Advance(1, "arg-max masks")
	if err := e.sample(ctx, rt, scores); err != nil {
		return nil, err
	}
	e.note("argmax", e.numbers(scores))
	return predictions, nil
}

// sample evaluates with each noise seed and notes the first draw and the mean
// over all. What masks do not change, how the model reads the full text and
// the annotated words, is known from the arg-max masks' evaluation.
func (e *evaluation) sample(ctx context.Context, rt *runtime.Runtime, argmax *measure.Scores) error {
	evaluator, err := e.Evaluator(rt, graphs.DevModel)
	if err != nil {
		return err
	}
	draws := make([][]measure.Number, e.params.Draws)
	for i := range draws {
		draw := measure.Draw{Seed: uint64(i), Epoch: e.Result.Epoch()}
		scores, err := evaluator.Evaluate(ctx, e.Test, e.Weights, e.Batching(e.params.Batch), draw, nil)
		if err != nil {
			return answered(err)
		}
		scores.TakeUnmasked(argmax)
		draws[i] = e.numbers(scores)
		e.env.Progress.Advance(1, "sampled masks")
	}
	if len(draws) > 0 {
		e.note("sampled", draws[0])
		e.note(fmt.Sprintf("sampled-mean-%d", len(draws)), measure.Means(draws))
	}
	return nil
}

// numbers are those that the evaluation is asked for.
func (e *evaluation) numbers(s *measure.Scores) []measure.Number {
	if e.params.PerText {
		return append(s.Numbers(), s.PerText()...)
	}
	return s.Numbers()
}

// answered says what it means when a run, whose parameters are finite, gives no
// numbers.
func answered(err error) error {
	if errors.Is(err, rationalizer.ErrNotFinite) {
		err = fmt.Errorf("on test texts the model gives no numbers: training diverged, or the vector of a word is absurdly large; lower learning_rate, or look at the word vectors: %w", err)
	}
	return err
}

func (e *evaluation) note(mask string, numbers []measure.Number) {
	for _, n := range numbers {
		e.records = append(e.records, plots.Record{
			Stage: "evaluate", Split: "test", Mask: mask, Metric: n.Metric,
			Epoch: e.Result.Epoch(), Selected: true, Value: n.Value,
		})
	}
}

// AnswerGraph is the model of a finished run with its weights and these word
// vectors [V,E] inside. Without views its masks are arg-max.
func AnswerGraph(run train.Result, w measure.Weights, vectors *tensor.Tensor, views rationalizer.Views) (*graph.Graph, error) {
	config := run.Graphs.Config()
	config.Vectors = vectors
	return rationalizer.NewAnswer(config, views, w)
}

// writeModel writes the model that people deploy.
func (e *evaluation) writeModel() error {
	vectors := e.Fixed[rationalizer.EmbeddingWeight]
	if !vectors.Finite() {
		return fmt.Errorf("dataset %s: word vectors %w, and the model would hold them", e.params.Dataset, rationalizer.ErrNotFinite)
	}
	model, err := Deployed(e.Result, e.Weights, vectors, e.params.Dataset, e.Shape.Reading)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(e.env.Out, ModelFile), model, 0o644)
}

// Deployed encodes the model of a finished run for people who deploy it, with its
// weights and these word vectors [V,E] inside. Its metadata names the dataset and
// holds the reading, JSON that says how a text becomes its inputs.
func Deployed(run train.Result, w measure.Weights, vectors *tensor.Tensor, dataset, reading string) ([]byte, error) {
	g, err := AnswerGraph(run, w, vectors, rationalizer.Views{})
	if err != nil {
		return nil, err
	}
	g.Annotate("method", run.Graphs.Method)
	g.Annotate("dataset", dataset)
	g.Annotate("epoch", fmt.Sprint(run.Epoch()))
	g.Annotate("reading", reading)
	return g.Model()
}
