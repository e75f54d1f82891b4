package experiments

import (
	"testing"
)

// TestRecordedCommand: the command in the results plans the same stages again,
// whatever the profile's own number of seeds is.
func TestRecordedCommand(t *testing.T) {
	for _, test := range []struct {
		options  Options
		names    []string
		datasets []string
		want     string
	}{
		{Options{Profile: "smoke"}, []string{"a2i-fig3"}, nil, "rationale reproduce a2i-fig3 --profile smoke --seeds 1"},
		{
			Options{Profile: "smoke", Seeds: 3}, []string{"a2i-fig6"}, []string{"generated-aroma", "generated-palate"},
			"rationale reproduce a2i-fig6 --profile smoke --seeds 3 --dataset generated-aroma --dataset generated-palate",
		},
		{
			Options{Profile: "quick", Seeds: 2, Provider: "cuda", Device: 1, TF32: true}, []string{"a2i-fig6"}, nil,
			"rationale reproduce a2i-fig6 --profile quick --seeds 2 --provider cuda --device 1 --tf32",
		},
		{Options{Profile: "quick"}, []string{"a2i-table3"}, nil, "rationale reproduce a2i-table3 --profile quick --seeds 5"},
		{Options{Profile: "quick"}, []string{"a2i-fig3", "a2i-table3"}, nil, "rationale reproduce a2i-fig3 a2i-table3 --profile quick"},
		{Options{Profile: "quick", Seeds: 2}, []string{"a2i-fig3", "a2i-table3"}, nil, "rationale reproduce a2i-fig3 a2i-table3 --profile quick --seeds 2"},
	} {
		b, err := newTestLab(t, test.options).Reproduce(test.names, test.datasets...)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.command(); got != test.want {
			t.Errorf("recorded %s, want %s", got, test.want)
		}
	}
}
