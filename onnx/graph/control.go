package graph

import (
	"fmt"
	"slices"

	"rationale/onnx/tensor"
)

// ScanSpec describes a Scan: a loop over the leading axis of Elems that
// carries States along.
type ScanSpec struct {
	States  []*Value // initial values; their types stay the same
	Elems   []*Value // all of one leading length
	Reverse bool     // walk from the last element to the first
	// Opposed lists the elements, and OpposedOuts the outputs of a step, that
	// run the other way: against Reverse.
	Opposed, OpposedOuts []int
}

// ScanBody computes the next states and this step's outputs from the states
// and the elements at one index. It may use values of the graph around it.
type ScanBody func(b *Graph, states, elems []*Value) (next, outs []*Value)

// Scan runs body along the leading axis of the elements. It returns the last
// states, and the outputs of all steps stacked at the elements' indices.
func (g *Graph) Scan(spec ScanSpec, body ScanBody) (finals, stacked []*Value) {
	b := g.subgraph("scan")
	next, outs := body(b, b.bodyInputs("state", spec.States, 0), b.bodyInputs("elem", spec.Elems, 1))
	if len(next) != len(spec.States) {
		g.Fail("Scan at %s: the body returns %d states of %d", callSite(), len(next), len(spec.States))
	}
	b.bodyOutputs(slices.Concat(next, outs))
	infer := func(n *Node) ([]Type, error) { return inferScan(n, len(spec.States)) }
	node := g.apply("Scan", infer, len(next)+len(outs), slices.Concat(spec.States, spec.Elems), scanAttrs(spec, len(outs), b)...)
	return node.Outputs[:len(next)], node.Outputs[len(next):]
}

func scanAttrs(spec ScanSpec, outs int, body *Graph) []Attr {
	return []Attr{{"body", body}, {"num_scan_inputs", int64(len(spec.Elems))},
		{scanInputDirections, directions(len(spec.Elems), spec.Reverse, spec.Opposed)},
		{scanOutputDirections, directions(outs, spec.Reverse, spec.OpposedOuts)}}
}

const scanInputDirections, scanOutputDirections = "scan_input_directions", "scan_output_directions"

// directions are 0 for forward and 1 for backward, n of them.
func directions(n int, reverse bool, opposed []int) []int64 {
	out := slices.Repeat([]int64{bit(reverse)}, n)
	for _, i := range opposed {
		out[i] = 1 - out[i]
	}
	return out
}

// Emit makes the body of a Scan of this builder's give further outputs,
// computed from values that it has already, and returns them stacked at the
// indices of the first element. A gradient that is built later asks in this
// way for what it needs of the forward pass; a graph without gradients never
// computes it.
func (n *Node) Emit(build func(b *Graph) []*Value) []*Value {
	b := n.Attr("body").(*Graph)
	ins, outs := n.Attr(scanInputDirections).([]int64), n.Attr(scanOutputDirections).([]int64)
	more := build(b)
	b.bodyOutputs(more)
	n.setAttr(scanOutputDirections, append(outs, slices.Repeat(ins[:1], len(more))...))
	if b.Err() != nil {
		return more
	}
	return n.grow(len(more))
}

// grow declares further outputs of a node whose inference gives them now.
func (n *Node) grow(count int) []*Value {
	g := n.Outputs[0].home
	types, err := n.infer(n)
	if err != nil {
		(&Graph{core: g}).Fail("%v: %v", n, err)
		return make([]*Value, count)
	}
	for i := len(n.Outputs); i < len(types); i++ {
		v := &Value{Type: types[i], name: outputName(n.Name, i), home: g, node: n}
		g.root.taken[v.name] = true
		n.Outputs = append(n.Outputs, v)
	}
	return n.Outputs[len(n.Outputs)-count:]
}

func inferScan(n *Node, states int) ([]Type, error) {
	body := n.Attr("body").(*Graph)
	if len(n.Inputs) == states {
		return nil, fmt.Errorf("nothing to scan over")
	}
	length := n.Inputs[states].Shape[0]
	for _, v := range n.Inputs[states+1:] {
		if v.Shape[0] != length {
			return nil, fmt.Errorf("%v and %v differ in length", n.Inputs[states], v)
		}
	}
	return loopTypes(n.Inputs[:states], body.outputs, length)
}

