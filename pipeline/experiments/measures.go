package experiments

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rationale/onnx/rationalizer"
	"rationale/stages/assess"
	"rationale/stages/floor"
	"rationale/stages/measure"
	"rationale/stages/statistics"
)

// checkMetrics wants figures and tables of numbers that the experiment's runs
// record: of others there would be none, without a word.
func (e Experiment) checkMetrics() error {
	known, err := e.recorded()
	if err != nil {
		return err
	}
	for _, metric := range e.metrics() {
		if !slices.Contains(known, ofAll.ReplaceAllString(metric, "")) {
			return fmt.Errorf("nothing here records the metric %q; there are %s%s", metric, strings.Join(known, ", "), suggestion(metric, known))
		}
	}
	return nil
}

// ofAll is what the name of a class's number has behind that of all classes'.
var ofAll = regexp.MustCompile(`_of_class_\d+$`)

// metrics are those that the figures and tables look for.
func (e Experiment) metrics() []string {
	var out []string
	for _, f := range e.Figures {
		out = append(out, f.Spec.Measures()...)
	}
	for _, t := range e.Tables {
		out = append(out, t.Spec.Measures()...)
	}
	return out
}

// recorded are the metrics of the experiment's runs, of training and evaluation.
func (e Experiment) recorded() ([]string, error) {
	if !e.trains() {
		return statistics.Metrics(), nil
	}
	known := measure.Names()
	if e.begins() {
		known = append(known, measure.PerTextNames()...)
	}
	for _, r := range e.Runs {
		if r.Backdoor != nil {
			known = append(append(known, assess.Names()...), floor.QueryAccuracy)
		}
		measures, err := rationalizer.MeasuresOf(r.Method)
		if err != nil {
			return nil, err
		}
		for _, m := range measures {
			known = append(known, m.Name)
			if m.Adds == rationalizer.Balanced {
				known = append(known, m.Name+"_raw")
			}
		}
	}
	slices.Sort(known)
	return slices.Compact(known), nil
}
