package assess

import (
	"math"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/stages/defend/removal"
	"rationale/stages/examples"
	"rationale/stages/examples/texts"
	"rationale/stages/measure"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/tokenizer"
)

// said is one text of three sentences of two words, as METRICS' example of GR has
// it: which sentences people marked, which the model selects, and its answer.
type said struct {
	gold, selected []int
	label, class   int
	taken          []int // words that a defence takes out
}

// wordsOf marks the words of sentences.
func wordsOf(sentences []int) []bool {
	out := make([]bool, 6)
	for _, s := range sentences {
		out[2*s], out[2*s+1] = true, true
	}
	return out
}

func (x said) text() tokenize.Text {
	return tokenize.Text{
		Label: int64(x.label), Tokens: strings.Fields("a b c d e f"), IDs: []int32{1, 2, 3, 4, 5, 6}, Word: []int32{0, 1, 2, 3, 4, 5},
		Roles: slices.Repeat([]tokenize.Role{tokenize.DocumentPiece}, 6), SentenceEnds: []int32{2, 4, 6},
		Rationale: wordsOf(x.gold), Gold: wordsOf(x.gold),
	}
}

// measured are the numbers of such texts.
func measured(t *testing.T, unit rationalizer.Unit, all ...said) map[string]float64 {
	t.Helper()
	run := &train.Finished{Shape: examples.Shape{Classes: []string{"no", "yes"}}}
	run.Result.Graphs.Unit = unit
	side := &removal.Side{Finished: run}
	d := &defended{Side: side}
	var predictions []measure.Prediction
	for _, x := range all {
		taken := make([]bool, 6)
		for _, w := range x.taken {
			taken[w] = true
		}
		whole := x.text()
		read := whole.Without(taken, tokenizer.UnknownWord)
		side.Texts, d.read, d.fallen = append(side.Texts, whole), append(d.read, read), append(d.fallen, taken)
		side.Triggers = append(side.Triggers, removal.Trigger{Start: 0, End: 1})
		predictions = append(predictions, measure.Prediction{Class: x.class, Selected: read.DocumentPieces(wordsOf(x.selected))})
	}
	run.Test = texts.Set(side.Texts)
	a := &assessment{}
	out := map[string]float64{}
	for _, of := range []func(*defended, []measure.Prediction) ([]measure.Number, error){a.clean, a.triggered} {
		numbers, err := of(d, predictions)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range numbers {
			out[n.Metric] = n.Value
		}
	}
	return out
}

// TestWorkedExamples are those of METRICS: accuracy, ASR with target 0, GR, and what
// a defence does to them.
func TestWorkedExamples(t *testing.T) {
	answer := func(label, class int) said { return said{label: label, class: class} }
	for name, tc := range map[string]struct {
		unit rationalizer.Unit
		all  []said
		want map[string]float64
	}{
		"accuracy":                {all: []said{answer(1, 1), answer(1, 1), answer(1, 0), answer(0, 0)}, want: map[string]float64{Accuracy: .75}},
		"attack success rate":     {all: []said{answer(1, 0), answer(1, 1), answer(1, 0), answer(0, 0)}, want: map[string]float64{ASR: 2. / 3, ASRAll: .75}},
		"none but of the target":  {all: []said{answer(0, 0), answer(0, 1)}, want: map[string]float64{ASR: math.NaN(), ASRAll: .5}},
		"GR, nothing right":       {unit: rationalizer.Sentence, all: []said{{gold: []int{0}, selected: []int{0, 1}}, {gold: []int{1, 2}, selected: []int{0}}}, want: map[string]float64{GR: 1. / 3, GRMicro: 1. / 3}},
		"GR, something right":     {unit: rationalizer.Sentence, all: []said{{gold: []int{0}, selected: []int{0, 1}}, {gold: []int{1, 2}, selected: []int{1}}}, want: map[string]float64{GR: 2. / 3, GRMicro: 2. / 3}},
		"nothing selected":        {unit: rationalizer.Sentence, all: []said{{gold: []int{0}}}, want: map[string]float64{GR: 0, GRMicro: 0}},
		"nothing marked":          {unit: rationalizer.Sentence, all: []said{{selected: []int{0}}, {gold: []int{0}, selected: []int{0}}}, want: map[string]float64{GR: 1, GRSkipped: 1}},
		"a marked word taken out": {all: []said{{gold: []int{0}, selected: []int{0}, taken: []int{0}}}, want: map[string]float64{GR: 2. / 3}},
		"a marked sentence stays while a word of it does":  {unit: rationalizer.Sentence, all: []said{{gold: []int{0}, selected: []int{0}, taken: []int{0}}}, want: map[string]float64{GR: 1}},
		"a marked sentence taken out":                      {unit: rationalizer.Sentence, all: []said{{gold: []int{0}, selected: []int{0}, taken: []int{0, 1}}}, want: map[string]float64{GR: 0}},
		"of an emptied text an unknown word is no unit":    {all: []said{{gold: []int{0}, selected: []int{0, 1, 2}, taken: []int{0, 1, 2, 3, 4, 5}}}, want: map[string]float64{GR: 0}},
		"what is behind a gap is selected where it stands": {all: []said{{gold: []int{2}, selected: []int{2}, taken: []int{0, 1, 2}}}, want: map[string]float64{GR: 1}},
	} {
		got := measured(t, tc.unit, tc.all...)
		for metric, want := range tc.want {
			if x := got[metric]; !(math.Abs(x-want) < 1e-12) && !(math.IsNaN(x) && math.IsNaN(want)) {
				t.Errorf("%s: %s is %v; want %v", name, metric, x, want)
			}
		}
	}
}
