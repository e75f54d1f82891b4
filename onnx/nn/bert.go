package nn

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"rationale/onnx/graph"
)

// BERT is the size and form of a BERT encoder (Devlin et al. 2019), under the
// names of Hugging Face's config.json. Its parameters have the names and layouts
// of BertModel's, behind a prefix that tells encoders apart.
type BERT struct {
	Vocabulary int     `json:"vocab_size"`
	Width      int     `json:"hidden_size"`
	Layers     int     `json:"num_hidden_layers"`
	Heads      int     `json:"num_attention_heads"`
	Inner      int     `json:"intermediate_size"` // width of the feed-forward layers
	Activation string  `json:"hidden_act"`        // a key of activations
	Positions  int     `json:"max_position_embeddings"`
	Types      int     `json:"type_vocab_size"`
	Epsilon    float64 `json:"layer_norm_eps"`
	Deviation  float64 `json:"initializer_range"` // of the first weights
	// Dropout is the share of features that are dropped behind every part, and
	// AttentionDropout that of the positions that a position reads.
	Dropout          float64 `json:"hidden_dropout_prob"`
	AttentionDropout float64 `json:"attention_probs_dropout_prob"`
}

// activations are the functions between the feed-forward layers.
var activations = map[string]func(g *graph.Graph, x *graph.Value) *graph.Value{
	"gelu": GELU, "gelu_new": TanhGELU, "gelu_pytorch_tanh": TanhGELU,
}

// widest bounds every length, far beyond the largest models.
const widest = 1 << 20

// Check names the first number that makes no sense, by its name in config.json.
func (c BERT) Check() error {
	for _, n := range []struct {
		name  string
		value int
	}{
		{"vocab_size", c.Vocabulary}, {"hidden_size", c.Width}, {"num_hidden_layers", c.Layers},
		{"num_attention_heads", c.Heads}, {"intermediate_size", c.Inner},
		{"max_position_embeddings", c.Positions}, {"type_vocab_size", c.Types},
	} {
		if n.value < 1 || n.value > widest {
			return fmt.Errorf("%s is %d; expected 1 to %d", n.name, n.value, widest)
		}
	}
	switch {
	case c.Width%c.Heads != 0:
		return fmt.Errorf("hidden_size %d is not a multiple of num_attention_heads %d", c.Width, c.Heads)
	case activations[c.Activation] == nil:
		return fmt.Errorf("hidden_act is %q; expected one of %q", c.Activation, slices.Sorted(maps.Keys(activations)))
	case !(c.Epsilon > 0 && c.Epsilon < 1):
		return fmt.Errorf("layer_norm_eps is %v; expected a number between 0 and 1", c.Epsilon)
	case !(c.Deviation >= 0 && c.Deviation < 1):
		return fmt.Errorf("initializer_range is %v; expected at least 0 and less than 1", c.Deviation)
	case !share(c.Dropout) || !share(c.AttentionDropout):
		return errors.New("hidden_dropout_prob and attention_probs_dropout_prob must be at least 0 and less than 1")
	}
	return nil
}

// share tells that less than all may be dropped.
func share(dropped float64) bool { return dropped >= 0 && dropped < 1 }

// The parts of an encoder, as Hugging Face names them.
const (
	WordTable     = "embeddings.word_embeddings.weight" // [V,W]
	PositionTable = "embeddings.position_embeddings.weight"
	TypeTable     = "embeddings.token_type_embeddings.weight"
	embeddingNorm = "embeddings.LayerNorm"
)

// layerPrefix is what the names of a layer's parameters, counted from 0, begin with.
func layerPrefix(prefix string, i int) string { return fmt.Sprintf("%sencoder.layer.%d.", prefix, i) }

// Params are all parameters of an encoder, those of its tables first. Their names
// begin with prefix.
func (c BERT) Params(prefix string) []Param {
	params := slices.Concat(c.TableParams(prefix), c.NormParams(prefix))
	for i := range c.Layers {
		params = append(params, c.LayerParams(prefix, i)...)
	}
	return params
}

// TableParams are the tables of words [V,W], positions [P,W] and types [2,W], in
// this order.
func (c BERT) TableParams(prefix string) []Param {
	table := func(table string, rows int) Param {
		return Param{Name: prefix + table, Shape: []int64{int64(rows), int64(c.Width)}, Init: Init{Deviation: c.Deviation}}
	}
	return []Param{table(WordTable, c.Vocabulary), table(PositionTable, c.Positions), table(TypeTable, c.Types)}
}

// NormParams are those of the LayerNorm between the tables and the layers.
func (c BERT) NormParams(prefix string) []Param {
	return LayerNormParams(prefix+embeddingNorm, c.Width)
}

// LayerParams are those of a layer, counted from 0.
func (c BERT) LayerParams(prefix string, i int) []Param {
	prefix = layerPrefix(prefix, i)
	return slices.Concat(
		c.linearParams(prefix+queries, c.Width, c.Width),
		c.linearParams(prefix+keys, c.Width, c.Width),
		c.linearParams(prefix+contents, c.Width, c.Width),
		c.linearParams(prefix+afterAttention, c.Width, c.Width),
		LayerNormParams(prefix+attentionNorm, c.Width),
		c.linearParams(prefix+intoInner, c.Width, c.Inner),
		c.linearParams(prefix+outOfInner, c.Inner, c.Width),
		LayerNormParams(prefix+outputNorm, c.Width),
	)
}

// linearParams are those of Linear, with BERT's own first values: normal weights
// and no bias.
func (c BERT) linearParams(name string, in, out int) []Param {
	params := LinearParams(name, in, out)
	params[0].Init, params[1].Init = Init{Deviation: c.Deviation}, Init{}
	return params
}
