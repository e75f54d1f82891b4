package shard

import (
	"errors"
	"fmt"
	"slices"

	"rationale/onnx/graph"
)

// scan is a loop along an axis. Where that is not the examples', its states are the
// shard's own, or sums over the batch that start from zero and grow by a part in each
// step; what it gives of each step is the shard's own.
func scan(a *analysis, n *graph.Node) error {
	body, isGraph := n.Attr("body").(*graph.Graph)
	states := len(n.Inputs) - int(n.Int("num_scan_inputs", 0))
	if !isGraph || states < 0 || len(body.Inputs()) != len(n.Inputs) || len(body.Outputs()) != len(n.Outputs) {
		return errors.New("its body does not fit it")
	}
	if states == 0 && a.alongExamples(n.Inputs) {
		return a.each(n, body)
	}
	for i, v := range n.Inputs {
		k, err := a.enters(v, i < states)
		if err != nil {
			return err
		}
		a.kinds[body.Inputs()[i]] = k
	}
	if err := a.inside(body); err != nil {
		return err
	}
	return a.leaves(n, body, states)
}

// inside finds the kinds of a body's values.
func (a *analysis) inside(body *graph.Graph) error {
	for _, inner := range body.Nodes() {
		if err := a.give(inner); err != nil {
			return fmt.Errorf("in its body %v: %w", inner, err)
		}
		if a.kinds[inner.Outputs[0]] == part && inner.Op == "ReduceMean" {
			return fmt.Errorf("in its body %v is a mean over the batch; only sums can be added up in a loop", inner)
		}
	}
	return nil
}

// alongExamples tells whether a loop takes the shard's own examples one by one.
func (a *analysis) alongExamples(elems []*graph.Value) bool {
	return len(elems) > 0 && !slices.ContainsFunc(elems, func(v *graph.Value) bool { return !a.isRow(v.Shape[0]) })
}

// each is a loop over the shard's examples, without states that go from one to the next:
// all that is in it is of the one example of its step, or common.
func (a *analysis) each(n *graph.Node, body *graph.Graph) error {
	for _, v := range body.Inputs() {
		a.kinds[v] = own
	}
	a.single = true
	defer func() { a.single = false }()
	for _, inner := range body.Nodes() {
		if slices.ContainsFunc(inner.Reads(), a.hasRows) {
			return fmt.Errorf("in its body %v: it reads all examples of the batch", inner)
		}
	}
	if err := a.inside(body); err != nil {
		return err
	}
	return stays(a, n)
}

// turns is a loop of a given number of turns without states: what it gives is in each
// turn what it would be outside.
func turns(a *analysis, n *graph.Node) error {
	body, isGraph := n.Attr("body").(*graph.Graph)
	if !isGraph || len(n.Inputs) != 2 || len(body.Outputs()) != 1+len(n.Outputs) {
		return errors.New("only one without states is known")
	}
	if slices.ContainsFunc(n.Inputs, func(v *graph.Value) bool { return a.kinds[v] != constant }) {
		return errors.New("its number of turns is no constant")
	}
	if err := a.inside(body); err != nil {
		return err
	}
	for i, v := range body.Outputs()[1:] {
		a.kinds[n.Outputs[i]] = a.kinds[v]
	}
	return nil
}

// enters is the kind that a loop's body finds of a state's first value, or of elements.
func (a *analysis) enters(v *graph.Value, state bool) (kind, error) {
	switch k := a.kinds[v]; {
	case !state && a.isRow(v.Shape[0]):
		return k, fmt.Errorf("it goes along the examples of the batch, axis 0 of %v", v)
	case !state || k == own:
		return k, nil
	case !zero(v):
		return k, fmt.Errorf("its state starts from %v, which every shard would add to a sum over the batch", v)
	}
	return part, nil
}

// leaves notes the kinds of a loop's outputs, by those of its body's.
func (a *analysis) leaves(n *graph.Node, body *graph.Graph, states int) error {
	for i, v := range body.Outputs() {
		k := a.kinds[v]
		switch {
		case i < states && k == part && a.kinds[body.Inputs()[i]] != part, i >= states && k == part:
			return fmt.Errorf("its body's output %v is the shard's part of a sum over the batch, which nothing adds up", v)
		case i < states && k != part && a.kinds[body.Inputs()[i]] == part:
			return fmt.Errorf("its state %v is neither of single examples nor a sum over them", v)
		case k != part:
			k = own
		}
		a.kinds[n.Outputs[i]] = k
	}
	return nil
}

// zero tells whether a value holds nothing but zeros, as far as that shows.
func zero(v *graph.Value) bool {
	if t := v.Const(); t != nil {
		data := t.Float64s()
		for _, x := range data {
			if x != 0 {
				return false
			}
		}
		return len(data) > 0
	}
	n := v.Node()
	return n != nil && (n.Op == "Expand" || n.Op == "Reshape" || n.Op == "Identity") && zero(n.Inputs[0])
}
