package measure

import (
	"maps"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/examples"
)

// answers are examples of which the truth alone is known.
type answers []examples.Truth

func (a answers) Len() int                                        { return len(a) }
func (a answers) Class(i int) int                                 { return i % 2 }
func (a answers) Length(i int) int                                { return len(a[i].Selectable) }
func (a answers) Size([]int) rationalizer.Size                    { return rationalizer.Size{} }
func (a answers) Truth(i int, _ rationalizer.Unit) examples.Truth { return a[i] }
func (a answers) Words(int) examples.Words                        { return examples.Words{} }
func (a answers) Chosen(int, []bool) []bool                       { return nil }
func (a answers) Values(int, []float32) []float32                 { return nil }
func (a answers) Column(string, []int, rationalizer.Size) (*tensor.Tensor, error) {
	return nil, nil
}

// said is what a model answers about three examples of four positions.
func said() map[string]*tensor.Tensor {
	return map[string]*tensor.Tensor{
		rationalizer.OutLogits:       examples.Rows([]float32{2, 1, 0, 1, 0, 1}, 2), // classes 0, 1, 1
		rationalizer.OutAttackLogits: examples.Rows([]float32{0, 1, 0, 1, 1, 0}, 2), // 1, 1, 0
		rationalizer.OutRationale:    examples.Rows([]float32{0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 1}, 4),
	}
}

func numbers(t *testing.T, set answers) map[string]float64 {
	t.Helper()
	scores := newScores(2)
	r := newReading(set, []int{0, 1, 2}, 4, rationalizer.Spec{Classes: 2}, said())
	r.attacked = []int{1, 0, 1}
	if _, err := scores.add(r); err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, n := range scores.Numbers() {
		out[n.Metric] = n.Value
	}
	return out
}

// TestScores counts by hand: classes 0, 1, 0; the first position of the first
// example is a query's, and nobody was asked about the second example.
func TestScores(t *testing.T) {
	yes := []bool{true, true, true, true}
	set := answers{
		{Selectable: []bool{false, true, true, true}, Gold: []bool{false, true, false, false}},
		{Selectable: yes},
		{Selectable: yes, Gold: []bool{false, false, true, true}},
	}
	want := map[string]float64{
		"accuracy": 2. / 3, "asr": .25, "asr_raw": 1. / 3, "asr_of_class_0": .5, "asr_of_class_1": 0,
		"sparsity": 5. / 11, "rationale_sparsity": 4. / 7, "precision": 3. / 4, "recall": 1, "gold_share": 3. / 7,
	}
	got := numbers(t, set)
	delete(got, "f1")
	delete(got, "f1_random")
	if !maps.EqualFunc(got, want, near) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

// TestScoresOfUnits counts sentences of two positions in place of positions.
func TestScoresOfUnits(t *testing.T) {
	yes := []bool{true, true, true, true}
	set := answers{
		{Selectable: []bool{false, true, true, true}, Gold: []bool{false, true, false, false}, Ends: []int32{2, 4}},
		{Selectable: yes, Ends: []int32{2, 4}},
		{Selectable: yes, Gold: []bool{false, false, true, false}, Ends: []int32{2, 4}},
	}
	got := numbers(t, set)
	want := map[string]float64{"sparsity": 4. / 6, "rationale_sparsity": 3. / 4, "precision": 2. / 3, "recall": 1, "gold_share": 2. / 4}
	for name, value := range want {
		if !near(got[name], value) {
			t.Errorf("%s is %v, want %v", name, got[name], value)
		}
	}
}

func near(a, b float64) bool { return a-b < 1e-12 && b-a < 1e-12 }

// TestPredict: the same answer, about examples of which nothing is known.
func TestPredict(t *testing.T) {
	got, err := Predict(said(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].Class != 0 || got[2].Class != 1 || len(got[1].Selected) != 4 || !got[1].Selected[0] || got[1].Selected[1] {
		t.Errorf("predictions %+v", got)
	}
	out := said()
	delete(out, rationalizer.OutRationale)
	if got, err = Predict(out, 2); err != nil || got[0].Selected != nil {
		t.Errorf("a classifier selects %+v (%v)", got, err)
	}
}

// TestGRCountsWhatIsRead: F1 of each text by itself, over the positions or the units
// that count; nobody was asked about the second text.
func TestGRCountsWhatIsRead(t *testing.T) {
	yes := []bool{true, true, true, true}
	for _, tc := range []struct {
		ends []int32
		want float64 // of the first and the third text
	}{{nil, (2./3 + 1) / 2}, {[]int32{2, 4}, (2./3 + 1) / 2}} {
		scores := newScores(2)
		set := answers{
			{Selectable: []bool{false, true, true, true}, Gold: []bool{false, true, false, false}, Ends: tc.ends},
			{Selectable: yes, Ends: tc.ends},
			{Selectable: yes, Gold: []bool{false, false, true, true}, Ends: tc.ends},
		}
		r := newReading(set, []int{0, 1, 2}, 4, rationalizer.Spec{Classes: 2}, said())
		r.attacked = []int{1, 0, 1}
		if _, err := scores.add(r); err != nil {
			t.Fatal(err)
		}
		if gr := scores.GR.Scores(); !near(gr.Macro.Value, tc.want) || gr.Kept != 2 {
			t.Errorf("units %v: %+v, want %v of 2 texts", tc.ends, gr, tc.want)
		}
	}
}
