package graph

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"rationale/onnx/tensor"
)

// Opset is the version of ONNX's operators that the builder emits.
const Opset = 20

// Graph grows one ONNX graph. Copies made by Scope share the same graph and
// differ in the prefix of the names they give.
type Graph struct {
	*core
	scope string
}

// core is what all scopes of one graph share.
type core struct {
	name    string
	parent  *core
	root    *root
	inputs  []*Value
	outputs []*Value
	consts  []*Value
	nodes   []*Node
	scalars map[string]*Value
	dims    map[string]dimSource
	lengths map[Dim]*Value // what DimValue has computed already
	// declared and rest are of a graph that was read: the declarations of its
	// first outputs, and fields that have no place here.
	declared [][]byte
	rest     message
}

// root is what a graph shares with its subgraphs.
type root struct {
	envelope
	taken map[string]bool
	err   error
}

// dimSource says which axis of a value has the length of a symbol.
type dimSource struct {
	value *Value
	axis  int
}

// New starts an empty graph.
func New(name string) *Graph {
	r := &root{envelope: ownEnvelope(), taken: map[string]bool{}}
	return &Graph{core: newCore(name, nil, r)}
}

func newCore(name string, parent *core, r *root) *core {
	return &core{name: name, parent: parent, root: r, scalars: map[string]*Value{}, dims: map[string]dimSource{}, lengths: map[Dim]*Value{}}
}

// Scope returns the same graph with names prefixed by name and a slash.
func (g *Graph) Scope(name string) *Graph {
	return &Graph{core: g.core, scope: g.scope + name + "/"}
}

// Err is the first mistake made while building, or nil.
func (g *Graph) Err() error { return g.root.err }

// Fail records a mistake found by the caller, unless there is one already.
func (g *Graph) Fail(format string, args ...any) *Value {
	if g.root.err == nil {
		g.root.err = fmt.Errorf("graph %s: %s", g.name, fmt.Sprintf(format, args...))
	}
	return &Value{home: g.core, name: "invalid"}
}

// Inputs lists the graph's inputs in order of declaration.
func (g *Graph) Inputs() []*Value { return g.inputs }

// Outputs lists the graph's outputs in order of declaration.
func (g *Graph) Outputs() []*Value { return g.outputs }

// Nodes lists the graph's nodes in an order in which they can run.
func (g *Graph) Nodes() []*Node { return g.nodes }

// Name is the graph's name.
func (g *Graph) Name() string { return g.name }

// Annotate sets a key of the model's metadata.
func (g *Graph) Annotate(key, value string) {
	var m message
	m.text(entryK, key)
	m.text(entryV, value)
	g.root.annotate(key, m)
}

// Input declares a graph input under exactly this name.
func (g *Graph) Input(name string, dtype tensor.DType, shape ...Dim) *Value {
	if g.root.taken[name] {
		return g.Fail("two values are called %q", name)
	}
	v := g.declare(name, Type{dtype, Shape(shape)})
	g.inputs = append(g.inputs, v)
	if g.parent == nil {
		g.learnLengths(v)
	}
	return v
}

// learnLengths notes the symbols that v is the first to carry, so that their
// lengths can be looked up on it at run time.
func (c *core) learnLengths(v *Value) {
	for axis, d := range v.Shape {
		if _, known := c.lengthSource(d.syms); !known && d.syms != "" && d == Sym(d.syms) {
			c.dims[d.syms] = dimSource{v, axis}
		}
	}
}

// lengthSource finds the value that a symbol's length can be read from.
func (c *core) lengthSource(symbol string) (dimSource, bool) {
	for at := c; at != nil; at = at.parent {
		if src, ok := at.dims[symbol]; ok {
			return src, true
		}
	}
	return dimSource{}, false
}

// Output declares v as a graph output under exactly this name.
func (g *Graph) Output(name string, v *Value) {
	if g.Err() != nil {
		return
	}
	if v == nil || v.Type.DType == tensor.Invalid {
		g.Fail("output %q has no value", name)
		return
	}
	if g.root.taken[name] {
		g.Fail("two values are called %q", name)
		return
	}
	if v.node == nil || v.home != g.core || g.isOutput(v) || v.file != nil {
		v = g.Identity(v)
	}
	v.name = name
	g.root.taken[name] = true
	g.outputs = append(g.outputs, v)
}

func (c *core) isOutput(v *Value) bool {
	for _, o := range c.outputs {
		if o == v {
			return true
		}
	}
	return false
}

func (g *Graph) declare(name string, t Type) *Value {
	g.root.taken[name] = true
	return &Value{Type: t, name: name, home: g.core}
}

// unique returns name, or name with the first free number behind it.
func (g *Graph) unique(name string) string {
	if !g.root.taken[name] {
		return name
	}
	for i := 2; ; i++ {
		if s := fmt.Sprintf("%s_%d", name, i); !g.root.taken[s] {
			return s
		}
	}
}

// Apply adds a node with the given operator; outputs are typed by infer. It
// returns as many values as infer does; count is that number, needed when
// the graph has failed already.
func (g *Graph) apply(op string, infer inferFunc, count int, inputs []*Value, attrs ...Attr) *Node {
	n := &Node{Op: op, Inputs: inputs, Attrs: attrs, Site: callSite(), infer: infer}
	types, err := g.inferTypes(n)
	if err != nil {
		g.Fail("%v: %v", n, err)
	}
	if g.Err() != nil {
		for range count {
			n.Outputs = append(n.Outputs, &Value{home: g.core, name: "invalid", node: n})
		}
		return n
	}
	n.Name = g.unique(g.scope + op)
	g.root.taken[n.Name] = true
	for i, t := range types {
		v := &Value{Type: t, name: outputName(n.Name, i), home: g.core, node: n}
		g.root.taken[v.name] = true
		n.Outputs = append(n.Outputs, v)
	}
	g.nodes = append(g.nodes, n)
	return n
}

func (g *Graph) inferTypes(n *Node) ([]Type, error) {
	if g.Err() != nil {
		return nil, nil
	}
	n.Name = g.scope + n.Op
	if err := g.root.speaks(); err != nil {
		return nil, err
	}
	for i, v := range n.Inputs {
		switch {
		case v == nil:
		case v.DType == tensor.Invalid:
			return nil, fmt.Errorf("input %d has no value", i)
		case !g.sees(v):
			return nil, fmt.Errorf("input %d (%s) belongs to another graph", i, v.name)
		}
	}
	return n.infer(n)
}

// Owns reports whether v was declared in this very graph, not around or
// inside it.
func (g *Graph) Owns(v *Value) bool { return v.home == g.core }

// sees reports whether v belongs to this graph or one around it.
func (c *core) sees(v *Value) bool {
	for at := c; at != nil; at = at.parent {
		if v.home == at {
			return true
		}
	}
	return false
}

func outputName(node string, i int) string {
	if i == 0 {
		return node + ".out"
	}
	return fmt.Sprintf("%s.out%d", node, i)
}

// callSite finds the nearest caller outside this package.
func callSite() string {
	pcs := make([]uintptr, 12)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if !strings.Contains(f.Function, "onnx/graph.") {
			dir, file := filepath.Split(f.File)
			return fmt.Sprintf("%s/%s:%d", filepath.Base(dir), file, f.Line)
		}
		if !more {
			return "unknown"
		}
	}
}
