package metric

import (
	"math"
	"strings"
	"testing"
)

// Refused input is named in the error and changes no count.
func TestRefused(t *testing.T) {
	var rationale Rationale
	var gr GR
	accuracy, attacker, trigger := NewAccuracy(2), NewAttackerASR(2), NewTriggerASR(0)
	nan := float32(math.NaN())
	cases := []struct {
		name string
		err  error
		say  string
	}{
		{"short mask", rationale.Add(flags("11"), flags("11"), flags("1")), "a text of 1 positions has 2 mask values"},
		{"short gold", rationale.Add(flags("11"), flags("1"), flags("11")), "1 gold labels"},
		{"gold padding", rationale.Add(flags("111"), flags("101"), flags("110")), "position 2 is gold but padding"},
		{"NaN mask", second(Selected([]float32{0, nan})), "the mask at position 1 is NaN"},
		{"NaN logit", second(ArgMax([]float32{0, 1, nan, 1}, 2)), "text 1 of the batch: the logit of class 0 is NaN"},
		{"odd logits", second(ArgMax([]float32{0, 1, 2}, 2)), "3 logits are not rows of 2 classes"},
		{"no classes", second(ArgMax([]float32{0}, 0)), "1 logits are not rows of 0 classes"},
		{"missing prediction", accuracy.Add([]int{1}, []int{1, 0}), "1 predictions for 2 labels"},
		{"label too large", accuracy.Add([]int{1, 1}, []int{1, 2}), "text 1 of the batch has label 2: labels run from 0 to 1"},
		{"negative label", accuracy.Add([]int{1}, []int{-1}), "label -1"},
		{"missing attacked class", attacker.Add([]int{1}, nil, []int{1}), "0 attacked classes for 1 labels"},
		{"own label attacked", attacker.Add([]int{1}, []int{1}, []int{1}), "the attacked class 1 is its own label"},
		{"missing trigger prediction", trigger.Add(nil, []int{1}), "0 predictions for 1 labels"},
		{"window beyond gold", gr.Add(flags("111"), flags("11"), 3), "a window of 3 units does not fit 3 predictions and 2 gold labels"},
		{"window beyond prediction", gr.Add(flags("1"), flags("11"), 2), "a window of 2 units"},
		{"negative window", gr.Add(flags("1"), flags("11"), -1), "a window of -1 units"},
	}
	for _, c := range cases {
		if c.err == nil || !strings.Contains(c.err.Error(), c.say) {
			t.Errorf("%s: error %v, want one with %q", c.name, c.err, c.say)
		}
	}
	if rationale != (Rationale{}) || gr != (GR{}) || *trigger != *NewTriggerASR(0) ||
		accuracy.Rates().Raw.Defined || attacker.Rates().Raw.Defined {
		t.Error("refused input was counted")
	}
}

// second drops a call's first result.
func second[T any](_ T, err error) error { return err }
