package nn

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// network is random graphs of up to nodes nodes, their edges with both directions.
type network struct {
	graphs, nodes int
	sizes         []int
	edges         [][2]int64 // ends, counted through all graphs' frames
}

// drawNetwork gives each node but a graph's first an edge to an earlier one, and
// some a second.
func drawNetwork(r *rand.Rand, nodes int, sizes ...int) network {
	n := network{len(sizes), nodes, sizes, nil}
	for k, size := range sizes {
		for v := 1; v < size; v++ {
			for u := range map[int]bool{r.IntN(v): true, r.IntN(v): true} {
				a, b := int64(k*nodes+u), int64(k*nodes+v)
				n.edges = append(n.edges, [2]int64{a, b}, [2]int64{b, a})
			}
		}
	}
	return n
}

// adjacency is the edges as a matrix of each graph.
func (n network) adjacency() *tensor.Tensor {
	x, _ := tensor.New(tensor.Float64, int64(n.graphs), int64(n.nodes), int64(n.nodes)) // a sound shape
	for _, e := range n.edges {
		tensor.Data[float64](x)[e[0]*int64(n.nodes)+e[1]%int64(n.nodes)] = 1
	}
	return x
}

// ends are the first, or the second, nodes of all edges.
func (n network) ends(which int) *tensor.Tensor {
	var out []int64
	for _, e := range n.edges {
		out = append(out, e[which])
	}
	return tensor.Vector(out)
}

// real is 1 at the nodes of each graph, [G,N].
func (n network) real() *tensor.Tensor {
	x, _ := tensor.New(tensor.Float64, int64(n.graphs), int64(n.nodes))
	for k, size := range n.sizes {
		for v := range size {
			tensor.Data[float64](x)[k*n.nodes+v] = 1
		}
	}
	return x
}

// dense is a layer on the subgraph of selected nodes, and edgewise the same layer
// that adds up along the edges, one by one.
func dense(g *graph.Graph, v map[string]*graph.Value) *graph.Value {
	return GraphConv(g, v, "conv", WithSelfLoops(g, Induced(g, v["adjacency"], v["z"])), v["x"])
}

func edgewise(g *graph.Graph, v map[string]*graph.Value) *graph.Value {
	x, z := v["x"], v["z"]
	width := v["conv.bias"].Shape[0]
	h := g.Reshape(g.MatMul(x, g.Transpose(v["conv.weight"], 1, 0)), z.Shape.Count(), width)
	flat := g.Reshape(z, z.Shape.Count())
	both := g.Mul(g.Gather(flat, v["from"], 0), g.Gather(flat, v["to"], 0))
	sent := g.Mul(g.Gather(h, v["from"], 0), g.Unsqueeze(both, 1))
	sum := g.Add(h, grad.Ungather(g, sent, v["to"], 0, z.Shape.Count()))
	return g.Add(g.Reshape(sum, x.Shape[0], x.Shape[1], width), v["conv.bias"])
}

// layerOn is a layer of some form on a network.
func layerOn(r *rand.Rand, n network, in, out int, build func(*graph.Graph, map[string]*graph.Value) *graph.Value) function {
	adjacency, from, to := fixedArg("adjacency", n.adjacency()), fixedArg("from", n.ends(0)), fixedArg("to", n.ends(1))
	adjacency.held = true
	f := function{[]arg{
		adjacency, from, to, fixedArg("z", normals(r, int64(n.graphs), int64(n.nodes))),
		fixedArg("x", normals(r, int64(n.graphs), int64(n.nodes), int64(in))),
	}, build}
	for _, p := range GraphConvParams("conv", in, out) {
		f.args = append(f.args, fixedArg(p.Name, normals(r, p.Shape...)))
	}
	return f
}

