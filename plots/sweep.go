package plots

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// SweepSpec is what an experiment file says about a figure of lines over a number
// that runs differ in, such as the poison rate. A point is the mean over seeds of the
// numbers that stand for a run as a whole.
type SweepSpec struct {
	CurvesSpec
	Over string `toml:"over"` // the key of runs on the x axis: "poison_rate"
}

// Figure draws the lines on the given datasets, unless the description lists its own.
func (s SweepSpec) Figure(records []Record, datasets []DatasetSpec) (Figure, error) {
	i := slices.IndexFunc(keyTable, func(k Key) bool { return k.Name == s.Over && k.Kind == Number })
	if i < 0 {
		return nil, fmt.Errorf("over = %q: expected a key of runs that is a number, such as poison_rate", s.Over)
	}
	if len(s.Datasets) == 0 {
		s.Datasets = datasets
	}
	return s.arranged(finalRecords(records), s.swept, Panel{Axis: Values, XLabel: keyTable[i].Title})
}

// swept makes a point for each value of the key.
func (s SweepSpec) swept(records []Record, l LineSpec, keys Selector) (Line, error) {
	out := Line{Name: l.Name, Style: l.Colour}
	behind := Filter(records, keys)
	if len(behind) == 0 {
		return out, errors.New(explainMiss(records, keys))
	}
	at := GroupBy(behind, func(r Record) string { return r.Labels[s.Over] })
	delete(at, "")
	byValue := func(a, b string) int { return Labels{s.Over: a}.Compare(Labels{s.Over: b}) }
	for _, value := range slices.SortedFunc(maps.Keys(at), byValue) {
		x, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return out, fmt.Errorf("%s is %q; expected a number", s.Over, value)
		}
		if err := out.add(x, at[value]); err != nil {
			return out, err
		}
	}
	return out, nil
}
