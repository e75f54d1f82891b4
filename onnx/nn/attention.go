package nn

import (
	"math"

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
	heads, width int          // H and D
	bias         *graph.Value // [B,1,1,T]
	keep         *graph.Value // [H,B,T,T]: dropout's mask of what is read; nil for none
	share        float64      // of ones in keep
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
	scores := g.Add(g.MatMul(a.split(q, 1, 2, 0, 3), a.split(k, 1, 2, 3, 0)), a.bias)
	read := g.MatMul(a.dropped(g.Softmax(scores, -1)), a.split(v, 1, 2, 0, 3)) // [B,H,T,D]
	return g.Reshape(g.Transpose(read, 2, 0, 1, 3), q.Shape...)
}

// dropped takes some positions away from the shares [B,H,T,T] in which they are read.
func (a attention) dropped(shares *graph.Value) *graph.Value {
	if a.keep == nil {
		return shares
	}
	return Dropout(a.g, shares, a.g.Transpose(a.keep, 1, 0, 2, 3), a.share)
}

// split cuts features into heads, [T,B,H,D], and reorders the axes.
func (a attention) split(x *graph.Value, perm ...int) *graph.Value {
	heads := a.g.Reshape(x, a.steps, a.texts, graph.N(a.heads), graph.N(a.width))
	return a.g.Transpose(heads, perm...)
}
