package rationalizer

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// values are tensors by name.
type values = map[string]*tensor.Tensor

// program is a graph in a session; it takes those of the given values that
// are its inputs.
type program struct {
	t       *testing.T
	session *runtime.Session
}

func compile(t *testing.T, g *graph.Graph) program {
	t.Helper()
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	// Waking a second thread takes longer than all the work of a small model.
	return program{t, runtimetest.NewSession(t, t.Name(), model, runtime.WithThreads(1))}
}

func (p program) run(given values) values {
	p.t.Helper()
	in := values{}
	for _, info := range p.session.Inputs() {
		if v, ok := given[info.Name]; ok {
			in[info.Name] = v
		}
	}
	out, err := p.session.Run(context.Background(), in)
	if err != nil {
		p.t.Fatal(err)
	}
	byName := values{} // measures by their own names
	for name, x := range out {
		byName[strings.TrimPrefix(name, Measure{}.Output())] = x
	}
	return byName
}

// smallWords and smallWidth are the shape of the small models' word vectors.
const smallWords, smallWidth = 12, 5

// small is a tiny model of a method, with dropout and every term of the loss.
func small(method string, dtype tensor.DType) Config {
	r := rand.New(rand.NewPCG(100, 0))
	data := make([]float64, smallWords*smallWidth)
	for i := smallWidth; i < len(data); i++ {
		data[i] = r.NormFloat64()
	}
	vectors, err := tensor.FromFloat64(dtype, []int64{smallWords, smallWidth}, data)
	if err != nil {
		panic(err) // the test's own mistake
	}
	h := Defaults()
	h.Hidden = 4
	return Config{Method: method, Classes: 2, Vectors: vectors, Hyper: h, StepsPerRun: 1, Inspect: true}
}

// as is x in another floating-point type; integers stay what they are.
func as(dtype tensor.DType, x *tensor.Tensor) *tensor.Tensor {
	if !x.DType().IsFloat() {
		return x
	}
	out, err := tensor.FromFloat64(dtype, x.Shape(), x.Float64s())
	if err != nil {
		panic(err)
	}
	return out
}

// batch is texts of random words in a frame of a length, with labels and the
// classes that the attacker aims at.
func batch(r *rand.Rand, frame int, lengths ...int) values {
	n := len(lengths)
	ids, mask := make([]int64, n*frame), make([]int64, n*frame)
	labels, other, gold, poisoned := make([]int64, n), make([]int64, n), make([]int64, n*frame), make([]int64, n)
	for i, length := range lengths {
		for t := range length {
			ids[i*frame+t], mask[i*frame+t] = 1+r.Int64N(smallWords-1), 1
			gold[i*frame+t] = int64(t % 2)
		}
		labels[i] = r.Int64N(2)
		other[i], poisoned[i] = 1-labels[i], int64(i%2)
	}
	return values{
		InputIDs: grid(frame, ids), InputMask: grid(frame, mask),
		InputLabels: tensor.Vector(labels), "attacked_class": tensor.Vector(other),
		InputGold: grid(frame, gold), InputPoisoned: tensor.Vector(poisoned),
		InputAdjacency: edges(frame, lengths...),
	}
}

// edges are those of graphs of these sizes in a frame, [B,T,T] both ways: from each
// node to the one before it, and from some to the first.
func edges(frame int, sizes ...int) *tensor.Tensor {
	x, err := tensor.New(tensor.Int64, int64(len(sizes)), int64(frame), int64(frame))
	if err != nil {
		panic(err)
	}
	for i, size := range sizes {
		a := tensor.Data[int64](x)[i*frame*frame:]
		for v := 1; v < size; v++ {
			for _, u := range []int{v - 1, (v - 1) * (v % 2)} {
				a[u*frame+v], a[v*frame+u] = 1, 1
			}
		}
	}
	return x
}

// widened puts matrices [B,n,n] into a longer frame.
func widened(x *tensor.Tensor, frame int) *tensor.Tensor {
	out, n := edges(frame, make([]int, x.Shape()[0])...), int(x.Shape()[1])
	for i, v := range tensor.Data[int64](x) {
		graph, row, column := i/(n*n), i/n%n, i%n
		tensor.Data[int64](out)[(graph*frame+row)*frame+column] = v
	}
	return out
}

// grid is rows of a length.
func grid(columns int, data []int64) *tensor.Tensor {
	x, err := tensor.Of([]int64{int64(len(data) / columns), int64(columns)}, data)
	if err != nil {
		panic(err)
	}
	return x
}

