package rationalizer

import (
	"math/rand/v2"
	"slices"
	"testing"

	"rationale/onnx/tensor"
)

// sentences is the fixture of a model that selects sentences: where each begins
// and ends, [start, end) in positions.
type sentences struct {
	Sentences [][][2]int64 `json:"sentences"`
}

// columns are the batch's columns about sentences of at most so many a text.
func (s sentences) columns(positions, most int) values {
	n := len(s.Sentences)
	selectable, number := make([]int64, n*positions), make([]int64, n*positions)
	mask, first, last := make([]int64, n*most), make([]int64, n*most), make([]int64, n*most)
	for i, text := range s.Sentences {
		for j, span := range text {
			mask[i*most+j], first[i*most+j], last[i*most+j] = 1, span[0], span[1]-1
			for t := span[0]; t < span[1]; t++ {
				selectable[i*positions+int(t)], number[i*positions+int(t)] = 1, int64(j)
			}
		}
	}
	return values{
		InputSelectable: grid(positions, selectable), InputSentence: grid(positions, number),
		InputSentenceMask: grid(most, mask), InputSentenceFirst: grid(most, first), InputSentenceLast: grid(most, last),
	}
}

// TestSentencesAgreeWithPyTorch compares whole steps of the sentence-level
// rationalizer, with its query and separator, in every gradient.
func TestSentencesAgreeWithPyTorch(t *testing.T) {
	for dtype, tolerance := range map[tensor.DType]float64{tensor.Float64: 1e-9, tensor.Float32: 1e-5} {
		var spans sentences
		readJSON(t, "sentence_rnp_step.json", &spans)
		f := readFixture(t, "sentence_rnp_step.json")
		c := f.config(t, "RNP", dtype)
		c.Unit, c.Query = Sentence, true
		r := newStepRun(t, f, c)
		r.more = spans.columns(int(f.M.Shape[1]), 3)
		for i, step := range f.Steps {
			out := r.step(step)
			for name, want := range r.expected(step) {
				compare(t, i, name, out[name].Float64s(), want, tolerance)
			}
		}
	}
}

// queried is a batch whose texts begin with so many words of a query.
func queried(b values, lead int) values {
	mask := b[InputMask]
	frame := int(mask.Shape()[1])
	selectable := slices.Clone(tensor.Data[int64](mask))
	for i := range selectable {
		if i%frame < lead {
			selectable[i] = 0
		}
	}
	return join(b, values{InputSelectable: grid(frame, selectable)})
}

// TestQueriesAreShownAndNeverSelected: whatever the noise says, no word of a
// query is selected or counted, and the predictor reads all of them.
func TestQueriesAreShownAndNeverSelected(t *testing.T) {
	const frame, lead = 7, 2
	for _, padding := range []Padding{Trim, Paper} {
		c := small("RNP+A2I", tensor.Float64)
		c.Query, c.Hyper.Padding = true, padding
		g := mustStepGraph(t, c)
		b := queried(batch(rand.New(rand.NewPCG(7, 7)), frame, 7, 4, 3), lead)
		in := join(state(c, g), numbers(c), b, draws(c, g, b, 1))
		p := compile(t, g.Graph)
		for _, bias := range []float64{-1000, 0, 1000} {
			for _, name := range []string{"generator/noise", "attacker1/noise", "attacker2/noise"} {
				in[name] = shifted(in[name], bias)
			}
			out := p.run(in)
			for _, name := range []string{"z", "z_attack1", "z_attack2"} {
				z := out[name].Float64s()
				if n := sum(z[:lead*3]); n != 0 {
					t.Errorf("%s, bias %v: %v words of queries are in %s", padding, bias, n, name)
				}
			}
			selected, counted := sum(out["z"].Float64s()), float64(7+4+3-3*lead)
			compare(t, 0, "share", out["sparsity"].Float64s(), []float64{selected / counted}, 1e-12)
		}
		other := values{}
		for name, x := range in {
			other[name] = x
		}
		ids := slices.Clone(tensor.Data[int64](b[InputIDs]))
		ids[0] = ids[0]%(smallWords-1) + 1 // the first word of the first query
		other[InputIDs] = grid(frame, ids)
		differs(t, "logits with another query", p.run(other)["logits"], p.run(in)["logits"])
	}
}

func shifted(x *tensor.Tensor, by float64) *tensor.Tensor {
	data := x.Float64s()
	for i := range data {
		data[i] += by
	}
	out, err := tensor.FromFloat64(x.DType(), x.Shape(), data)
	if err != nil {
		panic(err)
	}
	return out
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

// TestQueriesInEvaluation: the answer's rationale has no word of a query, and
// the annotated words are read together with it.
func TestQueriesInEvaluation(t *testing.T) {
	const frame, lead = 6, 2
	c := small("RNP", tensor.Float32)
	c.Query = true
	b := queried(batch(rand.New(rand.NewPCG(8, 8)), frame, 6, 5, 3), lead)
	noise, err := tensor.Of([]int64{frame, 3}, make([]float32, frame*3))
	if err != nil {
		t.Fatal(err)
	}
	in := join(state(c, mustStepGraph(t, c)), b, values{SelectNoise: shifted(noise, 1000), InputGold: b[InputSelectable]})
	out := compile(t, mustAnswer(t, c, Views{Sampled: true, FullText: true, Gold: true}, nil)).run(in)
	want := make([]float64, 3*frame)
	for i, s := range tensor.Data[int64](b[InputSelectable]) {
		want[i] = float64(s)
	}
	compare(t, 0, "rationale", out[OutRationale].Float64s(), want, 0)
	for _, name := range []string{OutLogits, OutGoldLogits} { // everything is selected, or marked
		compare(t, 0, name, out[name].Float64s(), out[OutFullLogits].Float64s(), 1e-5)
	}
}

// TestEveryMethodSelectsSentences, whole ones, in training and in evaluation.
func TestEveryMethodSelectsSentences(t *testing.T) {
	spans := sentences{[][][2]int64{{{0, 2}, {2, 5}, {5, 6}}, {{0, 2}}, {{0, 3}, {3, 4}}}}
	b := join(smallBatch(), spans.columns(6, 3)) // texts of 6, 2 and 4 words
	for _, m := range Methods() {
		if !m.Selects() {
			continue
		}
		c := small(m.Name, tensor.Float32)
		c.Unit = Sentence
		g := mustStepGraph(t, c)
		in := join(state(c, g), numbers(c), b, draws(c, g, b, 1))
		finite(t, compile(t, g.Graph).run(in))
		said := compile(t, mustAnswer(t, c, Views{Attack: true}, nil)).run(in)
		finite(t, said)
		for i, text := range spans.Sentences {
			z := said[OutRationale].Float64s()[6*i:][:6]
			for _, span := range text {
				if n := sum(z[span[0]:span[1]]); n != 0 && n != float64(span[1]-span[0]) {
					t.Errorf("%s selects %v of the sentence %v", m.Name, z, span)
				}
			}
		}
	}
}
