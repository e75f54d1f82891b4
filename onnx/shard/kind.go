package shard

import (
	"fmt"
	"slices"

	"rationale/onnx/graph"
)

// kind is what the shards have of a value.
type kind int8

const (
	constant kind = iota // it follows from the graph's constants
	common               // it is the same for all shards
	own                  // it is of the shard's own examples, or of their number
	part                 // it is the shard's part of a sum over the batch
)

// analysis finds the kind of every value of a step graph.
type analysis struct {
	axes  Axes
	kinds map[*graph.Value]kind // as those find it who read it: a sum is common
	// rows are the symbols that number examples or what they consist of, each thing
	// in one shard. That of distinct things is none of it, and false: two shards
	// may have the same.
	rows    map[string]bool
	sums    map[*graph.Value]Sum
	lengths map[*graph.Value]graph.Dim // of the whole batch, as numbers
	// single is set in the body of a loop over examples, where a value without their
	// axis is of the one example at hand.
	single bool
}

// analyse finds the kinds of all values that nodes, of one graph, give.
func analyse(axes Axes, inputs []*graph.Value, nodes []*graph.Node) (*analysis, error) {
	a := &analysis{
		axes: axes, kinds: map[*graph.Value]kind{}, rows: map[string]bool{axes.Examples: true},
		sums: map[*graph.Value]Sum{}, lengths: map[*graph.Value]graph.Dim{},
	}
	for _, v := range inputs {
		a.kinds[v] = common
		if a.differs(v) {
			a.kinds[v] = own
		}
	}
	for _, n := range nodes {
		if err := a.through(n); err != nil {
			return nil, fmt.Errorf("%v: %w", n, err)
		}
	}
	return a, nil
}

// through finds the kinds of a node's outputs. Whoever reads a sum reads that over
// the whole batch.
func (a *analysis) through(n *graph.Node) error {
	if whole, is, err := a.wholeLength(n); is || err != nil {
		a.lengths[n.Outputs[0]], a.kinds[n.Outputs[0]] = whole, common
		return err
	}
	if err := a.give(n); err != nil {
		return err
	}
	for _, v := range n.Outputs {
		if a.kinds[v] == part {
			a.sums[v], a.kinds[v] = Sum{v, a.meanOf(n)}, common
		}
	}
	return nil
}

// give notes the kinds of a node's outputs, parts of sums as such.
func (a *analysis) give(n *graph.Node) error {
	most := a.most(n)
	switch {
	case most == part:
		return a.linear(n)
	case most == own:
		return a.ownNode(n)
	}
	a.all(n, most)
	return nil
}

// most is the kind of the node's values that is furthest from a constant.
func (a *analysis) most(n *graph.Node) kind {
	most := constant
	for _, v := range n.Reads() {
		most = max(most, a.kinds[v])
	}
	return most
}

func (a *analysis) all(n *graph.Node, k kind) {
	for _, v := range n.Outputs {
		a.kinds[v] = k
	}
}

// ownNode is a node that reads what is a shard's own.
func (a *analysis) ownNode(n *graph.Node) error {
	rule, known := rules[n.Op]
	if !known || n.Domain != "" {
		return fmt.Errorf("nothing is known of its operator on a part of the batch")
	}
	a.learn(n)
	if err := rule(a, n); err != nil {
		return err
	}
	for _, v := range n.Outputs {
		if a.kinds[v] == own && v.Name() != "" {
			if err := a.check(n, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// check refuses what would not be the same examples' as in the batch.
func (a *analysis) check(n *graph.Node, v *graph.Value) error {
	rows := a.rowAxes(v.Shape)
	switch {
	case len(rows) > 1:
		return fmt.Errorf("its output %v relates examples to one another", v)
	case len(rows) == 0 && n.Op != "Shape" && slices.ContainsFunc(n.Reads(), a.hasRows):
		return fmt.Errorf("its output %v is of some examples of the batch, and they are no sum", v)
	case v.DType.IsFloat() && !a.differs(v) && !(a.single && slices.ContainsFunc(n.Reads(), a.ownNumbers)):
		return fmt.Errorf("its output %v is of the number of a shard's examples, not of the batch's", v)
	}
	return nil
}

// linear is a node inside a loop that reads parts of a sum: they may be added to
// one another and nothing else.
func (a *analysis) linear(n *graph.Node) error {
	adds := n.Op == "Add" || n.Op == "Identity"
	if !adds || slices.ContainsFunc(n.Inputs, func(v *graph.Value) bool { return a.kinds[v] != part }) {
		return fmt.Errorf("it needs a sum over the batch inside of a loop")
	}
	a.all(n, part)
	return nil
}

// learn notes the symbols that a node brings.
func (a *analysis) learn(n *graph.Node) {
	if n.Op != "Unique" && n.Op != "NonZero" {
		return
	}
	for _, v := range n.Outputs {
		for _, d := range v.Shape {
			for _, s := range d.Symbols() {
				if !a.row(s) && !a.frame(s) {
					a.rows[s] = n.Op == "NonZero"
				}
			}
		}
	}
}

// differs tells whether a value has another shape in a shard than in the batch.
func (a *analysis) differs(v *graph.Value) bool {
	return slices.ContainsFunc(v.Shape, a.varies)
}

// varies tells whether a length is another one in a shard than in the batch.
func (a *analysis) varies(d graph.Dim) bool {
	return slices.ContainsFunc(d.Symbols(), func(s string) bool { return a.frame(s) || a.row(s) })
}

// isRow tells whether a length numbers examples, or things of them.
func (a *analysis) isRow(d graph.Dim) bool {
	return slices.ContainsFunc(d.Symbols(), a.row)
}

func (a *analysis) row(symbol string) bool {
	_, is := a.rows[symbol]
	return is
}

func (a *analysis) frame(symbol string) bool { return slices.Contains(a.axes.Frames, symbol) }

// rowAxes are the axes along which a value has its examples.
func (a *analysis) rowAxes(s graph.Shape) []int {
	var axes []int
	for i, d := range s {
		if a.isRow(d) {
			axes = append(axes, i)
		}
	}
	return axes
}

// ownNumbers tells whether a value is made of what examples hold, and not of how many
// or how long they are alone.
func (a *analysis) ownNumbers(v *graph.Value) bool { return a.kinds[v] == own && v.DType.IsFloat() }

func (a *analysis) hasRows(v *graph.Value) bool {
	return a.kinds[v] == own && len(a.rowAxes(v.Shape)) > 0
}
