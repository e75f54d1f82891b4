package rationalizer

import (
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

// recurrence is the mask under which GRUs run; nil lets them run over padding.
func (m model) recurrence(x texts) *graph.Value {
	if m.c.Hyper.Padding == Paper {
		return nil
	}
	return x.mask
}

// margin is f_g's logit for selecting a word minus that for leaving it, [T,B]:
//
//	u = LayerNorm(GRU(x)),  margin = (w₁ − w₀)·dropout(u) + b₁ − b₀.
//
// keep [T,B,2H] is the dropout mask; nil in evaluation.
func (m model) margin(w nn.Weights, x texts, keep *graph.Value) *graph.Value {
	g := m.g
	h := nn.GRU(g, w, generatorGRU, nn.Sequence{Rows: x.rows, Places: x.places, Mask: m.recurrence(x)})
	weight := difference(g, w[generatorHead+".weight"])
	bias := difference(g, w[generatorHead+".bias"])
	sequences := []*graph.Value{h}
	if keep != nil {
		sequences = append(sequences, keep)
	}
	params := []*graph.Value{w[generatorNorm+".weight"], w[generatorNorm+".bias"], weight, bias}
	out := nn.OverTime(g, sequences, params, func(b *graph.Graph, e, p []*graph.Value) *graph.Value {
		var keep *graph.Value
		if len(e) > 1 {
			keep = e[1]
		}
		u := nn.LayerNorm(b, nn.Weights{generatorNorm + ".weight": p[0], generatorNorm + ".bias": p[1]}, generatorNorm, e[0])
		u = nn.Dropout(b, u, keep, m.keepShare())
		return b.Gemm(u, p[2], p[3], graph.GemmOptions{TransB: true})
	})
	return g.Squeeze(out, 2)
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
	seq := nn.Sequence{Rows: x.rows, Places: x.places, Gate: z, Mask: m.recurrence(x)}
	pooled := nn.PooledGRU(m.g, w, predictorGRU, seq, x.mask)
	return nn.Linear(m.g, w, predictorHead, nn.Dropout(m.g, pooled, keep, m.keepShare()))
}
