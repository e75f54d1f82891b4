package nn

import (
	"rationale/onnx/graph"
)

// Drop drops elements of x in training and scales the others: share of them is
// kept. part says whose they are, behind the encoder's prefix. A nil Drop is
// evaluation.
type Drop func(part string, share float64, x *graph.Value) *graph.Value

// dropped is x without the share of its elements that dropout takes.
func (d Drop) dropped(part string, taken float64, x *graph.Value) *graph.Value {
	if d == nil || taken == 0 {
		return x
	}
	return d(part, 1-taken, x)
}

// The parts of a layer, as Hugging Face names them.
const (
	queries        = "attention.self.query"
	keys           = "attention.self.key"
	contents       = "attention.self.value"
	afterAttention = "attention.output.dense"
	attentionNorm  = "attention.output.LayerNorm"
	intoInner      = "intermediate.dense"
	outOfInner     = "output.dense"
	outputNorm     = "output.LayerNorm"
)

// Embed is the output of the embedding layer for pieces with vectors words
// [T,B,W], rows of the encoder's table, of types [T,B] (int64; nil where all are
// 0), in a text's first T places:
//
//	dropout(LayerNorm(words + positions + types)), [T,B,W].
func (c BERT) Embed(g *graph.Graph, w Weights, prefix string, words, types *graph.Value, drop Drop) *graph.Value {
	e := g.Scope(prefix + "embeddings")
	at := e.Unsqueeze(e.Gather(w[prefix+PositionTable], e.Range(words.Shape[0]), 0), 1)
	kind := e.Slice(w[prefix+TypeTable], 0, 0, 1)
	if types != nil {
		kind = e.Gather(w[prefix+TypeTable], types, 0)
	}
	sum := e.Add(e.Add(words, at), kind)
	return drop.dropped(prefix+"embeddings", c.Dropout, layerNorm(g, w, prefix+embeddingNorm, sum, c.Epsilon))
}

// Encode is the states that the layers make of embedded pieces x [T,B,W]. They
// read what is real by the mask [T,B] alone; their states of padding mean nothing.
func (c BERT) Encode(g *graph.Graph, w Weights, prefix string, x, mask *graph.Value, drop Drop) *graph.Value {
	shape := x.Shape
	bias := maskBias(g.Scope(prefix+"mask"), mask)
	h := g.Reshape(x, shape[:2].Count(), graph.N(c.Width))
	for i := range c.Layers {
		l := bertLayer{c, g, w, layerPrefix(prefix, i), drop}
		h = l.states(h, attention{
			g: g.Scope(l.prefix + "attention.self"), steps: shape[0], texts: shape[1],
			heads: c.Heads, width: c.Width / c.Heads, bias: bias, drop: l.forget,
		})
	}
	return g.Reshape(h, shape...)
}

// bertLayer is one layer, which works on all positions of a batch as rows
// [T·B,W].
type bertLayer struct {
	c      BERT
	g      *graph.Graph
	w      Weights
	prefix string
	drop   Drop
}

// states are those behind the layer:
//
//	a = LayerNorm(x + dropout(W_o·attention(x)))
//	h = LayerNorm(a + dropout(W_2·GELU(W_1·a)))
func (l bertLayer) states(x *graph.Value, read attention) *graph.Value {
	a := l.residual(x, afterAttention, attentionNorm, read.read(l.linear(queries, x), l.linear(keys, x), l.linear(contents, x)))
	inner := activations[l.c.Activation](l.g.Scope(l.prefix+"intermediate"), l.linear(intoInner, a))
	return l.residual(a, outOfInner, outputNorm, inner)
}

// residual is LayerNorm(x + dropout(W·h)).
func (l bertLayer) residual(x *graph.Value, dense, norm string, h *graph.Value) *graph.Value {
	change := l.drop.dropped(l.prefix+dense, l.c.Dropout, l.linear(dense, h))
	return layerNorm(l.g, l.w, l.prefix+norm, l.g.Scope(l.prefix+dense).Add(x, change), l.c.Epsilon)
}

func (l bertLayer) linear(part string, x *graph.Value) *graph.Value {
	return Linear(l.g, l.w, l.prefix+part, x)
}

// forget drops what a position reads of others.
func (l bertLayer) forget(read *graph.Value) *graph.Value {
	return l.drop.dropped(l.prefix+"attention.self", l.c.AttentionDropout, read)
}
