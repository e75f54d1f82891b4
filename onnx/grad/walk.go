package grad

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// Of adds to g the gradients of loss, a floating-point value of one element,
// with respect to each of wrt: entry i has wrt[i]'s type and shape. It is zero
// where loss does not depend on wrt[i]. Only nodes between wrt and loss get a
// gradient; everything must belong to g itself, not to a graph around it.
//
// A node with a VJP of its own is differentiated by that; the values which its
// subgraphs capture count as operands behind its inputs (see graph.Node). A
// node on the way that has neither VJP nor rule, or that was read and has not
// the form that the rule is for, is an error, found before anything is added
// to g.
func Of(g *graph.Graph, loss *graph.Value, wrt []*graph.Value) ([]*graph.Value, error) {
	if err := checkLoss(g, loss); err != nil {
		return nil, fmt.Errorf("grad: %w", err)
	}
	return Pull(g, []*graph.Value{loss}, []*graph.Value{seed(g, loss)}, wrt)
}

// Pull is Of for the inner product of several values with given gradients:
// upstream[i] has the type and shape of results[i].
func Pull(g *graph.Graph, results, upstream, wrt []*graph.Value) ([]*graph.Value, error) {
	if err := checkArguments(g, slices.Concat(results, wrt)); err != nil {
		return nil, fmt.Errorf("grad: %w", err)
	}
	path := between(g, results, wrt)
	if err := checkRules(path); err != nil {
		return nil, fmt.Errorf("grad: %w", err)
	}
	w := &walk{g: g, carries: path.carries, arrived: map[*graph.Value][]*graph.Value{}}
	for i, v := range results {
		w.arrived[v] = append(w.arrived[v], upstream[i])
	}
	for _, n := range slices.Backward(path.nodes) {
		if err := w.through(n); err != nil {
			return nil, fmt.Errorf("grad: %w", err)
		}
	}
	out := make([]*graph.Value, len(wrt))
	for i, v := range wrt {
		if out[i] = w.total(v); out[i] == nil {
			out[i] = zeros(g.Scope("grad/"+v.Name()), v)
		}
	}
	if err := g.Check(); err != nil {
		return nil, fmt.Errorf("grad: %w", err)
	}
	return out, nil
}

// Stop is v for everything that follows, except that no gradient flows back
// through it.
func Stop(g *graph.Graph, v *graph.Value) *graph.Value {
	out := g.Identity(v)
	if n := out.Node(); n != nil {
		n.Detached = true
	}
	return out
}

func checkLoss(g *graph.Graph, loss *graph.Value) error {
	if err := checkArguments(g, []*graph.Value{loss}); err != nil {
		return err
	}
	if loss.Shape.Count() != graph.N(1) {
		return fmt.Errorf("the loss must have one element, %v has %v", loss, loss.Shape.Count())
	}
	return nil
}

func checkArguments(g *graph.Graph, values []*graph.Value) error {
	if err := g.Err(); err != nil {
		return err
	}
	for _, v := range values {
		switch {
		case v == nil:
			return errors.New("a value is nil")
		case !v.DType.IsFloat():
			return fmt.Errorf("%v is not floating-point, so it has no gradient", v)
		case !g.Owns(v):
			return fmt.Errorf("%v does not belong to graph %s", v, g.Name())
		}
	}
	return nil
}

// route is the part of a graph between some values and a loss.
type route struct {
	nodes   []*graph.Node         // in the order they run
	carries map[*graph.Value]bool // values through which a result depends on wrt
}

// between finds the nodes that lie between wrt and the results: forward from
// wrt all that depends on it, then backward from the results what of that
// they depend on.
func between(g *graph.Graph, results, wrt []*graph.Value) route {
	depends := map[*graph.Value]bool{}
	for _, v := range wrt {
		depends[v] = true
	}
	for _, n := range g.Nodes() {
		if passes(n) && slices.ContainsFunc(n.Operands(), func(v *graph.Value) bool { return depends[v] }) {
			for _, out := range n.Outputs {
				depends[out] = depends[out] || out.Name() != "" && !discrete[out.DType]
			}
		}
	}
	r := route{carries: map[*graph.Value]bool{}}
	for _, v := range results {
		r.carries[v] = depends[v]
	}
	for _, n := range slices.Backward(g.Nodes()) {
		if !passes(n) || !slices.ContainsFunc(n.Outputs, func(v *graph.Value) bool { return r.carries[v] }) {
			continue
		}
		reaches := false
		for _, v := range n.Operands() {
			if depends[v] {
				r.carries[v], reaches = true, true
			}
		}
		if reaches {
			r.nodes = append(r.nodes, n)
		}
	}
	slices.Reverse(r.nodes)
	return r
}

