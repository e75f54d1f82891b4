package rationalizer

import (
	"fmt"
	"slices"
	"strings"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// It reads graphs, whose nodes are what positions are in texts.
var _ = registerEncoder(EncoderKind{
	Name:   GraphEncoder,
	Doc:    "two layers of graph convolution on the features of a graph's nodes",
	New:    func(name string, c Config) Encoder { return gcnEncoder{name, c} },
	Graphs: true,
	Check:  checkGCN,
})

// gcnLayers is the depth that A2I states.
const gcnLayers = 2

// gcnEncoder is A2I's encoder of graphs: two layers
//
//	X' = relu(BN((A + I)·X·Wᵀ + b)).
//
// Of a selection z it reads the subgraph of the selected nodes, features z_u·X_u and
// edges A_uv·z_u·z_v, or the features alone on all edges. A generator and a predictor
// that share it have batch norms of their own: what they read has other statistics.
type gcnEncoder struct {
	name string
	c    Config
}

func (e gcnEncoder) Params() []nn.Param {
	var out []nn.Param
	in := e.c.width()
	for layer := range gcnLayers {
		out = append(out, nn.GraphConvParams(e.conv(layer), in, e.Width())...)
		out = append(out, e.norms(layer)...)
		in = e.Width()
	}
	return out
}

// norms are the parameters of a layer's batch norms, one a role.
func (e gcnEncoder) norms(layer int) []nn.Param {
	if e.c.Graph.NoBatchNorm {
		return nil
	}
	var out []nn.Param
	for _, role := range []Role{Generating, Predicting} {
		for _, p := range nn.BatchNormParams(e.norm(layer, role), e.Width()) {
			p.Role = string(role)
			out = append(out, p)
		}
	}
	return out
}

func (e gcnEncoder) conv(layer int) string { return fmt.Sprintf("%s.conv%d", e.name, layer+1) }

func (e gcnEncoder) norm(layer int, role Role) string {
	return fmt.Sprintf("%s.norm%d.%s", e.name, layer+1, role)
}

func (e gcnEncoder) Width() int { return e.c.Hyper.Hidden }

func (e gcnEncoder) PooledWidth() int {
	if e.c.Graph.Readout == MaxSum {
		return 2 * e.Width()
	}
	return e.Width()
}

func (e gcnEncoder) States(r Reading) []*graph.Value {
	return []*graph.Value{r.Transpose(e.nodes(r), 1, 0, 2)}
}

// Pool is the readout over the real nodes; a sum is over those that are shown.
func (e gcnEncoder) Pool(r Reading) *graph.Value {
	h, real := e.nodes(r), byGraph(r, r.Batch.Real)
	shown := real
	if r.Shown != nil {
		shown = byGraph(r, r.Shown)
	}
	switch e.c.Graph.Readout {
	case MaxOfNodes:
		return nn.MaxReadout(r.Graph, h, real)
	case SumOfNodes:
		return nn.SumReadout(r.Graph, h, shown)
	case MaxSum:
		return r.Concat(1, nn.MaxReadout(r.Graph, h, real), nn.SumReadout(r.Graph, h, shown))
	}
	return nn.MeanReadout(r.Graph, h, real)
}

// nodes are the states of all nodes, [B,T,W].
func (e gcnEncoder) nodes(r Reading) *graph.Value {
	x, a := e.selected(r)
	for layer := range gcnLayers {
		x = nn.GraphConv(r.Graph, r.Weights, e.conv(layer), a, x)
		if !e.c.Graph.NoBatchNorm {
			x = nn.BatchNorm(r.Graph, r.Weights, e.norm(layer, r.Role), x, byGraph(r, r.Batch.Real), r.Carry)
		}
		x = r.Relu(x)
	}
	return x
}

// selected are the features [B,T,E] and the weighted edges [B,T,T] of what is shown,
// with self-loops, which all nodes keep.
func (e gcnEncoder) selected(r Reading) (features, edges *graph.Value) {
	features, edges = r.Transpose(r.Batch.vectors(r.Graph), 1, 0, 2), r.Batch.Edges
	if r.Shown != nil {
		z := byGraph(r, r.Shown)
		features = r.Mul(features, r.Unsqueeze(z, 2))
		if e.c.Graph.Mask != FeaturesOnly {
			edges = nn.Induced(r.Graph, edges, z)
		}
	}
	edges = nn.WithSelfLoops(r.Graph, edges)
	if e.c.Graph.Normalised {
		edges = nn.Normalised(r.Graph, edges)
	}
	return features, edges
}

// byGraph turns numbers of nodes [T,B].
func byGraph(r Reading, v *graph.Value) *graph.Value { return r.Transpose(v, 1, 0) }

// graphMethods are those whose players neither take words for words nor go by their
// order.
var graphMethods = []string{"RNP", "RNP+A2I", "FR", "FR+A2I", "DR", "DR+A2I", "classifier"}

// checkGCN refuses what is of texts.
func checkGCN(m Method, c Config) error {
	switch {
	case !slices.Contains(graphMethods, m.Name) && m.Name != Imported:
		return fmt.Errorf("%s is a method for texts; on graphs there are %s", m.Name, strings.Join(graphMethods, ", "))
	case c.Unit != Word:
		return fmt.Errorf("graphs have no units %q; leave the unit out to select nodes", c.Unit)
	case c.Query:
		return fmt.Errorf("graphs have no query that is always shown")
	case c.Hyper.Padding != Trim:
		return fmt.Errorf("settings: padding = %q; expected %q on graphs, where nothing is read in an order", c.Hyper.Padding, Trim)
	case c.Flags["predictor_norm"]:
		return fmt.Errorf("settings: predictor_norm is of texts; on graphs batch norms and the readout take its place")
	}
	return c.Graph.Check()
}
