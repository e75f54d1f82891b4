package plots

import (
	"fmt"
	"math"
	"slices"
)

// ClaimsSpec is what an experiment file says about a table of the numbers that
// a paper gives in its text: each beside ours of the last epoch, a line a
// dataset.
type ClaimsSpec struct {
	Title  string  `toml:"title"`
	Claims []Claim `toml:"claims"`
}

// Claim is one such number.
type Claim struct {
	Quantity string  `toml:"quantity"`
	Paper    float64 `toml:"paper"` // in percent; 0 when the paper gives no number
	Selector `toml:"-"`
}

// UnmarshalTOML reads the keys beside the claim's own.
func (c *Claim) UnmarshalTOML(table any) error {
	type plain Claim
	return c.Selector.decode(table, (*plain)(c))
}

// Measures lists the metrics that the claims are about.
func (s ClaimsSpec) Measures() []string {
	var selectors []Selector
	for _, c := range s.Claims {
		selectors = append(selectors, c.Selector)
	}
	return metricsIn(selectors)
}

// Table sets the claims beside our numbers on each dataset. A dataset without
// one, such as a rationale's score where nothing is annotated, is left out.
func (s ClaimsSpec) Table(records []Record, datasets []DatasetSpec, _ []PaperValue) (*Table, error) {
	t := &comparison{title: s.Title, labels: []string{"Quantity", "Dataset"}, decimals: 1}
	for _, c := range s.Claims {
		for _, d := range datasets {
			ours, err := c.Ours(records, d.Name)
			if err != nil {
				return nil, err
			}
			undefined := c.Undefined(records, d.Name)
			if undefined {
				t.remarks = append(t.remarks, fmt.Sprintf("%s on %s is %s.", c.Quantity, d.title(), Undefined))
			}
			if ours.N > 0 || undefined {
				t.lines = append(t.lines, comparisonLine{
					labels: []string{c.Quantity, d.title()}, paper: c.printed(d), paperStd: math.NaN(), ours: ours.times(100),
					origin: Origin{c.Selector.or(Selector{"dataset": d.Name}), c.behind(records, d.Name)},
				})
			}
		}
	}
	t.remarks = append(t.remarks, chanceRemarks(datasets)...)
	return t.table(), nil
}

// printed is the paper's number, which is about the paper's own data.
func (c Claim) printed(d DatasetSpec) float64 {
	if c.Paper == 0 || !d.Paper {
		return math.NaN()
	}
	return c.Paper
}

// Ours is our number on a dataset as a fraction; N is 0 when there is none.
func (c Claim) Ours(records []Record, dataset string) (Summary, error) {
	ours, err := SummarizeSeeds(c.behind(records, dataset))
	if err != nil {
		err = fmt.Errorf("%q on %s: %w", c.Quantity, dataset, err)
	}
	return ours, err
}

// Undefined tells that our number on a dataset was recorded and is none.
func (c Claim) Undefined(records []Record, dataset string) bool {
	kept := c.behind(records, dataset)
	return len(kept) > 0 && allUndefined(kept)
}

func allUndefined(records []Record) bool {
	return !slices.ContainsFunc(records, func(r Record) bool { return defined(r.Value) })
}

// behind are the records that our number is the mean of.
func (c Claim) behind(records []Record, dataset string) []Record {
	return Filter(c.LastEpoch(records, dataset), c.Selector)
}

// LastEpoch are the numbers behind the claim on a dataset, with all metrics.
func (c Claim) LastEpoch(records []Record, dataset string) []Record {
	keys := c.Selector.or(nil)
	delete(keys, "metric")
	kept := Filter(Filter(records, Selector{"dataset": dataset}), keys)
	last := 0
	for _, r := range kept {
		last = max(last, r.Epoch)
	}
	return slices.DeleteFunc(kept, func(r Record) bool { return r.Epoch != last })
}
