package nn

import (
	"rationale/onnx/graph"
)

// Masks gives a dropout mask (uint8) of a shape, with that share of ones, for the part
// of an encoder that its name says behind the encoder's prefix; nil in evaluation.
type Masks func(part string, share float64, shape ...graph.Dim) *graph.Value

// mask is that of a part from which a share of elements is taken; nil for none.
func (m Masks) mask(part string, taken float64, shape ...graph.Dim) *graph.Value {
	if m == nil || taken == 0 {
		return nil
	}
	return m(part, 1-taken, shape...)
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
func (c BERT) Embed(g *graph.Graph, w Weights, prefix string, words, types *graph.Value, masks Masks) *graph.Value {
	e := g.Scope(prefix + "embeddings")
	at := e.Unsqueeze(e.Gather(w[prefix+PositionTable], e.Range(words.Shape[0]), 0), 1)
	kind := e.Slice(w[prefix+TypeTable], 0, 0, 1)
	if types != nil {
		kind = e.Gather(w[prefix+TypeTable], types, 0)
	}
	sum := e.Add(e.Add(words, at), kind)
	normed := layerNorm(g, w, prefix+embeddingNorm, sum, c.Epsilon)
	return Dropout(e, normed, masks.mask(prefix+"embeddings", c.Dropout, sum.Shape...), 1-c.Dropout)
}

// Encode is the states that the layers make of embedded pieces x [T,B,W]. They
// read what is real by the mask [T,B] alone; their states of padding mean nothing.
func (c BERT) Encode(g *graph.Graph, w Weights, prefix string, x, mask *graph.Value, masks Masks) *graph.Value {
	bias := maskBias(g.Scope(prefix+"mask"), mask)
	h := g.Reshape(x, x.Shape[:2].Count(), graph.N(c.Width))
	for i := range c.Layers {
		h = bertLayer{c, g, w, layerPrefix(prefix, i), x.Shape, masks}.states(h, bias)
	}
	return g.Reshape(h, x.Shape...)
}

// bertLayer is one layer, which works on all positions of a batch as rows
// [T·B,W].
type bertLayer struct {
	c      BERT
	g      *graph.Graph
	w      Weights
	prefix string
	shape  graph.Shape // [T,B,W]
	masks  Masks
}

// states are those behind the layer:
//
//	a = LayerNorm(x + dropout(W_o·attention(x)))
//	h = LayerNorm(a + dropout(W_2·GELU(W_1·a)))
func (l bertLayer) states(x, bias *graph.Value) *graph.Value {
	read := l.attention(bias).read(l.linear(queries, x), l.linear(keys, x), l.linear(contents, x))
	a := l.residual(x, afterAttention, attentionNorm, read)
	inner := activations[l.c.Activation](l.g.Scope(l.prefix+"intermediate"), l.linear(intoInner, a))
	return l.residual(a, outOfInner, outputNorm, inner)
}

// attention is the layer's, without its linear maps.
func (l bertLayer) attention(bias *graph.Value) attention {
	steps, texts, heads := l.shape[0], l.shape[1], l.c.Heads
	return attention{
		g: l.g.Scope(l.prefix + "attention.self"), steps: steps, texts: texts, heads: heads, width: l.c.Width / heads, bias: bias,
		keep:  l.masks.mask(l.prefix+"attention.self", l.c.AttentionDropout, graph.N(heads), texts, steps, steps),
		share: 1 - l.c.AttentionDropout,
	}
}

// residual is LayerNorm(x + dropout(W·h)).
func (l bertLayer) residual(x *graph.Value, dense, norm string, h *graph.Value) *graph.Value {
	g := l.g.Scope(l.prefix + dense)
	change, keep := l.linear(dense, h), l.masks.mask(l.prefix+dense, l.c.Dropout, l.shape...)
	if keep != nil {
		keep = g.Reshape(keep, x.Shape...)
	}
	return layerNorm(l.g, l.w, l.prefix+norm, g.Add(x, Dropout(g, change, keep, 1-l.c.Dropout)), l.c.Epsilon)
}

func (l bertLayer) linear(part string, x *graph.Value) *graph.Value {
	return Linear(l.g, l.w, l.prefix+part, x)
}
