// Package evaluate is the stage that measures a finished run on the test
// split: with sampled masks, the papers' way, over several noise seeds, and
// with arg-max masks.
//
// Its output: records.csv, rationales.jsonl (test texts with what the arg-max
// mask selects) and eval_model.onnx (the chosen epoch with its weights and
// word vectors inside, arg-max masks, ready for any onnxruntime).
package evaluate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/plots"
	"rationale/stages"
	"rationale/stages/export"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// The roles of the stage's inputs, beside those of train.
const (
	RunRole     = "run"     // a finished training run
	DatasetRole = "dataset" // the words behind the data, for the examples
)

// Names of the output files.
const (
	RecordsFile    = "records.csv"
	RationalesFile = "rationales.jsonl"
	ModelFile      = "eval_model.onnx"
)

// Params are the settings of an evaluation.
type Params struct {
	Dataset string        `json:"dataset"`
	Export  export.Params `json:"export"` // of the run's graphs
	Encoder string        `json:"encoder"`
	Seed    uint64        `json:"seed"`  // of the run, for the records
	Draws   int           `json:"draws"` // noise seeds averaged
	Batch   int           `json:"batch"`
	Texts   int           `json:"texts"` // test texts written to rationales.jsonl
	Engine  train.Backend `json:"engine"`
}

// Stage evaluates one run.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

// Name is "evaluate".
func (*Stage) Name() string { return "evaluate" }

// Version of the measurements.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// evaluation is an evaluation in progress.
type evaluation struct {
	params  Params
	env     *stages.Env
	result  train.Result
	weights train.Weights
	fixed   map[string]*tensor.Tensor
	texts   []tokenize.Text
	length  int
	records []plots.Record
}

// Run measures and writes.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	e, err := s.open(env)
	if err != nil {
		return err
	}
	rt, err := train.OpenBackend(s.params.Engine)
	if err != nil {
		return err
	}
	defer rt.Close()
	if err := e.measure(ctx, rt); err != nil {
		return err
	}
	if err := train.WriteRecords(filepath.Join(env.Out, RecordsFile), e.records); err != nil {
		return err
	}
	return e.exportModel()
}

func (s *Stage) open(env *stages.Env) (*evaluation, error) {
	e := &evaluation{params: s.params, env: env}
	var err error
	if e.result, err = train.ReadResult(env.Inputs[RunRole]); err != nil {
		return nil, err
	}
	spec := e.result.Spec
	if e.weights, err = export.ReadCheckpoint(filepath.Join(env.Inputs[RunRole], export.Checkpoint), spec.Layouts); err != nil {
		return nil, err
	}
	if e.fixed, err = train.FixedInputs(env, spec); err != nil {
		return nil, err
	}
	if e.texts, err = tokenize.Read(env.Inputs[train.DataRole], "test"); err != nil {
		return nil, err
	}
	if len(e.texts) == 0 {
		return nil, fmt.Errorf("dataset %s has no test texts", s.params.Dataset)
	}
	summary, err := tokenize.ReadSummary(env.Inputs[train.DataRole])
	e.length = summary.MaxLength
	return e, err
}

// measure evaluates with each noise seed and with arg-max masks.
func (e *evaluation) measure(ctx context.Context, rt *runtime.Runtime) error {
	path := filepath.Join(e.env.Inputs[train.GraphsRole], export.TestModel)
	evaluator, err := train.NewEvaluator(rt, path, e.result.Spec, e.fixed)
	if err != nil {
		return err
	}
	defer evaluator.Close()
	e.env.Progress.Total(int64(e.params.Draws + 1))
	draws := make([]*train.Scores, 0, e.params.Draws)
	for i := range e.params.Draws {
		scores, err := evaluator.Evaluate(ctx, e.texts, e.weights, e.batching(), train.Draw{Seed: uint64(i), Epoch: e.result.Epoch()}, nil)
		if err != nil {
			return err
		}
		draws = append(draws, scores)
		e.env.Progress.Advance(1, "sampled masks")
	}
	e.noteDraws(draws)
	predictions := make([]train.Prediction, len(e.texts))
	scores, err := evaluator.Evaluate(ctx, e.texts, e.weights, e.batching(), train.Draw{ArgMax: true},
		func(i int, p train.Prediction) { predictions[i] = p })
	if err != nil {
		return err
	}
	e.env.Progress.Advance(1, "arg-max masks")
	e.note("argmax", scores.Numbers())
	return e.writeRationales(predictions)
}

func (e *evaluation) batching() train.Batching {
	b := train.Batching{Size: e.params.Batch}
	if e.result.Spec.Padding == rationalizer.Paper {
		b.Fixed = e.length
	}
	return b
}

// noteDraws notes the first draw, which is the papers' single sample, and the
// mean over all draws.
func (e *evaluation) noteDraws(draws []*train.Scores) {
	if len(draws) == 0 {
		return
	}
	first := draws[0].Numbers()
	e.note("sampled", first)
	sums := map[string]float64{}
	for _, d := range draws {
		for _, n := range d.Numbers() {
			sums[n.Metric] += n.Value
		}
	}
	for i := range first {
		first[i].Value = sums[first[i].Metric] / float64(len(draws))
	}
	e.note(fmt.Sprintf("sampled-mean-%d", len(draws)), first)
}

func (e *evaluation) note(mask string, numbers []train.Number) {
	for _, n := range numbers {
		e.records = append(e.records, plots.Record{
			Stage: "evaluate", Dataset: e.params.Dataset, Method: e.result.Method, Encoder: e.params.Encoder,
			Seed: int64(e.params.Seed), Epoch: e.result.Epoch(), Split: "test", Mask: mask,
			Metric: n.Metric, Value: n.Value, Selected: true,
		})
	}
}

// exportModel writes the model that people deploy.
func (e *evaluation) exportModel() error {
	config := e.params.Export.Config()
	config.Vectors = e.fixed[rationalizer.EmbeddingWeight]
	g, err := rationalizer.NewAnswer(config, rationalizer.Views{}, e.weights)
	if err != nil {
		return err
	}
	g.Annotate("method", e.result.Method)
	g.Annotate("dataset", e.params.Dataset)
	g.Annotate("epoch", fmt.Sprint(e.result.Epoch()))
	model, err := g.Model()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(e.env.Out, ModelFile), model, 0o644)
}
