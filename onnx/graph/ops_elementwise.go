package graph

import (
	"fmt"

	"rationale/onnx/tensor"
)

// Add is a + b, broadcast.
func (g *Graph) Add(a, b *Value) *Value { return g.binary("Add", a, b) }

// Sub is a − b, broadcast.
func (g *Graph) Sub(a, b *Value) *Value { return g.binary("Sub", a, b) }

// Mul is a · b elementwise, broadcast.
func (g *Graph) Mul(a, b *Value) *Value { return g.binary("Mul", a, b) }

// Div is a / b, broadcast.
func (g *Graph) Div(a, b *Value) *Value { return g.binary("Div", a, b) }

// Pow is a to the power b, broadcast.
func (g *Graph) Pow(a, b *Value) *Value { return g.binary("Pow", a, b) }

// Max is the larger of a and b elementwise, broadcast.
func (g *Graph) Max(a, b *Value) *Value { return g.binary("Max", a, b) }

// Min is the smaller of a and b elementwise, broadcast.
func (g *Graph) Min(a, b *Value) *Value { return g.binary("Min", a, b) }

// Neg is −x.
func (g *Graph) Neg(x *Value) *Value { return g.unary("Neg", x) }

// Abs is |x|.
func (g *Graph) Abs(x *Value) *Value { return g.unary("Abs", x) }

// Sign is −1, 0 or 1 by the sign of x.
func (g *Graph) Sign(x *Value) *Value { return g.unary("Sign", x) }

// Exp is e to the power x.
func (g *Graph) Exp(x *Value) *Value { return g.unary("Exp", x) }

// Log is the natural logarithm of x.
func (g *Graph) Log(x *Value) *Value { return g.unary("Log", x) }

// Sqrt is the square root of x.
func (g *Graph) Sqrt(x *Value) *Value { return g.unary("Sqrt", x) }

// Sigmoid is 1/(1+exp(−x)).
func (g *Graph) Sigmoid(x *Value) *Value { return g.unary("Sigmoid", x) }

// Tanh is the hyperbolic tangent of x.
func (g *Graph) Tanh(x *Value) *Value { return g.unary("Tanh", x) }

// Relu is max(x, 0).
func (g *Graph) Relu(x *Value) *Value { return g.unary("Relu", x) }

// Erf is the error function of x.
func (g *Graph) Erf(x *Value) *Value { return g.unary("Erf", x) }

// Identity is x under a name of its own.
func (g *Graph) Identity(x *Value) *Value { return g.unary("Identity", x) }

// Gelu is x·Φ(x); approximate selects the tanh form of Φ.
func (g *Graph) Gelu(x *Value, approximate bool) *Value {
	form := "none"
	if approximate {
		form = "tanh"
	}
	return g.apply("Gelu", inferSame, 1, []*Value{x}, Attr{"approximate", form}).Outputs[0]
}

// Clip limits x to [low, high].
func (g *Graph) Clip(x *Value, low, high float64) *Value {
	in := []*Value{x, g.Like(x, low), g.Like(x, high)}
	return g.apply("Clip", inferSame, 1, in).Outputs[0]
}

// Where is a where cond holds and b elsewhere, broadcast.
func (g *Graph) Where(cond, a, b *Value) *Value {
	return g.apply("Where", inferWhere, 1, []*Value{cond, a, b}).Outputs[0]
}

// Cast converts x to another element type.
func (g *Graph) Cast(x *Value, to tensor.DType) *Value {
	if g.Err() == nil && x.DType == to {
		return x
	}
	return g.apply("Cast", inferCast, 1, []*Value{x}, Attr{"to", int64(to)}).Outputs[0]
}

// Equal is a = b elementwise, broadcast, as booleans.
func (g *Graph) Equal(a, b *Value) *Value { return g.compare("Equal", a, b) }

// Greater is a > b elementwise, broadcast, as booleans.
func (g *Graph) Greater(a, b *Value) *Value { return g.compare("Greater", a, b) }

// GreaterOrEqual is a ≥ b elementwise, broadcast, as booleans.
func (g *Graph) GreaterOrEqual(a, b *Value) *Value { return g.compare("GreaterOrEqual", a, b) }

// Less is a < b elementwise, broadcast, as booleans.
func (g *Graph) Less(a, b *Value) *Value { return g.compare("Less", a, b) }

// And is the logical conjunction of two boolean values, broadcast.
func (g *Graph) And(a, b *Value) *Value { return g.compare("And", a, b) }

// Not is the logical negation of a boolean value.
func (g *Graph) Not(x *Value) *Value { return g.unary("Not", x) }

func (g *Graph) unary(op string, x *Value) *Value {
	return g.apply(op, inferSame, 1, []*Value{x}).Outputs[0]
}

func (g *Graph) binary(op string, a, b *Value) *Value {
	return g.apply(op, inferBinary, 1, []*Value{a, b}).Outputs[0]
}

func (g *Graph) compare(op string, a, b *Value) *Value {
	return g.apply(op, inferCompare, 1, []*Value{a, b}).Outputs[0]
}

func inferSame(n *Node) ([]Type, error) { return []Type{n.Inputs[0].Type}, nil }

func inferBinary(n *Node) ([]Type, error) {
	a, b := n.Inputs[0], n.Inputs[1]
	if a.DType != b.DType {
		return nil, fmt.Errorf("element types differ: %v and %v", a, b)
	}
	s, err := Broadcast(a.Shape, b.Shape)
	return []Type{{a.DType, s}}, err
}

func inferCompare(n *Node) ([]Type, error) {
	t, err := inferBinary(n)
	if err != nil {
		return nil, err
	}
	t[0].DType = tensor.Bool
	return t, nil
}

func inferWhere(n *Node) ([]Type, error) {
	cond, a, b := n.Inputs[0], n.Inputs[1], n.Inputs[2]
	if cond.DType != tensor.Bool || a.DType != b.DType {
		return nil, fmt.Errorf("wants a boolean and two values of one type, got %v, %v, %v", cond, a, b)
	}
	s, err := Broadcast(a.Shape, b.Shape)
	if err != nil {
		return nil, err
	}
	s, err = Broadcast(cond.Shape, s)
	return []Type{{a.DType, s}}, err
}

func inferCast(n *Node) ([]Type, error) {
	return []Type{{tensor.DType(n.Int("to", 0)), n.Inputs[0].Shape}}, nil
}
