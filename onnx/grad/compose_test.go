package grad

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/graph"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
)

// move is one step of a random program. It reports nil where it does not fit
// the values at hand.
type move struct {
	name  string
	apply func(g *graph.Graph, a, b *graph.Value) *graph.Value
}

// moves keep values bounded and smooth, so that numeric derivatives are exact.
// The sigmoid is shifted because onnxruntime 1.29 fuses x·sigmoid(x) into an
// operator that it lacks in float64, and then refuses the model.
var moves = []move{
	{"tanh", left((*graph.Graph).Tanh)},
	{"sigmoid", left(func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Sigmoid(g.Add(x, g.Like(x, .3))) })},
	{"gaussian", left(func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Exp(g.Neg(g.Mul(x, x))) })},
	{"half", left(func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Mul(x, g.Like(x, .5)) })},
	{"add", broadcast((*graph.Graph).Add)},
	{"sub", broadcast((*graph.Graph).Sub)},
	{"mul", broadcast((*graph.Graph).Mul)},
	{"div", broadcast(func(g *graph.Graph, a, b *graph.Value) *graph.Value {
		return g.Div(a, g.Add(g.Mul(b, b), g.Like(b, 1)))
	})},
	{"matmul", func(g *graph.Graph, a, b *graph.Value) *graph.Value {
		i, j := len(a.Shape)-1, len(b.Shape)-2
		if i < 1 || j < 0 || a.Shape[i] != b.Shape[j] {
			return nil
		}
		if _, err := graph.Broadcast(a.Shape[:i-1], b.Shape[:j]); err != nil {
			return nil
		}
		return g.Tanh(g.MatMul(a, b))
	}},
	{"softmax", ranked(1, func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Softmax(x, 0) })},
	{"log-softmax", ranked(1, func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Tanh(g.LogSoftmax(x, -1)) })},
	{"cumsum", ranked(1, func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Tanh(g.CumSum(x, 0, true)) })},
	{"mean", ranked(1, func(g *graph.Graph, x *graph.Value) *graph.Value { return g.ReduceMean(x, true, -1) })},
	{"sum", ranked(1, func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Tanh(g.ReduceSum(x, false, 0)) })},
	{"transpose", ranked(2, func(g *graph.Graph, x *graph.Value) *graph.Value { return swapped(g, x) })},
	{"flatten", ranked(2, func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Reshape(x, x.Shape.Count()) })},
	{"tail", ranked(1, func(g *graph.Graph, x *graph.Value) *graph.Value {
		if x.Shape[0] == graph.N(1) {
			return nil
		}
		return g.Slice(x, 0, 1, graph.SliceEnd)
	})},
	{"twice", ranked(1, func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Concat(0, x, g.Tanh(x)) })},
	{"pick", ranked(1, func(g *graph.Graph, x *graph.Value) *graph.Value {
		return g.Gather(x, index(g, []int64{3}, 0, -1, 0), 0)
	})},
	{"recomputed", ranked(1, func(g *graph.Graph, x *graph.Value) *graph.Value {
		return Recompute(g, func(g *graph.Graph, in []*graph.Value) *graph.Value { return g.Tanh(g.Mul(in[0], in[1])) }, x, g.ReduceMean(x, true, -1))
	})},
	{"outer", ranked(1, func(g *graph.Graph, x *graph.Value) *graph.Value { return g.Mul(g.Unsqueeze(x, 0), g.Unsqueeze(x, 1)) })},
}

// broadcast limits f to shapes that broadcast.
func broadcast(f f2) f2 {
	return func(g *graph.Graph, a, b *graph.Value) *graph.Value {
		if _, err := graph.Broadcast(a.Shape, b.Shape); err != nil {
			return nil
		}
		return f(g, a, b)
	}
}

// ranked limits f to values of between least and 3 axes.
func ranked(least int, f f1) f2 {
	return func(g *graph.Graph, a, _ *graph.Value) *graph.Value {
		if len(a.Shape) < least || len(a.Shape) > 3 {
			return nil
		}
		return f(g, a)
	}
}

// TestRandomCompositions checks programs of random operators as a whole.
func TestRandomCompositions(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // where refused models are kept
	onnx := runtimetest.Open(t)
	rapid.Check(t, func(rt *rapid.T) {
		shapes := rapid.SliceOfN(rapid.SampledFrom([]string{"", "3", "T", "1,3", "T,3", "3,T", "B,T", "T,B,3", "B,1,T"}), 1, 3).Draw(rt, "shapes")
		type step struct{ move, a, b int }
		steps := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) step {
			return step{rapid.IntRange(0, len(moves)-1).Draw(rt, "move"), rapid.IntRange(0, 99).Draw(rt, "a"), rapid.IntRange(0, 99).Draw(rt, "b")}
		}), 1, 12).Draw(rt, "steps")
		var trace []string
		c := numeric{name: "random", inputs: normal(shapes...), build: func(g *graph.Graph, x []*graph.Value) []*graph.Value {
			pool := append(values{}, x...)
			for _, s := range steps {
				a, b := pool[s.a%len(pool)], pool[s.b%len(pool)]
				if y := moves[s.move].apply(g, a, b); y != nil {
					trace = append(trace, fmt.Sprintf("%s(%v, %v)", moves[s.move].name, a.Shape, b.Shape))
					pool = append(pool, y)
				}
			}
			return pool[len(pool)-1:]
		}}
		e, err := relativeError(onnx, c, rapid.Uint64().Draw(rt, "seed"))
		if err != nil {
			rt.Fatalf("%v\n%s", err, strings.Join(trace, "\n"))
		}
		if !(e <= 1e-6) {
			rt.Fatalf("relative error %.1e\n%s", e, strings.Join(trace, "\n"))
		}
	})
}

// TestWholeModel differentiates a small classifier with all that ours have:
// an embedding, a layer of tanh units, layer normalization, a masked maximum
// over time, softmax cross entropy.
func TestWholeModel(t *testing.T) {
	c := numeric{
		name:   "whole model",
		inputs: normal("7,4", "4,6", "6", "6", "6", "6,3", "3"),
		build: func(g *graph.Graph, x []*graph.Value) []*graph.Value {
			words := index(g, []int64{5, 2}, 0, 3, 3, 1, 6, 2, 0, 0, 1, 5)
			h := g.Tanh(g.Add(g.MatMul(g.Gather(x[0], words, 0), x[1]), x[2]))
			h = g.LayerNormalization(h, x[3], x[4], 1e-5)
			mask := index(g, []int64{5, 2, 1}, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0)
			h = g.ReduceMax(g.Where(g.Cast(mask, tensor.Bool), h, g.Like(h, -1e9)), false, 0)
			logits := g.Gemm(h, x[5], x[6], graph.GemmOptions{})
			picked := g.GatherElements(g.LogSoftmax(logits, -1), index(g, []int64{2, 1}, 2, 0), 1)
			return values{g.Neg(g.ReduceMean(picked, false))}
		},
	}
	e, err := relativeError(runtimetest.Open(t), c, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !(e <= 1e-6) {
		t.Errorf("relative error %.1e, allowed 1e-6", e)
	}
	t.Logf("relative error %.1e", e)
}
