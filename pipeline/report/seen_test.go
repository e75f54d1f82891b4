package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"rationale/plots"
	"rationale/stages/measure"
)

// attacked is a material whose RNP is attacked at these rates, by true class.
func attacked(rates ...float64) Material {
	m := material("d")
	m.Data[0].Classes = []string{"negative", "positive"}
	m.Experiments[0].Claims = []plots.Claim{{Quantity: "RNP, ASR", Selector: plots.Selector{"method": "RNP", "split": "dev", "metric": "asr"}}}
	for _, r := range plots.Filter(m.Records, plots.Selector{"method": "RNP", "stage": "train"}) {
		for class, rate := range rates {
			r.Metric, r.Value = measure.OfClass("asr", class), rate
			m.Records = append(m.Records, r)
		}
	}
	m.Experiments[0].Records = m.Records
	return m
}

func TestCaptionSaysWhatIsSeen(t *testing.T) {
	for _, test := range []struct {
		name  string
		rates []float64
		want  string
	}{
		{"one class falls, the other never", []float64{1, 0}, "the data: RNP, ASR 51.0 ± 1.4 (negative 100.0 ± 0.0, positive 0.0 ± 0.0)."},
		{"both classes alike", []float64{.5, .6}, "the data: RNP, ASR 51.0 ± 1.4."},
		{"rates not recorded", nil, "the data: RNP, ASR 51.0 ± 1.4."},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := attacked(test.rates...)
			lines, err := m.caption(m.Experiments[0])
			if err != nil {
				t.Fatal(err)
			}
			if lines[0] != "The paper: something" || lines[len(lines)-1] != test.want {
				t.Errorf("caption %q; want the last line %q", lines, test.want)
			}
			var page bytes.Buffer
			if err := m.Write(&page); err != nil || !strings.Contains(page.String(), test.want) {
				t.Errorf("the page lacks the caption (error %v)", err)
			}
		})
	}
}

// TestCaptionNamesCounterparts: a reader learns that a paper has the same figure, and
// that its numbers are not known.
func TestCaptionNamesCounterparts(t *testing.T) {
	m := attacked()
	m.Experiments[0].Datasets[0].Counterpart = "a paper, Figure A2"
	lines, err := m.caption(m.Experiments[0])
	if want := "the data, counterpart of a paper, Figure A2: no paper value."; err != nil || !slices.Contains(lines, want) {
		t.Errorf("caption %q, %v; want a line %q", lines, err, want)
	}
}
