package grad

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"rationale/onnx/graph"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
)

// lengths are the sizes that symbolic axes take when a case runs.
var lengths = map[string]int64{"T": 5, "B": 4, "S": 3, "U": 1}

// numeric is one check of a function's gradient.
type numeric struct {
	name   string
	inputs []input
	build  func(g *graph.Graph, x []*graph.Value) []*graph.Value
	single bool // run in float32: the function has no float64 kernel
	read   bool // differentiated after it was written and read
}

// input says what a case is fed: its shape as "T,3" and its distribution.
type input struct {
	shape string
	draw  func(r *rand.Rand) float64
}

// normal inputs are drawn from the normal distribution.
func normal(shapes ...string) []input {
	return drawn(func(r *rand.Rand) float64 { return r.NormFloat64() }, shapes...)
}

// positives are drawn between 0.3 and 2.3.
func positives(shapes ...string) []input {
	return drawn(func(r *rand.Rand) float64 { return 0.3 + 2*r.Float64() }, shapes...)
}

// apart are drawn away from 0 on both sides, as divisors must be.
func apart(shapes ...string) []input {
	return drawn(func(r *rand.Rand) float64 { return math.Copysign(0.5+r.Float64(), r.Float64()-0.5) }, shapes...)
}

func drawn(draw func(r *rand.Rand) float64, shapes ...string) []input {
	out := make([]input, len(shapes))
	for i, s := range shapes {
		out[i] = input{s, draw}
	}
	return out
}

// dims reads "T,3" as a shape.
func dims(s string) graph.Shape {
	shape := graph.Shape{}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) {
		if part[0] >= '0' && part[0] <= '9' {
			n := 0
			for _, d := range part {
				n = 10*n + int(d-'0')
			}
			shape = append(shape, graph.N(n))
			continue
		}
		shape = append(shape, graph.Sym(part))
	}
	return shape
}

// concrete fills in the lengths of symbols.
func concrete(s graph.Shape) []int64 {
	out := make([]int64, len(s))
	for i, d := range s {
		n, fixed := d.Fixed()
		if !fixed {
			n = lengths[d.String()]
		}
		out[i] = n
	}
	return out
}

// probe is a compiled case: the loss Σ weight·y over all outputs y of the
// function and its gradients.
type probe struct {
	session *runtime.Session
	dtype   tensor.DType
	feeds   map[string]*tensor.Tensor
	inputs  []string
}

// relativeError compiles a case and gives the largest relative error of its
// gradients.
func relativeError(rt *runtime.Runtime, c numeric, seed uint64) (float64, error) {
	r := rand.New(rand.NewPCG(seed, uint64(len(c.name))))
	p := &probe{dtype: tensor.Float64, feeds: map[string]*tensor.Tensor{}}
	if c.single {
		p.dtype = tensor.Float32
	}
	model, err := p.model(c, r)
	if err != nil {
		return 0, err
	}
	if p.session, err = rt.NewSession(c.name, model); err != nil {
		return 0, err
	}
	defer p.session.Close()
	return p.worst(r)
}

func (p *probe) model(c numeric, r *rand.Rand) ([]byte, error) {
	g := graph.New("probe")
	xs := make([]*graph.Value, len(c.inputs))
	for i, in := range c.inputs {
		name := fmt.Sprint("x", i)
		xs[i] = g.Input(name, p.dtype, dims(in.shape)...)
		if err := p.feed(name, concrete(xs[i].Shape), func() float64 { return in.draw(r) }); err != nil {
			return nil, err
		}
		p.inputs = append(p.inputs, name)
	}
	loss := weightedSum(g, c.build(g, xs), r)
	if c.read {
		var err error
		if g, err = throughFile(g, loss); err != nil {
			return nil, err
		}
		loss, xs = g.Outputs()[0], g.Inputs()
	}
	grads, err := Of(g, loss, xs)
	if err != nil {
		return nil, err
	}
	g.Output("loss", g.Reshape(loss, graph.N(1)))
	for i, d := range grads {
		// A gradient of rank 0 could not be fetched.
		g.Output("d"+p.inputs[i], g.Reshape(d, xs[i].Shape.Count()))
	}
	return g.Model()
}

