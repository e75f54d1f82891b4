package measure

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/rationalizer/metric"
)

// TestMeansNeedEveryClass: for any counts of texts, none included, the mean over
// classes is a number exactly when each class has a text, and is recorded in any
// case.
func TestMeansNeedEveryClass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ofClass := rapid.SliceOfN(rapid.IntRange(0, 3), 2, 5).Draw(t, "texts of each class")
		scores := newScores(len(ofClass))
		for class, n := range ofClass {
			other := (class + 1) % len(ofClass)
			for range n {
				if err := scores.Attack.Add([]int{other}, []int{other}, []int{class}); err != nil {
					t.Fatal(err)
				}
			}
		}
		got := slices.IndexFunc(scores.Numbers(), func(n Number) bool { return n.Metric == "asr" })
		if empty := slices.Max(ofClass) == 0; empty != (got < 0) {
			t.Fatalf("%v: recorded at %d", ofClass, got)
		}
		if got < 0 {
			return
		}
		value := scores.Numbers()[got].Value
		if every := !slices.Contains(ofClass, 0); every && value != 1 || !every && !math.IsNaN(value) {
			t.Errorf("%v: %v", ofClass, value)
		}
	})
}

// TestAttackOnThreeClasses: the attacked class is the drawn one, not any wrong one.
func TestAttackOnThreeClasses(t *testing.T) {
	attack := metric.NewAttackerASR(3)
	if err := attack.Add([]int{1, 2, 0}, []int{1, 0, 1}, []int{0, 1, 2}); err != nil {
		t.Fatal(err)
	}
	if got := attack.Rates().OfEveryClass(); math.Abs(got.Float64()-1./3) > 1e-12 {
		t.Errorf("%v, want a third", got)
	}
}

func TestNumbersKeepWhatIsUndefined(t *testing.T) {
	want := []Number{{Epoch: 1, Split: "dev", Mask: "sampled", Metric: "asr", Value: math.NaN()}, {Metric: "f1", Value: .25}}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got []Number
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(got[0].Value) || got[0].Epoch != 1 || got[0].Split != "dev" || got[0].Mask != "sampled" || got[1] != want[1] {
		t.Errorf("%s became %+v", text, got)
	}
}

// TestNamesAreThoseOfNumbers: what Names lists is what an evaluation with
// everything in it records.
func TestNamesAreThoseOfNumbers(t *testing.T) {
	s := newScores(2)
	for _, a := range s.accuracies {
		if err := a.Add([]int{0, 1}, []int{0, 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Attack.Add([]int{0, 1}, []int{1, 0}, []int{0, 1}); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*metric.Rationale{s.Rationale, s.Share} {
		if err := r.Add([]bool{true, false}, []bool{true, false}, []bool{true, true}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, n := range s.Numbers() {
		if n.Metric != OfClass("asr", 0) && n.Metric != OfClass("asr", 1) {
			got = append(got, n.Metric)
		}
	}
	want := Names()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("recorded %v, listed %v", got, want)
	}
}
