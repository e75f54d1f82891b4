package graph

import (
	"fmt"
	"slices"

	"rationale/onnx/tensor"
)

// Gather takes slices of x along axis: the result has indices' shape in
// place of that axis.
func (g *Graph) Gather(x, indices *Value, axis int) *Value {
	return g.apply("Gather", inferGather, 1, []*Value{x, indices}, Attr{"axis", int64(axis)}).Outputs[0]
}

// GatherElements takes, at every place of indices, the element of x whose
// coordinate along axis is the index found there.
func (g *Graph) GatherElements(x, indices *Value, axis int) *Value {
	return g.apply("GatherElements", inferGatherElements, 1, []*Value{x, indices}, Attr{"axis", int64(axis)}).Outputs[0]
}

// GatherND takes the slices of x whose coordinates stand in the last axis of
// indices: [..., k] picks from x's first k axes.
func (g *Graph) GatherND(x, indices *Value) *Value {
	return g.apply("GatherND", inferGatherND, 1, []*Value{x, indices}).Outputs[0]
}

// ScatterElements is x with the updates put where indices says along axis;
// add sums them to what is there, otherwise they replace it.
func (g *Graph) ScatterElements(x, indices, updates *Value, axis int, add bool) *Value {
	attrs := []Attr{{"axis", int64(axis)}, {"reduction", reduction(add)}}
	return g.apply("ScatterElements", inferScatter, 1, []*Value{x, indices, updates}, attrs...).Outputs[0]
}

// ScatterND is x with the update slices put where the coordinates in the last
// axis of indices say; add sums them to what is there. The places must be
// distinct even then: on the CPU onnxruntime adds in parallel without a lock,
// so that sums at one place come out too small.
func (g *Graph) ScatterND(x, indices, updates *Value, add bool) *Value {
	return g.apply("ScatterND", inferScatter, 1, []*Value{x, indices, updates}, Attr{"reduction", reduction(add)}).Outputs[0]
}

func reduction(add bool) string {
	if add {
		return "add"
	}
	return "none"
}

func isIndex(v *Value) bool { return v.DType == tensor.Int32 || v.DType == tensor.Int64 }

func inferGather(n *Node) ([]Type, error) {
	x, idx := n.Inputs[0], n.Inputs[1]
	axis, err := x.Shape.axis(int(n.Int("axis", 0)))
	if err != nil || !isIndex(idx) {
		return nil, fmt.Errorf("cannot take %v from axis %d of %v", idx, axis, x)
	}
	return []Type{{x.DType, slices.Concat(x.Shape[:axis], idx.Shape, x.Shape[axis+1:])}}, nil
}

func inferGatherElements(n *Node) ([]Type, error) {
	x, idx := n.Inputs[0], n.Inputs[1]
	if len(x.Shape) != len(idx.Shape) || !isIndex(idx) {
		return nil, fmt.Errorf("indices %v do not fit %v", idx, x)
	}
	_, err := x.Shape.axis(int(n.Int("axis", 0)))
	return []Type{{x.DType, idx.Shape}}, err
}

// indexDepth is how many leading axes of x the coordinates in indices span.
func indexDepth(x, indices *Value) (int, error) {
	if last := len(indices.Shape) - 1; last >= 0 && isIndex(indices) {
		if k, fixed := indices.Shape[last].Fixed(); fixed && k <= int64(len(x.Shape)) {
			return int(k), nil
		}
	}
	return 0, fmt.Errorf("indices %v do not fit %v", indices, x)
}

func inferGatherND(n *Node) ([]Type, error) {
	x, idx := n.Inputs[0], n.Inputs[1]
	k, err := indexDepth(x, idx)
	if err != nil {
		return nil, err
	}
	return []Type{{x.DType, slices.Concat(idx.Shape[:len(idx.Shape)-1], x.Shape[k:])}}, nil
}

func inferScatter(n *Node) ([]Type, error) {
	x, idx, updates := n.Inputs[0], n.Inputs[1], n.Inputs[2]
	if !isIndex(idx) || updates.DType != x.DType {
		return nil, fmt.Errorf("cannot scatter %v at %v into %v", updates, idx, x)
	}
	return []Type{x.Type}, nil
}

// Unique lists the distinct elements of an integer vector in rising order,
// with a new symbol as their count, and the place of every element of x in
// that list (int64).
func (g *Graph) Unique(x *Value, count Dim) (distinct, places *Value) {
	infer := func(n *Node) ([]Type, error) {
		x := n.Inputs[0]
		if len(x.Shape) != 1 || !isIndex(x) {
			return nil, fmt.Errorf("wants a vector of integers, got %v", x)
		}
		list := Shape{count}
		return []Type{{x.DType, list}, {tensor.Int64, list}, {tensor.Int64, x.Shape}}, nil
	}
	n := g.apply("Unique", infer, 3, []*Value{x}, Attr{"sorted", int64(1)})
	g.learnLengths(n.Outputs[0])
	return n.Outputs[0], n.Outputs[2]
}

// NonZero lists the places of the elements that are not zero (or true), in their
// order in memory, with a new symbol as their count: int64 [count,rank].
func (g *Graph) NonZero(x *Value, count Dim) *Value {
	infer := func(n *Node) ([]Type, error) {
		return []Type{{tensor.Int64, Shape{N(len(n.Inputs[0].Shape)), count}}}, nil
	}
	n := g.apply("NonZero", infer, 1, []*Value{x})
	g.learnLengths(n.Outputs[0])
	return g.Transpose(n.Outputs[0], 1, 0)
}
