package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// Init is the law of a parameter's initial values: uniform on ±Bound, normal
// with a standard Deviation, or Fill everywhere when both are 0.
type Init struct{ Bound, Deviation, Fill float64 }

// Param is one trainable tensor.
type Param struct {
	Name  string  `json:"name"`
	Shape []int64 `json:"shape"`
	Init  Init    `json:"-"`
	// Group names parameters that learn at a rate of their own; empty for the
	// common one.
	Group string `json:"-"`
	// Pace is the share of that rate at which the parameter learns; 0 for all of it.
	Pace float64 `json:"-"`
	// Carried tells that no optimiser moves it: see Layout.Carried.
	Carried bool `json:"-"`
	// Role names which of those who share a module have the parameter; empty for
	// all of them.
	Role string `json:"-"`
	// Fixed tells that nothing moves it.
	Fixed bool `json:"-"`
}

func (p Param) count() int {
	n := int64(1)
	for _, d := range p.Shape {
		n *= d
	}
	return int(n)
}

// Layout is an ordered list of parameters that share one flat vector, and so
// one optimiser. The flat form makes the optimiser a dozen operators for all
// of them.
type Layout struct {
	Name   string  `json:"name"` // prefix of the vector's graph inputs, for example "model"
	Params []Param `json:"params"`
	// Carried tells that a step computes the next values itself, as those of
	// running statistics, or leaves them as they are: there is no optimiser and no
	// gradient.
	Carried bool `json:"carried,omitempty"`
	// Pace is the share of the learning rate at which the parameters learn; 0 for
	// all of it.
	Pace float64 `json:"pace,omitempty"`
}

// Size is the length of the flat vector.
func (l Layout) Size() int {
	n := 0
	for _, p := range l.Params {
		n += p.count()
	}
	return n
}

// Weights are a layout's parameters as graph values, by name.
type Weights map[string]*graph.Value

// Unpack cuts the flat vector [Size] into named parameters.
func (l Layout) Unpack(g *graph.Graph, flat *graph.Value) Weights {
	g = g.Scope(l.Name)
	sizes := make([]int, len(l.Params))
	for i, p := range l.Params {
		sizes[i] = p.count()
	}
	w := Weights{}
	for i, part := range g.Split(flat, 0, sizes...) {
		p := l.Params[i]
		w[p.Name] = g.Scope(p.Name).Reshape(part, fixed(p.Shape)...)
	}
	return w
}

// Pack joins gradients, in the layout's order, into one flat vector.
func (l Layout) Pack(g *graph.Graph, parts []*graph.Value) *graph.Value {
	flat := make([]*graph.Value, len(parts))
	for i, v := range parts {
		flat[i] = g.Reshape(v, graph.N(l.Params[i].count()))
	}
	return g.Concat(0, flat...)
}

// List gives the parameters' values in the layout's order.
func (l Layout) List(w Weights) []*graph.Value {
	out := make([]*graph.Value, len(l.Params))
	for i, p := range l.Params {
		out[i] = w[p.Name]
	}
	return out
}

// named is the inverse of List.
func (l Layout) named(values []*graph.Value) Weights {
	w := Weights{}
	for i, p := range l.Params {
		w[p.Name] = values[i]
	}
	return w
}

func fixed(shape []int64) graph.Shape {
	out := make(graph.Shape, len(shape))
	for i, n := range shape {
		out[i] = graph.N(int(n))
	}
	return out
}

// Initial draws the flat vector's first values. Each parameter has a stream
// of its own, keyed by seed and name, so that adding one leaves the others
// as they were.
func (l Layout) Initial(seed uint64) []float64 {
	out := make([]float64, 0, l.Size())
	for _, p := range l.Params {
		r := Stream(seed, "init/"+l.Name+"/"+p.Name, 0)
		for range p.count() {
			out = append(out, p.Init.draw(r))
		}
	}
	return out
}

func (i Init) draw(r *rand.Rand) float64 {
	switch {
	case i.Bound != 0:
		return i.Bound * (2*r.Float64() - 1)
	case i.Deviation != 0:
		return i.Deviation * r.NormFloat64()
	}
	return i.Fill
}

// Tensors names the parts of a flat vector, for a checkpoint. It copies.
func (l Layout) Tensors(flat []float32) (map[string]*tensor.Tensor, error) {
	if len(flat) != l.Size() {
		return nil, fmt.Errorf("nn: %d values for the %d parameters of %s", len(flat), l.Size(), l.Name)
	}
	out := map[string]*tensor.Tensor{}
	for _, p := range l.Params {
		t, err := tensor.Of(p.Shape, append([]float32(nil), flat[:p.count()]...))
		if err != nil {
			return nil, fmt.Errorf("nn: %s: %w", p.Name, err)
		}
		out[p.Name], flat = t, flat[p.count():]
	}
	return out, nil
}

// Flat is the inverse of Tensors: it joins named tensors into the vector and
// says which one is missing or has another shape. It takes no memory for more
// than the tensors hold, whatever the layout says.
func (l Layout) Flat(named map[string]*tensor.Tensor) ([]float32, error) {
	var parts [][]float32
	for _, p := range l.Params {
		t, ok := named[p.Name]
		if !ok {
			return nil, fmt.Errorf("nn: parameter %s is missing", p.Name)
		}
		data := tensor.Data[float32](t)
		if len(data) != p.count() || !slices.Equal(t.Shape(), p.Shape) {
			return nil, fmt.Errorf("nn: parameter %s is %v%v, expected float32%v", p.Name, t.DType(), t.Shape(), p.Shape)
		}
		parts = append(parts, data)
	}
	return slices.Concat(parts...), nil
}

// uniformFan is PyTorch's default for layers with this many inputs.
func uniformFan(n int) Init { return Init{Bound: 1 / math.Sqrt(float64(n))} }
