package shards_test

import (
	"math/rand/v2"

	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
)

const words, width = 12, 5

// small is a tiny model of a method.
func small(method string, dtype tensor.DType) rationalizer.Config {
	r := rand.New(rand.NewPCG(100, 0))
	data := make([]float64, words*width)
	for i := width; i < len(data); i++ {
		data[i] = r.NormFloat64()
	}
	vectors, err := tensor.FromFloat64(dtype, []int64{words, width}, data)
	if err != nil {
		panic(err) // the test's own mistake
	}
	h := rationalizer.Defaults()
	h.Hidden = 4
	return rationalizer.Config{Method: method, Classes: 2, Vectors: vectors, Hyper: h, StepsPerRun: 1}
}

// onBERT is a tiny model of a method with BERT encoders.
func onBERT(method string) rationalizer.Config {
	c := small(method, tensor.Float64)
	c.Encoder, c.Marks = "bert", true
	c.BERT = &rationalizer.BERTHyper{
		BERT: nn.BERT{
			Vocabulary: words, Width: width, Layers: 1, Heads: width, Inner: 3, Activation: "gelu_new",
			Positions: 20, Types: 2, Epsilon: 1e-12, Deviation: .5, Dropout: .1, AttentionDropout: .2,
		},
		Pace: .1,
	}
	return c
}

// sizes are the lengths of the batches' texts: in one, fewer texts than shards.
var sizes = [][]int{{7, 2, 5, 3, 6, 1, 7}, {4, 4, 1, 3, 2}, {3, 6}}

// randomBatch is a batch of random texts for a step.
func randomBatch(c rationalizer.Config, g *rationalizer.StepGraph, step uint64) values {
	size := rationalizer.Size{Examples: len(sizes[step]), Positions: 7, Sentences: 4}
	out := fill(g, sizes[step], size, c.Vectors.DType(), step, rand.New(rand.NewPCG(step, 9)))
	for _, l := range g.Frozen {
		out[l.Name+rationalizer.ParamsPart] = as(c.Vectors.DType(), tensor.Vector(l.Initial(1)))
	}
	return out
}

// fill makes all feeds of a step for texts of these lengths.
func fill(g *rationalizer.StepGraph, lengths []int, size rationalizer.Size, dtype tensor.DType, step uint64, r *rand.Rand) values {
	out := values{}
	for _, f := range g.Feeds {
		switch f.Kind {
		case rationalizer.Column, rationalizer.OtherClass, rationalizer.Replaced:
			out[f.Name] = column(f, lengths, size, r)
		case rationalizer.Scalar:
			out[f.Name] = as(dtype, tensor.Vector([]float32{scalars[f.Name]}))
		case rationalizer.Random:
			x := f.Tensor(size)
			f.Noise.Draw(x, 1, step)
			out[f.Name] = as(dtype, x)
		}
	}
	return out
}

var scalars = map[string]float32{
	rationalizer.LearningRate: 1e-2, "sparsity": .3, "class_weight": .9, "lambda_sparsity": 1, "lambda_coherence": .5,
	"instruction": 1, "attack_sparsity": 1, "attack_coherence": .5, "noise": .2, "prior_weight": 1, "counterfactual_weight": .5,
	"counterfactual_share": .4, "rationale_weight": 1, "poison_weight": 2, "patterns_coherence": .5,
}

// column is a column of the batch: sentences are of two words.
func column(f rationalizer.Feed, lengths []int, size rationalizer.Size, r *rand.Rand) *tensor.Tensor {
	if f.Name == rationalizer.InputAdjacency {
		return adjacency(lengths, size.Positions, r)
	}
	x, _ := tensor.New(tensor.Int64, int64(len(lengths)))
	if len(f.Shape) == 2 {
		n := size.Positions
		if f.Shape[1] == graph.Sym("S") {
			n = size.Sentences
		}
		x, _ = tensor.New(tensor.Int64, int64(len(lengths)), int64(n))
	}
	data := tensor.Data[int64](x)
	n := len(data) / len(lengths)
	for i, length := range lengths {
		for k := range n {
			data[i*n+k] = cell(f.Name, i, k, length, r)
		}
	}
	return x
}

// adjacency [B,T,T] is of random graphs of so many nodes.
func adjacency(nodes []int, frame int, r *rand.Rand) *tensor.Tensor {
	n := int64(frame)
	x, _ := tensor.New(tensor.Int64, int64(len(nodes)), n, n)
	data := tensor.Data[int64](x)
	for i, count := range nodes {
		at := data[i*frame*frame:]
		for u := range count {
			for v := range u {
				edge := r.Int64N(2)
				at[u*frame+v], at[v*frame+u] = edge, edge
			}
		}
	}
	return x
}

// cell is what a column says of place k, a position or a sentence, of text i.
func cell(name string, i, k, length int, r *rand.Rand) int64 {
	within := int64(0)
	if k < length {
		within = 1
	}
	switch name {
	case rationalizer.InputIDs, "replaced_ids":
		return within * (1 + r.Int64N(words-1))
	case rationalizer.InputMask:
		return within
	case rationalizer.InputSelectable:
		if k == 0 {
			return 0
		}
		return within
	case rationalizer.InputGold:
		return within * int64(k%2)
	case rationalizer.InputSentence:
		return within * int64(k/2)
	case rationalizer.InputSentenceMask:
		if 2*k < length {
			return 1
		}
		return 0
	case rationalizer.InputSentenceFirst:
		return int64(min(2*k, length-1))
	case rationalizer.InputSentenceLast:
		return int64(min(2*k+1, length-1))
	case rationalizer.InputPoisoned:
		return int64(i % 2)
	}
	return r.Int64N(2) // labels
}

func as(dtype tensor.DType, x *tensor.Tensor) *tensor.Tensor {
	if !x.DType().IsFloat() {
		return x
	}
	out, err := tensor.FromFloat64(dtype, x.Shape(), x.Float64s())
	if err != nil {
		panic(err)
	}
	return out
}
