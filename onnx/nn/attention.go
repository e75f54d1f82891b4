package nn

import (
	"math"
	"slices"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
)

// attention lets every position of a text read all real ones, in several heads
// side by side (Vaswani et al. 2017). Of queries, keys and values [T,D], per text
// and head,
//
//	softmax(Q·Kᵀ/√D + bias)·V,
//
// where bias is 0 at real positions and far below every score at padding.
type attention struct {
	g            *graph.Graph
	steps, texts graph.Dim    // T and B
	count, width int          // H and D
	bias         *graph.Value // [B,1,1,T]
	keep         *graph.Value // [H,B,T,T]: dropout's mask of what is read; nil for none
	share        float64      // of ones in keep
	byText       bool         // texts take turns, and compute all this again for their gradient
}

// masked is the bias of padding: its exponential is exactly 0.
const masked = -1e9

// maskBias is the bias of a mask [T,B], 1 at real positions.
func maskBias(g *graph.Graph, mask *graph.Value) *graph.Value {
	padding := g.Sub(g.Like(mask, 1), g.Transpose(mask, 1, 0))
	return g.Unsqueeze(g.Mul(padding, g.Like(mask, masked)), 1, 2)
}

// read is what positions read, of queries, keys and values, all [T·B,H·D].
func (a attention) read(q, k, v *graph.Value) *graph.Value {
	g := a.g
	q = g.Mul(q, g.Like(q, 1/math.Sqrt(float64(a.width)))) // fewer numbers than the scores
	operands := []*graph.Value{a.split(q, 1, 2, 0, 3), a.split(k, 1, 2, 3, 0), a.split(v, 1, 2, 0, 3)}
	held := []*graph.Value{a.bias}
	if a.keep != nil {
		held = append(held, g.Transpose(a.keep, 1, 0, 2, 3))
	}
	return g.Reshape(g.Transpose(a.parts(operands, held), 2, 0, 1, 3), q.Shape...)
}

// parts are what the heads read [B,H,T,D]. Where texts take turns, the shares of
// one, [H,T,T], stay in the processor's cache.
func (a attention) parts(operands, held []*graph.Value) *graph.Value {
	if a.byText {
		return grad.Each(a.g, a.heads, operands, held)
	}
	return a.heads(a.g, slices.Concat(operands, held))
}

// heads are what they read, [H,T,D], of queries [H,T,D], keys [H,D,T], values [H,T,D],
// bias [1,1,T] and dropout's mask [H,T,T] if there is one: of a text, or of all of a
// batch behind a leading axis.
func (a attention) heads(g *graph.Graph, in []*graph.Value) *graph.Value {
	q, k, v, bias := in[0], in[1], in[2], in[3]
	shares := g.Softmax(g.Add(g.MatMul(q, k), bias), -1)
	if a.keep != nil {
		shares = Dropout(g, shares, in[4], a.share)
	}
	return g.MatMul(shares, v)
}

// split cuts features into heads, [T,B,H,D], and reorders the axes.
func (a attention) split(x *graph.Value, perm ...int) *graph.Value {
	heads := a.g.Reshape(x, a.steps, a.texts, graph.N(a.count), graph.N(a.width))
	return a.g.Transpose(heads, perm...)
}
