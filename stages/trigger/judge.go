package trigger

import (
	"context"
	"errors"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/rationalizer/metric"
	"rationale/onnx/tensor"
	"rationale/stages/examples/texts"
	"rationale/stages/graphs"
	"rationale/stages/measure"
)

// judge tries triggers on development texts, of which it gives the number.
func (h *hunt) judge(ctx context.Context, ids [][]int, triggers []Trigger) (int, error) {
	dev, err := h.source.draw("dev", h.params.Texts, nn.Stream(h.params.Seed, "trigger/dev texts", 0))
	if err != nil {
		return 0, err
	}
	before, err := h.before(ctx, dev.without)
	if err != nil {
		return 0, err
	}
	trying, err := h.trying(dev)
	if err != nil {
		return 0, err
	}
	for i := range triggers {
		if err := trying.judge(ctx, ids[i], h.source.target, &triggers[i]); err != nil {
			return 0, err
		}
		triggers[i].Before = before
		h.env.Progress.Advance(1, "development texts")
	}
	return len(dev.with), nil
}

// before is how often the model by itself answers the target in texts of others.
func (h *hunt) before(ctx context.Context, set texts.Set) (float64, error) {
	e, err := h.run.Evaluator(h.rt, graphs.TestModel)
	if err != nil {
		return 0, err
	}
	hits := 0
	_, err = e.Evaluate(ctx, set, h.run.Weights, h.run.Batching(together), measure.Draw{ArgMax: true}, func(_ int, p measure.Prediction) {
		if p.Class == h.source.target {
			hits++
		}
	})
	return float64(hits) / float64(len(set)), err
}

// judge is how a trigger does on the batch.
func (t tried) judge(ctx context.Context, words []int, target int, of *Trigger) error {
	var j, hits, selected, texts float64
	var failed error
	err := t.answer(ctx, t.exact, t.parts, words, func(p part, out map[string]*tensor.Tensor) {
		logits := out[rationalizer.OutLogits]
		classes, err := metric.ArgMax(tensor.Data[float32](logits), int(logits.Shape()[1]))
		if err != nil {
			failed = err
			return
		}
		for b, value := range tensor.Data[float32](out[rationalizer.OutObjective]) {
			j, texts = j+float64(value), texts+1
			if classes[b] == target {
				hits++
			}
		}
		selected += p.selected(out[rationalizer.OutProbability])
	})
	of.DevJ, of.Success, of.Selected = j/texts, hits/texts, selected/texts
	return errors.Join(err, failed)
}

// selected is how probable the selection of the trigger's words is, averaged over
// them, summed over the texts; probabilities are [B,T].
func (p part) selected(probability *tensor.Tensor) float64 {
	sum, width := 0.0, int64(probability.Shape()[1])
	for b, slots := range p.at {
		for _, at := range slots {
			sum += float64(tensor.Data[float32](probability)[int64(b)*width+at]) / float64(len(slots))
		}
	}
	return sum
}