// TestGraphConv compares with the sum along the edges, and gradients with numeric
// ones.
func TestGraphConv(t *testing.T) {
	draw := func() *rand.Rand { return rand.New(rand.NewPCG(50, 0)) }
	n := drawNetwork(draw(), 6, 6, 4, 1)
	f := layerOn(draw(), n, 3, 2, dense)
	near(t, "value", f.value(t).Float64s(), layerOn(draw(), n, 3, 2, edgewise).value(t).Float64s(), 1e-14)
	f.checkGradients(t, draw())
}

// TestNormalised compares each weight with 1/√(d_u·d_v).
func TestNormalised(t *testing.T) {
	a := []float64{1, 1, 0, 1, 1, 1, 0, 1, 1} // a path with self-loops: degrees 2, 3, 2
	x, err := tensor.Of([]int64{1, 3, 3}, a)
	if err != nil {
		t.Fatal(err)
	}
	f := function{[]arg{fixedArg("a", x)}, func(g *graph.Graph, v map[string]*graph.Value) *graph.Value {
		return Normalised(g, v["a"])
	}}
	near(t, "value", f.value(t).Float64s(), []float64{.5, 1 / 2.449489742783178, 0, 1 / 2.449489742783178, 1. / 3, 1 / 2.449489742783178, 0, 1 / 2.449489742783178, .5}, 1e-14)
	f.checkGradients(t, rand.New(rand.NewPCG(51, 0)))
}

// TestReadouts compares them with the real nodes' features; of equal ones the first
// takes the maximum's gradient.
func TestReadouts(t *testing.T) {
	x := array{Shape: []int64{1, 4, 2}, Data: []float64{1, 5, 3, 5, 3, -2, 9, 9}} // the last node is none
	m := array{Shape: []int64{1, 4}, Data: []float64{1, 1, 1, 0}}
	for _, tc := range []struct {
		name   string
		read   func(g *graph.Graph, x, m *graph.Value) *graph.Value
		want   []float64
		slopes []float64
	}{
		{"mean", MeanReadout, []float64{7. / 3, 8. / 3}, []float64{1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3, 1. / 3, 0, 0}},
		{"sum", SumReadout, []float64{7, 8}, []float64{1, 1, 1, 1, 1, 1, 0, 0}},
		{"max", MaxReadout, []float64{3, 5}, []float64{0, 1, 1, 0, 0, 0, 0, 0}},
	} {
		mask := fixedArg("m", m.tensor(t))
		mask.held = true
		f := function{[]arg{fixedArg("x", x.tensor(t)), mask}, func(g *graph.Graph, v map[string]*graph.Value) *graph.Value {
			return tc.read(g, v["x"], v["m"])
		}}
		near(t, tc.name, f.value(t).Float64s(), tc.want, 1e-14)
		near(t, tc.name+" slopes", f.gradients(t, matrix(1, 2, 1., 1))["x"], tc.slopes, 1e-14)
	}
}

// BenchmarkAggregation measures a layer and its gradients on padded adjacency and
// along edges, on 64 graphs of the sizes that the papers' data have.
func BenchmarkAggregation(b *testing.B) {
	for _, nodes := range []int{25, 100} {
		for name, build := range map[string]func(*graph.Graph, map[string]*graph.Value) *graph.Value{"dense": dense, "edges": edgewise} {
			b.Run(fmt.Sprintf("%s/%d nodes", name, nodes), func(b *testing.B) { benchmarkLayer(b, nodes, build) })
		}
	}
}

func benchmarkLayer(b *testing.B, nodes int, build func(*graph.Graph, map[string]*graph.Value) *graph.Value) {
	const graphs, width = 64, 64
	r, sizes := rand.New(rand.NewPCG(55, 0)), make([]int, graphs)
	for i := range sizes {
		sizes[i] = nodes
	}
	f := layerOn(r, drawNetwork(r, nodes, sizes...), width, width, build).as32(b)
	upstream := function{args: []arg{fixedArg("up", normals(r, graphs, int64(nodes), width))}}.as32(b)
	p, in := f.slopes(b, upstream.args[0].value)
	for b.Loop() {
		p.run(in)
	}
}
