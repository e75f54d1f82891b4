package nn

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/runtime"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// function is what a test computes: a graph with one output over named
// inputs, at a point.
type function struct {
	args  []arg
	build func(g *graph.Graph, x map[string]*graph.Value) *graph.Value
}

// arg is one input and its value. Floating-point inputs are differentiated
// unless they are held.
type arg struct {
	name  string
	shape graph.Shape
	value *tensor.Tensor
	held  bool
}

func (a arg) moves() bool { return a.value.DType().IsFloat() && !a.held }

var symT, symB, symU = graph.Sym("T"), graph.Sym("B"), graph.Sym("U")

// fixedArg is an input of a fixed shape.
func fixedArg(name string, value *tensor.Tensor) arg {
	return arg{name: name, shape: fixed(value.Shape()), value: value}
}

func matrix[E tensor.Element](rows, columns int, data ...E) *tensor.Tensor {
	t, err := tensor.Of([]int64{int64(rows), int64(columns)}, data)
	if err != nil {
		panic(err) // the test's own mistake
	}
	return t
}

// normals is a float64 tensor of normal deviates.
func normals(r *rand.Rand, shape ...int64) *tensor.Tensor {
	t, err := tensor.New(tensor.Float64, shape...)
	if err != nil {
		panic(err)
	}
	for i := range tensor.Data[float64](t) {
		tensor.Data[float64](t)[i] = r.NormFloat64()
	}
	return t
}

// as32 is the function at the same point in float32.
func (f function) as32(t testing.TB) function {
	args := make([]arg, len(f.args))
	for i, a := range f.args {
		args[i] = a
		if a.value.DType() == tensor.Float64 {
			v, err := tensor.FromFloat64(tensor.Float32, a.value.Shape(), a.value.Float64s())
			if err != nil {
				t.Fatal(err)
			}
			args[i].value = v
		}
	}
	return function{args, f.build}
}

func (f function) inputs(g *graph.Graph) map[string]*graph.Value {
	x := map[string]*graph.Value{}
	for _, a := range f.args {
		x[a.name] = g.Input(a.name, a.value.DType(), a.shape...)
	}
	return x
}

func (f function) feeds() map[string]*tensor.Tensor {
	feeds := map[string]*tensor.Tensor{}
	for _, a := range f.args {
		feeds[a.name] = a.value
	}
	return feeds
}

// program is a graph in a session; it takes the inputs it knows.
type program struct {
	t       testing.TB
	session *runtime.Session
}

func compile(t testing.TB, g *graph.Graph) program {
	t.Helper()
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	return program{t, runtimetest.NewSession(t, t.Name(), model)}
}

func (p program) run(values map[string]*tensor.Tensor) map[string]*tensor.Tensor {
	p.t.Helper()
	in := map[string]*tensor.Tensor{}
	for _, info := range p.session.Inputs() {
		in[info.Name] = values[info.Name]
	}
	out, err := p.session.Run(context.Background(), in)
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// compile makes the function alone, without gradients.
func (f function) compile(t *testing.T) program {
	t.Helper()
	g := graph.New("value")
	g.Output("value", f.build(g, f.inputs(g)))
	return compile(t, g)
}

func (f function) value(t *testing.T) *tensor.Tensor {
	t.Helper()
	return f.compile(t).run(f.feeds())["value"]
}

// gradients are those of Σ y ⊙ upstream by the inputs that move.
func (f function) gradients(t *testing.T, upstream *tensor.Tensor) map[string][]float64 {
	t.Helper()
	p, feeds := f.slopes(t, upstream)
	grads := map[string][]float64{}
	for name, d := range p.run(feeds) {
		grads[strings.TrimPrefix(name, "d/")] = d.Float64s()
	}
	return grads
}

// slopes is the program of gradients, with its inputs.
func (f function) slopes(t testing.TB, upstream *tensor.Tensor) (program, map[string]*tensor.Tensor) {
	t.Helper()
	g := graph.New("gradients")
	x := f.inputs(g)
	y := f.build(g, x)
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	up := g.Input("upstream", y.DType, y.Shape...)
	var names []string
	var wrt []*graph.Value
	for _, a := range f.args {
		if a.moves() {
			names, wrt = append(names, a.name), append(wrt, x[a.name])
		}
	}
	ds, err := grad.Pull(g, []*graph.Value{y}, []*graph.Value{up}, wrt)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range ds {
		g.Output("d/"+names[i], d)
	}
	feeds := f.feeds()
	feeds["upstream"] = upstream
	return compile(t, g), feeds
}

// checkGradients compares each gradient, along a random direction and for a
// random gradient of the output, with central differences at two steps,
// extrapolated so that their error is of fourth order.
func (f function) checkGradients(t *testing.T, r *rand.Rand) {
	t.Helper()
	forward := f.compile(t)
	y := forward.run(f.feeds())["value"]
	upstream := normals(r, y.Shape()...)
	grads := f.gradients(t, upstream)
	for _, a := range f.args {
		if !a.moves() {
			continue
		}
		direction := normals(r, a.value.Shape()...).Float64s()
		at := func(step float64) float64 {
			feeds := f.feeds()
			feeds[a.name] = moved(a.value, direction, step)
			return dot(upstream.Float64s(), forward.run(feeds)["value"].Float64s())
		}
		central := func(h float64) float64 { return (at(h) - at(-h)) / (2 * h) }
		want := (4*central(5e-4) - central(1e-3)) / 3
		got := dot(direction, grads[a.name])
		if e := math.Abs(got-want) / max(math.Abs(want), 1e-2); !(e <= 1e-6) {
			t.Errorf("gradient of %s: slope %.12g, numerically %.12g, relative error %.1e", a.name, got, want, e)
		}
	}
}

func moved(x *tensor.Tensor, direction []float64, step float64) *tensor.Tensor {
	data := x.Float64s()
	for i := range data {
		data[i] += step * direction[i]
	}
	t, err := tensor.Of(x.Shape(), data)
	if err != nil {
		panic(err)
	}
	return t
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// near compares with a tolerance relative to the largest wanted element.
func near(t *testing.T, name string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d values, want %d", name, len(got), len(want))
	}
	largest, worst := 0.0, 0.0
	for i := range want {
		largest = math.Max(largest, math.Abs(want[i]))
		worst = math.Max(worst, math.Abs(got[i]-want[i]))
	}
	if !(worst <= tolerance*largest) {
		t.Errorf("%s is off by %.3g, largest value %.3g", name, worst, largest)
	}
}
