package train

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"rationale/onnx/tensor"
)

// epochLog sums the metrics of an epoch's steps.
type epochLog struct {
	texts int
	sums  map[string]float64   // of means over a batch, weighted by its texts
	hits  map[string][]float64 // of counts by true class
}

func newEpochLog() *epochLog {
	return &epochLog{sums: map[string]float64{}, hits: map[string][]float64{}}
}

// add takes the metrics of a run: [1] or [C] each, behind an axis of its steps
// when these are several.
func (l *epochLog) add(out map[string]*tensor.Tensor, p prepared) error {
	texts := p.texts / p.steps
	for step := range p.steps {
		l.texts += texts
		for _, name := range slices.Sorted(maps.Keys(out)) {
			values := out[name].Float64s()
			width := len(values) / p.steps
			if err := l.addStep(name, values[step*width:][:width], texts); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *epochLog) addStep(name string, values []float64, texts int) error {
	if len(values) == 1 {
		if math.IsNaN(values[0]) || math.IsInf(values[0], 0) {
			return fmt.Errorf("training diverged: %s is %v after %d texts of the epoch; lower learning_rate or set clip_norm", name, values[0], l.texts)
		}
		l.sums[name] += values[0] * float64(texts)
		return nil
	}
	if l.hits[name] == nil {
		l.hits[name] = make([]float64, len(values))
	}
	for c, n := range values {
		l.hits[name][c] += n
	}
	return nil
}

// mean is a metric's mean over the epoch's texts.
func (l *epochLog) mean(name string) float64 { return l.sums[name] / float64(l.texts) }

// rate is the share of all texts that a count of hits makes.
func (l *epochLog) rate(name string) float64 { return sum(l.hits[name]) / float64(l.texts) }

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

// balanced is the mean over classes of the share of hits in the class, given
// the number of texts of each class.
func balanced(hits []float64, texts []int) float64 {
	total, classes := 0.0, 0
	for c, n := range hits {
		if texts[c] > 0 {
			total += n / float64(texts[c])
			classes++
		}
	}
	return total / float64(classes)
}
