package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// layerArgs is x [B,in] and the parameters of a layer.
func layerArgs(r *rand.Rand, in int, params []Param) []arg {
	args := []arg{{name: "x", shape: graph.Shape{symB, graph.N(in)}, value: normals(r, 3, int64(in))}}
	for _, p := range params {
		args = append(args, fixedArg(p.Name, normals(r, p.Shape...)))
	}
	return args
}

func TestLinear(t *testing.T) {
	r := rand.New(rand.NewPCG(40, 0))
	f := function{layerArgs(r, 3, LinearParams("fc", 3, 2)), func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
		return Linear(g, x, "fc", x["x"])
	}}
	f.checkGradients(t, r)
	x, w, b := f.args[0].value.Float64s(), f.args[1].value.Float64s(), f.args[2].value.Float64s()
	var want []float64
	for i := range 3 {
		for j := range 2 {
			want = append(want, dot(x[3*i:][:3], w[3*j:][:3])+b[j])
		}
	}
	near(t, "value", f.value(t).Float64s(), want, 1e-14)
}

func TestLayerNorm(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 0))
	f := function{layerArgs(r, 4, LayerNormParams("norm", 4)), func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
		return LayerNorm(g, x, "norm", x["x"])
	}}
	f.checkGradients(t, r)
	x, w, b := f.args[0].value.Float64s(), f.args[1].value.Float64s(), f.args[2].value.Float64s()
	var want []float64
	for i := range 3 {
		row := x[4*i:][:4]
		mean := (row[0] + row[1] + row[2] + row[3]) / 4
		variance := dot(row, row)/4 - mean*mean
		for j, v := range row {
			want = append(want, (v-mean)/math.Sqrt(variance+1e-5)*w[j]+b[j])
		}
	}
	near(t, "value", f.value(t).Float64s(), want, 1e-6) // the kernel's statistics are float32
}

func TestDropout(t *testing.T) {
	r := rand.New(rand.NewPCG(42, 0))
	keep, err := tensor.Of([]int64{2, 3}, []uint8{1, 0, 1, 1, 1, 0})
	if err != nil {
		t.Fatal(err)
	}
	f := function{[]arg{fixedArg("x", matrix(2, 3, 1., 2, 3, 4, 5, 6)), fixedArg("keep", keep)},
		func(g *graph.Graph, x map[string]*graph.Value) *graph.Value { return Dropout(g, x["x"], x["keep"], .8) }}
	near(t, "value", f.value(t).Float64s(), []float64{1.25, 0, 3.75, 5, 6.25, 0}, 1e-15)
	f.checkGradients(t, r)

	g := graph.New("evaluation")
	x := g.Input("x", tensor.Float32, symB)
	if y := Dropout(g, x, nil, .8); y != x {
		t.Error("without a mask there is more than x")
	}
}

// TestEmbedding: rows taken by places are the table's rows of the ids.
func TestEmbedding(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 0))
	f := function{
		args: []arg{fixedArg("table", normals(r, 9, 2)), {name: "ids", shape: graph.Shape{graph.Sym("N")}, value: tensor.Vector([]int64{7, 0, 7, 3, 0, 8, 7})}},
		build: func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
			rows, places := Embedding(g, x["table"], x["ids"], symU)
			return g.Gather(rows, places, 0)
		},
	}
	table := f.args[0].value.Float64s()
	var want []float64
	for _, id := range []int{7, 0, 7, 3, 0, 8, 7} {
		want = append(want, table[2*id:][:2]...)
	}
	near(t, "rows", f.value(t).Float64s(), want, 0)
	f.checkGradients(t, r) // of a trained table
}
