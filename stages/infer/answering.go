package infer

import (
	"context"
	"fmt"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/backend"
	"rationale/stages/evaluate"
	"rationale/stages/examples"
	"rationale/stages/measure"
)

// answering is a model in a session of its own, whatever it reads.
type answering struct {
	runtime *runtime.Runtime
	session *runtime.Session
	classes []string
	padTo   int // length of every example; 0 for the longest of those asked about together
	// data opens the dataset that the model was trained on; nil for an exported model.
	data    func() (examples.Data, error)
	sampled *sampling // nil for arg-max masks
}

// load opens the model in a file.
func load(path string, classes []string, o runtime.Options) (answering, error) {
	lib, err := runtime.Locate()
	if err != nil {
		return answering{}, err
	}
	rt, err := runtime.Open(lib, o)
	if err != nil {
		return answering{}, err
	}
	session, err := backend.Model(rt, path, nil)
	if err != nil {
		rt.Close()
		return answering{}, err
	}
	return answering{runtime: rt, session: session, classes: classes}, nil
}

// Close closes the library and with it the session.
func (m *answering) Close() { m.runtime.Close() }

// Classes are those that the model tells apart, in the order of its logits.
func (m *answering) Classes() []string { return m.classes }

// answerAll answers for examples in their order; those of similar length go through the
// model together, as many as fit.
func (m *answering) answerAll(ctx context.Context, set examples.Set, fits func(n, positions int) bool) ([]Answer, error) {
	answers := make([]Answer, set.Len())
	for number, batch := range m.batches(set, fits) {
		said, err := m.say(ctx, m.session, set, batch, number)
		if err != nil {
			return nil, err
		}
		for k, i := range batch {
			answers[i] = said[k]
		}
	}
	return answers, nil
}

// say runs a session of the model on a batch of examples and gives what it says of
// each. number keeps the draws of several batches apart.
func (m *answering) say(ctx context.Context, session *runtime.Session, set examples.Set, batch []int, number int) ([]Answer, error) {
	out, err := m.run(ctx, session, set, batch, number)
	if err != nil {
		return nil, err
	}
	predictions, err := measure.Predict(out, len(m.classes))
	if err != nil {
		return nil, err
	}
	answers := make([]Answer, len(batch))
	for k, i := range batch {
		answers[k] = Answer{Example: evaluate.NewExample(set, i, predictions[k], m.classes), Classes: softmax(predictions[k].Logits)}
	}
	return answers, nil
}

// run asks a model about a batch of examples and checks what it returns.
func (m *answering) run(ctx context.Context, session *runtime.Session, set examples.Set, batch []int, number int) (map[string]*tensor.Tensor, error) {
	size := set.Size(batch)
	if m.padTo > 0 {
		size.Positions = m.padTo
	}
	in := map[string]*tensor.Tensor{}
	for _, input := range session.Inputs() {
		if m.sampled != nil && input.Name == rationalizer.SelectNoise {
			in[input.Name] = m.sampled.noise(size, number)
			continue
		}
		column, err := set.Column(input.Name, batch, size)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", session.Name(), err)
		}
		in[input.Name] = column
	}
	asked := rationalizer.Asked{Texts: len(batch), Length: size.Positions, Classes: len(m.classes)}
	return measure.Run(ctx, session, in, asked)
}
