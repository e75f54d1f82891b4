package nn

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

// bertFixture is PyTorch's BertModel on a batch, read in whole and with some
// pieces selected. Its loss is Σ h·upstream.
type bertFixture struct {
	Config BERT
	IDs    [][]int64 `json:"input_ids"`
	Mask   [][]int64 `json:"attention_mask"`
	Types  [][]int64 `json:"token_type_ids"`
	Z      array
	Params map[string]array
	Full   bertNumbers
	Select bertNumbers
}

// bertNumbers are what comes out, and the gradients.
type bertNumbers struct {
	Embeddings  array // behind the selection
	H           array
	DEmbeddings array `json:"d_embeddings"`
	DZ          array `json:"d_z"`
	Grads       map[string]array
}

// rows turns [B][L] into a [L,B] tensor.
func rows(t *testing.T, batch [][]int64) *tensor.Tensor {
	t.Helper()
	var data []int64
	for i := range batch[0] {
		for _, row := range batch {
			data = append(data, row[i])
		}
	}
	return matrix(len(batch[0]), len(batch), data...)
}

// floats is a tensor of whole numbers as float64.
func floats(t *testing.T, x *tensor.Tensor) *tensor.Tensor {
	t.Helper()
	var values []float64
	for _, v := range tensor.Data[int64](x) {
		values = append(values, float64(v))
	}
	out, err := tensor.FromFloat64(tensor.Float64, x.Shape(), values)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// function is the encoder on the fixture's batch: its states, 0 at
// padding, or its embeddings. With selection the embeddings are multiplied by z.
func (f bertFixture) function(t *testing.T, selection, embeddings bool) function {
	t.Helper()
	texts := graph.Shape{symT, symB}
	z := f.Z
	z.Shape = append(z.Shape, 1)
	args := []arg{
		{name: "ids", shape: texts, value: rows(t, f.IDs)},
		{name: "types", shape: texts, value: rows(t, f.Types)},
		{name: "mask", shape: texts, value: floats(t, rows(t, f.Mask)), held: true},
		{name: "z", shape: graph.Shape{symT, symB, graph.N(1)}, value: z.timeMajor().tensor(t)},
	}
	for _, p := range f.Config.Params("bert.") {
		args = append(args, fixedArg(p.Name, f.Params[strings.TrimPrefix(p.Name, "bert.")].tensor(t)))
	}
	return function{args, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
		words := g.Gather(x["bert."+WordTable], x["ids"], 0)
		e := f.Config.Embed(g, x, "bert.", words, x["types"], nil)
		if selection {
			e = g.Mul(e, x["z"])
		}
		if embeddings {
			return e
		}
		return g.Mul(f.Config.Encode(g, x, "bert.", e, x["mask"], Training{}), g.Unsqueeze(x["mask"], 2))
	}}
}

// upstream is the gradient of the states.
func (f bertFixture) upstream() array {
	up := array{Shape: f.Full.H.Shape, Data: make([]float64, len(f.Full.H.Data))}
	for i := range up.Data {
		up.Data[i] = math.Sin(.7*float64(i) + .3)
	}
	return up.timeMajor()
}

// TestBERTAgreesWithPyTorch compares embeddings, states and all gradients: in
// float64 where onnxruntime has the operators, which is not so of the erf form.
func TestBERTAgreesWithPyTorch(t *testing.T) {
	for _, c := range []struct {
		file      string
		dtype     tensor.DType
		tolerance float64
	}{
		{"bert_tiny_tanh.json", tensor.Float64, 1e-9},
		{"bert_tiny_tanh.json", tensor.Float32, 1e-5},
		{"bert_tiny.json", tensor.Float32, 1e-5},
	} {
		f := readFixture[bertFixture](t, c.file)
		for name, want := range map[string]bertNumbers{"full": f.Full, "select": f.Select} {
			t.Run(c.file+" "+c.dtype.String()+" "+name, func(t *testing.T) {
				f.compare(t, name == "select", want, c.dtype, c.tolerance)
			})
		}
	}
}

func (f bertFixture) compare(t *testing.T, selection bool, want bertNumbers, dtype tensor.DType, tolerance float64) {
	embedded, encoded := f.function(t, selection, true), f.function(t, selection, false)
	up, err := tensor.FromFloat64(dtype, f.upstream().Shape, f.upstream().Data)
	if err != nil {
		t.Fatal(err)
	}
	if dtype == tensor.Float32 {
		embedded, encoded = embedded.as32(t), encoded.as32(t)
	}
	near(t, "embeddings", embedded.value(t).Float64s(), want.Embeddings.timeMajor().Data, tolerance)
	near(t, "h", encoded.value(t).Float64s(), want.H.timeMajor().Data, tolerance)
	grads := encoded.gradients(t, up)
	for _, p := range f.Config.Params("bert.") {
		got, want := grads[p.Name], want.Grads[strings.TrimPrefix(p.Name, "bert.")].Data
		if strings.HasSuffix(p.Name, keys+".bias") { // it adds the same to every score of a position
			got, want = append(got, 1), append(want, 1)
		}
		near(t, "gradient of "+p.Name, got, want, tolerance)
	}
	if selection {
		want.DZ.Shape = append(want.DZ.Shape, 1)
		near(t, "gradient of z", grads["z"], want.DZ.timeMajor().Data, tolerance)
	}
}

