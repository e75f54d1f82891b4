package nn

import "rationale/onnx/graph"

// LayerNormEpsilon is the ε inside LayerNorm's root, PyTorch's default.
const LayerNormEpsilon = 1e-5

// LinearParams are the parameters of Linear: weight [out,in] and bias [out].
func LinearParams(name string, in, out int) []Param {
	return []Param{
		{Name: name + ".weight", Shape: []int64{int64(out), int64(in)}, Init: uniformFan(in)},
		{Name: name + ".bias", Shape: []int64{int64(out)}, Init: uniformFan(in)},
	}
}

// Linear is x·Wᵀ + b for x [N,in].
func Linear(g *graph.Graph, w Weights, name string, x *graph.Value) *graph.Value {
	return g.Scope(name).Gemm(x, w[name+".weight"], w[name+".bias"], graph.GemmOptions{TransB: true})
}

// LayerNormParams are the parameters of LayerNorm over n features.
func LayerNormParams(name string, n int) []Param {
	return []Param{
		{Name: name + ".weight", Shape: []int64{int64(n)}, Init: Init{Fill: 1}},
		{Name: name + ".bias", Shape: []int64{int64(n)}, Init: Init{}},
	}
}

// LayerNorm normalises the last axis to mean 0 and (population) variance 1 and
// applies weight and bias. It is spelled out in elementwise operators: their
// kernels are vectorised where the fused operator's is not, and their results
// serve the gradient too.
func LayerNorm(g *graph.Graph, w Weights, name string, x *graph.Value) *graph.Value {
	return layerNorm(g, w, name, x, LayerNormEpsilon)
}

// layerNorm is LayerNorm with another ε.
func layerNorm(g *graph.Graph, w Weights, name string, x *graph.Value, epsilon float64) *graph.Value {
	g = g.Scope(name)
	centred := g.Sub(x, g.ReduceMean(x, true, -1))
	variance := g.ReduceMean(g.Mul(centred, centred), true, -1)
	deviation := g.Sqrt(g.Add(variance, g.Like(variance, epsilon)))
	return g.Add(g.Mul(g.Div(centred, deviation), w[name+".weight"]), w[name+".bias"])
}

// Dropout keeps the elements where keep (uint8, x's shape) is 1 and scales
// them by 1/share. A nil keep is evaluation: x itself.
func Dropout(g *graph.Graph, x, keep *graph.Value, share float64) *graph.Value {
	if keep == nil {
		return x
	}
	g = g.Scope("dropout")
	return g.Mul(x, g.Mul(g.Cast(keep, x.DType), g.Like(x, 1/share)))
}

// Embedding looks up rows of table [V,E] for ids [N]: it gives the places of
// the ids in the list of distinct ones and the rows of those. Layers that
// project the rows do so once per distinct word, not once per position.
// count is the symbol for the number of distinct ids.
func Embedding(g *graph.Graph, table, ids *graph.Value, count graph.Dim) (rows, places *graph.Value) {
	g = g.Scope("embedding")
	distinct, places := g.Unique(ids, count)
	return g.Gather(table, distinct, 0), places
}

// positive is 1 where x > 0 and 0 elsewhere, in x's element type.
func positive(g *graph.Graph, x *graph.Value) *graph.Value {
	return g.Cast(g.Greater(x, g.Like(x, 0)), x.DType)
}
