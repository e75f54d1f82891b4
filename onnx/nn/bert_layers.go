package nn

import (
	"fmt"

	"rationale/onnx/grad"
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

// Training is what matters to the layers in training. The zero value is evaluation.
type Training struct {
	Keep      Masks // of dropout
	Recompute Recompute
}

// Recompute says what the layers compute again for their gradient, in place of keeping
// it in memory.
type Recompute string

// What is computed again.
const (
	RecomputeNothing Recompute = ""
	// RecomputeAttention is what grows with the square of the length, text by text:
	// of long texts a third less memory, at no cost in time.
	RecomputeAttention Recompute = "attention"
	// RecomputeLayers is all but what each layer reads: for a third more time.
	RecomputeLayers Recompute = "layers"
)

// Check refuses what is none of these.
func (r Recompute) Check() error {
	switch r {
	case RecomputeNothing, RecomputeAttention, RecomputeLayers:
		return nil
	}
	return fmt.Errorf("settings: recompute = %q; expected %q or %q", string(r), string(RecomputeAttention), string(RecomputeLayers))
}

// Encode is the states that the layers make of embedded pieces x [T,B,W]. They
// read what is real by the mask [T,B] alone; their states of padding mean nothing.
func (c BERT) Encode(g *graph.Graph, w Weights, prefix string, x, mask *graph.Value, training Training) *graph.Value {
	bias := maskBias(g.Scope(prefix+"mask"), mask)
	h := g.Reshape(x, x.Shape[:2].Count(), graph.N(c.Width))
	for i := range c.Layers {
		l := c.layer(i, prefix, x.Shape, bias, training)
		if training.Recompute == RecomputeLayers {
			h = l.thrifty(g, w, h)
		} else {
			h = l.in(g, w).states(h)
		}
	}
	return g.Reshape(h, x.Shape...)
}

// bertLayer is one layer, which works on all positions of a batch as rows
// [T·B,W].
type bertLayer struct {
	c      BERT
	g      *graph.Graph
	w      Weights
	params Layout
	prefix string
	shape  graph.Shape  // [T,B,W]
	bias   *graph.Value // of padding
	// The masks of dropout; nil for none.
	keepRead                  *graph.Value // [H,B,T,T], of what is read
	keepAttention, keepOutput *graph.Value // [T,B,W], of what each half adds
	byText                    bool         // of attention
}

// layer is layer i with its masks, in no graph yet.
func (c BERT) layer(i int, prefix string, shape graph.Shape, bias *graph.Value, training Training) bertLayer {
	l := bertLayer{c: c, params: Layout{Params: c.LayerParams(prefix, i)}, prefix: layerPrefix(prefix, i), shape: shape, bias: bias}
	l.byText = training.Recompute != RecomputeNothing
	keep, steps, texts := training.Keep, shape[0], shape[1]
	l.keepRead = keep.mask(l.prefix+"attention.self", c.AttentionDropout, graph.N(c.Heads), texts, steps, steps)
	l.keepAttention = keep.mask(l.prefix+afterAttention, c.Dropout, shape...)
	l.keepOutput = keep.mask(l.prefix+outOfInner, c.Dropout, shape...)
	return l
}

// in is the layer in a graph, with these weights.
func (l bertLayer) in(g *graph.Graph, w Weights) bertLayer {
	l.g, l.w = g, w
	return l
}

// thrifty is states, computed again for the gradient.
func (l bertLayer) thrifty(g *graph.Graph, w Weights, x *graph.Value) *graph.Value {
	return grad.Recompute(g, func(g *graph.Graph, in []*graph.Value) *graph.Value {
		return l.in(g, l.params.named(in[1:])).states(in[0])
	}, append([]*graph.Value{x}, l.params.List(w)...)...)
}

// states are those behind the layer:
//
//	a = LayerNorm(x + dropout(W_o·attention(x)))
//	h = LayerNorm(a + dropout(W_2·GELU(W_1·a)))
func (l bertLayer) states(x *graph.Value) *graph.Value {
	read := l.attention().read(l.linear(queries, x), l.linear(keys, x), l.linear(contents, x))
	a := l.residual(x, afterAttention, attentionNorm, read, l.keepAttention)
	inner := activations[l.c.Activation](l.g.Scope(l.prefix+"intermediate"), l.linear(intoInner, a))
	return l.residual(a, outOfInner, outputNorm, inner, l.keepOutput)
}

// attention is the layer's, without its linear maps.
func (l bertLayer) attention() attention {
	return attention{
		g: l.g.Scope(l.prefix + "attention.self"), steps: l.shape[0], texts: l.shape[1],
		count: l.c.Heads, width: l.c.Width / l.c.Heads, bias: l.bias,
		keep: l.keepRead, share: 1 - l.c.AttentionDropout, byText: l.byText,
	}
}

// residual is LayerNorm(x + dropout(W·h)).
func (l bertLayer) residual(x *graph.Value, dense, norm string, h, keep *graph.Value) *graph.Value {
	g := l.g.Scope(l.prefix + dense)
	change := l.linear(dense, h)
	if keep != nil {
		keep = g.Reshape(keep, x.Shape...)
	}
	return layerNorm(l.g, l.w, l.prefix+norm, g.Add(x, Dropout(g, change, keep, 1-l.c.Dropout)), l.c.Epsilon)
}

func (l bertLayer) linear(part string, x *graph.Value) *graph.Value {
	return Linear(l.g, l.w, l.prefix+part, x)
}
