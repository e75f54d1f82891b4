package nn

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

const scoreHidden = 3

func scoreArgs(r *rand.Rand, dropout bool) []arg {
	grid := graph.Shape{symT, symB, graph.N(scoreHidden)}
	args := []arg{
		{name: "forward", shape: grid, value: normals(r, 5, 2, scoreHidden)},
		{name: "backward", shape: grid, value: normals(r, 5, 2, scoreHidden)},
		fixedArg("norm.weight", normals(r, 2*scoreHidden)),
		fixedArg("norm.bias", normals(r, 2*scoreHidden)),
		fixedArg("weight", normals(r, 1, 2*scoreHidden)),
		fixedArg("bias", normals(r, 1)),
	}
	if dropout {
		keep := make([]uint8, 5*2*2*scoreHidden)
		for i := range keep {
			keep[i] = uint8(r.IntN(2))
		}
		x, _ := tensor.Of([]int64{5, 2, 2 * scoreHidden}, keep)
		args = append(args, arg{name: "keep", shape: graph.Shape{symT, symB, graph.N(2 * scoreHidden)}, value: x})
	}
	return args
}

const scoreShare = .8

func scores(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
	return Score(g, []*graph.Value{x["forward"], x["backward"]}, x["keep"], scoreShare,
		ScoreParams{x["norm.weight"], x["norm.bias"], x["weight"], x["bias"]})
}

// plainScores are the layers one by one.
func plainScores(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
	u := LayerNorm(g, x, "norm", g.Concat(2, x["forward"], x["backward"]))
	u = Dropout(g, u, x["keep"], scoreShare)
	return g.Add(g.Squeeze(g.MatMul(u, g.Transpose(x["weight"], 1, 0)), 2), x["bias"])
}

// TestScoreIsThePlainOne compares value and gradients with the layers one by
// one, and the gradients with numeric ones.
func TestScoreIsThePlainOne(t *testing.T) {
	for _, dropout := range []bool{true, false} {
		for seed := range uint64(5) {
			t.Run(fmt.Sprintf("dropout %v/%d", dropout, seed), func(t *testing.T) {
				r := rand.New(rand.NewPCG(20, seed))
				f := function{scoreArgs(r, dropout), scores}
				plain := function{f.args, plainScores}
				near(t, "value", f.value(t).Float64s(), plain.value(t).Float64s(), 1e-13)
				upstream := normals(r, 5, 2)
				want := plain.gradients(t, upstream)
				for name, got := range f.gradients(t, upstream) {
					near(t, "gradient of "+name, got, want[name], 1e-12)
				}
				f.checkGradients(t, r)
			})
		}
	}
}

// TestScoreGradientsOneByOne: what is not asked for stands in no one's way.
func TestScoreGradientsOneByOne(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 0))
	f := function{scoreArgs(r, true), scores}
	upstream := normals(r, 5, 2)
	all := f.gradients(t, upstream)
	for _, only := range f.args {
		if !only.moves() {
			continue
		}
		alone := function{append([]arg(nil), f.args...), scores}
		for i := range alone.args {
			alone.args[i].held = alone.args[i].name != only.name
		}
		near(t, only.name, alone.gradients(t, upstream)[only.name], all[only.name], 1e-14)
	}
}
