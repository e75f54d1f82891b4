package graph

import (
	"fmt"
	"slices"

	"rationale/onnx/tensor"
)

// ReduceSum sums over the given axes (all when none are given).
func (g *Graph) ReduceSum(x *Value, keep bool, axes ...int) *Value {
	return g.reduce("ReduceSum", x, keep, axes)
}

// ReduceMean averages over the given axes (all when none are given).
func (g *Graph) ReduceMean(x *Value, keep bool, axes ...int) *Value {
	return g.reduce("ReduceMean", x, keep, axes)
}

// ReduceSumSquare sums the squares over the given axes (all when none are
// given).
func (g *Graph) ReduceSumSquare(x *Value, keep bool, axes ...int) *Value {
	return g.reduce("ReduceSumSquare", x, keep, axes)
}

// ReduceMax takes the maximum over the given axes (all when none are given).
func (g *Graph) ReduceMax(x *Value, keep bool, axes ...int) *Value {
	return g.reduce("ReduceMax", x, keep, axes)
}

// ArgMax is the first index of the maximum along axis, as int64.
func (g *Graph) ArgMax(x *Value, axis int, keep bool) *Value {
	attrs := []Attr{{"axis", int64(axis)}, {"keepdims", bit(keep)}}
	return g.apply("ArgMax", inferArgMax, 1, []*Value{x}, attrs...).Outputs[0]
}

// CumSum sums cumulatively along an axis; reverse starts at its end.
func (g *Graph) CumSum(x *Value, axis int, reverse bool) *Value {
	in := []*Value{x, g.Scalar(tensor.Int64, float64(axis))}
	return g.apply("CumSum", inferSame, 1, in, Attr{"reverse", bit(reverse)}).Outputs[0]
}

// TopK gives the k largest elements along axis, in falling order, and their
// int64 indices.
func (g *Graph) TopK(x *Value, k, axis int) (values, indices *Value) {
	n := g.apply("TopK", inferTopK, 2, []*Value{x, g.Ints(int64(k))}, Attr{"axis", int64(axis)})
	return n.Outputs[0], n.Outputs[1]
}

// Sort is TopK of all elements along axis.
func (g *Graph) Sort(x *Value, axis int) (values, indices *Value) {
	if g.Err() != nil {
		return x, x
	}
	at, err := x.Shape.axis(axis)
	if err != nil {
		return g.Fail("Sort at %s: %v", callSite(), err), x
	}
	infer := func(n *Node) ([]Type, error) {
		s := n.Inputs[0].Shape
		return []Type{{n.Inputs[0].DType, s}, {tensor.Int64, s}}, nil
	}
	in := []*Value{x, g.DimValue(x.Shape[at])}
	n := g.apply("TopK", infer, 2, in, Attr{"axis", int64(axis)})
	return n.Outputs[0], n.Outputs[1]
}

// Softmax normalises exp(x) along axis.
func (g *Graph) Softmax(x *Value, axis int) *Value {
	return g.apply("Softmax", inferAxis, 1, []*Value{x}, Attr{"axis", int64(axis)}).Outputs[0]
}

// LogSoftmax is the logarithm of Softmax, computed stably.
func (g *Graph) LogSoftmax(x *Value, axis int) *Value {
	return g.apply("LogSoftmax", inferAxis, 1, []*Value{x}, Attr{"axis", int64(axis)}).Outputs[0]
}

// LayerNormalization normalises the last axis to mean 0 and (population)
// variance 1, then scales and shifts it: scale and shift have its length.
func (g *Graph) LayerNormalization(x, scale, shift *Value, epsilon float64) *Value {
	attrs := []Attr{{"axis", int64(-1)}, {"epsilon", float32(epsilon)}}
	return g.apply("LayerNormalization", inferLayerNorm, 1, []*Value{x, scale, shift}, attrs...).Outputs[0]
}

