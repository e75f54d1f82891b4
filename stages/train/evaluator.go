package train

import (
	"cmp"
	"context"
	"slices"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/tokenize"
)

// Evaluator runs an evaluation graph over a split.
type Evaluator struct {
	session *runtime.Session
	classes int
	wants   map[string]bool // the graph's inputs
}

// NewEvaluator opens the graph in a file; fixed are its inputs that never
// change. It is closed with the runtime.
func NewEvaluator(rt *runtime.Runtime, path string, spec rationalizer.Spec, fixed map[string]*tensor.Tensor) (*Evaluator, error) {
	session, err := openModel(rt, path, fixed)
	if err != nil {
		return nil, err
	}
	e := &Evaluator{session: session, classes: spec.Classes, wants: map[string]bool{}}
	for _, in := range session.Inputs() {
		e.wants[in.Name] = true
	}
	return e, nil
}

// Draw says how masks are drawn.
type Draw struct {
	Seed  uint64
	Epoch int
	// ArgMax leaves the noise out: a word is selected when selecting it is
	// more probable than not.
	ArgMax bool
}

// step numbers the random streams of one batch.
func (d Draw) step(batch int) uint64 { return uint64(d.Epoch)<<32 | uint64(batch) }

// Weights are flat parameter vectors by layout.
type Weights map[string][]float32

// Batching says how texts are put together for evaluation.
type Batching struct {
	Size  int
	Fixed int // length of every text; 0 for the longest of the batch
}

func (b Batching) length(texts []tokenize.Text, batch []int) int {
	if b.Fixed > 0 {
		return b.Fixed
	}
	return longest(texts, batch)
}

// sorted orders the texts by length, so that batches are trimmed well.
func (b Batching) sorted(texts []tokenize.Text) [][]int {
	index := make([]int, len(texts))
	for i := range index {
		index[i] = i
	}
	slices.SortStableFunc(index, func(i, j int) int { return cmp.Compare(len(texts[i].IDs), len(texts[j].IDs)) })
	return slices.Collect(slices.Chunk(index, b.Size))
}

// Evaluate runs the graph over all texts, with batches of texts of similar
// length, and hands each prediction to see (which may be nil) under the
// text's index.
func (e *Evaluator) Evaluate(ctx context.Context, texts []tokenize.Text, w Weights, b Batching, d Draw, see func(i int, p Prediction)) (*Scores, error) {
	scores := newScores(e.classes)
	for number, batch := range b.sorted(texts) {
		length := b.length(texts, batch)
		in := e.inputs(texts, batch, length, w)
		e.drawNoise(in, d, number, length, len(batch))
		out, err := e.answer(ctx, in, rationalizer.Asked{Texts: len(batch), Length: length, Classes: e.classes})
		if err != nil {
			return nil, err
		}
		r := newReading(texts, batch, length, e.classes, out)
		r.attacked = attackedClasses(nn.Stream(d.Seed, "evaluate/attacked class", d.step(number)), r.labels, e.classes)
		predictions, err := scores.add(r)
		if err != nil {
			return nil, err
		}
		for i, p := range predictions {
			if see != nil {
				see(batch[i], p)
			}
		}
	}
	return scores, nil
}

// answer runs the graph once and checks what it returns.
func (e *Evaluator) answer(ctx context.Context, in map[string]*tensor.Tensor, asked rationalizer.Asked) (map[string]*tensor.Tensor, error) {
	out, err := e.session.Run(ctx, in)
	if err != nil {
		return nil, err
	}
	return out, asked.Check(e.session.Name(), out)
}

// inputs are those that the graph has, but for the noise.
func (e *Evaluator) inputs(texts []tokenize.Text, batch []int, length int, w Weights) map[string]*tensor.Tensor {
	in := textInputs(texts, batch, length)
	for name, params := range w {
		in[name+rationalizer.ParamsPart] = tensor.Vector(params)
	}
	in[rationalizer.InputGold] = goldInput(texts, batch, length)
	for name := range in {
		if !e.wants[name] {
			delete(in, name)
		}
	}
	return in
}

// goldInput is the human rationale [B,T]; all zero where there is none.
func goldInput(texts []tokenize.Text, batch []int, length int) *tensor.Tensor {
	gold := make([]int64, len(batch)*length)
	for row, k := range batch {
		for t, g := range texts[k].Gold {
			if g {
				gold[row*length+t] = 1
			}
		}
	}
	return matrix(gold, length)
}

// drawNoise fills the noise inputs that the graph has.
func (e *Evaluator) drawNoise(in map[string]*tensor.Tensor, d Draw, batch, length, texts int) {
	for _, name := range []string{rationalizer.SelectNoise, rationalizer.AttackNoise} {
		if !e.wants[name] {
			continue
		}
		t, _ := tensor.New(tensor.Float32, int64(length), int64(texts)) // the sizes are ours
		if !d.ArgMax {
			n := nn.Noise{Name: "evaluate/" + name, Law: nn.Logistic}
			n.Draw(t, d.Seed, d.step(batch))
		}
		in[name] = t
	}
}