// smallBERT is a tiny encoder with all that is optional.
func smallBERT() BERT {
	return BERT{
		Vocabulary: 11, Width: 6, Layers: 2, Heads: 3, Inner: 5, Activation: "gelu_new", Positions: 7, Types: 2,
		Epsilon: 1e-12, Deviation: .02, Dropout: .25, AttentionDropout: .5,
	}
}

// smallBERTArgs are words [5,4,6] and parameters of smallBERT.
func smallBERTArgs(r *rand.Rand) []arg {
	args := []arg{
		{name: "words", shape: graph.Shape{symT, symB, graph.N(6)}, value: normals(r, gruSteps, 4, 6)},
		lengthMask("mask", gruSteps, gruLengths),
	}
	c := smallBERT()
	for _, p := range c.Params("bert.")[1:] {
		args = append(args, fixedArg(p.Name, normals(r, p.Shape...)))
	}
	return args
}

// TestBERTGradients checks every gradient, with dropout in every place, whatever is
// computed again for it.
func TestBERTGradients(t *testing.T) {
	for _, recompute := range []Recompute{RecomputeNothing, RecomputeAttention, RecomputeLayers} {
		r, masks := rand.New(rand.NewPCG(50, 0)), map[string]int{}
		function{smallBERTArgs(r), trainedBERT(smallBERT(), masks, recompute)}.checkGradients(t, r)
		if want := 1 + 3*smallBERT().Layers; len(masks) != want {
			t.Errorf("%d parts have a mask of their own, want %d: %v", len(masks), want, masks)
		}
	}
}

// trainedBERT is an encoder with dropout. masks counts how often a part's mask is
// asked for.
func trainedBERT(c BERT, masks map[string]int, recompute Recompute) func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
	return func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
		keep := func(part string, share float64, shape ...graph.Dim) *graph.Value {
			masks[part]++
			return keepSome(g, shape)
		}
		h := c.Embed(g, x, "bert.", x["words"], nil, keep)
		return c.Encode(g, x, "bert.", h, x["mask"], Training{Keep: keep, Recompute: recompute})
	}
}

// TestRecomputedBERT: what is computed again has the same gradients, but for rounding,
// and the same masks.
func TestRecomputedBERT(t *testing.T) {
	for _, dropped := range [][2]float64{{0, 0}, {.25, 0}, {0, .5}, {.25, .5}} {
		c, r := smallBERT(), rand.New(rand.NewPCG(52, 0))
		c.Dropout, c.AttentionDropout = dropped[0], dropped[1]
		args, upstream := smallBERTArgs(r), normals(r, gruSteps, 4, 6)
		asked := map[string]int{}
		want := function{args, trainedBERT(c, asked, RecomputeNothing)}.gradients(t, upstream)
		for _, recompute := range []Recompute{RecomputeAttention, RecomputeLayers} {
			askedAgain := map[string]int{}
			got := function{args, trainedBERT(c, askedAgain, recompute)}.gradients(t, upstream)
			for name := range want {
				// A keys' bias has no effect, and a gradient of rounding errors alone.
				near(t, fmt.Sprintf("%s, %v dropped: gradient of %s", recompute, dropped, name), append(got[name], 1), append(want[name], 1), 1e-12)
			}
			if !maps.Equal(asked, askedAgain) {
				t.Errorf("%s, %v dropped: masks of %v, want %v", recompute, dropped, askedAgain, asked)
			}
		}
	}
}

// keepSome is a mask that drops every third element.
func keepSome(g *graph.Graph, shape graph.Shape) *graph.Value {
	count := g.Range(shape.Count())
	third := g.Sub(count, g.Mul(g.Div(count, g.Ints(3)), g.Ints(3)))
	return g.Reshape(g.Cast(g.Greater(third, g.Ints(0)), tensor.Uint8), shape...)
}

// TestBERTReadsNoPadding: what stands behind a text changes no state of the text.
func TestBERTReadsNoPadding(t *testing.T) {
	args, c := smallBERTArgs(rand.New(rand.NewPCG(51, 0))), smallBERT()
	f := function{args, func(g *graph.Graph, x map[string]*graph.Value) *graph.Value {
		h := c.Encode(g, x, "bert.", c.Embed(g, x, "bert.", x["words"], nil, nil), x["mask"], Training{})
		return g.Mul(h, g.Unsqueeze(x["mask"], 2))
	}}
	before := f.value(t).Float64s()
	words, mask := tensor.Data[float64](args[0].value), tensor.Data[float64](args[1].value)
	for i := range words {
		if mask[i/6] == 0 {
			words[i] += 10
		}
	}
	near(t, "h", f.value(t).Float64s(), before, 0)
}

func TestBERTCheck(t *testing.T) {
	if err := smallBERT().Check(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*BERT){
		"vocab_size is 0":                      func(c *BERT) { c.Vocabulary = 0 },
		"num_hidden_layers is -1":              func(c *BERT) { c.Layers = -1 },
		"hidden_size 6 is not a multiple":      func(c *BERT) { c.Heads = 4 },
		"intermediate_size is 2097152":         func(c *BERT) { c.Inner = 2 << 20 },
		`hidden_act is "silu"`:                 func(c *BERT) { c.Activation = "silu" },
		"layer_norm_eps is NaN":                func(c *BERT) { c.Epsilon = math.NaN() },
		"initializer_range is -0.1":            func(c *BERT) { c.Deviation = -.1 },
		"attention_probs_dropout_prob must be": func(c *BERT) { c.AttentionDropout = 1 },
	} {
		c := smallBERT()
		change(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
