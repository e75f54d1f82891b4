package grad

import (
	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// rules is the derivative of every operator that has one.
var rules = map[string]graph.VJP{
	// elementwise
	"Add":      each(same, same),
	"Sub":      each(same, negated),
	"Mul":      each(mulLeft, mulRight),
	"Div":      each(divTop, divBottom),
	"Pow":      each(powBase, powExponent),
	"Max":      each(chosen("Greater", 0, 1), chosen("Greater", 1, 0)),
	"Min":      each(chosen("Less", 0, 1), chosen("Less", 1, 0)),
	"Neg":      each(negated),
	"Abs":      unary(func(g *graph.Graph, x, _, dy *graph.Value) *graph.Value { return g.Mul(dy, g.Sign(x)) }),
	"Exp":      unary(func(g *graph.Graph, _, y, dy *graph.Value) *graph.Value { return g.Mul(dy, y) }),
	"Log":      unary(func(g *graph.Graph, x, _, dy *graph.Value) *graph.Value { return g.Div(dy, x) }),
	"Sqrt":     unary(sqrt),
	"Sigmoid":  unary(sigmoid),
	"Tanh":     unary(tanh),
	"Relu":     unary(relu),
	"Erf":      unary(erf),
	"Gelu":     each(gelu),
	"Clip":     each(clipped, clipLow, clipHigh),
	"Where":    each(nil, whereTrue, whereFalse),
	"Cast":     each(cast),
	"Identity": each(same),

	// matrix
	"MatMul": each(matMulLeft, matMulRight),
	"Gemm":   each(gemmLeft, gemmRight, gemmAdded),

	// reduce
	"ReduceSum":       each(reduceSum),
	"ReduceMean":      each(reduceMean),
	"ReduceSumSquare": each(reduceSumSquare),
	"ReduceMax":       each(reduceMax),
	"CumSum":          each(cumSum),
	"TopK":            each(topK),

	// norm
	"Softmax":            each(softmax),
	"LogSoftmax":         each(logSoftmax),
	"LayerNormalization": layerNorm,

	// index
	"Gather":          each(gather),
	"GatherElements":  each(gatherElements),
	"GatherND":        each(gatherND),
	"ScatterElements": each(scatterElementsInto, nil, scatterElementsUpdates),
	"ScatterND":       each(scatterNDInto, nil, scatterNDUpdates),

	// shape
	"Reshape":   each(reshaped),
	"Flatten":   each(reshaped),
	"Squeeze":   each(squeeze),
	"Unsqueeze": each(unsqueeze),
	"Transpose": each(transpose),
	"Expand":    each(same),
	"Tile":      each(tile),
	"Pad":       each(pad),
	"Slice":     each(slice),
	"Split":     split,
	"Concat":    concat,
}

// constant lists the operators whose floating-point inputs do not move their
// outputs, or only in jumps: gradients end there.
var constant = map[string]bool{
	"ArgMax": true, "Equal": true, "Greater": true, "GreaterOrEqual": true, "Less": true,
	"And": true, "Or": true, "Not": true, "Range": true, "Shape": true, "Sign": true,
}

// discrete lists the element types, by their number in ONNX, that carry no
// gradient: integers, booleans and text. All others may, also those that
// cannot be computed with here or that a file does not tell.
var discrete = map[tensor.DType]bool{
	tensor.Uint8: true, 3: true, 4: true, 5: true, tensor.Int32: true, tensor.Int64: true, 8: true, tensor.Bool: true,
	tensor.Uint32: true, 13: true, 21: true, 22: true,
}

// partial computes the gradient of one input of a node from dy, that of its
// first output. nil stands for no gradient.
type partial func(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value

// each makes a rule of one partial per input, where nil stands for an input
// that has no gradient. Only what is wanted is built, and what is wanted and has
// no gradient is a mistake.
func each(partials ...partial) graph.VJP {
	return func(g *graph.Graph, n *graph.Node, grads []*graph.Value, want []bool) []*graph.Value {
		out := make([]*graph.Value, len(n.Inputs))
		for i := range out {
			switch {
			case !want[i] || grads[0] == nil:
			case i >= len(partials) || partials[i] == nil:
				g.Fail("%v: input %d has no gradient rule", n, i)
			default:
				out[i] = partials[i](g, n, grads[0])
			}
		}
		return out
	}
}

// unary makes the rule of y = f(x) from dx as a function of x, y and dy.
func unary(dx func(g *graph.Graph, x, y, dy *graph.Value) *graph.Value) graph.VJP {
	return each(func(g *graph.Graph, n *graph.Node, dy *graph.Value) *graph.Value {
		return dx(g, n.Inputs[0], n.Outputs[0], dy)
	})
}
