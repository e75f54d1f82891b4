package graph

import (
	"fmt"
	"math"
	"slices"
)

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
