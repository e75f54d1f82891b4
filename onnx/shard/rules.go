package shard

import (
	"fmt"

	"rationale/onnx/graph"
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

		"Gather": indexed, "ScatterElements": indexed,
		"Scan": scan, "Loop": turns,
	}
	for _, op := range []string{
		// element by element
		"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Neg", "Abs", "Sign", "Exp", "Log", "Sqrt", "Sigmoid", "Tanh",
		"Relu", "Erf", "Gelu", "Clip", "Where", "Cast", "Identity", "Equal", "Greater", "GreaterOrEqual", "Less", "And", "Or", "Not",
		// of the same elements in another form
		"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Tile", "Pad", "Split", "Concat", "Shape", "Range",
		// at places among the shard's own
		"Unique", "NonZero",
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

// indexed takes the same of each example, or puts it there, or some of the shard's things
// at places that it found itself.
func indexed(a *analysis, n *graph.Node) error {
	axis, err := axisOf(n, n.Int("axis", 0))
	if err != nil {
		return err
	}
	x, at := n.Inputs[0], n.Inputs[1]
	if a.kinds[at] != own && a.isRow(x.Shape[axis[0]]) {
		return fmt.Errorf("it names certain examples of the batch, axis %d of %v", axis[0], x)
	}
	return stays(a, n)
}
