package measure

import (
	"fmt"

	"rationale/onnx/rationalizer"
	"rationale/onnx/rationalizer/metric"
	"rationale/onnx/tensor"
	"rationale/stages/examples"
)

// views are the answers of evaluation graphs that are held against the labels,
// and what their accuracy is called.
var views = []struct {
	output, accuracy string
	annotated        bool // only examples whose rationale is known
}{
	{rationalizer.OutLogits, "accuracy", false},
	{rationalizer.OutFullLogits, "accuracy_full_text", false},
	{rationalizer.OutGoldLogits, "accuracy_gold", true},
	{rationalizer.OutReaderLogits, "accuracy_r2f", false},
}

// Scores sum up an evaluation.
type Scores struct {
	accuracies map[string]*metric.Accuracy // by output
	// Attack counts the attacker's successes. With more than two classes the
	// attacked class of a text is drawn from the wrong ones, anew in every
	// evaluation, as in training.
	Attack    *metric.AttackerASR
	Rationale *metric.Rationale // of the texts whose rationale is known
	Share     *metric.Rationale // of all examples, with no gold: for S alone
	GR        *metric.GR        // of the texts whose rationale is known, among what is read of them
}

func newScores(classes int) *Scores {
	s := &Scores{
		accuracies: map[string]*metric.Accuracy{},
		Attack:     metric.NewAttackerASR(classes), Rationale: &metric.Rationale{}, Share: &metric.Rationale{}, GR: &metric.GR{},
	}
	for _, v := range views {
		s.accuracies[v.output] = metric.NewAccuracy(classes)
	}
	return s
}

// Accuracy is that of the model's own answer.
func (s *Scores) Accuracy() metric.Ratio {
	return s.accuracies[rationalizer.OutLogits].Rates().Raw
}

// TakeUnmasked takes from another evaluation of the same model what masks do not
// change: how it reads full texts and the annotated words.
func (s *Scores) TakeUnmasked(from *Scores) {
	for _, output := range []string{rationalizer.OutFullLogits, rationalizer.OutGoldLogits} {
		s.accuracies[output] = from.accuracies[output]
	}
}

// Number is one measured number, without the keys that all numbers of a run
// share.
type Number struct {
	Epoch  int     `json:"epoch"`
	Split  string  `json:"split"`
	Mask   string  `json:"mask,omitempty"`
	Metric string  `json:"metric"`
	Value  float64 `json:"value"` // NaN, in JSON null, when undefined
}

// Prediction is what the model says of one example.
type Prediction struct {
	Selected []bool // the rationale, padding included; nil for classifiers
	// Probability is each position's of being selected, padding included; nil for
	// models that do not tell.
	Probability []float32
	Logits      []float32 // of the classes
	Class       int
	Attack      []bool // the attacker's selection, padding included; nil without attacker
	Aimed       int    // class that the attacker aims at
	Attacked    int    // class on the attacker's selection; -1 without attacker
	Given       int    // class on the positions that were given; -1 when none are read
}

// OfClass names a rate among the examples of one true class. The mean over
// classes hides an attacker that turns every text of one class and none of the
// other: it says 50 % then.
func OfClass(rate string, class int) string { return fmt.Sprintf("%s_of_class_%d", rate, class) }

// Names lists the numbers that an evaluation may have, apart from those of single
// classes.
func Names() []string {
	names := []string{"asr", "asr_raw", "sparsity", "rationale_sparsity", "precision", "recall", "f1", "f1_random", "gold_share"}
	for _, v := range views {
		names = append(names, v.accuracy)
	}
	return names
}

// Numbers lists what was measured, shares as fractions; what the model or the
// data do not have is left out.
func (s *Scores) Numbers() []Number {
	var out []Number
	add := func(name string, v metric.Ratio) {
		if v.Defined {
			out = append(out, Number{Metric: name, Value: v.Value})
		}
	}
	for _, v := range views {
		add(v.accuracy, s.accuracies[v.output].Rates().Raw)
	}
	attack := s.Attack.Rates()
	if attack.Raw.Defined { // the mean over classes is NaN where a class has no text
		out = append(out, Number{Metric: "asr", Value: attack.OfEveryClass().Float64()})
	}
	add("asr_raw", attack.Raw)
	for c, of := range attack.PerClass {
		add(OfClass("asr", c), of.Rate)
	}
	add("sparsity", s.Share.Micro().S)
	if m := s.Rationale.Micro(); m.W > 0 && m.GP > 0 {
		add("rationale_sparsity", m.S)
		add("precision", m.P)
		add("recall", m.R)
		add("f1", m.F1)
		add("f1_random", m.RandomF1())
		add("gold_share", m.GoldShare())
	}
	return out
}

// PerTextNames lists the numbers of PerText.
func PerTextNames() []string { return []string{"precision_per_text", "recall_per_text", "f1_per_text"} }

// PerText lists the agreement with human rationales of each text, averaged over all;
// nothing where none is known.
func (s *Scores) PerText() []Number {
	if s.Rationale.Micro().GP == 0 {
		return nil
	}
	var out []Number
	m := s.Rationale.Macro()
	for i, v := range []metric.Ratio{m.P, m.R, m.F1} {
		out = append(out, Number{Metric: PerTextNames()[i], Value: v.Value})
	}
	return out
}

// reading is one batch with what the model answered.
type reading struct {
	labels   []int
	attacked []int // the class that the attacker aims at
	truth    []examples.Truth
	length   int // of every example, padding included
	classes  int
	out      map[string]*tensor.Tensor
}

