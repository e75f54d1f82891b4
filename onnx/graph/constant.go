package graph

import (
	"fmt"
	"slices"

	"rationale/onnx/tensor"
)

// Const adds a constant under a readable name.
func (g *Graph) Const(name string, t *tensor.Tensor) *Value {
	shape := make(Shape, len(t.Shape()))
	for i, n := range t.Shape() {
		shape[i] = N(int(n))
	}
	v := g.declare(g.unique(g.scope+name), Type{t.DType(), shape})
	v.data = t
	g.consts = append(g.consts, v)
	return v
}

// Bind makes an input of a graph that was read a constant with the given
// value. A session then has it from the start, on the device that it runs on.
// A graph without an input of that name stays as it is.
func (g *Graph) Bind(name string, t *tensor.Tensor) error {
	i := slices.IndexFunc(g.inputs, func(v *Value) bool { return v.name == name })
	if i < 0 {
		return nil
	}
	v := g.inputs[i]
	if !v.accepts(t) {
		return fmt.Errorf("graph %s: input %v cannot be bound to %v%v", g.name, v, t.DType(), t.Shape())
	}
	if g.root.ir < freeConstants {
		return fmt.Errorf("graph %s: input %q cannot be bound: in version %d of the file format a constant is an input still", g.name, name, g.root.ir)
	}
	v.Shape, v.data, v.file = fixedShape(t.Shape()), t, nil
	g.inputs = slices.Delete(g.inputs, i, i+1)
	if !slices.Contains(g.consts, v) { // an input with a default is there already
		g.consts = append(g.consts, v)
	}
	return nil
}

// freeConstants is the version of the file format from which on constants need
// not be declared as inputs.
const freeConstants = 4

// accepts reports whether a tensor is one that v may hold.
func (v *Value) accepts(t *tensor.Tensor) bool {
	if v.DType != t.DType() || len(v.Shape) != len(t.Shape()) {
		return false
	}
	for axis, n := range t.Shape() {
		if fixed, ok := v.Shape[axis].Fixed(); ok && fixed != n {
			return false
		}
	}
	return true
}

// Ints is a constant int64 vector, as shape and axes inputs need it. Equal
// vectors share one constant.
func (g *Graph) Ints(values ...int64) *Value {
	return g.shared(fmt.Sprint("ints", values), "ints", func() (*tensor.Tensor, error) { return tensor.Vector(values), nil })
}

// Scalar is a constant of rank 0 in the given element type. Equal numbers
// share one constant.
func (g *Graph) Scalar(dtype tensor.DType, x float64) *Value {
	return g.shared(fmt.Sprint(dtype, x), "scalar", func() (*tensor.Tensor, error) { return tensor.FromFloat64(dtype, []int64{}, []float64{x}) })
}

// Like is a scalar constant in v's element type.
func (g *Graph) Like(v *Value, x float64) *Value {
	if g.Err() != nil {
		return v
	}
	return g.Scalar(v.DType, x)
}

func (g *Graph) shared(key, name string, make func() (*tensor.Tensor, error)) *Value {
	if v, ok := g.scalars[key]; ok {
		return v
	}
	t, err := make()
	if err != nil {
		return g.Fail("no constant of this type: %s", key)
	}
	v := (&Graph{core: g.core, scope: ""}).Const("const/"+name, t)
	g.scalars[key] = v
	return v
}
