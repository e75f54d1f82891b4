package nn

import (
	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// Sample makes in a graph what Draw makes in Go, the same to the bit: uint8
// (Keep) or float32 (Logistic) numbers of a shape from the noise's key, an
// int64 vector of one element. It uses operators that onnxruntime has kernels
// for on the CPU and on CUDA, so that of all the noise only the key has to
// reach a device.
func (n Noise) Sample(g *graph.Graph, key *graph.Value, shape graph.Shape) *graph.Value {
	bits := randomBits(g, key, shape)
	if n.Law == Keep {
		return g.Cast(g.Less(bits, wordOf(g, n.keepLimit())), tensor.Uint8)
	}
	table := g.Const("logistic", tensor.Vector(logisticTable()[:]))
	return g.Gather(table, g.Cast(bits, tensor.Int32), 0)
}

// randomBits are the 16 bits of every element, as uint32.
func randomBits(g *graph.Graph, key *graph.Value, shape graph.Shape) *graph.Value {
	count, even := wordCount(shape)
	words := randomWords(g, key, count)
	// Shifted up, the low half alone is left, and the high one where it was.
	halves := g.Mul(g.Unsqueeze(words, 1), g.Cast(g.Ints(1<<16, 1), tensor.Uint32)) // [count,2]
	bits := g.Div(halves, wordOf(g, 1<<16))
	if !even {
		bits = g.Slice(g.Reshape(bits, graph.N(2), count), 0, 0, 1)
	}
	return g.Reshape(bits, shape...)
}

// wordCount is half a word an element where the last axis tells that this is a
// whole number. Otherwise it is a whole word an element, and only the first
// half of the words serves.
func wordCount(shape graph.Shape) (count graph.Dim, even bool) {
	if last := len(shape) - 1; last >= 0 {
		if n, fixed := shape[last].Fixed(); fixed && n%2 == 0 {
			return shape[:last].Count().Times(graph.N(int(n / 2))), true
		}
	}
	return shape.Count(), false
}

// randomWords is word for i = 0 … count−1. Arithmetic on uint32 is modulo 2³²
// in onnxruntime as it is in Go.
func randomWords(g *graph.Graph, key *graph.Value, count graph.Dim) *graph.Value {
	key = g.Cast(key, tensor.Uint32)
	odd := g.Add(g.Add(key, key), wordOf(g, 1))
	half := wordOf(g, 1<<16)
	x := g.Add(g.Cast(g.Range(count), tensor.Uint32), key)
	for range 3 {
		x = g.Mul(x, g.Add(g.Add(x, x), odd))
		x = g.Add(x, g.Div(x, half))
	}
	return x
}

// wordOf is a constant in uint32, for which tensors have no storage.
func wordOf(g *graph.Graph, x int) *graph.Value {
	return g.Cast(g.Scalar(tensor.Int64, float64(x)), tensor.Uint32)
}
