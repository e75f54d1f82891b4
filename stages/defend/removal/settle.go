package removal

import (
	"context"
	"fmt"
	"slices"

	"rationale/datasets"
	"rationale/stages"
	"rationale/stages/examples/texts"
	"rationale/stages/graphs"
	"rationale/stages/measure"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// settle chooses the threshold: the last one before that at which the model loses
// too much of its accuracy on development texts, under arg-max masks.
func (d Defence) settle(ctx context.Context, env *stages.Env, m *Model, p Params) (*Removed, error) {
	dev, err := development(env, p)
	if err != nil {
		return nil, err
	}
	scores, err := d.Score(ctx, m, dev)
	if err != nil {
		return nil, err
	}
	closing, err := d.closing(env, p)
	if err != nil {
		return nil, err
	}
	s, err := m.newScan(ctx, dev, closing)
	if err != nil {
		return nil, err
	}
	env.Progress.Advance(1, "development texts")
	r := &Removed{Defence: d.Name, LanguageModel: d.LanguageModel, Closing: closing, Texts: len(dev), Accuracy: s.accuracy()}
	for _, threshold := range d.Thresholds {
		if err := s.without(ctx, d.fallen(scores, &threshold)); err != nil {
			return nil, err
		}
		r.Tried = append(r.Tried, Trial{threshold, countAll(s.fallen), s.accuracy()})
		env.Progress.Advance(1, fmt.Sprintf("threshold %.4g", threshold))
		if lost := r.Accuracy - s.accuracy(); lost > p.Loss+rounding {
			break
		}
		r.Threshold = &threshold
	}
	return r, nil
}

// rounding is what a difference of shares may be off by.
const rounding = 1e-9

// development are the texts that the threshold is chosen on.
func development(env *stages.Env, p Params) ([]tokenize.Text, error) {
	dev, err := tokenize.Read(env.Inputs[train.DataRole], "dev")
	if err != nil {
		return nil, err
	}
	if len(dev) == 0 {
		return nil, fmt.Errorf("dataset %s has no development texts to choose the defence's threshold on", p.Dataset)
	}
	if p.Texts > 0 {
		dev = dev[:min(p.Texts, len(dev))]
	}
	return dev, nil
}

// scan is a model before texts of which more and more is taken out.
type scan struct {
	model     *Model
	evaluator *measure.Evaluator
	texts     []tokenize.Text
	closing   Closing
	fallen    [][]bool // of each, by now
	right     []bool   // the model's answer
}

// newScan asks the model about the whole texts.
func (m *Model) newScan(ctx context.Context, whole []tokenize.Text, closing Closing) (*scan, error) {
	evaluator, err := m.Evaluator(m.Runtime, graphs.DevModel)
	if err != nil {
		return nil, err
	}
	s := &scan{model: m, evaluator: evaluator, texts: whole, closing: closing, right: make([]bool, len(whole))}
	s.fallen = make([][]bool, len(whole))
	all := make([]int, len(whole))
	for i, t := range whole {
		s.fallen[i], all[i] = make([]bool, len(t.Tokens)), i
	}
	return s, s.ask(ctx, all)
}

// without asks about the texts of which other words have fallen than before.
func (s *scan) without(ctx context.Context, fallen [][]bool) error {
	var changed []int
	for i := range fallen {
		if !slices.Equal(fallen[i], s.fallen[i]) {
			changed = append(changed, i)
		}
	}
	s.fallen = fallen
	return s.ask(ctx, changed)
}

// ask has the model answer for some of the texts.
func (s *scan) ask(ctx context.Context, some []int) error {
	set := make(texts.Set, len(some))
	for k, i := range some {
		set[k] = s.closing.Apply(s.texts[i], s.fallen[i])
	}
	_, err := s.evaluator.Evaluate(ctx, set, s.model.Weights, s.model.Batching(s.model.Batch), measure.Draw{ArgMax: true},
		func(k int, p measure.Prediction) { s.right[some[k]] = p.Class == set.Class(k) })
	return err
}

func (s *scan) accuracy() float64 { return datasets.Share(count(s.right), len(s.right)) }

func count(marks []bool) int {
	n := 0
	for _, m := range marks {
		if m {
			n++
		}
	}
	return n
}

func countAll(lists [][]bool) int {
	n := 0
	for _, marks := range lists {
		n += count(marks)
	}
	return n
}
