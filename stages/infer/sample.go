package infer

import (
	"context"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/evaluate"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// sampling draws masks with noise, as in training.
type sampling struct{ unit rationalizer.Unit }

// noise is that of the text with this number among those explained together.
func (s sampling) noise(size rationalizer.Size, number int) *tensor.Tensor {
	t := rationalizer.NoiseTensor(s.unit, size)
	n := nn.Noise{Purpose: "explain/" + rationalizer.SelectNoise, Law: nn.Logistic}
	n.Draw(t, 0, uint64(number))
	return t
}

// Sample makes the model draw its masks, once for each text, in place of arg-max
// masks. The folder run holds the training run.
func (m *Model) Sample(run string) error {
	result, err := train.ReadResult(run)
	if err != nil {
		return err
	}
	vectors, err := tokenize.ReadVectors(m.data)
	if err != nil {
		return err
	}
	m.sampled = &sampling{result.Graphs.Unit}
	m.session, err = m.rebuilt(run, vectors)
	return err
}

// Test answers for the first n test texts of the dataset.
func (m *Model) Test(ctx context.Context, n int) ([]evaluate.Example, error) {
	read, err := tokenize.Read(m.data, "test")
	if err != nil {
		return nil, err
	}
	var out []evaluate.Example
	for i := range min(n, len(read)) {
		said, err := m.say(ctx, m.session, read, []int{i}, i)
		if err != nil {
			return nil, err
		}
		said[0].Class = m.Reading().Classes[read[i].Label]
		out = append(out, said[0].Example)
	}
	return out, nil
}