// Loop runs body a fixed number of times; it gets the iteration number (an
// int64 scalar) and the states, and its outputs are stacked in a new leading
// axis of that length.
func (g *Graph) Loop(trips Dim, states []*Value, body func(b *Graph, iter *Value, states []*Value) (next, outs []*Value)) (finals, stacked []*Value) {
	b := g.subgraph("loop")
	iter := b.addInput("iteration", Type{tensor.Int64, Shape{}})
	goOn := b.addInput("condition", Type{tensor.Bool, Shape{}})
	next, outs := body(b, iter, b.bodyInputs("state", states, 0))
	if len(next) != len(states) {
		g.Fail("Loop at %s: the body returns %d states of %d", callSite(), len(next), len(states))
	}
	b.bodyOutputs(slices.Concat([]*Value{goOn}, next, outs))
	infer := func(n *Node) ([]Type, error) { return loopTypes(n.Inputs[2:], b.outputs[1:], trips) }
	in := slices.Concat([]*Value{g.Reshape(g.DimValue(trips)), g.Scalar(tensor.Bool, 1)}, states)
	node := g.apply("Loop", infer, len(next)+len(outs), in, Attr{"body", b})
	return node.Outputs[:len(next)], node.Outputs[len(next):]
}

// loopTypes types the outputs of a Scan or Loop: states keep their type,
// which the body must return, and outputs get a leading axis.
func loopTypes(states, bodyOuts []*Value, length Dim) ([]Type, error) {
	var out []Type
	for i, v := range bodyOuts {
		if i < len(states) {
			if v.DType != states[i].DType || !v.Shape.Equal(states[i].Shape) {
				return nil, fmt.Errorf("state %v comes back as %v", states[i], v)
			}
			out = append(out, states[i].Type)
			continue
		}
		out = append(out, Type{v.DType, slices.Concat(Shape{length}, v.Shape)})
	}
	return out, nil
}

// If computes the values of one of two branches, which must agree in types.
func (g *Graph) If(cond *Value, then, otherwise func(b *Graph) []*Value) []*Value {
	a, b := g.subgraph("then"), g.subgraph("else")
	results := then(a)
	a.bodyOutputs(results)
	b.bodyOutputs(otherwise(b))
	infer := func(*Node) ([]Type, error) { return branchTypes(a.outputs, b.outputs) }
	attrs := []Attr{{"then_branch", a}, {"else_branch", b}}
	return g.apply("If", infer, len(results), []*Value{cond}, attrs...).Outputs
}

func branchTypes(a, b []*Value) ([]Type, error) {
	if len(a) != len(b) {
		return nil, fmt.Errorf("branches give %d and %d values", len(a), len(b))
	}
	out := make([]Type, len(a))
	for i := range a {
		if a[i].DType != b[i].DType || !a[i].Shape.Equal(b[i].Shape) {
			return nil, fmt.Errorf("branches give %v and %v", a[i], b[i])
		}
		out[i] = a[i].Type
	}
	return out, nil
}

func (g *Graph) subgraph(kind string) *Graph {
	name := g.unique(g.scope + kind)
	g.root.taken[name] = true
	return &Graph{core: newCore(name, g.core, g.root), scope: name + "/"}
}

// bodyInputs declares body inputs typed like vs without their first skip axes.
func (g *Graph) bodyInputs(kind string, vs []*Value, skip int) []*Value {
	out := make([]*Value, len(vs))
	for i, v := range vs {
		if v == nil || len(v.Shape) < skip {
			out[i] = g.Fail("%s: %s %d has no axis to walk along", g.name, kind, i)
			continue
		}
		out[i] = g.addInput(fmt.Sprintf("%s%d", kind, i), Type{v.DType, v.Shape[skip:]})
	}
	return out
}

func (g *Graph) addInput(name string, t Type) *Value {
	return g.Input(g.unique(g.scope+name), t.DType, t.Shape...)
}

func (g *Graph) bodyOutputs(vs []*Value) {
	for i, v := range vs {
		g.Output(g.unique(fmt.Sprintf("%sresult%d", g.scope, i)), v)
	}
}
