package rationalizer

import (
	"maps"
	"testing"

	"rationale/onnx/tensor"
)

// TestStepsAreGivenWhatTheyTake: whatever flags are set, the numbers that Split
// gives to each step are those that the graphs of these flags ask for.
func TestStepsAreGivenWhatTheyTake(t *testing.T) {
	for _, m := range Methods() {
		for _, flags := range flagSettings(m) {
			all, err := m.Complete(flags)
			if err != nil {
				t.Fatal(err)
			}
			c := small(m.Name, tensor.Float32)
			var scalars Values
			c.Flags, c.Constants, scalars = m.Split(all)
			if err := mustStepGraph(t, c).CheckScalars(scalars); err != nil {
				t.Errorf("%s with %v: %v", m.Name, flags, err)
			}
		}
	}
}

// flagSettings are all ways to set a method's flags.
func flagSettings(m Method) []Values {
	out := []Values{{}}
	for _, o := range m.Options {
		if !o.Flag {
			continue
		}
		for _, before := range out[:len(out):len(out)] {
			on := maps.Clone(before)
			on[o.Name] = 1 - o.Default
			out = append(out, on)
		}
	}
	return out
}
