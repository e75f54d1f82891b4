package infer

import (
	"context"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/evaluate"
	"rationale/stages/train"
)

// sampling draws masks with noise, as in training.
type sampling struct{ unit rationalizer.Unit }

// noise is that of the example with this number among those explained together.
func (s sampling) noise(size rationalizer.Size, number int) *tensor.Tensor {
	t := rationalizer.NoiseTensor(s.unit, size)
	n := nn.Noise{Purpose: "explain/" + rationalizer.SelectNoise, Law: nn.Logistic}
	n.Draw(t, 0, uint64(number))
	return t
}

// Sample makes the model draw its masks, once for each example, in place of arg-max
// masks. The folder run holds the training run.
func (m *answering) Sample(run string) error {
	result, err := train.ReadResult(run)
	if err != nil {
		return err
	}
	data, err := m.data()
	if err != nil {
		return err
	}
	fixed, err := data.Fixed()
	if err != nil {
		return err
	}
	m.sampled = &sampling{result.Graphs.Unit}
	m.session, err = m.rebuilt(run, fixed[rationalizer.EmbeddingWeight])
	return err
}

// Test answers for the first n test examples of the dataset.
func (m *answering) Test(ctx context.Context, n int) ([]evaluate.Example, error) {
	data, err := m.data()
	if err != nil {
		return nil, err
	}
	test, err := data.Split("test")
	if err != nil {
		return nil, err
	}
	var out []evaluate.Example
	for i := range min(n, test.Len()) {
		said, err := m.say(ctx, m.session, test, []int{i}, i)
		if err != nil {
			return nil, err
		}
		said[0].Class = m.classes[test.Class(i)]
		out = append(out, said[0].Example)
	}
	return out, nil
}
