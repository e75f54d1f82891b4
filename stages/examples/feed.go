package examples

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples/tfidf"
)

// Feeder makes the inputs of a step graph, as its specification lists them.
type Feeder struct {
	Spec rationalizer.Spec
	Seed uint64
	// Scalar is a scalar of the specification at a step, counted from 1.
	Scalar func(name string, step int64) float64
	// Positions is the length of every example in padding "paper".
	Positions int

	law *tfidf.Law[int64] // of replaced words; nil until Learn
}

// Inputs are those of one run: a step, counted from 1, on each batch of the
// group.
//
// All examples of a group are padded to its longest. In padding "trim" that
// changes one thing beside the rounding: the coherence term is a mean over
// more positions, so it weighs less on the group's shorter batches.
func (f Feeder) Inputs(set Set, group [][]int, step int64) (map[string]*tensor.Tensor, error) {
	size := set.Size(slices.Concat(group...))
	if f.Spec.Padding == rationalizer.Paper {
		size.Positions = f.Positions
	}
	var steps []map[string]*tensor.Tensor
	for i, batch := range group {
		size.Examples = len(batch)
		in, err := f.step(set, batch, size, step+int64(i))
		if err != nil {
			return nil, err
		}
		steps = append(steps, in)
	}
	return stack(steps)
}

// step makes the inputs of one step.
func (f Feeder) step(set Set, batch []int, size rationalizer.Size, step int64) (map[string]*tensor.Tensor, error) {
	in := map[string]*tensor.Tensor{}
	for _, feed := range f.Spec.Feeds {
		if feed.Kind == rationalizer.Random && f.Spec.NoiseInGraph || feed.Kind == rationalizer.Answered {
			continue // made by the graph, or known only when the step is near
		}
		t, err := f.one(feed, set, batch, size, step)
		if err != nil {
			return nil, err
		}
		in[feed.Name] = t
	}
	if f.Spec.NoiseInGraph && len(f.Spec.Of(rationalizer.Random)) > 0 {
		in[rationalizer.InputNoiseKeys] = f.Spec.NoiseKeys(f.Seed, uint64(step))
	}
	return in, nil
}

// one makes the input of one feed.
func (f Feeder) one(feed rationalizer.Feed, set Set, batch []int, size rationalizer.Size, step int64) (*tensor.Tensor, error) {
	switch feed.Kind {
	case rationalizer.Column:
		return set.Column(feed.Name, batch, size)
	case rationalizer.Scalar:
		return tensor.Vector([]float32{float32(f.Scalar(feed.Name, step))}), nil
	case rationalizer.Random:
		t := feed.Tensor(size)
		feed.Noise.Draw(t, f.Seed, uint64(step))
		return t, nil
	case rationalizer.OtherClass:
		return tensor.Vector(OtherClasses(f.stream(feed, step), classes(set, batch), f.Spec.Classes)), nil
	case rationalizer.Replaced:
		return f.replaced(feed, set, batch, size, step)
	}
	return nil, fmt.Errorf("the graphs take %s, which is %q: this program knows no such input", feed.Name, feed.Kind)
}

// stream is the random stream of a feed at a step.
func (f Feeder) stream(feed rationalizer.Feed, step int64) *rand.Rand {
	return nn.Stream(f.Seed, feed.Noise.Purpose, uint64(step))
}

func classes(set Set, batch []int) []int64 {
	out := make([]int64, len(batch))
	for i, k := range batch {
		out[i] = int64(set.Class(k))
	}
	return out
}

// Labels are the classes of a batch as a column [B].
func Labels(set Set, batch []int) *tensor.Tensor { return tensor.Vector(classes(set, batch)) }

// OtherClasses draws a wrong class for each example; with two classes there is
// one.
func OtherClasses[T int | int64](r *rand.Rand, labels []T, classes int) []T {
	out := make([]T, len(labels))
	for i, y := range labels {
		out[i] = (y + 1 + T(r.IntN(classes-1))) % T(classes)
	}
	return out
}

// Rows views row-major data with rows of n elements.
func Rows[T tensor.Element](data []T, n int) *tensor.Tensor {
	rows := 0
	if n > 0 {
		rows = len(data) / n
	}
	t, _ := tensor.Of([]int64{int64(rows), int64(n)}, data) // the sizes are ours
	return t
}

// stack joins the inputs of several steps along a new leading axis; all have
// the same shapes.
func stack(steps []map[string]*tensor.Tensor) (map[string]*tensor.Tensor, error) {
	if len(steps) == 1 {
		return steps[0], nil
	}
	out := map[string]*tensor.Tensor{}
	for name := range steps[0] {
		parts := make([]*tensor.Tensor, len(steps))
		for i, s := range steps {
			parts[i] = s[name]
		}
		joined, err := tensor.Stack(parts...)
		if err != nil {
			return nil, fmt.Errorf("input %s: %w", name, err)
		}
		out[name] = joined
	}
	return out, nil
}
