package evaluate_test

import (
	"context"
	"math"
	"testing"

	"rationale/stages/evaluate"
	"rationale/stages/examples/texts"
	"rationale/stages/measure"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// TestQueriesAreNeitherSelectedNorCounted trains RNP on claims about documents:
// no word of a claim is in any rationale, and the shares are those of documents.
func TestQueriesAreNeitherSelectedNorCounted(t *testing.T) {
	for _, method := range []string{"RNP", "RNP+A2I"} {
		in := trained(t, stagetest.Small(method), stagetest.ImportFacts(t), stagetest.Facts)
		s := setUp(t, in)
		var all, allSelected, selected, words, gold, both float64
		scores, err := s.evaluator.Evaluate(context.Background(), s.texts, s.weights, measure.Batching{Size: 5}, measure.Draw{Seed: 3, Epoch: 1},
			func(i int, p measure.Prediction) {
				text := s.texts[i]
				for k, z := range p.Selected {
					document := k < len(text.IDs) && text.Roles[k] == tokenize.DocumentPiece
					if z && !document {
						t.Errorf("%s: position %d of %s is selected, and is none of the document", method, k, text.ID)
					}
					all, allSelected = all+one(document), allSelected+one(z)
					if text.Gold == nil {
						continue
					}
					isGold := k < len(text.Gold) && text.Gold[k]
					words, selected = words+one(document), selected+one(z)
					gold, both = gold+one(isGold), both+one(isGold && z)
				}
			})
		if err != nil {
			t.Fatal(err)
		}
		if s.texts[0].Lead == 0 || words == 0 || selected == 0 {
			t.Fatalf("%s: %v query words, %v words, %v selected: the test shows nothing", method, s.texts[0].Lead, words, selected)
		}
		want := map[string]float64{"sparsity": allSelected / all, "rationale_sparsity": selected / words, "precision": both / selected, "recall": both / gold}
		for _, n := range scores.Numbers() {
			if value, ok := want[n.Metric]; ok && math.Abs(n.Value-value) > 1e-12 {
				t.Errorf("%s: %s is %v, counted %v", method, n.Metric, n.Value, value)
			}
		}
		dir := stagetest.Run(t, evaluate.New(params(t, stagetest.Facts), texts.Open), in)
		examples, err := evaluate.ReadExamples(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range examples {
			if len(x.Selected) != len(x.Tokens) || x.Tokens[0] != "It" {
				t.Errorf("%s: example %+v", method, x)
			}
		}
	}
}

func one(b bool) float64 { return map[bool]float64{true: 1}[b] }
