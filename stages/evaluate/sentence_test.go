package evaluate_test

import (
	"context"
	"math"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/stages/measure"
	"rationale/stages/stagetest"
)

// TestSentencesAreTheUnits trains a model that selects sentences: each is
// selected as a whole or not at all, and they are what is counted.
func TestSentencesAreTheUnits(t *testing.T) {
	p := stagetest.Small("RNP+A2I")
	p.Unit = rationalizer.Sentence
	in := trained(t, p, stagetest.ImportFacts(t), stagetest.Facts)
	s := setUp(t, in)
	var units, selected, gold, both float64
	scores, err := s.evaluator.Evaluate(context.Background(), s.texts, s.weights, measure.Batching{Size: 5}, measure.Draw{Seed: 3, Epoch: 1},
		func(i int, p measure.Prediction) {
			text := s.texts[i]
			for k, z := range p.Selected {
				if z && (k >= len(text.IDs) || !text.Selectable(k)) {
					t.Errorf("position %d of %s is selected, and is none of the document", k, text.ID)
				}
			}
			chosen, marked := map[int32]bool{}, map[int32]bool{}
			for k, n := range text.PieceSentences() {
				if n < 0 {
					continue
				}
				if z, seen := chosen[n]; seen && z != p.Selected[k] {
					t.Errorf("sentence %d of %s is selected in part", n, text.ID)
				}
				chosen[n] = p.Selected[k]
				marked[n] = marked[n] || text.Gold != nil && text.Gold[k]
			}
			if text.Gold == nil {
				return
			}
			for n, z := range chosen {
				units, selected = units+1, selected+one(z)
				gold, both = gold+one(marked[n]), both+one(marked[n] && z)
			}
		})
	if err != nil {
		t.Fatal(err)
	}
	if units < 2*gold || gold < 10 || selected == 0 {
		t.Fatalf("%v sentences, %v gold, %v selected", units, gold, selected)
	}
	want := map[string]float64{"rationale_sparsity": selected / units, "precision": both / selected, "recall": both / gold, "gold_share": gold / units}
	for _, n := range scores.Numbers() {
		if value, ok := want[n.Metric]; ok {
			if math.Abs(n.Value-value) > 1e-12 {
				t.Errorf("%s is %v, counted %v", n.Metric, n.Value, value)
			}
			delete(want, n.Metric)
		}
	}
	if len(want) > 0 {
		t.Errorf("not measured: %v", want)
	}
}
