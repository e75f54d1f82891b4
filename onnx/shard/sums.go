package shard

import (
	"fmt"
	"slices"

	"rationale/onnx/graph"
)

// reduction over the examples is a sum over the batch, or a mean.
func reduction(a *analysis, n *graph.Node) error {
	count, err := reduced(n)
	switch mean := n.Op == "ReduceMean"; {
	case err != nil:
		return err
	case mean && a.isRow(count) && !a.shared(count):
		return fmt.Errorf("it is a mean over %v elements, of which only the shards' own number is known", count)
	case a.isRow(count):
		return a.summed(n, count)
	case mean && a.varies(count):
		return fmt.Errorf("it is a mean over %v elements of each example, padding included, which is another number in each shard", count)
	}
	return stays(a, n)
}

// reduced is how many elements of a reduction's input go into one of its output.
func reduced(n *graph.Node) (graph.Dim, error) {
	axes, err := n.ReducedAxes()
	count := graph.N(1)
	for _, i := range axes {
		count = count.Times(n.Inputs[0].Shape[i])
	}
	return count, err
}

// shared tells whether the shards' numbers of things add up to the batch's.
func (a *analysis) shared(count graph.Dim) bool {
	none := map[string]int64{a.axes.Examples: 0}
	for _, s := range a.axes.Frames {
		none[s] = 2
	}
	return a.told(count) && count.At(none) == 0
}

// told tells whether a length of the batch follows from its inputs.
func (a *analysis) told(d graph.Dim) bool {
	return !slices.ContainsFunc(d.Symbols(), func(s string) bool { return s != a.axes.Examples && !a.frame(s) })
}

// meanOf is how many elements a node's mean is of; 0 for a sum.
func (a *analysis) meanOf(n *graph.Node) graph.Dim {
	if n.Op != "ReduceMean" {
		return graph.N(0)
	}
	count, _ := reduced(n) // the rule has looked at it
	return count
}

// matMul over the examples is a sum over the batch.
func matMul(a *analysis, n *graph.Node) error {
	x := n.Inputs[0].Shape
	return a.product(n, x[len(x)-1])
}

func gemm(a *analysis, n *graph.Node) error {
	inner := n.Inputs[0].Shape[1-n.Int("transA", 0)]
	if a.isRow(inner) && len(n.Inputs) > 2 && n.Inputs[2] != nil {
		return fmt.Errorf("it adds %v to a sum over the batch, which every shard would", n.Inputs[2])
	}
	return a.product(n, inner)
}

func (a *analysis) product(n *graph.Node, inner graph.Dim) error {
	if a.isRow(inner) {
		return a.summed(n, inner)
	}
	return stays(a, n)
}

// summed is a node whose outputs are sums over so many things of the batch.
func (a *analysis) summed(n *graph.Node, over graph.Dim) error {
	for _, s := range over.Symbols() {
		if additive, row := a.rows[s]; row && !additive {
			return fmt.Errorf("it adds up over %v distinct things, which two shards may both have", over)
		}
	}
	if out := n.Outputs[0]; !out.DType.IsFloat() || a.differs(out) {
		return fmt.Errorf("its output %v is no sum over the batch in floating-point numbers", out)
	}
	a.all(n, part)
	return nil
}
