package report

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"rationale/plots"
	"rationale/stages/measure"
)

// caption says what the figure shows, what the paper saw there, and what is
// seen here.
func (m Material) caption(f Figure) []string {
	lines := []string{
		"The paper: " + strings.Join(strings.Fields(f.Expect), " "),
		"Here, in percent at the last epoch; rings mark the epoch with the best development accuracy:",
	}
	for _, d := range f.Datasets {
		if seen := m.seen(f, d); seen != "" {
			lines = append(lines, seen)
		}
	}
	return lines
}

// seen lists the values of the figure's claims on one dataset.
func (m Material) seen(f Figure, d plots.DatasetSpec) string {
	var parts []string
	for _, c := range f.Claims {
		keys := c.Selector
		keys.Dataset, keys.Metric = d.Name, ""
		records := lastEpoch(plots.Filter(m.Records, keys))
		s, err := plots.SummarizeSeeds(plots.Filter(records, c.Selector))
		if err != nil || s.N == 0 {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %s%s", c.Quantity, meanStd(s), m.byClass(c.Metric, records)))
	}
	if len(parts) == 0 {
		return ""
	}
	return cmp.Or(d.Title, d.Name) + ": " + strings.Join(parts, "; ") + "."
}

// unequal is the difference between classes from which a mean attack success
// rate alone would mislead.
const unequal = 0.2

// byClass adds the attack success rate of each true class where the classes
// differ much: an attacker that turns every text of one class and none of the
// other has the mean 50 %, like one that achieves nothing. The records are
// those behind one mean, with all metrics; nothing is added to other metrics.
func (m Material) byClass(metric string, records []plots.Record) string {
	if metric != "asr" || len(records) == 0 {
		return ""
	}
	var parts []string
	least, most := math.Inf(1), math.Inf(-1)
	for class, name := range m.classes(records[0].Dataset) {
		s, err := plots.SummarizeSeeds(plots.Filter(records, plots.Selector{Metric: measure.OfClass("asr", class)}))
		if err != nil || s.N == 0 {
			continue
		}
		least, most = min(least, s.Mean), max(most, s.Mean)
		parts = append(parts, name+" "+meanStd(s))
	}
	if most-least < unequal || len(parts) < 2 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// classes are the names of a dataset's classes.
func (m Material) classes(dataset string) []string {
	for _, d := range m.Data {
		if d.Summary.Dataset == dataset {
			return d.Classes
		}
	}
	return nil
}