// passes reports whether gradients can flow through a node at all.
func passes(n *graph.Node) bool {
	return !n.Detached && (n.VJP != nil || n.Domain != "" || !constant[n.Op])
}

func checkRules(r route) error {
	for _, n := range r.nodes {
		if ruleOf(n) == nil {
			return fmt.Errorf("%v: the operator has no gradient rule and the node no VJP of its own", n)
		}
		if err := n.Unfamiliar(); n.VJP == nil && err != nil {
			return fmt.Errorf("%v: no gradient: %w", n, err)
		}
	}
	return nil
}

func ruleOf(n *graph.Node) graph.VJP {
	if n.VJP != nil || n.Domain != "" {
		return n.VJP
	}
	return rules[n.Op]
}

// seed is the derivative of the loss with respect to itself.
func seed(g *graph.Graph, loss *graph.Value) *graph.Value {
	shape := slices.Repeat([]int64{1}, len(loss.Shape))
	one, err := tensor.FromFloat64(loss.DType, shape, []float64{1})
	if err != nil {
		return g.Fail("gradient of %v: %v", loss, err)
	}
	return g.Const("grad/seed", one)
}

// walk goes back through the nodes and collects gradients.
type walk struct {
	g       *graph.Graph
	carries map[*graph.Value]bool
	arrived map[*graph.Value][]*graph.Value // contributions, in order of arrival
}

// through takes the gradients of a node's outputs to its operands.
func (w *walk) through(n *graph.Node) error {
	g := w.scope(n.Name)
	grads, any := w.ofOutputs(n)
	if !any {
		return nil
	}
	operands := n.Operands()
	want := make([]bool, len(operands))
	for i, v := range operands {
		want[i] = v != nil && w.carries[v]
	}
	got := ruleOf(n)(g, n, grads, want)
	if err := g.Err(); err != nil {
		return fmt.Errorf("rule of %v: %w", n, err)
	}
	if len(got) != len(operands) {
		return fmt.Errorf("rule of %v: returned %d gradients for %d operands", n, len(got), len(operands))
	}
	for i, v := range operands {
		if !want[i] || got[i] == nil {
			continue
		}
		d, err := unbroadcast(g, got[i], v)
		if err != nil {
			return fmt.Errorf("rule of %v: operand %d: %w", n, i, err)
		}
		w.arrived[v] = append(w.arrived[v], d)
	}
	return nil
}

func (w *walk) ofOutputs(n *graph.Node) (grads []*graph.Value, any bool) {
	grads = make([]*graph.Value, len(n.Outputs))
	for i, v := range n.Outputs {
		grads[i] = w.total(v)
		any = any || grads[i] != nil
	}
	return grads, any
}

// total is the sum of all gradients that arrived at v; nil when none did.
func (w *walk) total(v *graph.Value) *graph.Value {
	parts := w.arrived[v]
	if len(parts) == 0 {
		return nil
	}
	sum := parts[0]
	for _, p := range parts[1:] {
		sum = w.scope(v.Name()).Add(sum, p)
	}
	w.arrived[v] = []*graph.Value{sum}
	return sum
}

// scope names gradient nodes after the part of the graph they belong to.
func (w *walk) scope(name string) *graph.Graph {
	return w.g.Scope("grad/" + strings.TrimPrefix(name, w.g.Name()+"/"))
}

// unbroadcast sums the gradient d over the axes along which v was repeated
// and checks that it then has v's type and shape.
func unbroadcast(g *graph.Graph, d, v *graph.Value) (*graph.Value, error) {
	repeated, lead := graph.BroadcastAxes(v.Shape, d.Shape)
	if d.DType != v.DType || lead < 0 || !broadcasts(v.Shape, d.Shape) {
		return nil, fmt.Errorf("gradient %v does not fit %v", d.Type, v)
	}
	switch {
	case len(repeated) == 0:
		return d, nil
	case len(repeated) == lead:
		return g.ReduceSum(d, false, repeated...), nil
	}
	d = g.ReduceSum(d, true, repeated...)
	if lead > 0 {
		d = g.Squeeze(d, firstAxes(lead)...)
	}
	return d, nil
}

// broadcasts reports whether a value of shape in can have been repeated to out.
func broadcasts(in, out graph.Shape) bool {
	s, err := graph.Broadcast(in, out)
	return err == nil && s.Equal(out)
}

// firstAxes lists the axes 0 to n−1.
func firstAxes(n int) []int {
	axes := make([]int, n)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

// zeros is a value like v with zeros in it.
func zeros(g *graph.Graph, v *graph.Value) *graph.Value { return zerosOf(g, v, v.Shape) }

// zerosOf is zeros of v's element type in the given shape.
func zerosOf(g *graph.Graph, v *graph.Value, shape graph.Shape) *graph.Value {
	return g.Expand(g.Like(v, 0), shape...)
}