// weightedSum multiplies each element of the outputs by a number of its own,
// a function of its place, and adds them all up.
func weightedSum(g *graph.Graph, ys []*graph.Value, r *rand.Rand) *graph.Value {
	var loss *graph.Value
	for _, y := range ys {
		if !y.DType.IsFloat() {
			continue
		}
		part := g.Mul(y, weights(g, y, r))
		sum := g.ReduceSum(part, false)
		if loss == nil {
			loss = sum
		} else {
			loss = g.Add(loss, sum)
		}
	}
	return loss
}

// weights are c + tanh(a·i − b) over the elements i of y, which may be
// symbolic in number, for random a, b and c.
func weights(g *graph.Graph, y *graph.Value, r *rand.Rand) *graph.Value {
	index := g.Cast(g.Range(y.Shape.Count()), y.DType)
	wave := g.Tanh(g.Sub(g.Mul(index, g.Like(y, 0.1+r.Float64())), g.Like(y, 1+r.Float64())))
	return g.Reshape(g.Add(wave, g.Like(y, r.NormFloat64()/2)), y.Shape...)
}

func (p *probe) feed(name string, shape []int64, draw func() float64) (err error) {
	n, err := tensor.Count(shape)
	if err != nil {
		return err
	}
	values := make([]float64, n)
	for i := range values {
		values[i] = draw()
	}
	p.feeds[name], err = tensor.FromFloat64(p.dtype, shape, values)
	return err
}

func (p *probe) run() (map[string]*tensor.Tensor, error) {
	feeds := map[string]*tensor.Tensor{}
	for _, in := range p.session.Inputs() {
		feeds[in.Name] = p.feeds[in.Name]
	}
	return p.session.Run(context.Background(), feeds)
}

// lossAt is the loss with the named input moved by step·direction.
func (p *probe) lossAt(name string, direction []float64, step float64) (float64, error) {
	x := p.feeds[name]
	defer func() { p.feeds[name] = x }()
	moved := x.Float64s()
	for i := range moved {
		moved[i] += step * direction[i]
	}
	var err error
	if p.feeds[name], err = tensor.FromFloat64(p.dtype, x.Shape(), moved); err != nil {
		return 0, err
	}
	out, err := p.run()
	if err != nil {
		return 0, err
	}
	return out["loss"].Float64s()[0], nil
}

// slope is the derivative along a direction by central differences at two
// steps, extrapolated so that the error is of fourth order.
func (p *probe) slope(name string, direction []float64) (float64, error) {
	h := 1e-3
	if p.dtype == tensor.Float32 {
		h = 6e-2
	}
	near, err := p.central(name, direction, h/2)
	if err != nil {
		return 0, err
	}
	far, err := p.central(name, direction, h)
	return (4*near - far) / 3, err
}

func (p *probe) central(name string, direction []float64, h float64) (float64, error) {
	up, err := p.lossAt(name, direction, h)
	if err != nil {
		return 0, err
	}
	down, err := p.lossAt(name, direction, -h)
	return (up - down) / (2 * h), err
}

// worst is the largest relative error over the inputs, each moved in one
// random direction of length 1. Slopes that are small beside the loss count as
// larger: the digits that they are differences of are the loss's last ones.
func (p *probe) worst(r *rand.Rand) (float64, error) {
	grads, err := p.run()
	if err != nil {
		return 0, err
	}
	least := max(1e-2, 1e-5*math.Abs(grads["loss"].Float64s()[0]))
	worst := 0.0
	for _, name := range p.inputs {
		direction := unit(r, p.feeds[name].Len())
		want, err := p.slope(name, direction)
		if err != nil {
			return 0, err
		}
		got := dot(direction, grads["d"+name].Float64s())
		worst = max(worst, math.Abs(got-want)/max(math.Abs(want), least))
	}
	return worst, nil
}

// unit is a random direction of length 1.
func unit(r *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = r.NormFloat64()
	}
	length := math.Sqrt(dot(out, out))
	for i := range out {
		out[i] /= length
	}
	return out
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}
