package train

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/rationalizer/metric"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/tokenize"
)

// Evaluator runs an evaluation graph over a split.
type Evaluator struct {
	session *runtime.Session
	spec    rationalizer.Spec
	fixed   map[string]*tensor.Tensor
	wants   map[string]bool // the graph's inputs
}

// NewEvaluator opens the graph in a file; fixed are its inputs that never
// change. The caller closes it.
func NewEvaluator(rt *runtime.Runtime, path string, spec rationalizer.Spec, fixed map[string]*tensor.Tensor) (*Evaluator, error) {
	session, err := openModel(rt, path)
	if err != nil {
		return nil, err
	}
	e := &Evaluator{session: session, spec: spec, fixed: fixed, wants: map[string]bool{}}
	for _, in := range session.Inputs() {
		e.wants[in.Name] = true
	}
	return e, nil
}

// Close gives the session back.
func (e *Evaluator) Close() error { return e.session.Close() }

// Draw says how masks are drawn.
type Draw struct {
	Seed  uint64
	Epoch int
	// ArgMax leaves the noise out: a word is selected when selecting it is
	// more probable than not.
	ArgMax bool
}

// Prediction is what the model says of one text.
type Prediction struct {
	Selected []bool // the rationale, padding included; nil for classifiers
	Class    int
	Attacked int // class on the attacker's selection; -1 without attacker
}

// Scores sum up an evaluation.
type Scores struct {
	Accuracy, FullText, Gold, Reader *metric.Accuracy
	Attack                           *metric.AttackerASR
	Rationale                        *metric.Rationale // of the texts whose rationale is known
	Share                            *metric.Rationale // of all texts, with no gold: for S alone
}

// Params are the flat parameter vectors by layout.
type Weights map[string][]float32

// Evaluate runs the graph over all texts, with batches of texts of similar
// length, and hands each prediction to see (which may be nil) under the
// text's index.
func (e *Evaluator) Evaluate(ctx context.Context, texts []tokenize.Text, w Weights, b Batching, d Draw, see func(i int, p Prediction)) (*Scores, error) {
	scores := newScores(e.spec.Classes)
	for number, batch := range b.sorted(texts) {
		length := b.length(texts, batch)
		in := e.inputs(texts, batch, length, w)
		e.drawNoise(in, d, number, length, len(batch))
		out, err := e.session.Run(ctx, in)
		if err != nil {
			return nil, err
		}
		if err := e.score(scores, texts, batch, length, out, see); err != nil {
			return nil, err
		}
	}
	return scores, nil
}

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

func (e *Evaluator) inputs(texts []tokenize.Text, batch []int, length int, w Weights) map[string]*tensor.Tensor {
	in := textInputs(texts, batch, length)
	for name, t := range e.fixed {
		in[name] = t
	}
	for name, params := range w {
		in[name+rationalizer.ParamsPart] = tensor.Vector(params)
	}
	if e.wants[rationalizer.InputGold] {
		in[rationalizer.InputGold] = goldInput(texts, batch, length)
	}
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
			n.Draw(t, d.Seed, uint64(d.Epoch)<<32|uint64(batch))
		}
		in[name] = t
	}
}

func newScores(classes int) *Scores {
	return &Scores{
		Accuracy: metric.NewAccuracy(classes), FullText: metric.NewAccuracy(classes),
		Gold: metric.NewAccuracy(classes), Reader: metric.NewAccuracy(classes),
		Attack: metric.NewAttackerASR(classes), Rationale: &metric.Rationale{}, Share: &metric.Rationale{},
	}
}

// score adds one batch's answers.
func (e *Evaluator) score(s *Scores, texts []tokenize.Text, batch []int, length int, out map[string]*tensor.Tensor, see func(int, Prediction)) error {
	labels := make([]int, len(batch))
	for i, k := range batch {
		labels[i] = int(texts[k].Label)
	}
	classes, err := e.addAccuracies(s, out, texts, batch, labels)
	if err != nil {
		return err
	}
	attacked, err := e.addAttack(s, out, labels)
	if err != nil {
		return err
	}
	selected, err := addSelections(s, out, texts, batch, length)
	if err != nil || see == nil {
		return err
	}
	for i, k := range batch {
		p := Prediction{Class: classes[i], Attacked: -1}
		if attacked != nil {
			p.Attacked = attacked[i]
		}
		if selected != nil {
			p.Selected = selected[i*length:][:length]
		}
		see(k, p)
	}
	return nil
}

// addAccuracies compares the classes of every view with the labels; it
// returns the predicted classes.
func (e *Evaluator) addAccuracies(s *Scores, out map[string]*tensor.Tensor, texts []tokenize.Text, batch, labels []int) ([]int, error) {
	var predicted []int
	for _, view := range []struct {
		output string
		to     *metric.Accuracy
	}{
		{rationalizer.OutLogits, s.Accuracy}, {rationalizer.OutFullLogits, s.FullText},
		{rationalizer.OutReaderLogits, s.Reader}, {rationalizer.OutGoldLogits, s.Gold},
	} {
		logits, ok := out[view.output]
		if !ok {
			continue
		}
		classes, err := metric.ArgMax(tensor.Data[float32](logits), e.spec.Classes)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", view.output, err)
		}
		if view.output == rationalizer.OutLogits {
			predicted = classes
		}
		given := labels
		if view.output == rationalizer.OutGoldLogits {
			classes, given = annotated(texts, batch, classes, labels)
		}
		if err := view.to.Add(classes, given); err != nil {
			return nil, err
		}
	}
	return predicted, nil
}

// annotated keeps the texts whose rationale is known.
func annotated(texts []tokenize.Text, batch, classes, labels []int) (c, y []int) {
	for i, k := range batch {
		if texts[k].Gold != nil {
			c, y = append(c, classes[i]), append(y, labels[i])
		}
	}
	return c, y
}

// addAttack counts the attacker's successes; with more than two classes any
// wrong class counts as the attacked one.
func (e *Evaluator) addAttack(s *Scores, out map[string]*tensor.Tensor, labels []int) ([]int, error) {
	logits, ok := out[rationalizer.OutAttackLogits]
	if !ok {
		return nil, nil
	}
	predicted, err := metric.ArgMax(tensor.Data[float32](logits), e.spec.Classes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", rationalizer.OutAttackLogits, err)
	}
	target := make([]int, len(labels))
	for i, y := range labels {
		target[i] = (y + 1) % e.spec.Classes
		if predicted[i] != y {
			target[i] = predicted[i]
		}
	}
	return predicted, s.Attack.Add(predicted, target, labels)
}

// addSelections compares the selections with the human rationales.
func addSelections(s *Scores, out map[string]*tensor.Tensor, texts []tokenize.Text, batch []int, length int) ([]bool, error) {
	z, ok := out[rationalizer.OutRationale]
	if !ok {
		return nil, nil
	}
	selected, err := metric.Selected(tensor.Data[float32](z))
	if err != nil {
		return nil, err
	}
	for i, k := range batch {
		mask, gold := make([]bool, length), make([]bool, length)
		for t := range texts[k].IDs {
			mask[t] = true
		}
		copy(gold, texts[k].Gold)
		row := selected[i*length:][:length]
		if err := s.Share.Add(row, make([]bool, length), mask); err != nil {
			return nil, err
		}
		if texts[k].Gold != nil {
			if err := s.Rationale.Add(row, gold, mask); err != nil {
				return nil, err
			}
		}
	}
	return selected, nil
}
