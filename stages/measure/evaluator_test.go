package measure

import (
	"testing"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
)

// TestAtOnce: batches share the threads that are free, but for a device's, a large
// model's and those that somebody else's model reads.
func TestAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		e       Evaluator
		threads int
		want    int
	}{
		"no thread to spare": {threads: 1, want: 1},
		"none given":         {want: 1},
		"two":                {threads: 2, want: 2},
		"many":               {threads: 64, want: mostAtOnce},
		"two threads each":   {e: Evaluator{options: runtime.Options{Threads: 2}}, threads: 5, want: 2},
		"on a device":        {e: Evaluator{options: runtime.Options{Provider: runtime.CUDA}}, threads: 4, want: 1},
		"somebody's model":   {e: Evaluator{outside: &Outsider{}}, threads: 4, want: 1},
		"a large model":      {e: Evaluator{spec: rationalizer.Spec{Layouts: []nn.Layout{{Params: []nn.Param{{Shape: []int64{mostParameters + 1}}}}}}}, threads: 4, want: 1},
	} {
		if c.e.options.Threads == 0 {
			c.e.options.Threads = 1
		}
		if got := c.e.atOnce(c.threads); got != c.want {
			t.Errorf("%s: %d batches at once, want %d", name, got, c.want)
		}
	}
}
