package graph

import (
	"fmt"
	"slices"

	"rationale/onnx/tensor"
)

// Reshape gives x another shape with the same number of elements. Symbolic
// lengths may be used freely; the lengths that ONNX cannot work out alone are
// computed from the graph's inputs.
func (g *Graph) Reshape(x *Value, to ...Dim) *Value {
	if g.Err() != nil {
		return x
	}
	shape := Shape(to)
	if x.Shape.Count() != shape.Count() {
		return g.Fail("Reshape at %s: %v cannot become %v", callSite(), x, shape)
	}
	infer := func(n *Node) ([]Type, error) { return []Type{{n.Inputs[0].DType, shape}}, nil }
	return g.apply("Reshape", infer, 1, []*Value{x, g.shapeInput(shape, true)}).Outputs[0]
}

// Expand repeats x along axes of length 1 (or missing leading axes) to shape.
func (g *Graph) Expand(x *Value, to ...Dim) *Value {
	if g.Err() != nil {
		return x
	}
	shape := Shape(to)
	infer := func(n *Node) ([]Type, error) {
		s, err := Broadcast(n.Inputs[0].Shape, shape)
		if err == nil && !s.Equal(shape) {
			err = fmt.Errorf("%v does not expand to %v", n.Inputs[0], shape)
		}
		return []Type{{n.Inputs[0].DType, shape}}, err
	}
	return g.apply("Expand", infer, 1, []*Value{x, g.shapeInput(shape, false)}).Outputs[0]
}

// Shape is x's shape as an int64 vector.
func (g *Graph) Shape(x *Value) *Value {
	infer := func(n *Node) ([]Type, error) {
		return []Type{{tensor.Int64, Dims(len(n.Inputs[0].Shape))}}, nil
	}
	return g.apply("Shape", infer, 1, []*Value{x}).Outputs[0]
}

// Range counts from 0 to d−1 as an int64 vector.
func (g *Graph) Range(d Dim) *Value {
	limit := g.Reshape(g.DimValue(d))
	infer := func(*Node) ([]Type, error) { return []Type{{tensor.Int64, Shape{d}}}, nil }
	in := []*Value{g.Scalar(tensor.Int64, 0), limit, g.Scalar(tensor.Int64, 1)}
	return g.apply("Range", infer, 1, in).Outputs[0]
}

// Transpose reorders axes: output axis i is input axis perm[i].
func (g *Graph) Transpose(x *Value, perm ...int) *Value {
	return g.apply("Transpose", inferTranspose, 1, []*Value{x}, Attr{"perm", int64s(perm)}).Outputs[0]
}

// Squeeze removes axes of length 1.
func (g *Graph) Squeeze(x *Value, axes ...int) *Value {
	return g.apply("Squeeze", inferSqueeze, 1, []*Value{x, g.Ints(int64s(axes)...)}).Outputs[0]
}

// Unsqueeze inserts axes of length 1 at these places of the result.
func (g *Graph) Unsqueeze(x *Value, axes ...int) *Value {
	return g.apply("Unsqueeze", inferUnsqueeze, 1, []*Value{x, g.Ints(int64s(axes)...)}).Outputs[0]
}

// Tile repeats x times[i] times along each axis i.
func (g *Graph) Tile(x *Value, times ...int) *Value {
	return g.apply("Tile", inferTile, 1, []*Value{x, g.Ints(int64s(times)...)}).Outputs[0]
}

// Pad adds zeros: before[i] ahead of axis i and after[i] behind it.
func (g *Graph) Pad(x *Value, before, after []int) *Value {
	pads := append(int64s(before), int64s(after)...)
	return g.apply("Pad", inferPad, 1, []*Value{x, g.Ints(pads...)}).Outputs[0]
}

// Flatten makes a matrix: the axes before axis are its rows, the others its
// columns.
func (g *Graph) Flatten(x *Value, axis int) *Value {
	return g.apply("Flatten", inferFlatten, 1, []*Value{x}, Attr{"axis", int64(axis)}).Outputs[0]
}

func inferTranspose(n *Node) ([]Type, error) {
	x := n.Inputs[0]
	perm, _ := n.Attr("perm").([]int64)
	if n.Attr("perm") == nil { // ONNX's default
		for i := range x.Shape {
			perm = append(perm, int64(len(x.Shape)-1-i))
		}
	}
	if len(perm) != len(x.Shape) {
		return nil, fmt.Errorf("permutation %v does not fit %v", perm, x)
	}
	out := make(Shape, len(perm))
	for i, p := range perm {
		if p < 0 || p >= int64(len(perm)) || slices.Contains(perm[:i], p) {
			return nil, fmt.Errorf("%v is not a permutation of the axes of %v", perm, x)
		}
		out[i] = x.Shape[p]
	}
	return []Type{{x.DType, out}}, nil
}

func inferSqueeze(n *Node) ([]Type, error) {
	axes, err := n.ReducedAxes()
	if err != nil {
		return nil, err
	}
	for _, a := range axes {
		if d := n.Inputs[0].Shape[a]; d != N(1) {
			return nil, fmt.Errorf("axis %d of %v has length %v, not 1", a, n.Inputs[0], d)
		}
	}
	return []Type{{n.Inputs[0].DType, drop(n.Inputs[0].Shape, axes, false)}}, nil
}

func inferUnsqueeze(n *Node) ([]Type, error) {
	x, axes := n.Inputs[0], n.ConstInts(1)
	out := make(Shape, len(x.Shape)+len(axes))
	for _, a := range axes {
		k, err := out.axis(int(a))
		if err != nil {
			return nil, err
		}
		if out[k] == N(1) {
			return nil, fmt.Errorf("axis %d is inserted twice", a)
		}
		out[k] = N(1)
	}
	rest := x.Shape
	for i := range out {
		if out[i] != N(1) {
			out[i], rest = rest[0], rest[1:]
		}
	}
	return []Type{{x.DType, out}}, nil
}

func inferTile(n *Node) ([]Type, error) {
	x, times := n.Inputs[0], n.ConstInts(1)
	if len(times) != len(x.Shape) {
		return nil, fmt.Errorf("%d repeats for %v", len(times), x)
	}
	out := make(Shape, len(times))
	for i, k := range times {
		out[i] = x.Shape[i].Times(N(int(k)))
	}
	return []Type{{x.DType, out}}, nil
}

func inferPad(n *Node) ([]Type, error) {
	x, pads := n.Inputs[0], n.ConstInts(1)
	if len(pads) != 2*len(x.Shape) {
		return nil, fmt.Errorf("%d paddings for %v", len(pads), x)
	}
	out := slices.Clone(x.Shape)
	for i := range out {
		out[i] = out[i].Plus(pads[i] + pads[i+len(out)])
	}
	return []Type{{x.DType, out}}, nil
}

func inferFlatten(n *Node) ([]Type, error) {
	x, axis := n.Inputs[0], int(n.Int("axis", 1))
	if axis < 0 || axis > len(x.Shape) {
		return nil, fmt.Errorf("axis %d is outside %v", axis, x)
	}
	return []Type{{x.DType, Shape{x.Shape[:axis].Count(), x.Shape[axis:].Count()}}}, nil
}
