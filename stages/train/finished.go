package train

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/stages/examples"
	"rationale/stages/measure"
	"rationale/stages/weights"
)

// Finished is a finished run with what it takes to measure it on test texts.
type Finished struct {
	Result  Result
	Weights measure.Weights           // of the chosen epoch
	Fixed   map[string]*tensor.Tensor // inputs of its graphs that never change
	Shape   examples.Shape
	Test    examples.Set // never empty

	graphs  string // their folder
	threads int    // that the stage may keep busy
}

// OpenFinished reads the run in a role of the stage's inputs, and the data and
// graphs that it was made with in theirs.
func OpenFinished(env *stages.Env, role string, open examples.Open) (*Finished, error) {
	f := &Finished{graphs: env.Inputs[GraphsRole], threads: env.Threads}
	var err error
	if f.Result, err = ReadResult(env.Inputs[role]); err != nil {
		return nil, err
	}
	spec := f.Result.Graphs.Spec
	if f.Weights, err = weights.ReadCheckpoint(filepath.Join(env.Inputs[role], weights.Checkpoint), spec.Layouts); err != nil {
		return nil, err
	}
	data, err := open(env.Inputs[DataRole])
	if err != nil {
		return nil, err
	}
	if f.Fixed, err = Fixed(env, data, spec); err != nil {
		return nil, err
	}
	f.Shape = data.Shape()
	if f.Test, err = data.Split("test"); err != nil {
		return nil, err
	}
	if f.Test.Len() == 0 {
		return nil, fmt.Errorf("dataset %s has no test texts, and a model is judged on texts that nobody trained on", f.Shape.Dataset)
	}
	return f, nil
}

// On is the same model before the test texts of other data, whose words have vectors
// of their own.
func (f *Finished) On(data examples.Data) (*Finished, error) {
	shape := data.Shape()
	if !slices.Equal(shape.Classes, f.Shape.Classes) || shape.Width != f.Shape.Width || shape.Query != f.Shape.Query {
		return nil, fmt.Errorf("dataset %s has the classes %q, vectors of %d numbers and queries: %t; the model was trained on %s with %q, %d and %t",
			shape.Dataset, shape.Classes, shape.Width, shape.Query, f.Shape.Dataset, f.Shape.Classes, f.Shape.Width, f.Shape.Query)
	}
	vectors, err := data.Fixed()
	if err != nil {
		return nil, err
	}
	other := *f
	other.Shape, other.Fixed = shape, maps.Clone(f.Fixed)
	maps.Copy(other.Fixed, vectors)
	other.Test, err = data.Split("test")
	return &other, err
}

// Evaluator opens one of the run's evaluation graphs.
func (f *Finished) Evaluator(rt *runtime.Runtime, model string) (*measure.Evaluator, error) {
	return measure.NewEvaluator(rt, filepath.Join(f.graphs, model), f.Result.Graphs.Spec, f.Fixed)
}

// Batching puts texts together for evaluation as the run's padding wants it.
func (f *Finished) Batching(size int) measure.Batching {
	return batching(f.Result.Graphs.Spec, size, f.Shape.Longest, f.threads)
}

// batching pads every text to the longest of the data in padding "paper".
func batching(spec rationalizer.Spec, size, longest, threads int) measure.Batching {
	b := measure.Batching{Size: size, Threads: threads}
	if spec.Padding == rationalizer.Paper {
		b.Fixed = longest
	}
	return b
}
