package rationalizer

import (
	"slices"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
)

// Names of the modules' parameters, as the reference code has them.
const (
	generatorGRU, generatorNorm, generatorHead = "gen", "norm", "gen_fc"
	predictorGRU, predictorHead                = "cls", "cls_fc"
)

// generatorParams are f_g's (and f_a's): GRU, LayerNorm, two logits a word.
func generatorParams(c Config, in int) []nn.Param {
	out := nn.GRUParams(generatorGRU, in, c.Hyper.Hidden)
	out = append(out, nn.LayerNormParams(generatorNorm, 2*c.Hyper.Hidden)...)
	return append(out, nn.LinearParams(generatorHead, 2*c.Hyper.Hidden, 2)...)
}

// predictorParams are f_p's: GRU, and a logit a class.
func predictorParams(c Config, in int) []nn.Param {
	out := nn.GRUParams(predictorGRU, in, c.Hyper.Hidden)
	return append(out, nn.LinearParams(predictorHead, 2*c.Hyper.Hidden, c.Classes)...)
}

// model is a graph under construction with the settings of the method.
type model struct {
	g *graph.Graph
	c Config
}

func (m model) scope(name string) model { return model{m.g.Scope(name), m.c} }

func (m model) keepShare() float64 { return 1 - m.c.Hyper.Dropout }

// sequence is a batch as the encoders read it.
func (m model) sequence(x texts) nn.Sequence {
	return nn.Sequence{Rows: x.rows, Places: x.places, Mask: x.mask, OverPadding: m.c.Hyper.Padding == Paper}
}

// states are the encoder's of f_g (and f_a): what a word's score is made from.
type states struct{ forward, backward *graph.Value } // [T,B,H] each

func (m model) encode(w nn.Weights, x texts) states {
	forward, backward := nn.GRU(m.g, w, generatorGRU, m.sequence(x))
	return states{forward, backward}
}

// margin is f_g's logit for selecting a word minus that for leaving it, [T,B]:
//
//	u = LayerNorm(GRU(x)),  margin = (w₁ − w₀)·dropout(u) + b₁ − b₀.
//
// keep [T,B,2H] is the dropout mask; nil in evaluation.
func (m model) margin(w nn.Weights, h states, keep *graph.Value) *graph.Value {
	return nn.Score(m.g, h.forward, h.backward, keep, m.keepShare(), nn.ScoreParams{
		Scale: w[generatorNorm+".weight"], Shift: w[generatorNorm+".bias"],
		Weight: difference(m.g, w[generatorHead+".weight"]),
		Bias:   difference(m.g, w[generatorHead+".bias"]),
	})
}

// difference is row 1 minus row 0, keeping the leading axis.
func difference(g *graph.Graph, v *graph.Value) *graph.Value {
	rows := g.Split(v, 0, 1, 1)
	return g.Sub(rows[1], rows[0])
}

// selectable removes the padding from a selection, where it may not be chosen.
func (m model) selectable(z *graph.Value, x texts) *graph.Value {
	if m.c.Hyper.Padding == Paper {
		return z
	}
	return m.g.Mul(z, x.mask)
}

// logits is f_p on the words with z > 0, [B,C]:
//
//	max over real t of GRU(z ⊙ x)_t → dropout → Linear.
//
// A nil z shows the whole text. keep [B,2H] is the dropout mask; nil in
// evaluation.
func (m model) logits(w nn.Weights, x texts, z, keep *graph.Value) *graph.Value {
	return m.classify(w, m.read(w, x, z)[0], keep)
}

// read is f_p's encoder on several selections of the same texts, [B,2H] each.
// They are one batch, which costs less than one after another.
func (m model) read(w nn.Weights, x texts, zs ...*graph.Value) []*graph.Value {
	seq := m.sequence(x)
	seq.Shown = zs[0]
	if len(zs) == 1 {
		return []*graph.Value{nn.PooledGRU(m.g, w, predictorGRU, seq)}
	}
	seq.Shown = m.g.Concat(1, zs...)
	seq.Places = m.g.Concat(1, slices.Repeat([]*graph.Value{seq.Places}, len(zs))...)
	seq.Mask = m.g.Concat(1, slices.Repeat([]*graph.Value{seq.Mask}, len(zs))...)
	pooled := nn.PooledGRU(m.g, w, predictorGRU, seq)
	return m.g.SplitDims(pooled, 0, slices.Repeat([]graph.Dim{batchDim}, len(zs))...)
}

// classify is f_p's head on the encoder's pooled states.
func (m model) classify(w nn.Weights, pooled, keep *graph.Value) *graph.Value {
	return nn.Linear(m.g, w, predictorHead, nn.Dropout(m.g, pooled, keep, m.keepShare()))
}
