package graph

import (
	"fmt"
	"math"
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

// shapeInput makes the int64 vector that Reshape and Expand read. One unknown
// length may be left to ONNX as −1 where that is allowed.
func (g *Graph) shapeInput(s Shape, inferOne bool) *Value {
	unknown := 0
	dims := make([]int64, len(s))
	for i, d := range s {
		n, fixed := d.Fixed()
		if !fixed {
			n, unknown = -1, unknown+1
		}
		dims[i] = n
	}
	if unknown == 0 || (inferOne && unknown == 1) {
		return g.Ints(dims...)
	}
	return g.shapeValue(s)
}

// shapeValue computes a shape with symbolic lengths at run time.
func (g *Graph) shapeValue(s Shape) *Value {
	parts := make([]*Value, len(s))
	for i, d := range s {
		parts[i] = g.DimValue(d)
	}
	return g.Concat(0, parts...)
}

// DimValue is a length as an int64 vector of one element, computed from the
// values that first carried its symbols: inputs, or the results of operators
// that bring new ones. Each length is computed once in a graph.
func (g *Graph) DimValue(d Dim) *Value {
	if n, ok := d.Fixed(); ok {
		return g.Ints(n)
	}
	for at := g.core; at != nil; at = at.parent {
		if v, ok := at.lengths[d]; ok {
			return v
		}
	}
	v := g.lengthOf(d)
	g.lengths[d] = v
	return v
}

func (g *Graph) lengthOf(d Dim) *Value {
	coef, factors := Dim{coef: d.coef, syms: d.syms}.factors()
	if len(factors) == 1 && d == Sym(factors[0]) && factors[0][0] != '(' {
		return g.lookUp(factors[0])
	}
	v := g.DimValue(factorDim(factors[0]))
	for _, f := range factors[1:] {
		v = g.Mul(v, g.DimValue(factorDim(f)))
	}
	if coef != 1 {
		v = g.Mul(v, g.Ints(coef))
	}
	if d.off != 0 {
		v = g.Add(v, g.Ints(d.off))
	}
	return v
}

// factorDim is the length that a factor stands for: a symbol, or a length
// with an offset in brackets.
func factorDim(f string) Dim {
	if f[0] == '(' {
		return parseDim(f[1 : len(f)-1])
	}
	return Sym(f)
}

func (g *Graph) lookUp(symbol string) *Value {
	src, ok := g.lengthSource(symbol)
	if !ok {
		return g.Fail("length %q is on no axis of an input, so it cannot be computed", symbol)
	}
	return g.Gather(g.Shape(src.value), g.Ints(int64(src.axis)), 0)
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

// SliceEnd stands for the end of an axis in Slice.
const SliceEnd = math.MaxInt64

// Slice takes the elements start ≤ i < end of one axis; negative numbers
// count from its end.
func (g *Graph) Slice(x *Value, axis int, start, end int64) *Value {
	in := []*Value{x, g.Ints(start), g.Ints(end), g.Ints(int64(axis))}
	return g.apply("Slice", inferSlice, 1, in).Outputs[0]
}

// Split cuts an axis into parts of the given lengths.
func (g *Graph) Split(x *Value, axis int, sizes ...int) []*Value {
	in := []*Value{x, g.Ints(int64s(sizes)...)}
	return g.apply("Split", inferSplit, len(sizes), in, Attr{"axis", int64(axis)}).Outputs
}

// SplitDims cuts an axis into parts whose lengths may be symbolic.
func (g *Graph) SplitDims(x *Value, axis int, sizes ...Dim) []*Value {
	infer := func(n *Node) ([]Type, error) { return splitTypes(n, sizes) }
	in := []*Value{x, g.shapeInput(sizes, false)}
	return g.apply("Split", infer, len(sizes), in, Attr{"axis", int64(axis)}).Outputs
}

// Concat joins values along an axis.
func (g *Graph) Concat(axis int, parts ...*Value) *Value {
	return g.apply("Concat", inferConcat, 1, parts, Attr{"axis", int64(axis)}).Outputs[0]
}

func inferTranspose(n *Node) ([]Type, error) {
	x, perm := n.Inputs[0], n.Attr("perm").([]int64)
	if len(perm) != len(x.Shape) {
		return nil, fmt.Errorf("permutation %v does not fit %v", perm, x)
	}
	out := make(Shape, len(perm))
	for i, p := range perm {
		k, err := x.Shape.axis(int(p))
		if err != nil {
			return nil, err
		}
		out[i] = x.Shape[k]
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

// SliceRange resolves a Slice node's axis and its start and end counted from
// the axis's beginning as lengths (symbolic when counted from the end). A
// foreign node that takes several axes, steps, or computed edges is an error.
func (n *Node) SliceRange() (axis int, start, end Dim, err error) {
	for i := 1; i <= 3; i++ {
		if len(n.ConstInts(i)) != 1 {
			return 0, Dim{}, Dim{}, fmt.Errorf("input %d is not one constant number", i)
		}
	}
	if step := n.ConstInts(4); len(n.Inputs) > 4 && !slices.Equal(step, []int64{1}) {
		return 0, Dim{}, Dim{}, fmt.Errorf("steps %v are not supported", step)
	}
	axis, err = n.Inputs[0].Shape.axis(int(n.ConstInts(3)[0]))
	if err != nil {
		return 0, Dim{}, Dim{}, err
	}
	length := n.Inputs[0].Shape[axis]
	return axis, sliceEdge(n.ConstInts(1)[0], length), sliceEdge(n.ConstInts(2)[0], length), nil
}

func sliceEdge(i int64, length Dim) Dim {
	fixed, isFixed := length.Fixed()
	switch {
	case isFixed && i < 0:
		return Dim{off: max(0, fixed+i)}
	case isFixed:
		return Dim{off: min(i, fixed)}
	case i == SliceEnd:
		return length
	case i < 0:
		return length.Plus(i)
	}
	return Dim{off: i}
}

func inferSlice(n *Node) ([]Type, error) {
	axis, start, end, err := n.SliceRange()
	if err != nil {
		return nil, err
	}
	x := n.Inputs[0]
	out := slices.Clone(x.Shape)
	if out[axis], err = end.Minus(start); err != nil {
		return nil, fmt.Errorf("cannot tell how many elements of %v are taken: %w", x, err)
	}
	if count, fixed := out[axis].Fixed(); fixed {
		out[axis] = Dim{off: max(0, count)}
	}
	return []Type{{x.DType, out}}, nil
}

func inferSplit(n *Node) ([]Type, error) { return splitTypes(n, fixedShape(n.ConstInts(1))) }

func splitTypes(n *Node, sizes Shape) ([]Type, error) {
	x := n.Inputs[0]
	axis, err := x.Shape.axis(int(n.Int("axis", 0)))
	if err != nil {
		return nil, err
	}
	var out []Type
	total := N(0)
	for _, size := range sizes {
		s := slices.Clone(x.Shape)
		s[axis] = size
		out = append(out, Type{x.DType, s})
		if total, err = sum(total, size); err != nil {
			return nil, err
		}
	}
	if x.Shape[axis] != total {
		return nil, fmt.Errorf("parts add up to %v, axis %d of %v does not", total, axis, x)
	}
	return out, nil
}

func inferConcat(n *Node) ([]Type, error) {
	if len(n.Inputs) == 0 {
		return nil, fmt.Errorf("nothing to join")
	}
	first := n.Inputs[0]
	axis, err := first.Shape.axis(int(n.Int("axis", 0)))
	if err != nil {
		return nil, err
	}
	out := slices.Clone(first.Shape)
	for _, v := range n.Inputs[1:] {
		if v.DType != first.DType || len(v.Shape) != len(out) {
			return nil, fmt.Errorf("%v does not join %v", v, first)
		}
		for i := range out {
			if i != axis && v.Shape[i] != out[i] {
				return nil, fmt.Errorf("%v does not join %v along axis %d", v, first, axis)
			}
		}
		if out[axis], err = sum(out[axis], v.Shape[axis]); err != nil {
			return nil, err
		}
	}
	return []Type{{first.DType, out}}, nil
}

// sum adds two lengths when the result has the one-product form of Dim.
func sum(a, b Dim) (Dim, error) {
	switch {
	case b.syms == "":
		return a.Plus(b.off), nil
	case a.syms == "":
		return b.Plus(a.off), nil
	case a.syms == b.syms:
		return Dim{coef: a.coef + b.coef, syms: a.syms, off: a.off + b.off}, nil
	}
	return Dim{}, fmt.Errorf("lengths %v and %v do not add up to one length", a, b)
}