func (g *Graph) reduce(op string, x *Value, keep bool, axes []int) *Value {
	in := []*Value{x}
	if len(axes) > 0 {
		in = append(in, g.Ints(int64s(axes)...))
	}
	return g.apply(op, inferReduce, 1, in, Attr{"keepdims", bit(keep)}).Outputs[0]
}

func int64s(xs []int) []int64 {
	out := make([]int64, len(xs))
	for i, x := range xs {
		out[i] = int64(x)
	}
	return out
}

// ConstInts reads input i of a node as a constant int64 vector; nil when the
// input is left out or not constant.
func (n *Node) ConstInts(i int) []int64 {
	if i >= len(n.Inputs) || n.Inputs[i] == nil || n.Inputs[i].data == nil {
		return nil
	}
	return tensor.Data[int64](n.Inputs[i].data)
}

// ReducedAxes lists the axes a reduction removes, resolved and sorted.
func (n *Node) ReducedAxes() ([]int, error) {
	s := n.Inputs[0].Shape
	given := n.ConstInts(1)
	if len(n.Inputs) > 1 && n.Inputs[1] != nil && n.Inputs[1].data == nil {
		return nil, fmt.Errorf("the axes are not constant")
	}
	if len(given) == 0 && n.Int("noop_with_empty_axes", 0) != 0 {
		return nil, fmt.Errorf("no axes are given, and then it reduces nothing")
	}
	if len(given) == 0 {
		all := make([]int, len(s))
		for i := range all {
			all[i] = i
		}
		return all, nil
	}
	out := make([]int, len(given))
	for i, a := range given {
		k, err := s.axis(int(a))
		if err != nil {
			return nil, err
		}
		out[i] = k
	}
	slices.Sort(out)
	if len(slices.Compact(slices.Clone(out))) != len(out) {
		return nil, fmt.Errorf("axes %v repeat", given)
	}
	return out, nil
}

func inferReduce(n *Node) ([]Type, error) {
	axes, err := n.ReducedAxes()
	if err != nil {
		return nil, err
	}
	return []Type{{n.Inputs[0].DType, drop(n.Inputs[0].Shape, axes, n.Int("keepdims", 1) != 0)}}, nil
}

func drop(s Shape, axes []int, keep bool) Shape {
	out := Shape{}
	for i, d := range s {
		switch {
		case !slices.Contains(axes, i):
			out = append(out, d)
		case keep:
			out = append(out, N(1))
		}
	}
	return out
}

func inferArgMax(n *Node) ([]Type, error) {
	s := n.Inputs[0].Shape
	axis, err := s.axis(int(n.Int("axis", 0)))
	if err != nil {
		return nil, err
	}
	return []Type{{tensor.Int64, drop(s, []int{axis}, n.Int("keepdims", 1) != 0)}}, nil
}

func inferTopK(n *Node) ([]Type, error) {
	x := n.Inputs[0]
	axis, err := x.Shape.axis(int(n.Int("axis", -1)))
	if err != nil {
		return nil, err
	}
	count := n.ConstInts(1)
	if len(count) != 1 {
		return nil, fmt.Errorf("the number of elements is not one constant")
	}
	s := slices.Clone(x.Shape)
	s[axis] = N(int(count[0]))
	return []Type{{x.DType, s}, {tensor.Int64, s}}, nil
}

func inferAxis(n *Node) ([]Type, error) {
	_, err := n.Inputs[0].Shape.axis(int(n.Int("axis", -1)))
	return []Type{n.Inputs[0].Type}, err
}

func inferLayerNorm(n *Node) ([]Type, error) {
	x := n.Inputs[0]
	if axis, err := x.Shape.axis(int(n.Int("axis", -1))); err != nil || axis != len(x.Shape)-1 {
		return nil, fmt.Errorf("it normalises more than the last axis of %v", x)
	}
	for _, p := range n.Inputs[1:] {
		if p != nil && (!p.Shape.Equal(x.Shape[len(x.Shape)-1:]) || p.DType != x.DType) {
			return nil, fmt.Errorf("%v does not fit the last axis of %v", p, x)
		}
	}
	return []Type{x.Type}, nil
}
