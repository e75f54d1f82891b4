package infer

import (
	"cmp"
	"context"
	"fmt"
	goruntime "runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages"
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
	// places are as many as batches may go through the model at once; each holds one.
	places chan struct{}
	// data opens the dataset that the model was trained on; nil for an exported model.
	data    func() (examples.Data, error)
	sampled *sampling // nil for arg-max masks
}

// load opens the model in a file. On a processor a batch on each thread does more than
// one batch on all.
func load(path string, classes []string, o runtime.Options) (answering, error) {
	atOnce := backend.AtOnce(o.Provider, cmp.Or(o.Threads, goruntime.NumCPU()), 1)
	o.Threads = 1
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
	return answering{runtime: rt, session: session, classes: classes, places: make(chan struct{}, atOnce)}, nil
}

// Close closes the library and with it the session.
func (m *answering) Close() { m.runtime.Close() }

// Classes are those that the model tells apart, in the order of its logits.
func (m *answering) Classes() []string { return m.classes }

// answerAll answers for examples in their order; those of similar length go through the
// model together, as many as fit, and several batches at once, the longest first.
func (m *answering) answerAll(ctx context.Context, set examples.Set, fits func(n, positions int) bool) ([]Answer, error) {
	answers := make([]Answer, set.Len())
	group, ctx := errgroup.WithContext(ctx)
	for number, batch := range slices.Backward(m.batches(set, fits)) {
		group.Go(func() error {
			return stages.Guard(func() error {
				said, err := m.say(ctx, m.session, set, batch, number)
				for k, x := range said {
					answers[batch[k]] = x
				}
				return err
			})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
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

// run asks a model about a batch of examples and checks what it returns: a row for each
// example, and another behind them where there is one alone.
func (m *answering) run(ctx context.Context, session *runtime.Session, set examples.Set, batch []int, number int) (map[string]*tensor.Tensor, error) {
	m.places <- struct{}{}
	defer func() { <-m.places }()
	batch = m.accompanied(batch)
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

// accompanied is a batch of at least two examples. The library multiplies a single row by
// another routine, which rounds otherwise; so an example that is asked about alone goes
// through the model twice, and says what it says among others. Masks that are drawn have
// noise for one.
func (m *answering) accompanied(batch []int) []int {
	if len(batch) == 1 && m.sampled == nil {
		return []int{batch[0], batch[0]}
	}
	return batch
}
