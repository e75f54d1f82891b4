package shard

import (
	"fmt"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// rule says of what kind the outputs of a node are that reads what is a shard's own,
// or why that cannot be told.
type rule func(a *analysis, n *graph.Node) error

// rules lists the operators that are known. Set in init, as loops' bodies have rules
// in them.
var rules map[string]rule

func init() {
	rules = map[string]rule{
		// along an axis that must not be that of the examples
		"Softmax": along(attribute(-1)), "LogSoftmax": along(attribute(-1)), "TopK": along(attribute(-1)),
		"ArgMax": along(attribute(0)), "GatherElements": along(attribute(0)), "LayerNormalization": along(lastAxis),
		"CumSum": along(given(1)), "Slice": along(given(3)), "ReduceMax": along(reducedAxes),

		// sums over the batch, when that is what they go over
		"ReduceSum": reduction, "ReduceSumSquare": reduction, "ReduceMean": reduction,
		"MatMul": matMul, "Gemm": gemm,

		"Gather": gather,
		"Scan":   scan,
	}
	for _, op := range []string{
		// element by element
		"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Neg", "Abs", "Sign", "Exp", "Log", "Sqrt", "Sigmoid", "Tanh",
		"Relu", "Erf", "Gelu", "Clip", "Where", "Cast", "Identity", "Equal", "Greater", "GreaterOrEqual", "Less", "And", "Or", "Not",
		// of the same elements in another form
		"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Tile", "Pad", "Split", "Concat", "Shape", "Range",
		// at places among the shard's own
		"Unique", "NonZero", "ScatterElements",
	} {
		rules[op] = stays
	}
}

// stays: what comes out is of the same examples.
func stays(a *analysis, n *graph.Node) error {
	a.all(n, own)
	return nil
}

// along stays with the examples unless it goes along their axis.
func along(axes func(n *graph.Node) ([]int, error)) rule {
	return func(a *analysis, n *graph.Node) error {
		at, err := axes(n)
		if err != nil {
			return err
		}
		for _, i := range at {
			if a.isRow(n.Inputs[0].Shape[i]) {
				return fmt.Errorf("it goes along the examples of the batch, axis %d of %v", i, n.Inputs[0])
			}
		}
		return stays(a, n)
	}
}

// attribute is the axis in an attribute, or else the operator's usual one.
func attribute(usual int64) func(n *graph.Node) ([]int, error) {
	return func(n *graph.Node) ([]int, error) { return axisOf(n, n.Int("axis", usual)) }
}

// given is the axis in a constant input.
func given(input int) func(n *graph.Node) ([]int, error) {
	return func(n *graph.Node) ([]int, error) { return axisOf(n, n.ConstInts(input)...) }
}

func lastAxis(n *graph.Node) ([]int, error) { return axisOf(n, -1) }

func reducedAxes(n *graph.Node) ([]int, error) { return n.ReducedAxes() }

func axisOf(n *graph.Node, axis ...int64) ([]int, error) {
	if len(axis) != 1 {
		return nil, fmt.Errorf("it names %d axes where one is known of", len(axis))
	}
	at, rank := int(axis[0]), len(n.Inputs[0].Shape)
	if at < 0 {
		at += rank
	}
	if at < 0 || at >= rank {
		return nil, fmt.Errorf("axis %d is outside of %v", axis[0], n.Inputs[0])
	}
	return []int{at}, nil
}

// reduction over the examples is a sum over the batch, or a mean.
func reduction(a *analysis, n *graph.Node) error {
	axes, err := n.ReducedAxes()
	if err != nil {
		return err
	}
	count := graph.N(1)
	for _, i := range axes {
		count = count.Times(n.Inputs[0].Shape[i])
	}
	switch {
	case a.isRow(count):
		return a.summed(n, count)
	case n.Op == "ReduceMean" && a.varies(count):
		return fmt.Errorf("it is a mean over %v elements of each example, padding included, which is another number in each shard", count)
	}
	return stays(a, n)
}

// meanOf is how many elements a node's mean is of; 0 for a sum.
func (a *analysis) meanOf(n *graph.Node) graph.Dim {
	count := graph.N(0)
	if n.Op == "ReduceMean" {
		axes, _ := n.ReducedAxes() // the rule has looked at them
		count = graph.N(1)
		for _, i := range axes {
			count = count.Times(n.Inputs[0].Shape[i])
		}
	}
	return count
}

// matMul over the examples is a sum over the batch.
func matMul(a *analysis, n *graph.Node) error {
	x := n.Inputs[0].Shape
	return a.product(n, x[len(x)-1])
}

func gemm(a *analysis, n *graph.Node) error {
	inner := n.Inputs[0].Shape[1-n.Int("transA", 0)]
	if a.isRow(inner) && len(n.Inputs) > 2 && n.Inputs[2] != nil {
		return fmt.Errorf("it adds %v to a sum over the batch, which every shard would", n.Inputs[2])
	}
	return a.product(n, inner)
}

func (a *analysis) product(n *graph.Node, inner graph.Dim) error {
	if a.isRow(inner) {
		return a.summed(n, inner)
	}
	return stays(a, n)
}

// summed is a node whose outputs are sums over so many things of the batch.
func (a *analysis) summed(n *graph.Node, over graph.Dim) error {
	for _, s := range over.Symbols() {
		if additive, row := a.rows[s]; row && !additive {
			return fmt.Errorf("it adds up over %v distinct things, which two shards may both have", over)
		}
	}
	if out := n.Outputs[0]; !out.DType.IsFloat() || a.differs(out) {
		return fmt.Errorf("its output %v is no sum over the batch in floating-point numbers", out)
	}
	a.all(n, part)
	return nil
}

// gather takes the same of each example, or some of the shard's things at places
// that it found itself.
func gather(a *analysis, n *graph.Node) error {
	axis, err := axisOf(n, n.Int("axis", 0))
	if err != nil {
		return err
	}
	x, at := n.Inputs[0], n.Inputs[1]
	if a.kinds[at] != own && a.isRow(x.Shape[axis[0]]) {
		return fmt.Errorf("it takes certain examples of the batch, axis %d of %v", axis[0], x)
	}
	return stays(a, n)
}

// length is the number that an integer vector of one element, or an integer, holds:
// the length of an axis, or what was computed from such.
func length(v *graph.Value) (graph.Dim, bool) {
	if t := v.Const(); t != nil {
		data := tensor.Data[int64](t)
		if len(data) != 1 {
			return graph.Dim{}, false
		}
		return graph.N(int(data[0])), true
	}
	n := v.Node()
	if n == nil {
		return graph.Dim{}, false
	}
	switch n.Op {
	case "Gather":
		return axisLength(n)
	case "Reshape", "Identity":
		return length(n.Inputs[0])
	case "Mul", "Add":
		return computed(n)
	}
	return graph.Dim{}, false
}

// axisLength is the length that is taken out of a shape.
func axisLength(n *graph.Node) (graph.Dim, bool) {
	shape, at := n.Inputs[0].Node(), n.ConstInts(1)
	if shape == nil || shape.Op != "Shape" || len(at) != 1 || at[0] < 0 {
		return graph.Dim{}, false
	}
	return shape.Inputs[0].Shape[at[0]], true
}

// computed is the product of two lengths, or the sum of one and a number.
func computed(n *graph.Node) (graph.Dim, bool) {
	x, isX := length(n.Inputs[0])
	y, isY := length(n.Inputs[1])
	if !isX || !isY {
		return graph.Dim{}, false
	}
	if n.Op == "Mul" {
		return x.Times(y), true
	}
	more, fixed := y.Fixed()
	return x.Plus(more), fixed
}

// wholeLength tells of a node whether it makes a number, to compute with, of a length
// that is another one in each shard. It is that of the whole batch which is meant.
func (a *analysis) wholeLength(n *graph.Node) (whole graph.Dim, is bool, err error) {
	if n.Op != "Cast" || a.kinds[n.Inputs[0]] != own || !n.Outputs[0].DType.IsFloat() {
		return whole, false, nil
	}
	whole, is = length(n.Inputs[0])
	if !is {
		return whole, false, nil
	}
	for _, s := range whole.Symbols() {
		if s != a.axes.Examples && !a.frame(s) {
			return whole, false, fmt.Errorf("it makes a number of the length %v, of which only the shards' own is known", whole)
		}
	}
	return whole, true, nil
}
