package train

import (
	"math"
	"slices"

	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/stages/measure"
)

// epochLog adds up what an epoch's steps measured, as the specification says.
type epochLog struct {
	spec     rationalizer.Spec
	examples int
	sums     map[string]float64   // of numbers; of means weighted by the batch's examples
	hits     map[string][]float64 // of counts by true class
}

func newEpochLog(spec rationalizer.Spec) *epochLog {
	return &epochLog{spec: spec, sums: map[string]float64{}, hits: map[string][]float64{}}
}

// add takes what a run measured, behind an axis of its steps when these are
// several. done is the number of steps before it.
func (l *epochLog) add(out map[string]*tensor.Tensor, p prepared, done int64) error {
	examples := p.examples / p.steps
	for step := range p.steps {
		l.examples += examples
		for _, m := range l.spec.Measures {
			values := out[m.Output()].Float64s()
			width := len(values) / p.steps
			part := values[step*width:][:width]
			if i := slices.IndexFunc(part, notFinite); i >= 0 {
				return diverged(done+int64(step)+1, "%s is %v after %d texts of the epoch", m.Name, part[i], l.examples)
			}
			l.addStep(m, part, examples)
		}
	}
	return nil
}

func (l *epochLog) addStep(m rationalizer.Measure, values []float64, examples int) {
	if m.Adds.ByClass() {
		if l.hits[m.Name] == nil {
			l.hits[m.Name] = make([]float64, len(values))
		}
		for c, n := range values {
			l.hits[m.Name][c] += n
		}
		return
	}
	if m.Adds == rationalizer.Mean {
		values[0] *= float64(examples)
	}
	l.sums[m.Name] += values[0]
}

func notFinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// numbers are the epoch's, given how many of its examples are of each class.
func (l *epochLog) numbers(ofClass []int) []measure.Number {
	var out []measure.Number
	add := func(name string, value float64) { out = append(out, measure.Number{Metric: name, Value: value}) }
	for _, m := range l.spec.Measures {
		switch m.Adds {
		case rationalizer.Mean:
			add(m.Name, l.mean(m.Name))
		case rationalizer.Sum:
			add(m.Name, l.sums[m.Name])
		case rationalizer.Rate:
			add(m.Name, l.rate(m.Name))
		case rationalizer.Balanced:
			add(m.Name, balanced(l.hits[m.Name], ofClass))
			add(m.Name+"_raw", l.rate(m.Name))
			for c, n := range l.hits[m.Name] {
				if ofClass[c] > 0 {
					add(measure.OfClass(m.Name, c), n/float64(ofClass[c]))
				}
			}
		}
	}
	return out
}

// mean is a measure's mean over the epoch's examples; NaN when there is no such
// measure.
func (l *epochLog) mean(name string) float64 {
	sum, ok := l.sums[name]
	if !ok {
		return math.NaN()
	}
	return sum / float64(l.examples)
}

// rate is the share of all examples that a count of hits makes; NaN when there is
// no such measure.
func (l *epochLog) rate(name string) float64 {
	hits, ok := l.hits[name]
	if !ok {
		return math.NaN()
	}
	return sum(hits) / float64(l.examples)
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

// balanced is the mean over classes of the share of hits in the class, given
// the number of examples of each class; NaN when a class has none.
func balanced(hits []float64, ofClass []int) float64 {
	total := 0.0
	for c, n := range hits {
		if ofClass[c] == 0 {
			return math.NaN()
		}
		total += n / float64(ofClass[c])
	}
	return total / float64(len(hits))
}
