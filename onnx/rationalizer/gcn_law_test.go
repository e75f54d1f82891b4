package rationalizer

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/tensor"
)

// withoutRounding leaves out of a step's results the gradients of biases that batch
// norms take out again, which are nothing but rounding, and the new parameters, as
// Adam makes whole steps of that.
func withoutRounding(out values) {
	maps.DeleteFunc(out, func(name string, _ *tensor.Tensor) bool {
		bias := strings.HasPrefix(name, "grad/") && strings.Contains(name, ".conv") && strings.HasSuffix(name, ".bias")
		updated := strings.HasSuffix(name, ParamsPart+NextSuffix) && !strings.Contains(name, "carried")
		return bias || updated
	})
}

// TestPaddingOnGraphs: nodes behind a graph change no mask, logit, loss, gradient or
// statistic, whatever features they have.
func TestPaddingOnGraphs(t *testing.T) {
	for _, h := range []GraphHyper{{}, {Mask: FeaturesOnly, Readout: MaxSum, Normalised: true}} {
		c := smallGCN("FR+A2I", tensor.Float64)
		c.Graph = h
		g := mustStepGraph(t, c)
		p := compile(t, g.Graph)
		fixed := join(state(c, g), numbers(c))
		rapid.Check(t, func(rt *rapid.T) {
			sizes := rapid.SliceOfN(rapid.IntRange(1, 6), 1, 4).Draw(rt, "sizes")
			seed, more := rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(1, 5).Draw(rt, "more")
			kind := rapid.Int64Range(0, smallWords-1).Draw(rt, "kind")
			short := batch(rand.New(rand.NewPCG(seed, 0)), 6, sizes...)
			long := padded(short, more, kind)
			want := p.run(join(fixed, short, draws(c, g, short, seed)))
			got := p.run(join(fixed, long, draws(c, g, long, seed)))
			withoutRounding(want)
			if err := samePrefix(got, want, 6+more); err != nil {
				rt.Fatal(err)
			}
		})
	}
}

// reordered is a batch of graphs of one size with its nodes, and the noise of each,
// in another order.
func reordered(order []int64, b, noise values) (values, values) {
	n := int64(len(order))
	nodes, drawn := maps.Clone(b), maps.Clone(noise)
	for _, name := range []string{InputIDs, InputMask, InputGold} {
		nodes[name] = permuted[int64](b[name], func(i int64) int64 { return i/n*n + order[i%n] })
	}
	nodes[InputAdjacency] = permuted[int64](b[InputAdjacency], func(i int64) int64 { return i/(n*n)*n*n + order[i/n%n]*n + order[i%n] })
	for name, x := range noise {
		graphs := x.Shape()[1]
		drawn[name] = permuted[float64](x, func(i int64) int64 { return order[i/graphs]*graphs + i%graphs })
	}
	return nodes, drawn
}

// permuted has at i what x has at a place that belongs to i.
func permuted[E tensor.Element](x *tensor.Tensor, place func(i int64) int64) *tensor.Tensor {
	out := make([]E, x.Len())
	for i := range out {
		out[i] = tensor.Data[E](x)[place(int64(i))]
	}
	y, err := tensor.Of(x.Shape(), out)
	if err != nil {
		panic(err) // the same shape
	}
	return y
}

// TestOrderOfNodes: with the nodes in another order the same nodes are selected, and
// everything else is the same.
func TestOrderOfNodes(t *testing.T) {
	const nodes, graphs = 6, 3
	c := smallGCN("FR+A2I", tensor.Float64)
	c.Hyper.Dropout = 0
	g := mustStepGraph(t, c)
	p, fixed := compile(t, g.Graph), join(state(c, g), numbers(c))
	rapid.Check(t, func(rt *rapid.T) {
		order := rapid.Permutation([]int64{0, 1, 2, 3, 4, 5}).Draw(rt, "order")
		seed := rapid.Uint64().Draw(rt, "seed")
		b := batch(rand.New(rand.NewPCG(seed, 0)), nodes, slices.Repeat([]int{nodes}, graphs)...)
		noise := draws(c, g, b, seed)
		other, moved := reordered(order, b, noise)
		want, got := p.run(join(fixed, b, noise)), p.run(join(fixed, other, moved))
		withoutRounding(want)
		for name, x := range want {
			if !x.DType().IsFloat() {
				continue
			}
			if strings.HasPrefix(name, "z") {
				x = permuted[float64](x, func(i int64) int64 { return order[i/graphs]*graphs + i%graphs })
			}
			if worst, largest := distance(got[name].Float64s(), x.Float64s()); !(worst <= 1e-12*max(largest, 1e-2)) {
				rt.Fatalf("%s is off by %.3g of %.3g in the order %v", name, worst, largest, order)
			}
		}
	})
}