func newReading(set examples.Set, batch []int, length int, spec rationalizer.Spec, out map[string]*tensor.Tensor) reading {
	r := reading{length: length, classes: spec.Classes, out: out}
	for _, k := range batch {
		r.labels = append(r.labels, set.Class(k))
		r.truth = append(r.truth, set.Truth(k, spec.Unit))
	}
	return r
}

// view gives the predicted classes of one view; nil when the model does not
// have it.
func (r reading) view(output string) ([]int, error) {
	logits, ok := r.out[output]
	if !ok {
		return nil, nil
	}
	predicted, err := metric.ArgMax(tensor.Data[float32](logits), r.classes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", output, err)
	}
	return predicted, nil
}

// add counts one batch and gives its predictions.
func (s *Scores) add(r reading) ([]Prediction, error) {
	if err := s.addAccuracies(r); err != nil {
		return nil, err
	}
	predicted, err := r.view(rationalizer.OutLogits)
	if err != nil {
		return nil, err
	}
	attacked, err := r.view(rationalizer.OutAttackLogits)
	if err != nil {
		return nil, err
	}
	if attacked != nil {
		if err := s.Attack.Add(attacked, r.attacked, r.labels); err != nil {
			return nil, err
		}
	}
	selected, err := s.addSelections(r)
	if err != nil {
		return nil, err
	}
	return r.probed(r.predictions(predicted, attacked, selected))
}

// Predict is what a model's answer about a batch says, by example. The answer has
// passed rationalizer.Asked.
func Predict(out map[string]*tensor.Tensor, classes int) ([]Prediction, error) {
	r := reading{classes: classes, out: out}
	predicted, err := r.view(rationalizer.OutLogits)
	if err != nil {
		return nil, err
	}
	r.labels = predicted
	z, ok := out[rationalizer.OutRationale]
	if !ok {
		return r.predictions(predicted, nil, nil), nil
	}
	r.length = int(z.Shape()[1])
	selected, err := metric.Selected(tensor.Data[float32](z))
	return r.predictions(predicted, nil, selected), err
}

func (r reading) predictions(predicted, attacked []int, selected []bool) []Prediction {
	out := make([]Prediction, len(r.labels))
	logits := tensor.Data[float32](r.out[rationalizer.OutLogits])
	for i := range out {
		out[i] = Prediction{Class: predicted[i], Attacked: -1, Given: -1, Logits: logits[i*r.classes:][:r.classes]}
		if attacked != nil {
			out[i].Attacked = attacked[i]
		}
		if selected != nil {
			out[i].Selected = selected[i*r.length:][:r.length]
		}
		if p, ok := r.out[rationalizer.OutProbability]; ok && selected != nil {
			out[i].Probability = tensor.Data[float32](p)[i*r.length:][:r.length]
		}
	}
	return out
}

// probed adds to predictions what the attacker chose and where it aimed, and the
// classes on given positions.
func (r reading) probed(all []Prediction) ([]Prediction, error) {
	given, err := r.view(rationalizer.OutGivenLogits)
	if err != nil {
		return nil, err
	}
	chosen, err := r.chosen(rationalizer.OutAttack)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if given != nil {
			all[i].Given = given[i]
		}
		if chosen != nil {
			all[i].Attack, all[i].Aimed = chosen[i*r.length:][:r.length], r.attacked[i]
		}
	}
	return all, nil
}

// chosen are the selections of one output, text after text; nil when the model
// does not have it.
func (r reading) chosen(output string) ([]bool, error) {
	z, ok := r.out[output]
	if !ok {
		return nil, nil
	}
	return metric.Selected(tensor.Data[float32](z))
}

// addAccuracies compares the classes of every view with the labels.
func (s *Scores) addAccuracies(r reading) error {
	for _, v := range views {
		predicted, err := r.view(v.output)
		if err != nil {
			return err
		}
		if predicted == nil {
			continue
		}
		labels := r.labels
		if v.annotated {
			predicted, labels = r.annotated(predicted)
		}
		if err := s.accuracies[v.output].Add(predicted, labels); err != nil {
			return err
		}
	}
	return nil
}

// annotated keeps the texts whose rationale is known.
func (r reading) annotated(predicted []int) (classes, labels []int) {
	for i, t := range r.truth {
		if t.Gold != nil {
			classes, labels = append(classes, predicted[i]), append(labels, r.labels[i])
		}
	}
	return classes, labels
}

// addSelections compares the selections, padding included, with the human
// rationales. It gives the selections of all texts, one after the other; nil
// when the model does not select.
func (s *Scores) addSelections(r reading) ([]bool, error) {
	selected, err := r.chosen(rationalizer.OutRationale)
	if selected == nil {
		return nil, err
	}
	for i, t := range r.truth {
		if err := s.addSelection(t, selected[i*r.length:][:r.length]); err != nil {
			return nil, err
		}
	}
	return selected, nil
}

// addSelection counts the selectable positions, or the units that they make;
// padding and what is always shown are not among them.
func (s *Scores) addSelection(t examples.Truth, selected []bool) error {
	mask, gold := make([]bool, len(selected)), make([]bool, len(selected))
	copy(mask, t.Selectable)
	copy(gold, t.Gold)
	if t.Ends != nil {
		selected, gold, mask = t.Units(selected), t.Units(gold), t.Units(mask)
	}
	if err := s.Share.Add(selected, make([]bool, len(gold)), mask); err != nil || t.Gold == nil {
		return err
	}
	if err := s.Rationale.Add(selected, gold, mask); err != nil {
		return err
	}
	selected, gold = among(selected, mask), among(gold, mask)
	return s.GR.Add(selected, gold, len(gold))
}

// among keeps the marks of the units that count.
func among(marks, mask []bool) []bool {
	var out []bool
	for i, counts := range mask {
		if counts {
			out = append(out, marks[i])
		}
	}
	return out
}
