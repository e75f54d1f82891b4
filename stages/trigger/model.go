package trigger

import (
	"context"
	"fmt"
	"maps"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/backend"
	"rationale/stages/train"
)

// model is a finished model as triggers are tried on it.
type model struct {
	exact, steep *runtime.Session // without gradients, and with them
	table        []float32        // word vectors, row-major
	width        int
}

// newModel builds the graphs for triggers of so many slots, with the run's weights
// inside.
func newModel(rt *runtime.Runtime, run *train.Finished, of rationalizer.Trigger) (*model, error) {
	vectors := run.Fixed[rationalizer.EmbeddingWeight]
	m := &model{table: tensor.Data[float32](vectors), width: int(vectors.Shape()[1])}
	fixed := maps.Clone(run.Fixed)
	for layout, params := range run.Weights {
		fixed[layout+rationalizer.ParamsPart] = tensor.Vector(params)
	}
	for _, s := range []struct {
		session  **runtime.Session
		gradient bool
	}{{&m.exact, false}, {&m.steep, true}} {
		of.Gradient = s.gradient
		g, err := rationalizer.NewTrigger(run.Result.Graphs.Config(), of)
		if err != nil {
			return nil, err
		}
		if *s.session, err = backend.Graph(rt, "the graph of the trigger search", g, fixed); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// columns are the graphs' inputs that come from texts.
func (m *model) columns() []string {
	var out []string
	for _, in := range m.exact.Inputs() {
		if in.Name != rationalizer.InputSlots && in.Name != rationalizer.InputTrigger {
			out = append(out, in.Name)
		}
	}
	return out
}

// vector is that of a word.
func (m *model) vector(word int) []float32 { return m.table[word*m.width:][:m.width] }

// trigger are the vectors of words, [J,E].
func (m *model) trigger(words []int) *tensor.Tensor {
	var rows []float32
	for _, w := range words {
		rows = append(rows, m.vector(w)...)
	}
	t, _ := tensor.Of([]int64{int64(len(words)), int64(m.width)}, rows) // the sizes are ours
	return t
}

// answer runs a session on each part of a batch with the trigger in place.
func (m *model) answer(ctx context.Context, s *runtime.Session, parts []part, words []int, see func(p part, out map[string]*tensor.Tensor)) error {
	trigger := m.trigger(words)
	for _, p := range parts {
		out, err := s.Run(ctx, p.showing(trigger))
		if err != nil {
			return err
		}
		if !out[rationalizer.OutObjective].Finite() {
			return fmt.Errorf("the objective of a trigger came back %w: training diverged; search on a run that was trained with a lower learning_rate", rationalizer.ErrNotFinite)
		}
		see(p, out)
	}
	return nil
}

// tried is a model on one batch: an objective.
type tried struct {
	*model
	parts []part
}

// J is the mean over the batch.
func (t tried) J(ctx context.Context, words []int) (float64, error) {
	sum, texts := 0.0, 0
	err := t.answer(ctx, t.exact, t.parts, words, func(_ part, out map[string]*tensor.Tensor) {
		for _, j := range tensor.Data[float32](out[rationalizer.OutObjective]) {
			sum += float64(j)
			texts++
		}
	})
	return sum / float64(texts), err
}

// Slopes are the gradients of J, by way of generator and predictor together.
func (t tried) Slopes(ctx context.Context, words []int) ([][]float64, error) {
	sum, texts := make([]float64, len(words)*t.width), 0
	err := t.answer(ctx, t.steep, t.parts, words, func(p part, out map[string]*tensor.Tensor) {
		for _, path := range []string{rationalizer.OutGeneratorSlope, rationalizer.OutPredictorSlope} {
			for d, slope := range tensor.Data[float32](out[path]) {
				sum[d] += float64(slope) * float64(len(p.at))
			}
		}
		texts += len(p.at)
	})
	slopes := make([][]float64, len(words))
	for slot := range slopes {
		slopes[slot] = sum[slot*t.width:][:t.width]
		for d := range slopes[slot] {
			slopes[slot][d] /= float64(texts)
		}
	}
	return slopes, err
}