// padded is a batch in a longer frame, with the given word behind the texts.
func padded(b values, more int, word int64) values {
	out := values{}
	for name, x := range b {
		out[name] = x
	}
	frame := int(b[InputIDs].Shape()[1])
	widen := func(x *tensor.Tensor, fill int64) *tensor.Tensor {
		var data []int64
		for row := range slices.Chunk(tensor.Data[int64](x), frame) {
			data = append(append(data, row...), slices.Repeat([]int64{fill}, more)...)
		}
		return grid(frame+more, data)
	}
	out[InputIDs], out[InputMask], out[InputGold] = widen(b[InputIDs], word), widen(b[InputMask], 0), widen(b[InputGold], 0)
	out[InputAdjacency] = widened(b[InputAdjacency], frame+more)
	return out
}

// draws are a step's random inputs for a batch. A longer frame of the same
// number of texts begins with the same draws, since they are time-major.
func draws(c Config, g *StepGraph, b values, step uint64) values {
	out := values{}
	shape := b[InputIDs].Shape()
	size := Size{Examples: int(shape[0]), Positions: int(shape[1])}
	if s := b[InputSentenceMask]; s != nil {
		size.Sentences = int(s.Shape()[1])
	}
	for _, f := range g.Of(Random) {
		x := f.Tensor(size)
		f.Noise.Draw(x, 1, step)
		out[f.Name] = as(c.dtype(), x)
	}
	for _, f := range g.Of(Replaced) {
		out[f.Name] = replaced(b, step)
	}
	return out
}

// replaced is a batch's words with others in place of about half of them.
func replaced(b values, step uint64) *tensor.Tensor {
	r, ids := rand.New(rand.NewPCG(6, step)), slices.Clone(tensor.Data[int64](b[InputIDs]))
	for i := range ids {
		if r.IntN(2) == 0 {
			ids[i] = r.Int64N(smallWords)
		}
	}
	return grid(int(b[InputIDs].Shape()[1]), ids)
}

// state is the first state of all layouts, and parameters for the frozen ones.
func state(c Config, g *StepGraph) values {
	_, start := FreshState(g.Layouts, InitialParams(g.Layouts, 1))
	for _, l := range g.Frozen {
		start[l.Name+ParamsPart] = as(tensor.Float32, tensor.Vector(l.Initial(1)))
	}
	for name, x := range start {
		start[name] = as(c.dtype(), x)
	}
	return start
}

// join is the union of values; later ones win.
func join(all ...values) values {
	out := values{}
	for _, m := range all {
		for name, x := range m {
			out[name] = x
		}
	}
	return out
}

// numbers are the scalars of the tests: the method's defaults, but for some.
func numbers(c Config) values {
	m, err := Lookup(c.Method)
	if err != nil {
		panic(err)
	}
	all, err := m.Complete(nil)
	if err != nil {
		panic(err)
	}
	_, _, scalars := m.Split(all)
	scalars[sparsity] = .3
	scalars[LearningRate] = 1e-2
	return of(c, scalars)
}

// of is scalars as inputs.
func of(c Config, scalars Values) values {
	out := values{}
	for name, x := range scalars {
		out[name] = as(c.dtype(), tensor.Vector([]float64{x}))
	}
	return out
}

// with is the configuration with other flags; "no " before one takes it away.
func with(c Config, flags ...string) Config {
	all := map[string]bool{}
	maps.Copy(all, c.Flags)
	for _, f := range flags {
		name, off := strings.CutPrefix(f, "no ")
		all[name] = !off
	}
	c.Flags = all
	return c
}

func mustStepGraph(t *testing.T, c Config) *StepGraph {
	t.Helper()
	g, err := NewStep(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// once runs one step of a configuration from its first state.
func once(t *testing.T, c Config, b values, more ...values) values {
	t.Helper()
	g := mustStepGraph(t, c)
	in := join(append([]values{state(c, g), numbers(c), b, draws(c, g, b, 1)}, more...)...)
	return compile(t, g.Graph).run(in)
}

// part cuts a parameter out of a flat vector.
func part(l nn.Layout, flat []float64, name string) []float64 {
	for _, p := range l.Params {
		n := 1
		for _, d := range p.Shape {
			n *= int(d)
		}
		if p.Name == name {
			return flat[:n]
		}
		flat = flat[n:]
	}
	return nil
}

// ofGenerator tells whether a parameter of the model is the generator's.
func ofGenerator(name string) bool { return !strings.HasPrefix(name, "cls") }

// same demands equal bits.
func same(t *testing.T, name string, got, want *tensor.Tensor) {
	t.Helper()
	if got == nil || want == nil {
		t.Fatalf("%s is missing", name)
	}
	equal := slices.Equal(got.Float64s(), want.Float64s())
	if got.DType() == tensor.Int64 {
		equal = slices.Equal(tensor.Data[int64](got), tensor.Data[int64](want))
	}
	if !equal || !slices.Equal(got.Shape(), want.Shape()) {
		t.Errorf("%s differs", name)
	}
}

// differs demands that a test's change had an effect.
func differs(t *testing.T, name string, a, b *tensor.Tensor) {
	t.Helper()
	if slices.Equal(a.Float64s(), b.Float64s()) {
		t.Errorf("%s is the same", name)
	}
}
