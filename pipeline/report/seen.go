package report

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"rationale/plots"
	"rationale/stages/measure"
)

// caption says what the experiment shows, what the paper saw there, of which of its
// items the data is the counterpart, and what is seen here.
func (m Material) caption(e Experiment) ([]string, error) {
	lines := []string{"The paper: " + strings.Join(strings.Fields(e.Expect), " ")}
	if len(e.Claims) > 0 {
		lines = append(lines, "Here, in percent at the last epoch; rings mark the epoch with the best development accuracy:")
	}
	for _, d := range e.Datasets {
		if d.Counterpart != "" {
			lines = append(lines, d.Heading()+".")
		}
		seen, err := m.seen(e, d)
		if err != nil {
			return nil, err
		}
		if seen != "" {
			lines = append(lines, seen)
		}
	}
	return lines, nil
}

// seen lists the values of the experiment's claims on one dataset.
func (m Material) seen(e Experiment, d plots.DatasetSpec) (string, error) {
	var parts []string
	for _, c := range e.Claims {
		s, err := c.Ours(e.Records, d.Name)
		if err != nil {
			return "", m.explain(err)
		}
		if c.Undefined(e.Records, d.Name) {
			parts = append(parts, c.Quantity+" "+plots.Undefined)
		}
		if s.N == 0 {
			continue
		}
		classes, err := m.byClass(c.Selector["metric"], c.LastEpoch(e.Records, d.Name))
		if err != nil {
			return "", err
		}
		parts = append(parts, fmt.Sprintf("%s %s%s", c.Quantity, meanStd(s), classes))
	}
	if len(parts) == 0 {
		return "", nil
	}
	return cmp.Or(d.Title, d.Name) + ": " + strings.Join(parts, "; ") + ".", nil
}

// unequal is the difference between classes from which a mean attack success
// rate alone would mislead.
const unequal = 0.2

// byClass adds the attack success rate of each true class where the classes
// differ much: an attacker that turns every text of one class and none of the
// other has the mean 50 %, like one that achieves nothing. The records are
// those behind one mean, with all metrics; nothing is added to other metrics.
func (m Material) byClass(metric string, records []plots.Record) (string, error) {
	if metric != "asr" || len(records) == 0 {
		return "", nil
	}
	var parts []string
	least, most := math.Inf(1), math.Inf(-1)
	for class, name := range m.classes(records[0].Labels["dataset"]) {
		s, err := plots.SummarizeSeeds(plots.Filter(records, plots.Selector{"metric": measure.OfClass("asr", class)}))
		if err != nil {
			return "", m.explain(err)
		}
		if s.N == 0 {
			continue
		}
		least, most = min(least, s.Mean), max(most, s.Mean)
		parts = append(parts, name+" "+meanStd(s))
	}
	if most-least < unequal || len(parts) < 2 {
		return "", nil
	}
	return " (" + strings.Join(parts, ", ") + ")", nil
}

// classes are the names of a dataset's classes.
func (m Material) classes(dataset string) []string {
	for _, d := range m.Data {
		if d.Summary.Dataset == dataset {
			return d.Classes
		}
	}
	for _, d := range m.Graphs {
		if d.Meta.Name == dataset {
			return d.Classes
		}
	}
	return nil
}
