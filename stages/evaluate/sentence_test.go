package evaluate_test

import (
	"context"
	"math"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/stages/measure"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// TestSentencesAreTheUnits trains a model that selects sentences: each is
// selected as a whole or not at all, and they are what is counted.
func TestSentencesAreTheUnits(t *testing.T) {
	p := stagetest.Small("RNP+A2I")
	p.Unit = rationalizer.Sentence
	in := trained(t, p, stagetest.ImportClaims(t), stagetest.Claims)
	s := setUp(t, in)
	var units, selected, gold, both float64
	scores, err := s.evaluator.Evaluate(context.Background(), s.texts, s.weights, measure.Batching{Size: 5}, measure.Draw{Seed: 3, Epoch: 1},
		func(i int, p measure.Prediction) {
			text := s.texts[i]
			for k, z := range p.Selected {
				if z && (k >= len(text.IDs) || text.Role(k) != tokenize.Document) {
					t.Errorf("position %d of %s is selected, and is none of the document", k, text.ID)
				}
			}
			for n, end := range text.Sentences {
				from := text.SentenceStart(n)
				for k := from; k < int(end); k++ {
					if p.Selected[k] != p.Selected[from] {
						t.Errorf("sentence %d of %s is selected in part", n, text.ID)
					}
				}
				units, selected = units+1, selected+one(p.Selected[from])
				gold, both = gold+one(text.Gold[from]), both+one(text.Gold[from] && p.Selected[from])
			}
		})
	if err != nil {
		t.Fatal(err)
	}
	if units != 3*12 || gold != 12 || selected == 0 {
		t.Fatalf("%v sentences, %v gold, %v selected", units, gold, selected)
	}
	want := map[string]float64{"sparsity": selected / units, "precision": both / selected, "recall": both / gold, "gold_share": gold / units}
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
